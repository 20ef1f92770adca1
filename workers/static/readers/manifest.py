"""Read the manifest: apk-info first, androguard where it fails or cannot be trusted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

from workers.model.errors import MalformedError
from workers.static.readers.anomaly import Anomaly
from workers.static.readers.axml import Odd, oddities, pool_overflows
from workers.static.readers.libraries import Libraries, LibraryError, answered, ask, silence
from workers.static.readers.manifest_model import Manifest, Reader
from workers.static.readers.manifest_tree import ANDROID, ManifestTree, Resolve
from workers.static.readers.resources import Resources

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write."""
_NUMBER = re.compile("@(?:[^:]*:)?([0-9A-Fa-f]{1,8})")
"""A reference as androguard writes it."""


def read_manifest(libraries: Libraries) -> Manifest:
    """Return the manifest of an APK.

    Raises:
        MalformedError: neither library can read it.
        OverInflateLimitError: the manifest or the resources are larger than the limits.
    """
    if pool_overflows(libraries.manifest_bytes):
        raise MalformedError("The manifest's strings go on after its end.")
    odd = oddities(libraries.manifest_bytes)
    anomalies = [Anomaly(kind="manifest.odd-name", subject=name[:200]) for name in odd.names]
    anomalies += [
        Anomaly(kind="manifest.two-values", subject=raw[:200], detail=f"read by others as {typed[:200]}")
        for raw, typed in odd.values
    ]
    order: list[Callable[[Libraries], Manifest]] = [partial(_by_apk_info, told=odd), _by_androguard]
    if odd.names:  # text made of such names may say anything; androguard builds a tree
        order.reverse()
    errors: list[str] = []
    for read in order:
        try:
            manifest = read(libraries)
        except LibraryError as error:
            errors.append(str(error))
            continue
        anomalies += [Anomaly(kind="manifest.reader-failed", detail=error) for error in errors]
        return _with_anomalies(manifest, anomalies)
    raise MalformedError(f"The manifest cannot be read: {errors[0]}")


def _by_apk_info(libraries: Libraries, told: Odd) -> Manifest:
    """Return the manifest as apk-info reads it, with the references that its bytes have."""
    text = _NOT_XML.sub("\ufffd", answered(libraries.apk_info.manifest))
    # What it prints has no document type, so no attack on XML readers applies; odd names were looked for before.
    root = ask(lambda: ET.fromstring(text))  # noqa: S314
    _resolve_all(root, told, Resources(libraries.resource_bytes or b""))
    return _build(Reader.APK_INFO, root, lambda _: None)


def _resolve_all(root: ET.Element, told: Odd, resources: Resources) -> None:
    """Put what references stand for in their places; raises LibraryError if the tree is not that of the file.

    The library gets no resources: it looks them up by name, and shrinkers give one name to all of a type; and it never
    comes back from two that stand for each other.
    """
    elements = list(root.iter())
    if len(elements) != told.elements:
        raise LibraryError(f"apk_info: it has {len(elements)} elements of {told.elements}.")
    for reference in told.references:
        element = elements[reference.element]
        of_that_place = [*element.keys()][reference.attribute : reference.attribute + 1]
        names = (ANDROID + reference.name, reference.name) if reference.name else of_that_place
        for name in names:
            if element.get(name, "").startswith("@") and (text := resources.written(reference.resource)) is not None:
                element.set(name, text)


def _by_androguard(libraries: Libraries) -> Manifest:
    """Return the manifest as androguard reads it; its decoders are used without the rest, which trips over more."""
    silence()
    root = ask(lambda: _androguard_root(libraries.manifest_bytes))
    return _build(Reader.ANDROGUARD, root, _resolve(Resources(libraries.resource_bytes or b"")))


def _androguard_root(data: bytes) -> Any:  # noqa: ANN401 - androguard has no types
    """Return the root element as androguard decodes it."""
    from androguard.core.axml import AXMLPrinter  # noqa: PLC0415 - heavy, and needed for few files

    root = AXMLPrinter(data).get_xml_obj()
    if root is None:
        raise LibraryError("androguard: the manifest has no element.")
    for element in root.iter("*"):
        # Android compares names without their namespace (XmlPullParser.getName), and apk-info leaves it out.
        element.tag = str(element.tag).rpartition("}")[2]
    return root


def _resolve(resources: Resources) -> Resolve:
    """Return how references such as `@7F0B0001` are resolved."""

    def resolve(reference: str) -> str | None:
        number = _NUMBER.fullmatch(reference)
        return resources.written(int(number[1], 16)) if number else None

    return resolve


def _build(reader: Reader, root: Any, resolve: Resolve) -> Manifest:  # noqa: ANN401 - two libraries' elements
    """Return the manifest below `root`."""
    if root.tag != "manifest":
        raise LibraryError(f"{reader}: the root element is not a manifest.")
    return ManifestTree(root, resolve, reader).manifest()


def _with_anomalies(manifest: Manifest, anomalies: list[Anomaly]) -> Manifest:
    """Return the manifest with `anomalies` in front of its own."""
    if not anomalies:
        return manifest
    return replace(manifest, anomalies=(*anomalies, *manifest.anomalies))
