"""Extractors that read the manifest alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.workers.extractors.fake import make_manifest, make_view
from tests.unit.workers.readers.build_axml import Node, axml
from workers.model.evidence import JSON
from workers.static.extractors import components, manifest, network_security, permissions, queries
from workers.static.readers.manifest_model import (
    Component,
    ComponentKind,
    DeclaredPermission,
    FilterData,
    IntentFilter,
    Queries,
    UsedPermission,
)


def _rows(value: JSON) -> list[dict[str, JSON]]:
    """Return a table as rows."""
    assert isinstance(value, list)
    assert all(isinstance(row, dict) for row in value)
    return [row for row in value if isinstance(row, dict)]


def _object(value: JSON) -> dict[str, JSON]:
    """Return an object."""
    assert isinstance(value, dict)
    return value


def test_flags_that_are_not_set_stay_null() -> None:
    """A rule can tell `false` from silence."""
    fact = _object(manifest.extract(make_view(manifest=make_manifest(debuggable=True))))
    assert fact["debuggable"] is True
    assert fact["allow_backup"] is None


def test_hostile_text_is_escaped_and_cut() -> None:
    """A name with control characters and two million letters stays small and printable."""
    name = "a\x1b[31m\u202e" + "b" * 2_000_000
    fact = _object(manifest.extract(make_view(manifest=make_manifest(application_class=name))))
    shown = fact["application_class"]
    assert isinstance(shown, str)
    assert shown.startswith("a\\u001b[31m\\u202ebb")
    assert shown.endswith("…")
    assert len(shown) == 2_048


def test_a_dangerous_permission_has_its_group_and_names() -> None:
    """The row says what a person needs to know about the permission."""
    view = make_view(
        manifest=make_manifest(permissions=(UsedPermission(name="android.permission.READ_PHONE_STATE", max_sdk=28),))
    )
    assert _rows(permissions.extract(view)) == [
        {
            "name": "android.permission.READ_PHONE_STATE",
            "min_sdk": None,
            "max_sdk": 28,
            "flags": [],
            "known": True,
            "protection": "dangerous",
            "dangerous": True,
            "group": "PHONE",
            "name_en": "Read phone status and identity",
            "name_zh": "读取电话状态",
            "defined_here": False,
        }
    ]


def test_a_permission_asked_for_twice_counts_once_without_the_limit() -> None:
    """An element without `maxSdkVersion` beats one with it."""
    asked = (
        UsedPermission(name="android.permission.CAMERA", max_sdk=28),
        UsedPermission(name="android.permission.CAMERA"),
    )
    rows = _rows(permissions.extract(make_view(manifest=make_manifest(permissions=asked))))
    assert [(row["name"], row["max_sdk"]) for row in rows] == [("android.permission.CAMERA", None)]


def test_two_elements_for_one_permission_hold_on_all_levels_of_either_and_promise_what_both_do() -> None:
    """Android takes each element that applies to its own level, whatever stands first."""
    asked = (
        UsedPermission(name="a.B", min_sdk=23, max_sdk=28, flags=("neverForLocation",)),
        UsedPermission(name="a.B", min_sdk=31, max_sdk=33),
        UsedPermission(name="a.C", min_sdk=23, flags=("neverForLocation",)),
    )
    rows = _rows(permissions.extract(make_view(manifest=make_manifest(permissions=asked))))
    assert [(row["min_sdk"], row["max_sdk"], row["flags"]) for row in rows] == [
        (23, 33, []),
        (23, None, ["neverForLocation"]),
    ]


def test_an_unknown_permission_is_told_as_such() -> None:
    """A permission of the app itself is neither known nor dangerous."""
    view = make_view(
        manifest=make_manifest(
            permissions=(UsedPermission(name="com.example.app.PUSH"),),
            declared_permissions=(DeclaredPermission(name="com.example.app.PUSH", protection_level="signature"),),
        )
    )
    row = _rows(permissions.extract(view))[0]
    assert (row["known"], row["dangerous"], row["group"], row["defined_here"]) == (False, False, None, True)


def test_a_component_belongs_to_the_sdk_of_its_class() -> None:
    """A push service in the manifest is the SDK's, with its filters as given."""
    service = Component(
        kind=ComponentKind.SERVICE,
        name="cn.jpush.android.service.PushService",
        exported=True,
        process="com.example.app:push",
        filters=(IntentFilter(actions=("cn.jpush.REGISTER",), data=(FilterData(scheme="https", host="a.cn"),)),),
    )
    row = _rows(components.extract(make_view(manifest=make_manifest(components=(service,)))))[0]
    assert (row["kind"], row["sdk"], row["exported"]) == ("service", "JPush", True)
    assert row["filters"] == [
        {
            "actions": ["cn.jpush.REGISTER"],
            "categories": [],
            "data": [{"scheme": "https", "host": "a.cn"}],
            "priority": 0,
        }
    ]


def test_an_alias_belongs_to_the_activity_behind_it() -> None:
    """An alias may have any name; its target says whose it is."""
    alias = Component(
        kind=ComponentKind.ACTIVITY_ALIAS, name="com.example.app.Hidden", target="com.kwad.sdk.Ad", exported=False
    )
    row = _rows(components.extract(make_view(manifest=make_manifest(components=(alias,)))))[0]
    assert row["sdk"] == "Kuaishou Ads"


def test_components_beyond_the_limit_are_counted() -> None:
    """A manifest with 6,000 receivers gives 5,000 rows and says that 1,000 are left out."""
    many = tuple(
        Component(kind=ComponentKind.RECEIVER, name=f"com.example.app.R{number}", exported=False)
        for number in range(6_000)
    )
    rows = components.extract(make_view(manifest=make_manifest(components=many)))
    assert isinstance(rows, list)
    assert (len(rows), getattr(rows, "left_out", None)) == (5_000, 1_000)


def test_queries_tell_all_packages_from_some() -> None:
    """QUERY_ALL_PACKAGES and the entries of <queries> are told apart."""
    view = make_view(
        manifest=make_manifest(
            permissions=(UsedPermission(name="android.permission.QUERY_ALL_PACKAGES"),),
            queries=Queries(
                packages=("com.tencent.mm",), intents=(IntentFilter(actions=("android.intent.action.VIEW",)),)
            ),
        )
    )
    fact = _object(queries.extract(view))
    assert fact["query_all_packages"] is True
    assert fact["packages"] == ["com.tencent.mm"]


def test_clear_text_is_off_by_default_since_28() -> None:
    """The target level decides where the manifest is silent."""
    new = _object(network_security.extract(make_view(manifest=make_manifest(target_sdk=28))))
    old = _object(network_security.extract(make_view(manifest=make_manifest(target_sdk=27))))
    assert (new["cleartext"], old["cleartext"]) == (False, True)


def _network(data: bytes | None, **manifest: Any) -> dict[str, JSON]:
    """Return the fact of an app whose manifest names a configuration; without bytes it is not there."""
    named = make_manifest(network_security_config="res/xml/net.xml", **manifest)
    view = make_view(manifest=named, members={} if data is None else {"res/xml/net.xml": data})
    return _object(network_security.extract(view))


def _config(*children: Node) -> bytes:
    """Return a configuration."""
    return axml(Node("network-security-config", children=children))


CLEAR = ":cleartextTrafficPermitted"


def test_a_configuration_counts_and_the_manifests_flag_does_not() -> None:
    """From API level 24 on."""
    silent = _network(_config(), target_sdk=30, cleartext_traffic=True)
    clear = _network(_config(Node("base-config", {CLEAR: True})), target_sdk=30, cleartext_traffic=False)

    assert (silent["declared"], silent["cleartext"], clear["cleartext"]) == (True, False, True)
    assert (silent["config"], silent["config_present"], silent["config_error"]) == ("res/xml/net.xml", True, None)


@pytest.mark.parametrize(
    ("target", "cleartext", "certificates"),
    [(23, True, ["system", "user"]), (24, True, ["system"]), (27, True, ["system"]), (28, False, ["system"])],
)
def test_the_target_level_decides_where_nothing_is_said(target: int, cleartext: bool, certificates: list[str]) -> None:
    """With an empty configuration and with none at all."""
    facts = [
        _network(_config(), target_sdk=target),
        _object(network_security.extract(make_view(manifest=make_manifest(target_sdk=target)))),
    ]

    assert [(fact["cleartext"], fact["certificates"]) for fact in facts] == [(cleartext, certificates)] * 2
    assert [fact["user_certificates"] for fact in facts] == ["user" in certificates] * 2


def test_a_domain_has_what_the_base_says_where_it_is_silent() -> None:
    """Each domain is a row."""
    trust = Node("trust-anchors", children=[Node("certificates", {":src": "user"})])
    domains = [Node("domain", {":includeSubdomains": True}, text="a.example"), Node("domain", text="b.example")]
    fact = _network(
        _config(Node("base-config", {CLEAR: False}, [trust]), Node("domain-config", {CLEAR: True}, domains)),
        target_sdk=30,
    )

    assert [(row["domain"], row["subdomains"]) for row in _rows(fact["domains"])] == [
        ("a.example", True),
        ("b.example", False),
    ]
    assert [(row["cleartext"], row["certificates"]) for row in _rows(fact["domains"])] == [(True, ["user"])] * 2
    assert (fact["cleartext"], fact["user_certificates"]) == (False, True)


@pytest.mark.parametrize(
    ("data", "words"),
    [(None, "not in the archive"), (b"x", "no binary XML"), (axml(Node("paths")), "no network security")],
)
def test_a_configuration_that_cannot_be_read_leaves_all_open(data: bytes | None, words: str) -> None:
    """Unknown is not safe: the reason is told."""
    fact = _network(data, target_sdk=30, cleartext_traffic=False)

    assert (fact["cleartext"], fact["user_certificates"], fact["domains"]) == (None, None, [])
    assert words in str(fact["config_error"])
