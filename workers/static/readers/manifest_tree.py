"""From the elements of a manifest to values, with Android's defaults; the same for both libraries' trees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from workers.static.readers.anomaly import Anomaly
from workers.static.readers.manifest_model import (
    Component,
    ComponentKind,
    DeclaredPermission,
    Feature,
    FilterData,
    IntentFilter,
    Manifest,
    Queries,
    Reader,
    UsedPermission,
    level_of,
)

Resolve: TypeAlias = Callable[[str], str | None]
"""From a reference such as `@string/app_name` to its value in the default configuration; None if there is none."""
_Element: TypeAlias = Any
"""An element of `xml.etree` or lxml: both have tag, get and iteration."""

ANDROID = "{http://schemas.android.com/apk/res/android}"
"""In front of the names of the framework's attributes."""
_PATHS = ("path", "pathPrefix", "pathPattern", "pathSuffix", "pathAdvancedPattern")
_MAIN, _LAUNCHER = "android.intent.action.MAIN", "android.intent.category.LAUNCHER"
_EXPORTED_PROVIDERS_UNTIL = 17
_REFERENCES_MAX = 8
_PROTECTION = ("normal", "dangerous", "signature", "signatureOrSystem", "internal")
_FOREGROUND_TYPES = {
    1 << 0: "dataSync", 1 << 1: "mediaPlayback", 1 << 2: "phoneCall", 1 << 3: "location", 1 << 4: "connectedDevice",
    1 << 5: "mediaProjection", 1 << 6: "camera", 1 << 7: "microphone", 1 << 8: "health", 1 << 9: "remoteMessaging",
    1 << 10: "systemExempted", 1 << 11: "shortService", 1 << 12: "fileManagement", 1 << 13: "mediaProcessing",
    1 << 30: "specialUse",
}  # fmt: skip
"""Bits of `foregroundServiceType` (ServiceInfo.FOREGROUND_SERVICE_TYPE_*)."""
_USES_PERMISSION = {"uses-permission": 0, "uses-permission-sdk-23": 23, "uses-permission-sdk-m": 23}
"""Elements that ask for a permission, with the API level from which on they do; 0 for all."""
_PERMISSION_FLAGS = {1 << 16: "neverForLocation", 1 << 17: "onlyForLocationButton"}
"""Bits of `usesPermissionFlags` (PackageInfo.REQUESTED_PERMISSION_*)."""


class ManifestTree:
    """One manifest's elements."""

    def __init__(self, root: _Element, resolve: Resolve, reader: Reader) -> None:
        self._root = root
        self._resolve = resolve
        self._reader = reader
        self._package = root.get("package") or None
        self._application: _Element | None = next(self._children(root, "application"), None)

    def manifest(self) -> Manifest:
        """Return the values."""
        sdk = list(self._children(self._root, "uses-sdk"))
        min_sdk, target_sdk, max_sdk = (
            next((value for one in sdk if (value := self._number(one, name)) is not None), None)
            for name in ("minSdkVersion", "targetSdkVersion", "maxSdkVersion")
        )
        components = tuple(self._components(level_of(min_sdk=min_sdk, target_sdk=target_sdk)))
        launchers = [item for item in components if _is_launcher(item)]
        main = next((item.name for item in launchers if item.enabled), None)
        app = self._application
        return Manifest(
            reader=self._reader,
            package=self._package,
            version_code=self._version_code(),
            version_name=self._text(self._root, "versionName"),
            min_sdk=min_sdk,
            target_sdk=target_sdk,
            max_sdk=max_sdk,
            label=self._label(main),
            icon=self._text(app, "icon"),
            application_class=self._class(self._text(app, "name")),
            component_factory=self._class(self._text(app, "appComponentFactory")),
            shared_user_id=self._text(self._root, "sharedUserId"),
            permissions=tuple(self._permissions()),
            declared_permissions=tuple(self._declared_permissions()),
            components=components,
            queries=self._queries(),
            features=tuple(
                Feature(name=name, required=self._flag(one, "required") is not False)
                for one in self._children(self._root, "uses-feature")
                if (name := self._text(one, "name"))
            ),
            libraries=tuple(self._names(app, "uses-library")),
            meta_data=tuple(self._meta_data(app)),
            debuggable=self._flag(app, "debuggable"),
            allow_backup=self._flag(app, "allowBackup"),
            cleartext_traffic=self._flag(app, "usesCleartextTraffic"),
            network_security_config=self._text(app, "networkSecurityConfig"),
            test_only=self._flag(app, "testOnly"),
            extract_native_libs=self._flag(app, "extractNativeLibs"),
            request_legacy_storage=self._flag(app, "requestLegacyExternalStorage"),
            main_activity=main,
            launchers=tuple(item.name for item in launchers),
            anomalies=tuple(self._anomalies()),
        )

    def _components(self, sdk: int) -> Iterator[Component]:
        """Yield the components in file order; `sdk` decides the defaults."""
        if self._application is None:
            return
        enabled = self._flag(self._application, "enabled") is not False
        app_permission = self._text(self._application, "permission")
        app_process = self._process(self._text(self._application, "process"))
        kinds = {kind.value: kind for kind in ComponentKind}
        for one in self._application:
            kind = kinds.get(one.tag) if isinstance(one.tag, str) else None
            name = self._class(self._text(one, "name"))
            if kind is None or name is None:
                continue
            filters = tuple(self._filter(item) for item in self._children(one, "intent-filter"))
            declared = self._flag(one, "exported")
            default = sdk < _EXPORTED_PROVIDERS_UNTIL if kind is ComponentKind.PROVIDER else bool(filters)
            yield Component(
                kind=kind,
                name=name,
                exported=default if declared is None else declared,
                exported_declared=declared,
                enabled=enabled and self._flag(one, "enabled") is not False,
                permission=self._text(one, "permission") or app_permission,
                process=self._process(self._text(one, "process")) or app_process,
                target=self._class(self._text(one, "targetActivity")),
                authorities=tuple(part for part in (self._text(one, "authorities") or "").split(";") if part),
                foreground_types=_names_of_bits(self._text(one, "foregroundServiceType"), _FOREGROUND_TYPES),
                filters=filters,
                meta_data=tuple(self._meta_data(one)),
            )

    def _filter(self, element: _Element) -> IntentFilter:
        """Return an intent filter, or an intent of queries."""
        return IntentFilter(
            actions=tuple(self._names(element, "action")),
            categories=tuple(self._names(element, "category")),
            data=tuple(
                FilterData(
                    scheme=self._text(one, "scheme"),
                    host=self._text(one, "host"),
                    port=self._text(one, "port"),
                    path=next((path for name in _PATHS if (path := self._text(one, name))), None),
                    mime_type=self._text(one, "mimeType"),
                )
                for one in self._children(element, "data")
            ),
            priority=_signed(self._number(element, "priority") or 0),
        )

    def _queries(self) -> Queries:
        """Return what all `<queries>` elements ask for together."""
        parts = [one for queries in self._children(self._root, "queries") for one in queries]
        return Queries(
            packages=tuple(name for one in parts if one.tag == "package" and (name := self._text(one, "name"))),
            intents=tuple(self._filter(one) for one in parts if one.tag == "intent"),
            authorities=tuple(
                authority
                for one in parts
                if one.tag == "provider"
                for authority in (self._text(one, "authorities") or "").split(";")
                if authority
            ),
        )

    def _permissions(self) -> Iterator[UsedPermission]:
        """Yield the permissions asked for, each way of asking once.

        One name may stand in several elements: Android takes those that apply to its own level.
        """
        seen: set[UsedPermission] = set()
        for one in self._root:
            name = self._text(one, "name") if one.tag in _USES_PERMISSION else None
            if not name:
                continue
            used = UsedPermission(
                name=name,
                min_sdk=max(_USES_PERMISSION[one.tag], self._number(one, "minSdkVersion") or 0) or None,
                max_sdk=self._number(one, "maxSdkVersion"),
                flags=_names_of_bits(self._text(one, "usesPermissionFlags"), _PERMISSION_FLAGS),
            )
            if used not in seen:
                seen.add(used)
                yield used

    def _declared_permissions(self) -> Iterator[DeclaredPermission]:
        """Yield the permissions that the app defines."""
        for one in self._children(self._root, "permission"):
            name = self._text(one, "name")
            if name:
                level = self._text(one, "protectionLevel")
                yield DeclaredPermission(name=name, protection_level=_protection(level))

    def _meta_data(self, element: _Element | None) -> Iterator[tuple[str, str]]:
        """Yield name and value (or resource) of the `<meta-data>` of an element."""
        for one in self._children(element, "meta-data"):
            name = self._text(one, "name")
            if name:
                yield name, self._text(one, "value") or self._text(one, "resource") or ""

    def _label(self, main: str | None) -> str | None:
        """Return the label of the application, or of its launcher activity if it has none."""
        label = self._text(self._application, "label")
        if label or self._application is None or main is None:
            return label
        elements = (one for one in self._application if self._class(self._text(one, "name")) == main)
        return next((text for one in elements if (text := self._text(one, "label"))), None)

    def _version_code(self) -> int | None:
        """Return the version code with its major part."""
        code = self._number(self._root, "versionCode")
        major = self._number(self._root, "versionCodeMajor") or 0
        return None if code is None else (major & 0xFFFFFFFF) << 32 | code & 0xFFFFFFFF

    def _anomalies(self) -> Iterator[Anomaly]:
        """Yield what Android would refuse, or tell otherwise."""
        if self._package is None:
            yield Anomaly(kind="manifest.no-package")
        if self._application is None:
            yield Anomaly(kind="manifest.no-application")
        elif len(list(self._children(self._root, "application"))) > 1:
            yield Anomaly(kind="manifest.two-applications", detail="only the first counts")

    def _children(self, element: _Element | None, tag: str) -> Iterator[_Element]:
        """Yield the direct children with a tag."""
        if element is not None:
            yield from (one for one in element if one.tag == tag)

    def _names(self, element: _Element | None, tag: str) -> Iterator[str]:
        """Yield `android:name` of the direct children with a tag."""
        for one in self._children(element, tag):
            name = self._text(one, "name")
            if name:
                yield name

    def _text(self, element: _Element | None, name: str) -> str | None:
        """Return an attribute with references resolved as far as possible; None if it is absent."""
        value: str | None = None if element is None else element.get(ANDROID + name)
        for _ in range(_REFERENCES_MAX):
            if not value or not value.startswith("@"):
                break
            target = self._resolve(value)
            if target is None or target == value:
                break
            value = target
        return value

    def _flag(self, element: _Element | None, name: str) -> bool | None:
        """Return a boolean attribute; any number but 0 is true, as in Android."""
        value = (self._text(element, name) or "").lower()
        if value in {"true", "false"}:
            return value == "true"
        number = _integer(value)
        return None if number is None else number != 0

    def _number(self, element: _Element | None, name: str) -> int | None:
        """Return a whole-number attribute; None if it is absent or something else, such as a codename."""
        return _integer(self._text(element, name))

    def _class(self, name: str | None) -> str | None:
        """Return a class name with the package in front where Android puts it."""
        if not name:
            return None
        if name.startswith("."):
            return f"{self._package or ''}{name}"
        return name if "." in name else f"{self._package or ''}.{name}"

    def _process(self, name: str | None) -> str | None:
        """Return a process name with the package in front where it is private."""
        return f"{self._package or ''}{name}" if name and name.startswith(":") else name or None


def _is_launcher(item: Component) -> bool:
    """Return whether the launcher shows it."""
    if item.kind not in {ComponentKind.ACTIVITY, ComponentKind.ACTIVITY_ALIAS}:
        return False
    return any(_MAIN in one.actions and _LAUNCHER in one.categories for one in item.filters)


def _integer(text: str | None) -> int | None:
    """Return a decimal or hexadecimal number, or None."""
    if text and re.fullmatch(r"-?(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})", text):
        return int(text, 16 if "x" in text.lower() else 10)
    return None


def _signed(number: int) -> int:
    """Return a 32-bit number with its sign."""
    return (number & 0xFFFFFFFF ^ 0x80000000) - 0x80000000


def _names_of_bits(text: str | None, names: Mapping[int, str]) -> tuple[str, ...]:
    """Return the names of flags from names or from a number."""
    number = _integer(text)
    if number is not None:
        return tuple(sorted(name for bit, name in names.items() if number & bit))
    return tuple(sorted(part for part in (text or "").split("|") if part))


def _protection(text: str | None) -> str | None:
    """Return a protection level by name; of a number the flags above the level are left out."""
    number = _integer(text)
    if number is None:
        return text
    level = number & 0xF
    return _PROTECTION[level] if level < len(_PROTECTION) else str(number)
