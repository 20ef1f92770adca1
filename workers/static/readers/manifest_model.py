"""The values that the manifest reader returns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workers.static.readers.anomaly import Anomaly


class Reader(StrEnum):
    """Which library answered."""

    APK_INFO = "apk_info"
    """The fast path."""
    ANDROGUARD = "androguard"
    """The fallback, asked when the fast path could not read the file."""


class ComponentKind(StrEnum):
    """The element that declares a component."""

    ACTIVITY = "activity"
    ACTIVITY_ALIAS = "activity-alias"
    SERVICE = "service"
    RECEIVER = "receiver"
    PROVIDER = "provider"


@dataclass(frozen=True, kw_only=True, slots=True)
class FilterData:
    """One `<data>` element of an intent filter; None where the attribute is absent."""

    scheme: str | None = None
    host: str | None = None
    port: str | None = None
    path: str | None = None
    """The first of path, pathPrefix, pathPattern, pathSuffix and pathAdvancedPattern that is given."""
    mime_type: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IntentFilter:
    """One `<intent-filter>`, or one `<intent>` of `<queries>`."""

    actions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    data: tuple[FilterData, ...] = ()
    priority: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """One activity, alias, service, receiver or provider."""

    kind: ComponentKind
    name: str
    """Fully qualified Java name, such as `com.example.MainActivity`; for an alias the alias' own name."""
    exported: bool
    """Whether other apps can reach it, with Android's defaults applied where `exported_declared` is None."""
    exported_declared: bool | None = None
    """`android:exported` as written."""
    enabled: bool = True
    """False only if the component or the application is disabled in the manifest."""
    permission: str | None = None
    """Permission a caller needs; the application's own `android:permission` where the component has none."""
    process: str | None = None
    """Process it runs in, fully qualified (`:push` becomes `package:push`); None for the default process."""
    target: str | None = None
    """For an alias, the fully qualified activity behind it."""
    authorities: tuple[str, ...] = ()
    """For a provider, its authorities."""
    foreground_types: tuple[str, ...] = ()
    """For a service, its `foregroundServiceType` names, sorted."""
    filters: tuple[IntentFilter, ...] = ()
    meta_data: tuple[tuple[str, str], ...] = ()
    """`<meta-data>` as (name, value); a resource value is resolved where it can be."""

    @property
    def actions(self) -> frozenset[str]:
        """All actions of all filters."""
        return frozenset(action for item in self.filters for action in item.actions)


@dataclass(frozen=True, kw_only=True, slots=True)
class UsedPermission:
    """One `<uses-permission>` (or `-sdk-23`)."""

    name: str
    min_sdk: int | None = None
    """`minSdkVersion`, or 23 of a `-sdk-23`: below it the permission is not asked for."""
    max_sdk: int | None = None
    """`maxSdkVersion`: above it the permission is not asked for."""
    flags: tuple[str, ...] = ()
    """Names in `usesPermissionFlags`, sorted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredPermission:
    """One `<permission>` that the app defines."""

    name: str
    protection_level: str | None = None
    """As written, such as `signature` or `dangerous|instant`; None if absent (which means normal)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """One `<uses-feature>`."""

    name: str
    required: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Queries:
    """Which other apps the app wants to see (`<queries>`, Android 11 and later)."""

    packages: tuple[str, ...] = ()
    intents: tuple[IntentFilter, ...] = ()
    authorities: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What AndroidManifest.xml says, with resources resolved; lists keep the order of the file."""

    reader: Reader
    package: str | None = None
    version_code: int | None = None
    """`versionCode`, with `versionCodeMajor` in the upper 32 bits."""
    version_name: str | None = None
    min_sdk: int | None = None
    target_sdk: int | None = None
    """As written; None if absent or a codename. What is in force then says `level`."""
    max_sdk: int | None = None
    label: str | None = None
    """Label of the application, from resources of the default locale."""
    icon: str | None = None
    """Archive member of the icon."""
    application_class: str | None = None
    """Fully qualified Java name of the Application class."""
    component_factory: str | None = None
    """Fully qualified Java name of `android:appComponentFactory`."""
    shared_user_id: str | None = None
    permissions: tuple[UsedPermission, ...] = ()
    declared_permissions: tuple[DeclaredPermission, ...] = ()
    components: tuple[Component, ...] = ()
    queries: Queries = Queries()
    features: tuple[Feature, ...] = ()
    libraries: tuple[str, ...] = ()
    """Names of `<uses-library>`."""
    meta_data: tuple[tuple[str, str], ...] = ()
    """`<meta-data>` of the application as (name, value)."""
    debuggable: bool | None = None
    """Flags are None where the attribute is absent, so that a rule can apply the default of the target SDK."""
    allow_backup: bool | None = None
    cleartext_traffic: bool | None = None
    """`usesCleartextTraffic`."""
    network_security_config: str | None = None
    """Archive member that `networkSecurityConfig` points to, or the reference if it cannot be resolved."""
    test_only: bool | None = None
    extract_native_libs: bool | None = None
    request_legacy_storage: bool | None = None
    main_activity: str | None = None
    """The first enabled activity or alias with MAIN and LAUNCHER; fully qualified."""
    launchers: tuple[str, ...] = ()
    """Every activity or alias with MAIN and LAUNCHER, enabled or not."""
    anomalies: tuple[Anomaly, ...] = ()

    @property
    def level(self) -> int:
        """The API level that Android takes the app to be made for."""
        return level_of(min_sdk=self.min_sdk, target_sdk=self.target_sdk)

    def of_kind(self, kind: ComponentKind) -> tuple[Component, ...]:
        """Return the components of one kind."""
        return tuple(item for item in self.components if item.kind is kind)


def level_of(*, min_sdk: int | None, target_sdk: int | None) -> int:
    """Return the API level that Android takes an app to be made for: without a target, its lowest one."""
    return target_sdk or min_sdk or 1
