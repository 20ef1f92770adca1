"""Extractors that read the code: whose it is, what it uses, what it says."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.unit.workers.extractors.fake import APP, FakeCode, make_manifest, make_view
from workers.model.evidence import JSON
from workers.static.extractors import (
    api_uses,
    code,
    permission_gap,
    privacy_policy,
    sdks,
    shake_sensor,
    urls,
    webview,
)
from workers.static.readers.code import UnreadableDex
from workers.static.readers.manifest_model import Component, ComponentKind, UsedPermission

DEVICE_ID = "Landroid/telephony/TelephonyManager;->getDeviceId"
SECURE = "Landroid/provider/Settings$Secure;->getString"
PUSH = "Lcn/jpush/android/a/Core;->init()V"
ANDROIDX = "Landroidx/appcompat/app/TwilightManager;->get()V"


def _rows(value: JSON) -> list[dict[str, JSON]]:
    """Return a table as rows."""
    assert isinstance(value, list)
    return [row for row in value if isinstance(row, dict)]


def _object(value: JSON) -> dict[str, JSON]:
    """Return an object."""
    assert isinstance(value, dict)
    return value


def _uses(fake: FakeCode, **manifest: object) -> list[dict[str, JSON]]:
    """Return the sensitive uses of an app with this code."""
    return _rows(api_uses.extract(make_view(code=fake, manifest=make_manifest(**manifest))))


def test_a_call_is_told_with_caller_sdk_and_permission() -> None:
    """The row has what the script contract promises: api, caller, sdk."""
    rows = _uses(FakeCode(calls=((PUSH, DEVICE_ID),)), min_sdk=21)
    assert rows == [
        {
            "api": DEVICE_ID,
            "caller": PUSH,
            "sdk": "JPush",
            "pi_kind": "imei",
            "permissions": ["android.permission.READ_PHONE_STATE"],
            "argument": None,
            "argument_reaches": None,
        }
    ]


def test_own_code_has_no_sdk() -> None:
    """A use in the app's own package belongs to nobody else."""
    assert [row["sdk"] for row in _uses(FakeCode(calls=((APP, DEVICE_ID),)))] == [None]


def test_two_calls_in_one_method_are_one_use() -> None:
    """Rows are distinct by member, caller, kind and argument."""
    assert len(_uses(FakeCode(calls=((APP, DEVICE_ID), (APP, DEVICE_ID))))) == 1


def test_settings_count_only_for_the_android_id() -> None:
    """The same call with another argument is no identifier."""
    other = "Lcom/example/app/Other;->run()V"
    fake = FakeCode(calls=((APP, SECURE), (other, SECURE)), constants=((APP, "android_id"), (other, "adb_enabled")))
    assert [(row["caller"], row["pi_kind"], row["argument"]) for row in _uses(fake)] == [
        (APP, "android_id", "android_id")
    ]


def test_a_constant_that_reaches_its_call_is_surer_than_one_near_it() -> None:
    """The row says which it is."""
    other = "Lcom/example/app/Other;->read()V"
    fake = FakeCode(
        calls=((APP, SECURE), (other, SECURE)),
        constants=((APP, "android_id"), (other, "android_id")),
        reaching=((APP, "android_id"),),
    )
    found = {row["caller"]: row["argument_reaches"] for row in _uses(fake)}

    assert found == {APP: True, other: False}


def test_a_field_counts_like_a_call() -> None:
    """`Build.SERIAL` is a read of the serial number."""
    rows = _uses(FakeCode(fields=((APP, "Landroid/os/Build;->SERIAL"),)))
    assert [(row["api"], row["pi_kind"]) for row in rows] == [("Landroid/os/Build;->SERIAL", "serial")]


def test_a_call_through_a_subclass_counts_as_the_framework_member() -> None:
    """`this.requestPermissions()` in an activity names the activity, and means `Activity`."""
    fake = FakeCode(
        supers={"Lcom/example/app/Main;": "Lcom/example/app/Base;", "Lcom/example/app/Base;": "Landroid/app/Activity;"},
        calls=((APP, "Lcom/example/app/Main;->requestPermissions"),),
        constants=((APP, "android.permission.READ_PHONE_STATE"), (APP, "android.permission.CAMERA"), (APP, "hello")),
    )
    row = _uses(fake)[0]
    assert row["api"] == "Landroid/app/Activity;->requestPermissions"
    assert row["argument"] == "android.permission.CAMERA,android.permission.READ_PHONE_STATE"


def test_a_class_that_inherits_from_itself_ends_the_search() -> None:
    """A hostile hierarchy with a loop neither hangs nor matches."""
    fake = FakeCode(supers={"La/A;": "La/B;", "La/B;": "La/A;"}, calls=((APP, "La/A;->requestPermissions"),))
    assert _uses(fake) == []


def test_reflection_stands_last_and_platform_code_before_it() -> None:
    """Where rows are cut off, the least telling ones go first."""
    invoke = "Ljava/lang/reflect/Method;->invoke"
    fake = FakeCode(calls=((APP, invoke), (ANDROIDX, DEVICE_ID), (PUSH, DEVICE_ID)))
    assert [(row["pi_kind"], row["sdk"]) for row in _uses(fake)] == [
        ("imei", "JPush"),
        ("imei", "AndroidX"),
        ("reflection", None),
    ]


def test_permissions_of_old_systems_are_not_told_to_new_apps() -> None:
    """With a minimum of 31 the Bluetooth permission of Android 11 plays no part."""
    fake = FakeCode(calls=((APP, "Landroid/bluetooth/BluetoothAdapter;->getBondedDevices"),))
    assert [row["permissions"] for row in _uses(fake, min_sdk=31)] == [["android.permission.BLUETOOTH_CONNECT"]]


def test_sdks_are_counted_by_class_and_grouped_by_name() -> None:
    """Two prefixes of one SDK are one row; unknown and own classes are none."""
    fake = FakeCode(
        classes=("Lcom/kwad/sdk/A;", "Lcom/kwad/sdk/B;", "Lcom/ksad/C;", "Lcom/example/app/Main;", "Lorg/nobody/X;")
    )
    assert _rows(sdks.extract(make_view(code=fake))) == [
        {
            "name": "Kuaishou Ads",
            "name_zh": "快手联盟",
            "vendor": "Kuaishou",
            "category": "ads",
            "version": None,
            "version_told_by": None,
            "prefix": "com.kwad",
            "prefixes": ["com.ksad", "com.kwad"],
            "classes": 3,
            "components": 0,
        }
    ]


def _versions(initial: Mapping[str, str]) -> dict[object, object]:
    """Return the version of each SDK of an app whose static fields start with `initial`."""
    fake = FakeCode(classes=tuple({field.partition("->")[0] for field in initial}), initial=initial)
    return {row["name"]: row["version"] for row in _rows(sdks.extract(make_view(code=fake)))}


def test_a_constant_of_the_table_tells_the_version() -> None:
    """What stands in front of it is left out, and the constant is named."""
    field = "Lcom/tencent/mm/opensdk/constants/Build;->SDK_VERSION_NAME"
    fake = FakeCode(classes=("Lcom/tencent/mm/opensdk/constants/Build;",), initial={field: "android 6.8.0"})
    (row,) = _rows(sdks.extract(make_view(code=fake)))

    assert row["version"] == "6.8.0"
    assert row["version_told_by"] == "com.tencent.mm.opensdk.constants.Build.SDK_VERSION_NAME"


def test_an_sdk_of_the_table_is_known_by_the_table_alone() -> None:
    """Umeng's build script says 1.0.2 whatever the release is."""
    script = {"Lcom/umeng/commonsdk/BuildConfig;->VERSION_NAME": "1.0.2"}
    own = {"Lcom/umeng/commonsdk/statistics/SdkVersion;->SDK_VERSION": "2.2.5"}

    assert _versions(script | own) == {"Umeng Common": "2.2.5"}
    assert _versions(script) == {"Umeng Common": None}


def test_a_build_config_below_the_prefix_of_an_sdk_tells_the_version() -> None:
    """That of the shortest package, and there the most telling field."""
    told = {
        "Lcom/geetest/sdk/x/BuildConfig;->VERSION_NAME": "9.9.9",
        "Lcom/geetest/sdk/BuildConfig;->VERSION_NAME": "3.5.6",
        "Lcom/squareup/leakcanary/core/BuildConfig;->LIBRARY_VERSION": "2.7",
        "Lcom/squareup/leakcanary/core/BuildConfig;->VERSION_NAME": "2.6",
    }
    assert _versions(told) == {"GeeTest": "3.5.6", "LeakCanary": "2.7"}


def test_chinese_sdks_tell_their_version_by_a_constant_or_a_build_config() -> None:
    """A text stands before some; a build configuration may have the number of the template or the true one."""
    told = {
        "Lcom/cmic/sso/sdk/auth/AuthnHelper;->SDK_VERSION": "quick_login_android_5.6.5",
        "Lcn/jpush/client/android/BuildConfig;->VERSION_NAME": "5.4.0",
        "Lcom/bytedance/sdk/openadsdk/BuildConfig;->VERSION_NAME": "1.0",
        "Lcom/bytedance/sdk/openadsdk/TTAdSdk;->SDK_VERSION_NAME": "6.4.1.1",
    }
    assert _versions(told) == {"China Mobile one-tap login": "5.6.5", "JPush": "5.4.0", "Pangle": "6.4.1.1"}


def test_what_tells_nothing_is_no_version() -> None:
    """The template's number, other texts, the app's own code, and code of nobody known."""
    told = {
        "Lcom/youth/banner/BuildConfig;->VERSION_NAME": "1.0",
        "Lcom/alibaba/fastjson/JSON;->VERSION": "${project.version}",
        "Lcn/bmob/v3/BuildConfig;->APPLICATION_ID": "3.7.2",
        "Lcom/example/app/BuildConfig;->VERSION_NAME": "5.0.1",
        "Lorg/nobody/BuildConfig;->VERSION_NAME": "5.0.1",
    }
    assert _versions(told) == {"Banner": None, "Bmob": None, "Fastjson": None}


def test_an_sdk_shows_by_its_component_alone() -> None:
    """In a packed app the classes are hidden, the manifest is not."""
    service = Component(kind=ComponentKind.SERVICE, name="com.igexin.sdk.PushService", exported=False)
    rows = _rows(sdks.extract(make_view(manifest=make_manifest(components=(service,)))))
    assert [(row["name"], row["classes"], row["components"]) for row in rows] == [("Getui Push", 0, 1)]


def test_urls_lose_xml_namespaces_and_sentence_ends() -> None:
    """Only addresses that could be called are left, with host and owner."""
    fake = FakeCode(
        constants=(
            (APP, "see https://api.example.com/v1/login. Then"),
            (PUSH, "https://bjuser.jpush.cn/v1"),
            (APP, "http://schemas.android.com/apk/res/android"),
            (APP, "http://%s/path"),
        ),
        table=("http://10.1.2.3:8080/x",),
    )
    fact = _object(urls.extract(make_view(code=fake)))
    assert fact["urls"] == [
        {"url": "http://10.1.2.3:8080/x", "host": "10.1.2.3", "sdks": []},
        {"url": "https://api.example.com/v1/login", "host": "api.example.com", "sdks": [None]},
        {"url": "https://bjuser.jpush.cn/v1", "host": "bjuser.jpush.cn", "sdks": ["JPush"]},
    ]
    assert fact["hosts"] == ["10.1.2.3", "api.example.com", "bjuser.jpush.cn"]


@pytest.mark.parametrize("url", ["http://[::1/", "https://a..b\u202e.com/", "http://:80/", "https://" + "a" * 9_000])
def test_broken_urls_do_no_harm(url: str) -> None:
    """An address that no parser likes gives at most a bounded, escaped row."""
    fact = _object(urls.extract(make_view(code=FakeCode(table=(url,)))))
    for row in _rows(fact["urls"]):
        assert isinstance(row["url"], str)
        assert row["url"].isprintable()
        assert len(row["url"]) <= 2_048


@pytest.mark.parametrize("behind", ["查看错误码说明", "，再试一次", "（官网）", "！", "：", "“官网”", "　"])
def test_a_chinese_sentence_around_an_address_is_no_part_of_it(behind: str) -> None:
    """No blank stands between the two, as in what the AMap SDK logs."""
    fact = _object(urls.extract(make_view(code=FakeCode(table=(f"请到https://lbs.example.com/faq/{behind}",)))))

    assert [row["url"] for row in _rows(fact["urls"])] == ["https://lbs.example.com/faq/"]


def test_urls_beyond_the_limit_are_counted() -> None:
    """3,000 addresses give 2,000 rows and a count of the rest."""
    fake = FakeCode(table=tuple(f"https://h{number}.example.com/" for number in range(3_000)))
    rows = _object(urls.extract(make_view(code=fake)))["urls"]
    assert getattr(rows, "left_out", None) == 1_000


def test_a_privacy_policy_shows_in_code_resources_and_files() -> None:
    """Each place is told on its own."""
    view = make_view(
        code=FakeCode(table=("请阅读《隐私政策》", "https://example.com/privacy.html", "plain")),
        members={
            "resources.arsc": "隐私协议 Privacy Policy".encode("utf-16-le"),
            "assets/privacy.html": b"",
            "META-INF/privacy": b"",
        },
    )
    assert privacy_policy.extract(view) == {
        "found": True,
        "texts": ["请阅读《隐私政策》"],
        "urls": ["https://example.com/privacy.html"],
        "terms_in_resources": ["隐私协议", "privacy policy"],
        "files": ["assets/privacy.html"],
    }


def test_no_sign_of_a_privacy_policy_is_told_as_such() -> None:
    """An app that says nothing has `found` false."""
    assert _object(privacy_policy.extract(make_view(code=FakeCode(table=("hello",)))))["found"] is False


def test_a_group_without_a_use_is_a_gap() -> None:
    """Contacts are asked for, no code reads them; AndroidX's own location code does not count as a use."""
    asked = ("READ_CONTACTS", "ACCESS_FINE_LOCATION", "CAMERA", "POST_NOTIFICATIONS")
    fake = FakeCode(
        calls=(
            (APP, "Landroid/hardware/Camera;->open"),
            (ANDROIDX, "Landroid/location/LocationManager;->getLastKnownLocation"),
        )
    )
    declared = tuple(UsedPermission(name=f"android.permission.{name}") for name in asked)
    fact = _object(permission_gap.extract(make_view(code=fake, manifest=make_manifest(permissions=declared))))
    assert fact["unused_groups"] == [
        {"group": "CONTACTS", "permissions": ["android.permission.READ_CONTACTS"]},
        {"group": "LOCATION", "permissions": ["android.permission.ACCESS_FINE_LOCATION"]},
    ]
    assert fact["undeclared"] == []


def test_a_use_without_its_permission_is_a_gap() -> None:
    """Reading the call log without asking is told with the callers."""
    field = "Landroid/provider/CallLog$Calls;->CONTENT_FILTER_URI"
    fact = _object(permission_gap.extract(make_view(code=FakeCode(fields=((APP, field),)))))
    assert fact["undeclared"] == [
        {"any_of": ["android.permission.READ_CALL_LOG"], "pi_kinds": ["call_log"], "uses": 1, "callers": [APP]}
    ]


def test_what_android_gives_along_with_a_permission_is_no_gap() -> None:
    """The call log came with the contacts up to target level 15; an app without a target was made for its lowest."""
    fake = FakeCode(fields=((APP, "Landroid/provider/CallLog$Calls;->CONTENT_FILTER_URI"),))
    contacts = (UsedPermission(name="android.permission.READ_CONTACTS"),)
    gaps = {}
    for target, lowest in ((None, 8), (15, 8), (16, 8), (None, 16), (None, None)):
        manifest = make_manifest(permissions=contacts, target_sdk=target, min_sdk=lowest)
        fact = _object(permission_gap.extract(make_view(code=fake, manifest=manifest)))
        gaps[target, lowest] = len(_rows(fact["undeclared"]))

    assert gaps == {(None, 8): 0, (15, 8): 0, (16, 8): 1, (None, 16): 1, (None, None): 0}


def test_a_use_that_may_do_without_the_permission_is_no_gap() -> None:
    """A contact can be picked by intent with the same address: declared it counts as a use, undeclared as nothing."""
    fake = FakeCode(fields=((APP, "Landroid/provider/ContactsContract$Contacts;->CONTENT_URI"),))
    declared = (UsedPermission(name="android.permission.READ_CONTACTS"),)
    without = _object(permission_gap.extract(make_view(code=fake)))
    with_it = _object(permission_gap.extract(make_view(code=fake, manifest=make_manifest(permissions=declared))))
    assert (without["undeclared"], with_it["unused_groups"]) == ([], [])


def test_one_of_two_permissions_is_enough() -> None:
    """Coarse location serves a call that takes either."""
    fake = FakeCode(calls=((APP, "Landroid/location/LocationManager;->getLastKnownLocation"),))
    declared = (UsedPermission(name="android.permission.ACCESS_COARSE_LOCATION"),)
    fact = _object(permission_gap.extract(make_view(code=fake, manifest=make_manifest(permissions=declared))))
    assert (fact["unused_groups"], fact["undeclared"]) == ([], [])


def test_web_view_bridges_count_through_subclasses() -> None:
    """A bridge on the app's own WebView class is a bridge."""
    fake = FakeCode(
        supers={"Lcom/example/app/Web;": "Landroid/webkit/WebView;"},
        calls=(
            (APP, "Lcom/example/app/Web;->addJavascriptInterface"),
            (APP, "Landroid/webkit/SslErrorHandler;->proceed"),
        ),
    )
    fact = _object(webview.extract(make_view(code=fake)))
    assert fact["callers_by_api"] == {
        "Landroid/webkit/SslErrorHandler;->proceed": 1,
        "Landroid/webkit/WebView;->addJavascriptInterface": 1,
    }


def test_a_sensor_listener_in_an_ad_sdk_is_marked() -> None:
    """Listeners in ad code are leads for shaking, others are not."""
    listen = "Landroid/hardware/SensorManager;->registerListener"
    ad = "Lcom/qq/e/comm/Shake;->start()V"
    fake = FakeCode(classes=("Lcom/qq/e/comm/Shake;",), calls=((ad, listen), (APP, listen)))
    assert shake_sensor.extract(make_view(code=fake)) == {
        "listeners": [
            {"caller": APP, "sdk": None, "ad_sdk": False},
            {"caller": ad, "sdk": "Tencent Ads (GDT)", "ad_sdk": True},
        ],
        "in_ad_sdk": True,
        "ad_sdks": ["Tencent Ads (GDT)"],
    }


@pytest.mark.parametrize(("defined", "complete"), [(0, False), (1, False), (2, False), (3, True), (4, True)])
def test_absence_means_something_where_most_components_have_their_class(defined: int, complete: bool) -> None:
    """Of four; half of them are not most, as the outcome has it."""
    names = ("Main", "Login", "Help", "About")
    activities = tuple(
        Component(kind=ComponentKind.ACTIVITY, name=f"com.example.app.{name}", exported=False) for name in names
    )
    fake = FakeCode(classes=tuple(f"Lcom/example/app/{name};" for name in names[:defined]))
    fact = _object(code.extract(make_view(code=fake, manifest=make_manifest(components=activities))))

    assert complete is fact["complete"]


def test_components_without_a_class_are_named() -> None:
    """A declared activity that no dex file defines is hidden or elsewhere."""
    activities = tuple(
        Component(kind=ComponentKind.ACTIVITY, name=f"com.example.app.{name}", exported=False)
        for name in ("Main", "Gone")
    )
    fake = FakeCode(
        classes=("Lcom/example/app/Main;",), unreadable=(UnreadableDex(name="classes2.dex", reason="Wrong magic."),)
    )
    fact = _object(code.extract(make_view(code=fake, manifest=make_manifest(components=activities))))
    assert fact["complete"] is False
    assert fact["components_without_class"] == ["com.example.app.Gone"]
    assert fact["unreadable"] == [{"name": "classes2.dex", "reason": "Wrong magic."}]
