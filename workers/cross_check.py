"""Read an app of the sample a second time, with androguard, and say where it and the suite differ.

The sample depends on nothing but the app, so that every machine draws the same one. What comes out is a word on our
readers, not on the app: it is counted, and never part of the evidence.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace

from workers.isolation import guard
from workers.memory_file import MemoryFile, in_memory
from workers.model.bounded import text
from workers.model.cross_check import CrossCheck, Field
from workers.model.errors import InspectionError
from workers.model.limits import Limits
from workers.second_reading import shared_reader
from workers.static.readers.manifest_model import Component, Manifest
from workers.static.readers.oracle import Account
from workers.static.readers.signing_model import Signing
from workers.static.view import StaticView

SECONDS = 20.0
"""Longest wall time of a second reading; it takes some 50 ms of an ordinary app."""
_LEAST_SECONDS = 1.0
_REASON_LIMIT = 300


def sampled(sha256: str, one_in: int) -> bool:
    """Return whether the app with this SHA-256 is one of every `one_in`; of 0 none is."""
    return one_in > 0 and int(sha256[:16], 16) % one_in == 0


def cross_check(apk: bytes | MemoryFile, *, limits: Limits, seconds: float = SECONDS) -> CrossCheck:
    """Return where androguard and the suite differ on an APK, within `seconds` and the memory of `limits`.

    androguard reads in a process of its own. Never raises because of what is in the APK: where there is nothing to
    compare, the failure says so.
    """
    if seconds < _LEAST_SECONDS:
        return CrossCheck(failure="The inspection left no time for a second reading.")
    deadline = time.monotonic() + min(seconds, SECONDS)
    try:
        with guard(replace(limits, seconds=deadline - time.monotonic())):
            view = StaticView(apk if isinstance(apk, bytes) else apk.as_file(), limits=limits)
            ours = our_account(view.manifest, view.signing)
        with in_memory([apk]) if isinstance(apk, bytes) else nullcontext(apk) as file:
            left = deadline - time.monotonic()
            return shared_reader().ask(file, ours, memory_bytes=limits.memory_bytes, seconds=left)
    except InspectionError as error:
        return CrossCheck(failure=text(str(error), _REASON_LIMIT))
    except Exception as error:  # noqa: BLE001 - the boundary: a second reading never costs the first one
        return CrossCheck(failure=f"The comparison itself failed: {type(error).__name__}.")


def our_account(manifest: Manifest, signing: Signing) -> Account:
    """Return what the suite says, in the form in which it is compared."""
    components = [(f"{item.kind.value} {item.name}", item) for item in manifest.components]
    return {
        Field.PACKAGE: _only(manifest.package),
        Field.VERSION_CODE: _only(manifest.version_code),
        Field.VERSION_NAME: _only(manifest.version_name),
        Field.MIN_SDK: _only(manifest.min_sdk),
        Field.TARGET_SDK: _only(manifest.target_sdk),
        Field.PERMISSIONS: frozenset(
            used.name if used.max_sdk is None else f"{used.name} until {used.max_sdk}" for used in manifest.permissions
        ),
        Field.COMPONENTS: frozenset(subject for subject, _ in components),
        Field.EXPORTED: frozenset(subject for subject, item in components if item.exported),
        Field.FILTERS: frozenset(f"{subject}: {line}" for subject, item in components for line in _filters(item)),
        Field.SIGNERS: frozenset(f"{signer.scheme} {signer.certificate_sha256}" for signer in signing.signers),
    }


def _filters(item: Component) -> Iterator[str]:
    """Yield a line for each action, category and data of the filters of a component."""
    for each in item.filters:
        yield from (f"action {name}" for name in each.actions)
        yield from (f"category {name}" for name in each.categories)
        for data in each.data:
            parts = (data.scheme, data.host, data.port, data.path, data.mime_type)
            yield " ".join(["data", *(part or "" for part in parts)])


def _only(value: str | int | None) -> frozenset[str]:
    """Return the set of one value, or the empty one."""
    return frozenset() if value is None or value == "" else frozenset({str(value)})
