"""Manifests: the same values from both libraries, Android's defaults, and no trust in names."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workers.readers.build import Member, apk_bytes, zip_bytes
from tests.unit.workers.readers.build_arsc import FIRST, arsc
from tests.unit.workers.readers.build_axml import Node, Ref, axml
from workers.model.errors import InspectionError, MalformedError
from workers.model.limits import Limits
from workers.static.readers.archive import open_apk
from workers.static.readers.axml import oddities, string
from workers.static.readers.file import as_file
from workers.static.readers.libraries import Libraries
from workers.static.readers.manifest import _by_androguard, read_manifest
from workers.static.readers.manifest_model import (
    Component,
    ComponentKind,
    DeclaredPermission,
    Feature,
    FilterData,
    Manifest,
    Queries,
    Reader,
    UsedPermission,
)

LAUNCH = Node(
    "intent-filter",
    {"priority": -5},
    [
        Node("action", {"name": "android.intent.action.MAIN"}),
        Node("category", {"name": "android.intent.category.LAUNCHER"}),
        Node("data", {"scheme": "https", "host": "example.com", "pathPrefix": "/a"}),
    ],
)
APPLICATION = Node(
    "application",
    {"name": ".App", "label": "A & <B>", "debuggable": True, "allowBackup": False, "usesCleartextTraffic": True},
    [
        Node("activity", {"name": "Main", "exported": True}, [LAUNCH]),
        Node("activity-alias", {"name": ".Alias", "targetActivity": "Main", "enabled": False}, [LAUNCH]),
        Node("service", {"name": "com.push.Service", "process": ":push", "foregroundServiceType": 9}),
        Node("receiver", {"name": ".Boot"}, [Node("intent-filter", {}, [Node("action", {"name": "BOOT"})])]),
        Node("provider", {"name": ".Files", "authorities": "a.b;c.d", "permission": "p"}),
        Node("meta-data", {"name": "KEY", "value": "v"}),
    ],
)
FULL = Node(
    "manifest",
    {":package": "com.example.app", "versionCode": 7, "versionCodeMajor": 1, "versionName": "1.2"},
    [
        Node("uses-sdk", {"minSdkVersion": 21, "targetSdkVersion": 30}),
        Node("uses-permission", {"name": "android.permission.INTERNET"}),
        Node("uses-permission", {"name": "android.permission.INTERNET"}),
        Node("uses-permission", {"name": "android.permission.READ_SMS", "maxSdkVersion": 28}),
        Node("uses-permission", {"name": "android.permission.READ_SMS"}),
        Node("uses-permission-sdk-23", {"name": "android.permission.CAMERA"}),
        Node("uses-permission", {"name": "android.permission.BLUETOOTH", "minSdkVersion": 24}),
        Node("uses-permission", {"name": "android.permission.BLUETOOTH_SCAN", "usesPermissionFlags": 0x10000}),
        Node("uses-permission", {"name": "android.permission.ACCESS_FINE_LOCATION", "usesPermissionFlags": 0x60000}),
        Node("permission", {"name": "com.example.P", "protectionLevel": 2}),
        Node("uses-feature", {"name": "android.hardware.camera", "required": False}),
        Node("queries", {}, [Node("package", {"name": "com.other"}), Node("provider", {"authorities": "x.y"})]),
        APPLICATION,
    ],
)


def libraries(root: Node) -> Libraries:
    """Return both libraries over an APK with this manifest."""
    return Libraries(open_apk(memoryview(apk_bytes(manifest=root)), limits=Limits()))


def manifest_of(children: Iterable[Node] = (), **attributes: str | int | bool) -> Manifest:
    """Return the manifest with an application of `children` and `attributes`."""
    root = Node("manifest", {":package": "com.example.app"}, [Node("application", dict(attributes), list(children))])
    return read_manifest(libraries(root))


def namespaced(node: Node) -> Node:
    """Return an element with everything below it in the android namespace, but for the root."""
    return replace(node, children=[replace(namespaced(child), namespaced=True) for child in node.children])


@pytest.fixture(scope="module", params=list(Reader))
def full(request: pytest.FixtureRequest) -> Manifest:
    """The full manifest as each library reads it."""
    both = libraries(FULL)
    return read_manifest(both) if request.param is Reader.APK_INFO else _by_androguard(both)


@pytest.mark.parametrize("read", [read_manifest, _by_androguard])
def test_elements_count_whatever_their_namespace(full: Manifest, read: Callable[[Libraries], Manifest]) -> None:
    """Real apps have `<android:uses-permission/>`, and Android gives them what they ask for."""
    found = read(libraries(namespaced(FULL)))

    assert replace(found, reader=full.reader) == full


def test_identity(full: Manifest) -> None:
    """Package, both halves of the version code, name, SDK levels and label."""
    assert (full.package, full.version_code, full.version_name) == ("com.example.app", (1 << 32) + 7, "1.2")
    assert (full.min_sdk, full.target_sdk, full.label) == (21, 30, "A & <B>")


def test_permissions(full: Manifest) -> None:
    """Each way of asking once, in the order of the file, with its SDK levels and what the app promises."""
    assert full.permissions == (
        UsedPermission(name="android.permission.INTERNET"),
        UsedPermission(name="android.permission.READ_SMS", max_sdk=28),
        UsedPermission(name="android.permission.READ_SMS"),
        UsedPermission(name="android.permission.CAMERA", min_sdk=23),
        UsedPermission(name="android.permission.BLUETOOTH", min_sdk=24),
        UsedPermission(name="android.permission.BLUETOOTH_SCAN", flags=("neverForLocation",)),
        UsedPermission(name="android.permission.ACCESS_FINE_LOCATION", flags=("onlyForLocationButton",)),
    )
    assert full.declared_permissions == (DeclaredPermission(name="com.example.P", protection_level="signature"),)


def test_features_queries_and_meta_data(full: Manifest) -> None:
    """What stands beside the components."""
    assert full.features == (Feature(name="android.hardware.camera", required=False),)
    assert full.queries == Queries(packages=("com.other",), authorities=("x.y",))
    assert full.meta_data == (("KEY", "v"),)


def test_flags(full: Manifest) -> None:
    """As written; None where nothing is written."""
    assert (full.debuggable, full.allow_backup, full.cleartext_traffic) == (True, False, True)
    assert (full.test_only, full.network_security_config) == (None, None)


def test_a_network_security_configuration_is_found_by_the_number_of_its_resource() -> None:
    """All files of a type may have one name, by which a library takes the first."""
    manifest = Node("manifest", {":package": "a.b"}, [Node("application", {"networkSecurityConfig": Ref(FIRST + 1)})])
    data = zip_bytes(
        [
            Member(name="AndroidManifest.xml", content=axml(manifest)),
            Member(name="resources.arsc", content=arsc(["res/a.xml", "res/b.xml"])),
        ]
    )

    assert read_manifest(Libraries(open_apk(as_file(data), limits=Limits()))).network_security_config == "res/b.xml"


def test_a_circle_of_resources_ends() -> None:
    """A library would never come back from it."""
    manifest = Node("manifest", {":package": "a.b"}, [Node("application", {"label": Ref(FIRST)})])
    members = {"AndroidManifest.xml": axml(manifest), "resources.arsc": arsc([Ref(FIRST + 1), Ref(FIRST)])}
    data = zip_bytes([Member(name=name, content=content) for name, content in members.items()])

    assert str(read_manifest(Libraries(open_apk(as_file(data), limits=Limits()))).label).startswith("@")


def test_a_reference_without_the_name_of_its_attribute_is_resolved() -> None:
    """Protectors take the names away; the id is what counts."""
    manifest = axml(Node("manifest", {":package": "a.b"}, [Node("application", {"label": Ref(FIRST)})]))
    nameless = manifest.replace("label".encode("utf-16-le"), bytes(10)).replace(b"\5\0" + bytes(10), bytes(12))
    members = {"AndroidManifest.xml": nameless, "resources.arsc": arsc(["Shown"])}
    data = zip_bytes([Member(name=name, content=content) for name, content in members.items()])

    assert read_manifest(Libraries(open_apk(as_file(data), limits=Limits()))).label == "Shown"


def test_components_have_full_names_and_kinds(full: Manifest) -> None:
    """Short names get the package."""
    assert [(item.kind.value, item.name) for item in full.components] == [
        ("activity", "com.example.app.Main"),
        ("activity-alias", "com.example.app.Alias"),
        ("service", "com.push.Service"),
        ("receiver", "com.example.app.Boot"),
        ("provider", "com.example.app.Files"),
    ]
    assert full.application_class == "com.example.app.App"


def test_components_are_exported_by_default_with_filters(full: Manifest) -> None:
    """An undeclared receiver with a filter is; a service and a provider without are not."""
    exported = {item.kind: (item.exported, item.exported_declared) for item in full.components}
    assert exported == {
        ComponentKind.ACTIVITY: (True, True),
        ComponentKind.ACTIVITY_ALIAS: (True, None),
        ComponentKind.SERVICE: (False, None),
        ComponentKind.RECEIVER: (True, None),
        ComponentKind.PROVIDER: (False, None),
    }


def test_details_of_components(full: Manifest) -> None:
    """Process, foreground types, authorities, target and filters."""
    activity, alias, service, receiver, provider = full.components
    assert (service.process, service.foreground_types) == ("com.example.app:push", ("dataSync", "location"))
    assert (provider.authorities, provider.permission) == (("a.b", "c.d"), "p")
    assert (alias.target, alias.enabled, receiver.actions) == ("com.example.app.Main", False, frozenset({"BOOT"}))
    assert activity.filters[0].data == (FilterData(scheme="https", host="example.com", path="/a"),)
    assert activity.filters[0].priority == -5


def test_launchers(full: Manifest) -> None:
    """The disabled alias is a launcher, but not the main activity."""
    assert (full.main_activity, full.launchers) == (
        "com.example.app.Main",
        ("com.example.app.Main", "com.example.app.Alias"),
    )


def test_apk_info_is_asked_first() -> None:
    """A plain manifest never needs androguard."""
    assert manifest_of().reader is Reader.APK_INFO


def test_the_label_of_the_launcher_stands_in() -> None:
    """Where the application has none."""
    assert manifest_of([Node("activity", {"name": ".Main", "label": "Launch me"}, [LAUNCH])]).label == "Launch me"


def test_old_apps_export_their_providers() -> None:
    """Below SDK 17 that is the default."""
    provider = manifest_of([Node("provider", {"name": ".P", "authorities": "a"})]).components[0]
    assert (provider.exported, provider.exported_declared) == (True, None)


def test_a_disabled_application_disables_its_components() -> None:
    """Whatever they say."""
    assert not manifest_of([Node("activity", {"name": ".A", "enabled": True})], enabled=False).components[0].enabled


def test_a_codename_is_no_sdk_level() -> None:
    """A preview's target is a word."""
    root = Node("manifest", {":package": "a.b"}, [Node("uses-sdk", {"targetSdkVersion": "VanillaIceCream"})])
    assert read_manifest(libraries(root)).target_sdk is None


def test_missing_parts_are_noted() -> None:
    """A manifest without package and application."""
    kinds = [odd.kind for odd in read_manifest(libraries(Node("manifest"))).anomalies]
    assert kinds == ["manifest.no-package", "manifest.no-application"]


def test_element_names_cannot_smuggle_elements() -> None:
    """A name that would print as another element is noted, and the tree is read instead of the text."""
    evil = 'x/>\n  <uses-permission android:name="EVIL"/>\n  <x'
    root = Node("manifest", {":package": "a.b"}, [Node("uses-permission", {"name": "GOOD"}), Node(evil)])
    manifest = read_manifest(libraries(root))
    assert [permission.name for permission in manifest.permissions] == ["GOOD"]
    assert (manifest.reader, manifest.anomalies[0].kind) == (Reader.ANDROGUARD, "manifest.odd-name")


def test_values_cannot_smuggle_elements() -> None:
    """Quotes, brackets and control characters stay inside the value."""
    evil = 'x"/><uses-permission android:name="EVIL\n\x01'
    root = Node("manifest", {":package": "a.b"}, [Node("uses-permission", {"name": evil})])
    assert [permission.name[:4] for permission in read_manifest(libraries(root)).permissions] == ['x"/>']


def test_plain_names_are_not_odd() -> None:
    """Those of every real manifest."""
    assert oddities(axml(FULL))[:2] == ((), ())


def test_a_value_that_stands_twice_and_differs_is_noted() -> None:
    """Android takes actions by their raw text and names by their typed value; one library knows only one of them."""
    action = Node("action", {"name": "android.intent.action.BOOT_COMPLETED"})
    receiver = Node("receiver", {"name": "a.B"}, [Node("intent-filter", {}, [action])])
    root = Node("manifest", {":package": "a.b", "label": "harmless"}, [Node("application", {}, [receiver])])
    data = axml(root)
    # The strings of names come first, then those of values in the order of the tree: find both by their ids.
    boot, harmless = (_string_id(data, text) for text in ("android.intent.action.BOOT_COMPLETED", "harmless"))
    twice = struct.pack("<IHBBI", boot, 8, 0, 3, boot)
    manifest = read_manifest(_libraries_of(data.replace(twice, struct.pack("<IHBBI", boot, 8, 0, 3, harmless))))

    assert [(odd.kind, odd.subject, odd.detail) for odd in manifest.anomalies] == [
        ("manifest.two-values", "android.intent.action.BOOT_COMPLETED", "read by others as harmless")
    ]


def _libraries_of(manifest: bytes) -> Libraries:
    """Return both libraries over an APK with this binary manifest."""
    data = zip_bytes([Member(name="AndroidManifest.xml", content=manifest)])
    return Libraries(open_apk(memoryview(data), limits=Limits()))


def _string_id(manifest: bytes, wanted: str) -> int:
    """Return the id of a string in the pool of a binary manifest."""
    return next(number for number in range(100) if string(manifest, 8, number) == wanted)


def test_a_manifest_of_rubbish_is_malformed() -> None:
    """Neither library reads it."""
    data = zip_bytes([Member(name="AndroidManifest.xml", content=b"rubbish" * 20)])
    with pytest.raises(MalformedError):
        read_manifest(Libraries(open_apk(memoryview(data), limits=Limits())))


def test_a_manifest_that_does_not_inflate_is_malformed() -> None:
    """The archive has it, but not its bytes."""
    data = zip_bytes([Member(name="AndroidManifest.xml", content=b"\xff" * 90, deflated=False)])
    with pytest.raises(MalformedError):
        read_manifest(Libraries(open_apk(memoryview(data), limits=Limits())))


BINARY = axml(FULL)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(BINARY) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_manifest_raises_nothing_but_inspection_errors(changes: list[tuple[int, int]]) -> None:
    """Any bytes of a good one replaced."""
    damaged = bytearray(BINARY)
    for at, value in changes:
        damaged[at] = value
    data = zip_bytes([Member(name="AndroidManifest.xml", content=bytes(damaged))])
    try:
        manifest = read_manifest(Libraries(open_apk(memoryview(data), limits=Limits())))
    except InspectionError:
        return
    assert all(isinstance(item, Component) for item in manifest.components)


@given(st.binary(max_size=200))
def test_looking_at_names_never_raises(data: bytes) -> None:
    """Whatever stands behind a good header."""
    assert isinstance(oddities(BINARY[:100] + data), tuple)
