"""Every rule sees what it should and stays silent where it should: one table of evidence examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import pytest

from farm.model.inspection import Suite
from farm.rules.catalogue import load_packs
from farm.rules.engine import VerdictState, verdicts
from tests.unit.farm.rules.evidence import component, document, permission, sdk, use
from workers.data.tables import Category
from workers.model.evidence import JSON

OBSERVED, NOT_OBSERVED = VerdictState.OBSERVED, VerdictState.NOT_OBSERVED
APP = "com.example.app"
IMEI = "android/telephony/TelephonyManager.getDeviceId"
BOOT = "android.intent.action.BOOT_COMPLETED"
ALL_APPS = permission("QUERY_ALL_PACKAGES")
INSTALLED = "android/content/pm/PackageManager.getInstalledPackages"
BSSID = "android/net/wifi/WifiInfo.getBSSID"
LISTEN = "android/hardware/SensorManager.registerListener"
DOWNLOAD = "android/app/DownloadManager.enqueue"
QUERY = "android/content/ContentResolver.query"
QUERY_APP = "android/content/pm/PackageManager.queryIntentActivities"
UNUSED: JSON = {"group": "SMS", "permissions": ["android.permission.READ_SMS"]}
INSTALL = permission("REQUEST_INSTALL_PACKAGES")
AD = sdk("Ad", "ads")
GROUPS = ("CAMERA", "CONTACTS", "LOCATION", "MICROPHONE", "PHONE", "SMS")
DANGEROUS = [permission(f"P{group}", group=group) for group in GROUPS]
ANDROID_ID = use("android/provider/Settings$Secure.getString", "android_id", argument="android_id")
MAC = use("android/net/wifi/WifiInfo.getMacAddress", "mac")
PLAIN: JSON = {"url": "http://plain.example/a", "host": "plain.example", "sdks": [None]}
LOCAL: JSON = {"url": "http://localhost/", "host": "localhost", "sdks": []}
CLEARTEXT: JSON = {"declared": True, "by_default": False, "cleartext": True, "config": None, "config_present": False}
CLEARTEXT_FOR_ONE: JSON = {
    "cleartext": False, "config": "res/xml/net.xml", "domains": [{"domain": "plain.example", "cleartext": True}]
}  # fmt: skip
SECURE_FOR_ONE: JSON = {
    "cleartext": False, "config": "res/xml/net.xml", "domains": [{"domain": "plain.example", "cleartext": False}]
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """Evidence and what a rule must say of it."""

    rule: str
    expect: VerdictState
    facts: Mapping[str, JSON]
    subjects: tuple[str, ...] = ()
    app: Mapping[str, JSON] | None = None


def seen(rule: str, *subjects: str, app: Mapping[str, JSON] | None = None, **facts: JSON) -> Example:
    """Return an example in which the rule finds these subjects."""
    return Example(rule=rule, expect=OBSERVED, facts=facts, subjects=subjects, app=app)


def silent(rule: str, app: Mapping[str, JSON] | None = None, **facts: JSON) -> Example:
    """Return an example in which the rule finds nothing."""
    return Example(rule=rule, expect=NOT_OBSERVED, facts=facts, app=app)


EXAMPLES = (
    seen("miit164.A1.s1.device_id", APP, api_uses=[use(IMEI, "imei")]),
    silent("miit164.A1.s1.device_id", api_uses=[use(IMEI, "imei", sdk="Ad")], sdks=[AD]),
    silent("miit164.A1.s1.device_id", api_uses=[use(IMEI, "imei", sdk="AndroidX")]),
    seen("miit164.A1.s1.app_list", APP, api_uses=[use(INSTALLED, "installed_apps")]),
    seen("miit164.A1.s1.app_list", APP, permissions=[ALL_APPS]),
    silent("miit164.A1.s1.app_list", api_uses=[use(QUERY_APP, "app_query")]),
    seen("miit164.A1.s1.personal", APP, api_uses=[use(QUERY, "contacts")]),
    silent("miit164.A1.s1.personal", api_uses=[use(QUERY, "media")]),
    seen("miit164.A1.s4.device_id", "Ad", api_uses=[use(IMEI, "imei", sdk="Ad"), use(IMEI, "imei")], sdks=[AD]),
    silent("miit164.A1.s4.device_id", api_uses=[use(IMEI, "imei")]),
    seen("miit164.A1.s4.app_list", "Ad", api_uses=[use(INSTALLED, "installed_apps", sdk="Ad")], sdks=[AD]),
    silent("miit164.A1.s4.app_list", api_uses=[use(INSTALLED, "installed_apps")]),
    seen("miit164.A2.s3", "Ad", api_uses=[use(BSSID, "bssid", sdk="Ad")], sdks=[AD]),
    silent("miit164.A2.s3", api_uses=[use(BSSID, "bssid", sdk="Map")], sdks=[sdk("Map", "map")]),
    seen(
        "miit164.A2.s6",
        APP,
        permissions=[permission("ACCESS_BACKGROUND_LOCATION", group="LOCATION")],
        api_uses=[use("android/location/LocationManager.getLastKnownLocation", "location")],
    ),
    silent("miit164.A2.s6", permissions=[permission("ACCESS_BACKGROUND_LOCATION", group="LOCATION")]),
    silent("miit164.A2.s6", api_uses=[use("android/location/LocationManager.getLastKnownLocation", "location")]),
    seen("miit164.A3.s1", "Ad", api_uses=[use(QUERY, "sms", sdk="Ad")], sdks=[AD]),
    silent("miit164.A3.s1", permissions=[], api_uses=[use(QUERY, "sms", sdk="Ad")], sdks=[AD]),
    seen("miit164.B1.s4", APP, permissions=list(DANGEROUS)),
    silent("miit164.B1.s4", permissions=[*DANGEROUS[:5], permission("OTHER", group="CAMERA")]),
    seen(
        "miit164.B1.s8",
        APP,
        permission_gap={"unused_groups": [UNUSED], "undeclared": []},
    ),
    silent("miit164.B1.s8", permissions=list(DANGEROUS)),
    seen(
        "miit164.B2.s1",
        "Push",
        components=[component("receiver", "com.vendor.R", BOOT, sdk="Push")],
        sdks=[sdk("Push", "push")],
    ),
    seen("miit164.B2.s1", APP, components=[component("receiver", "com.example.R", BOOT)]),
    silent("miit164.B2.s1", components=[component("receiver", "com.example.R", "com.example.OWN")]),
    silent("miit164.B2.s1", components=[component("receiver", "androidx.work.R", BOOT, sdk="AndroidX")]),
    seen("miit164.B2.s3", APP, components=[component("service", "com.example.S", "android.content.SyncAdapter")]),
    silent("miit164.B2.s3", components=[component("activity", "com.example.S", "android.content.SyncAdapter")]),
    seen(
        "miit164.C1.s1",
        "Ad",
        permissions=[INSTALL],
        api_uses=[use(DOWNLOAD, "download", sdk="Ad")],
        sdks=[AD],
    ),
    silent("miit164.C1.s1", api_uses=[use(DOWNLOAD, "download", sdk="Ad")], sdks=[AD]),
    seen("miit164.C1.s1.own", APP, permissions=[INSTALL], api_uses=[use(DOWNLOAD, "download")]),
    silent("miit164.C1.s1.own", permissions=[INSTALL]),
    seen("miit164.C1.shake", "Ad", api_uses=[use(LISTEN, "sensors", sdk="Ad")], sdks=[AD]),
    silent("miit164.C1.shake", api_uses=[use(LISTEN, "sensors")]),
    seen("cac191.1.1", APP, privacy_policy={"found": False, "texts": [], "urls": [], "files": []}),
    silent("cac191.1.1"),
    seen("cac191.2.1", APP, sdks=[AD, sdk("AndroidX", "platform_library")]),
    silent("cac191.2.1", sdks=[sdk("OkHttp", "network")]),
    seen(
        "cac191.3.1.clipboard",
        APP,
        "Ad",
        api_uses=[
            use("android/content/ClipboardManager.getPrimaryClip", "clipboard"),
            use("android/content/ClipboardManager.getPrimaryClip", "clipboard", sdk="Ad"),
        ],
        sdks=[AD],
    ),
    silent("cac191.3.1.clipboard", api_uses=[use("android/content/ClipboardManager.hasPrimaryClip", "clipboard")]),
    seen("cac191.3.1.early_sdk", "Ad", components=[component("provider", "com.vendor.P", sdk="Ad")], sdks=[AD]),
    silent("cac191.3.1.early_sdk", components=[component("provider", "com.example.P")]),
    seen("cac191.4.1.many_ids", APP, api_uses=[use(IMEI, "imei"), ANDROID_ID, MAC]),
    silent("cac191.4.1.many_ids", api_uses=[use(IMEI, "imei", sdk="Ad"), ANDROID_ID, MAC], sdks=[AD]),
    seen("cac191.4.6", APP, app={"target_sdk": 22}, permissions=[permission("CAMERA", group="CAMERA")]),
    silent("cac191.4.6", app={"target_sdk": 23}, permissions=[permission("CAMERA", group="CAMERA")]),
    silent("cac191.4.6", app={"target_sdk": 22}),
    seen("cac191.4.6", APP, app={"target_sdk": None, "min_sdk": 5}, permissions=[permission("CAMERA", group="CAMERA")]),
    seen(
        "cac191.4.6", APP, app={"target_sdk": None, "min_sdk": None}, permissions=[permission("CAMERA", group="CAMERA")]
    ),
    silent("cac191.4.6", app={"target_sdk": None, "min_sdk": 23}, permissions=[permission("CAMERA", group="CAMERA")]),
    seen("cac191.5.1.cleartext", APP, network_security=CLEARTEXT, urls={"urls": [PLAIN], "hosts": ["plain.example"]}),
    seen("cac191.5.1.cleartext", APP, network_security=CLEARTEXT_FOR_ONE, urls={"urls": [PLAIN], "hosts": []}),
    silent("cac191.5.1.cleartext", urls={"urls": [PLAIN], "hosts": ["plain.example"]}),
    silent("cac191.5.1.cleartext", network_security=SECURE_FOR_ONE, urls={"urls": [PLAIN], "hosts": []}),
    silent(
        "cac191.5.1.cleartext",
        network_security=CLEARTEXT,
        urls={"urls": [LOCAL], "hosts": []},
    ),
)

RULES = {rule.code: rule for pack in load_packs() for rule in pack.rules if rule.suite is Suite.STATIC}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.rule}-{example.expect}")
def test_a_rule_says_of_an_example_what_it_should(example: Example) -> None:
    """The verdict and the subjects are those of the example."""
    found = {verdict.rule.code: verdict for verdict in verdicts(document(example.facts, app=example.app), load_packs())}
    verdict = found[example.rule]

    assert (verdict.state, tuple(finding.subject.name for finding in verdict.findings)) == (
        example.expect,
        example.subjects,
    )


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_an_example_for_and_against(code: str) -> None:
    """No rule goes without a positive and a negative example."""
    assert {example.expect for example in EXAMPLES if example.rule == code} == {OBSERVED, NOT_OBSERVED}


@pytest.mark.parametrize("code", RULES)
def test_a_rule_is_silent_on_a_clean_app(code: str) -> None:
    """The clean app gives no finding under any rule."""
    found = {verdict.rule.code: verdict for verdict in verdicts(document(), load_packs())}

    assert found[code].state is NOT_OBSERVED


def test_rules_name_only_categories_that_the_sdk_table_can_hold() -> None:
    """A category that no SDK has would never match."""
    known = {category.value for category in Category}
    used = {name for rule in RULES.values() for name in _values_of(asdict(rule.condition), "categories")}

    assert used - known == set()


def test_rules_name_only_kinds_that_the_table_of_kinds_has() -> None:
    """A kind that no row has would never match."""
    from farm.rules.vocabulary import kinds

    used = {name for rule in RULES.values() for name in _values_of(asdict(rule.condition), "pi_kinds")}

    assert used - set(kinds()) == set()


def _values_of(node: object, field: str) -> set[str]:
    """Return all values in fields whose name ends with `field`."""
    found: set[str] = set()
    if isinstance(node, Mapping):
        for name, value in node.items():
            found |= set(value) if str(name).endswith(field) else _values_of(value, field)
    elif isinstance(node, tuple | list):
        for value in node:
            found |= _values_of(value, field)
    return found
