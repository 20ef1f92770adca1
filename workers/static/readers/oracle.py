"""Read manifest and signers a second time, with androguard alone: its zip reader, its XML, its resources.

Nothing here is shared with the readers of the suite but Android's rules, written down once more, so that an error in
either shows as a difference.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from workers.model.cross_check import Field
from workers.static.readers.libraries import LibraryError, ask, silence

Account: TypeAlias = Mapping[Field, frozenset[str]]
"""All facts that are compared, each as a set of lines."""

_ANDROID = "{http://schemas.android.com/apk/res/android}"
_PERMISSIONS = ("uses-permission", "uses-permission-sdk-23", "uses-permission-sdk-m")
_KINDS = ("activity", "activity-alias", "service", "receiver", "provider")
_PATHS = ("path", "pathPrefix", "pathPattern", "pathSuffix", "pathAdvancedPattern")
_PROVIDERS_PRIVATE_SINCE = 17
"""Target SDK from which a provider is private unless it says otherwise (`<provider>`, developer.android.com)."""


def androguards_account(data: bytes) -> Account:
    """Return what androguard says of the APK `data`.

    Raises:
        LibraryError: androguard cannot read it.
    """
    silence()
    apk = ask(lambda: _open(data))
    root = ask(apk.get_android_manifest_xml)
    for element in () if root is None else root.iter("*"):
        # Android compares the names of elements without their namespace (XmlPullParser.getName).
        element.tag = str(element.tag).rpartition("}")[2]
    if root is None or root.tag != "manifest":
        raise LibraryError("androguard: there is no manifest.")
    return ask(lambda: _Reading(apk, root).account())


def _open(data: bytes) -> Any:  # noqa: ANN401 - androguard has no types
    """Return the APK as androguard reads it; raises whatever androguard raises."""
    from androguard.core.apk import APK  # noqa: PLC0415 - heavy, and only for apps of the sample

    return APK(data, raw=True)


class _Reading:
    """One app in androguard's hands; `Any` because androguard has no types."""

    def __init__(self, apk: Any, root: Any) -> None:  # noqa: ANN401
        self._apk = apk
        self._root = root
        self._package: str = root.get("package") or ""

    def account(self) -> Account:
        """Return all facts."""
        min_sdk, target_sdk = self._apk.get_min_sdk_version(), self._apk.get_target_sdk_version()
        components = list(self._components(self._apk.get_effective_target_sdk_version()))
        return {
            Field.PACKAGE: _only(self._package),
            Field.VERSION_CODE: _only(self._version_code()),
            Field.VERSION_NAME: _only(self._value(self._root, "versionName")),
            Field.MIN_SDK: _only(min_sdk) if _is_number(min_sdk) else frozenset(),
            Field.TARGET_SDK: _only(target_sdk) if _is_number(target_sdk) else frozenset(),
            Field.PERMISSIONS: frozenset(self._permissions()),
            Field.COMPONENTS: frozenset(name for name, _, _ in components),
            Field.EXPORTED: frozenset(name for name, exported, _ in components if exported),
            Field.FILTERS: frozenset(line for _, _, lines in components for line in lines),
            Field.SIGNERS: frozenset(self._signers()),
        }

    def _version_code(self) -> str:
        """Return `versionCode` with `versionCodeMajor` in front, as PackageInfo.getLongVersionCode puts them."""
        code = self._value(self._root, "versionCode")
        if not _is_number(code):
            return ""
        major = self._value(self._root, "versionCodeMajor")
        return str(((_unsigned(major) if _is_number(major) else 0) << 32) + _unsigned(code))

    def _permissions(self) -> Iterator[str]:
        """Yield the permissions asked for, as often as one is asked for in another way."""
        for tag in self._root:
            name = self._value(tag, "name") if tag.tag in _PERMISSIONS else ""
            if name:
                limit = self._value(tag, "maxSdkVersion")
                yield f"{name} until {limit}" if _is_number(limit) else name

    def _components(self, sdk: int) -> Iterator[tuple[str, bool, list[str]]]:
        """Yield kind and name, whether it is exported, and the lines of its filters."""
        application = self._root.find("application")
        for tag in () if application is None else application:
            name = self._value(tag, "name")
            if tag.tag not in _KINDS or not name:
                continue
            subject = f"{tag.tag} {self._full(name)}"
            filters = tag.findall("intent-filter")
            exported = self._value(tag, "exported").lower()
            if exported not in {"true", "false"}:
                private = sdk >= _PROVIDERS_PRIVATE_SINCE if tag.tag == "provider" else not filters
                exported = "false" if private else "true"
            lines = [f"{subject}: {line}" for each in filters for line in self._filter(each)]
            yield subject, exported == "true", lines

    def _filter(self, element: Any) -> Iterator[str]:  # noqa: ANN401
        """Yield a line for each action, category and data of an intent filter."""
        for tag in element:
            if tag.tag in {"action", "category"} and (name := self._value(tag, "name")):
                yield f"{tag.tag} {name}"
            elif tag.tag == "data":
                path = next((value for each in _PATHS if (value := self._value(tag, each))), "")
                parts = [self._value(tag, each) for each in ("scheme", "host", "port")]
                yield " ".join(["data", *parts, path, self._value(tag, "mimeType")])

    def _signers(self) -> Iterator[str]:
        """Yield the certificates by scheme; of v1 all that the signature files carry, verified or not."""
        from asn1crypto import cms  # noqa: PLC0415 - comes with androguard

        for message in self._apk.get_signatures():
            for choice in cms.ContentInfo.load(message)["content"]["certificates"]:
                yield f"v1 {hashlib.sha256(choice.chosen.dump()).hexdigest()}"
        schemes = {
            "v2": self._apk.get_certificates_der_v2,
            "v3": self._apk.get_certificates_der_v3,
            "v3.1": self._apk.get_certificates_der_v31,
        }
        for scheme, certificates in schemes.items():
            for certificate in certificates():
                yield f"{scheme} {hashlib.sha256(certificate).hexdigest()}"

    def _value(self, tag: Any, name: str) -> str:  # noqa: ANN401
        """Return an attribute in Android's namespace, a reference resolved; empty if it is absent."""
        value = tag.get(_ANDROID + name) or ""
        return str(self._apk.get_res_value(value)) if value.startswith("@") else value

    def _full(self, name: str) -> str:
        """Return a class name with the package where Android puts it (PackageParser.buildClassName)."""
        if name.startswith("."):
            return self._package + name
        return name if "." in name else f"{self._package}.{name}"


def _only(value: str) -> frozenset[str]:
    """Return the set of one value, or the empty one."""
    return frozenset({value} if value else ())


def _is_number(value: str | None) -> bool:
    """Return whether a value is a decimal number; codenames are none."""
    return bool(value) and str(value).removeprefix("-").isdecimal()


def _unsigned(value: str) -> int:
    """Return a 32-bit number without its sign."""
    return int(value) & 0xFFFFFFFF
