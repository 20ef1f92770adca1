"""The tables of facts: complete, well-formed, and each row with a source."""

from __future__ import annotations

import re
from collections import Counter
from importlib import resources

import pytest

from workers.data import tables
from workers.data.attribution import Attribution, package_of
from workers.data.runtime import behaviours
from workers.data.tables import Category, Form, PermissionNeed, Protection, SensitiveApi, TraceKind

TABLES = (
    "behaviours.tsv",
    "packers.tsv",
    "permissions.tsv",
    "callbacks.tsv",
    "implied_permissions.tsv",
    "keep_alive.tsv",
    "pi_kinds.tsv",
    "plants.tsv",
    "sdk_versions.tsv",
    "sdks.tsv",
    "secrets.tsv",
    "sensitive_apis.tsv",
    "service_calls.tsv",
    "service_packages.tsv",
    "service_rows.tsv",
    "service_values.tsv",
    "sinks.tsv",
    "sources.tsv",
    "wake_ups.tsv",
)
PREFIX = re.compile(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*")
SERVICE_SDKS = {
    Category.ADS: 130,
    Category.AD_DOWNLOAD: 3,
    Category.ANALYTICS: 115,
    Category.CAPTCHA: 8,
    Category.CLOUD: 40,
    Category.CRASH: 45,
    Category.CUSTOMER_SERVICE: 21,
    Category.DOWNLOAD: 16,
    Category.FACE: 20,
    Category.IDENTIFIER: 24,
    Category.IM: 20,
    Category.LOGIN: 34,
    Category.MAP: 45,
    Category.PAYMENT: 64,
    Category.PUSH: 44,
    Category.SECURITY: 42,
    Category.SOCIAL: 35,
    Category.SPEECH: 16,
    Category.VENDOR_SERVICE: 64,
}
"""Names that there are at least, of the SDKs by which an app uses somebody's service.

Categories that are not here hold libraries that anybody may build into an app and that serve nobody else; media and
hot fixes hold both, and are left out whole.
"""
MEMBER = re.compile(r"L[\w$]+(/[\w$]+)*;->(<init>|[A-Za-z_$][\w$]*)")


def _lines(name: str) -> list[str]:
    """Return the lines of a table as they stand in the file."""
    return resources.files("workers.data").joinpath(name).read_text(encoding="utf-8").split("\n")


@pytest.mark.parametrize("name", TABLES)
def test_every_table_says_first_what_it_is_and_under_which_licence(name: str) -> None:
    """A table starts with a header for people that names its licence."""
    header = [line for line in _lines(name) if line.startswith("#")]
    assert len(header) >= 2
    assert any("Apache-2.0" in line for line in header)


@pytest.mark.parametrize("name", TABLES)
def test_rows_are_sorted_and_distinct(name: str) -> None:
    """Rows stand in order, so that a diff shows what changed and nothing occurs twice."""
    rows = [line for line in _lines(name) if line and not line.startswith("#")][1:]
    assert sorted(set(rows), key=lambda row: row.split("\t")) == rows


@pytest.mark.parametrize("name", TABLES)
def test_no_cell_has_spaces_around_it(name: str) -> None:
    """Cells are read as they stand; a stray blank would make a prefix that never matches."""
    cells = [cell for line in _lines(name) if not line.startswith("#") for cell in line.split("\t")]
    assert [cell for cell in cells if cell != cell.strip()] == []


def test_every_row_has_a_source_with_address_and_licence() -> None:
    """No row stands on nothing."""
    used = [row.source for row in tables.sdks().values()] + [row.source for row in tables.sensitive_apis()]
    used += [row.source for row in tables.version_fields()]
    used += [row.source for row in tables.packer_traces()] + [row.source for row in tables.permissions().values()]
    assert [source.key for source in used if not (source.title and source.url and source.licence and source.seen)] == []
    assert {source.licence for source in used} <= {"Apache-2.0", "MIT", "public fact"}


def test_there_are_at_least_as_many_rows_as_promised() -> None:
    """The tables are large enough for real apps."""
    assert len(tables.sdks()) >= 500
    assert len(tables.sensitive_apis()) >= 150
    assert len({trace.name for trace in tables.packer_traces()}) >= 15
    assert len(tables.packer_traces()) >= 20
    assert len(tables.permissions()) >= 60


def test_reading_health_data_takes_a_dangerous_permission_of_one_group() -> None:
    """Users see one group, however many kinds of data there are."""
    rows = [row for name, row in tables.permissions().items() if name.startswith("android.permission.health.READ_")]
    assert len(rows) >= 100
    assert {(row.protection, row.group) for row in rows} == {(Protection.DANGEROUS, "HEALTH")}
    assert {row.since for row in rows} <= set(range(34, tables.LAST_LEVEL + 1))


@pytest.mark.parametrize("category", SERVICE_SDKS)
def test_each_kind_of_service_has_its_sdks(category: Category) -> None:
    """Ads, push, payment and the rest are each covered: many rows of one kind do not make up for another."""
    names = {sdk.name for sdk in tables.sdks().values() if sdk.category is category}
    assert len(names) >= SERVICE_SDKS[category]


def test_service_sdks_alone_are_more_than_five_hundred() -> None:
    """General libraries do not count: what an inspector asks for is who gets the data."""
    assert sum(SERVICE_SDKS.values()) >= 520
    names = {sdk.name for sdk in tables.sdks().values() if sdk.category in SERVICE_SDKS}
    assert len(names) >= sum(SERVICE_SDKS.values())


def test_no_prefix_is_as_wide_as_a_top_level_domain() -> None:
    """`com` or `com.tencent` would take the apps and the other products of a company for one SDK."""
    wide = {
        "com.tencent",
        "com.alibaba",
        "com.baidu",
        "com.huawei",
        "com.xiaomi",
        "com.bytedance",
        "com.netease",
        "com.jd",
    }
    assert {prefix for prefix in tables.sdks() if prefix in {"cn", "com", "io", "net", "org", "me"} | wide} == set()


def test_sdk_prefixes_are_packages_and_occur_once() -> None:
    """A prefix is a Java package, and no two rows claim the same one."""
    rows = [line for line in _lines("sdks.tsv") if line and not line.startswith("#")][1:]
    counts = Counter(row.split("\t")[0].removesuffix("=") for row in rows)
    assert [prefix for prefix, count in counts.items() if count > 1] == []
    assert [prefix for prefix in counts if not PREFIX.fullmatch(prefix)] == []


def test_every_sdk_has_a_name_and_a_vendor() -> None:
    """A report names the SDK and who makes it."""
    assert [sdk.prefix for sdk in tables.sdks().values() if not (sdk.name and sdk.vendor)] == []


def test_one_sdk_name_has_one_vendor() -> None:
    """Rows of one SDK agree, because findings group by name."""
    vendors: dict[str, set[str]] = {}
    for sdk in tables.sdks().values():
        vendors.setdefault(sdk.name, set()).add(f"{sdk.vendor} {sdk.category}")
    assert {name: found for name, found in vendors.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("com.igexin.sdk", "Getui Push"),
        ("cn.jpush.android.service", "JPush"),
        ("com.umeng.commonsdk.statistics", "Umeng Common"),
        ("com.bytedance.sdk.openadsdk.core", "Pangle"),
        ("com.ss.android.socialbase.downloader", "Pangle downloader"),
        ("com.qq.e.comm", "Tencent Ads (GDT)"),
        ("com.kwad.sdk.api", "Kuaishou Ads"),
        ("com.amap.api.location", "AMap"),
        ("com.tencent.bugly.crashreport", "Bugly"),
        ("com.bun.miitmdid.core", "MSA OAID SDK"),
        ("com.huawei.hms.ads.identifier", "Huawei OAID"),
        ("com.iflytek.voiceads.view", "iFlytek Ads"),
        ("com.iflytek.cloud", "iFlytek"),
        ("com.bytedance.ads.convert", "Ocean Engine conversion"),
        ("com.kwai.monitor.log", "Kuaishou conversion"),
        ("com.qq.gdt.action", "Tencent Ads conversion"),
        ("com.sina.sso", "Weibo SSO"),
        ("com.chinaums.pppay.unify", "Chinaums"),
        ("com.hyphenate.helpdesk.easeui", "Easemob customer service"),
        ("com.hyphenate.chat", "Easemob IM"),
        ("com.alibaba.sdk.android.feedback.impl", "Aliyun feedback"),
        ("com.qihoo.gamecenter.sdk.matrix", "360 game"),
        ("com.bytedance.embedapplog.collector", "ByteDance AppLog (Pangle)"),
        ("com.xiaomi.channel.commonutils.logger", "MiPush"),
        ("org.json.alipay", "Alipay payment"),
        ("com.huawei.secure.android.common.ssl", "HMS security components"),
        ("com.sdk.base.module.manager", "China Unicom one-tap login"),
        ("com.unikuwei.mianmi.account.shield", "China Unicom one-tap login"),
        ("com.tencent.tendinsv.utils", "Tencent Cloud number verification"),
        ("com.baidu.android.bbalbs.common.util", "Baidu CUID"),
        ("org.repackage.com.heytap.openid.sdk", "Umeng OAID"),
        ("com.zx.sdk.api", "ZXID"),
        ("com.shu.priory.config", "iFlytek Ads"),
        ("com.tencent.tmsqmsp.oaid2", "Tencent Qimei"),
        ("okhttp3.internal.http", "OkHttp"),
        ("android.support.v4.app", "Android Support Library"),
        ("androidx.core.app", "AndroidX"),
    ],
)
def test_well_known_packages_are_known(package: str, name: str) -> None:
    """The SDKs that inspectors meet most are in the table."""
    found = Attribution("com.example.app").of_package(package)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "package",
    [
        "com.tencent.mm.plugin.appbrand",
        "com.tencent.mobileqq.activity",
        "com.youku.arch.pom",
        "com.alibaba.pictures.cornerstone",
        "com.ali.user.open.core",
        "com.sankuai.meituan.takeoutnew",
        "com.xiaomi.smarthome.frame",
        "com.xunlei.downloadprovider.app",
        "com.bytedance.lark.pb",
        "com.ss.squareup.wire",
        "com.plv.uberplayground.inputhandlers",
        "com.cdv.sampling.utils",
        "com.miot.android.robot",
        "com.sdk.base",
        "com.zx.sdk.floatManager",
        "com.cocos.library_base.base",
        "com.imagepicker.ui.camera",
        "com.airbnb.android.airmapview",
    ],
)
def test_code_of_a_makers_own_apps_is_no_sdk(package: str) -> None:
    """What a maker does not give to others is not in the table: a super-app is no third party in its own group."""
    assert Attribution("com.example.app").of_package(package) is None


def test_a_prefix_ends_at_a_package_boundary() -> None:
    """`com.umeng` owns `com.umeng.a`, but not `com.umengx`."""
    attribution = Attribution("com.example.app")
    owned = attribution.of_class("Lcom/umeng/a/B;")
    assert owned is not None
    assert owned.name == "Umeng"
    assert attribution.of_class("Lcom/umengx/a/B;") is None


@pytest.mark.parametrize(
    ("package", "name"),
    [("com.loc", "AMap location"), ("com.aps", "AMap location"), ("bolts", "Bolts"), ("com.tns", "NativeScript")],
)
def test_a_package_alone_owns_none_of_those_in_it(package: str, name: str) -> None:
    """`com.loc` is what an obfuscator made of AMap's, `com.loc.newsapp` is anybody's."""
    attribution = Attribution("com.example.app")
    owned = attribution.of_package(package)

    assert (name, None) == (owned and owned.name, attribution.of_package(f"{package}.newsapp.ui"))


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("com.facebook.animated.gif", "Fresco"),
        ("com.facebook.internal", "Facebook SDK"),
        ("com.github.salomonbrys.kotson", "Kotson"),
        ("com.linkedin.urls.detection", "URL Detector"),
        ("com.plv.livescenes.log", "Polyv"),
        ("com.tns.system.classes", "NativeScript"),
        ("org.jetbrains.anko", "Anko"),
        ("org.tensorflow.contrib.android", "TensorFlow"),
    ],
)
def test_a_makers_libraries_are_told_apart(package: str, name: str) -> None:
    """A picture loader of Meta is no social network, and not each library of a person is the best known one."""
    found = Attribution("com.example.app").of_package(package)

    assert name == (found and found.name)


def test_classes_are_counted_by_sdk() -> None:
    """Own, unknown and package-less classes count for nobody."""
    names = ("Lokhttp3/A;", "Lokhttp3/internal/B;", "Lcom/example/app/C;", "La;", "Lcom/qq/e/D;")
    counts = Attribution("com.example.app").count(names)
    assert {sdk.name: count for sdk, count in counts.items()} == {"OkHttp": 2, "Tencent Ads (GDT)": 1}


def test_the_longest_prefix_wins() -> None:
    """A class of the push part is push, not the analytics around it."""
    found = Attribution("com.example.app").of_method("Lcom/umeng/message/PushAgent;->register()V")
    assert found is not None
    assert (found.prefix, found.category) == ("com.umeng.message", Category.PUSH)


def test_the_vendors_own_app_is_no_third_party() -> None:
    """Inside an app of the vendor, the vendor's wide prefix is the app's own code; deeper SDKs stay SDKs."""
    attribution = Attribution("com.taobao.taobao")
    assert attribution.of_class("Lcom/taobao/tao/Main;") is None
    deeper = attribution.of_class("Lcom/taobao/accs/Service;")
    assert deeper is not None
    assert deeper.category is Category.PUSH


@pytest.mark.parametrize(
    ("app", "class_name", "sdk"),
    [
        ("com.tencent.bugly.hotfix", "Lcom/tencent/bugly/crashreport/CrashReport;", "Bugly"),
        ("com.sensorsdata.sdk.demo", "Lcom/sensorsdata/analytics/android/sdk/SensorsDataAPI;", "Sensors Data"),
        ("io.dcloud.H5A0B1C2D", "Lio/dcloud/common/DHInterface/IApp;", "DCloud uni-app"),
    ],
)
def test_an_sdk_stays_one_in_an_app_that_is_named_like_it(app: str, class_name: str, sdk: str) -> None:
    """An application id inside the prefix of an SDK does not hide the SDK: demos, apps of DCloud's cloud."""
    found = Attribution(app).of_class(class_name)
    assert found is not None
    assert found.name == sdk


def test_an_app_without_a_package_name_still_has_sdks() -> None:
    """A manifest without a package does not stop attribution."""
    assert Attribution(None).of_class("Lokhttp3/Call;") is not None


@pytest.mark.parametrize(
    ("descriptor", "package"),
    [("Lcom/example/Main;", "com.example"), ("[[Lcom/example/Main;", "com.example"), ("LMain;", ""), ("I", "")],
)
def test_the_package_of_a_descriptor(descriptor: str, package: str) -> None:
    """Arrays count as their element; classes without a package have none."""
    assert package_of(descriptor) == package


def test_members_are_well_formed() -> None:
    """A member that is written wrong never matches, and nobody would notice."""
    assert [api.member for api in tables.sensitive_apis() if not MEMBER.fullmatch(api.member)] == []


def test_fields_are_written_like_constants() -> None:
    """Field rows name constants, call rows do not."""
    for api in tables.sensitive_apis():
        name = api.member.partition("->")[2]
        assert (api.form is Form.FIELD) == name.isupper(), api.member


def test_every_kind_is_in_the_vocabulary_and_used() -> None:
    """The kinds of the tables of members and the vocabulary are the same set."""
    assert {api.pi_kind for api in (*tables.sensitive_apis(), *behaviours())} == set(tables.pi_kinds())


def test_every_needed_permission_is_in_the_permission_table() -> None:
    """A permission that a call needs has a group and a name to be reported with."""
    needed = {name for api in tables.sensitive_apis() for need in api.needs for name in need.any_of}
    assert sorted(needed - set(tables.permissions())) == []


@pytest.mark.parametrize(
    "member",
    [
        "Landroid/telephony/TelephonyManager;->getDeviceId",
        "Landroid/telephony/TelephonyManager;->getImei",
        "Landroid/provider/Settings$Secure;->getString",
        "Landroid/os/Build;->SERIAL",
        "Landroid/content/pm/PackageManager;->getInstalledPackages",
        "Landroid/content/ContentResolver;->query",
        "Landroid/app/Activity;->requestPermissions",
        "Landroidx/core/app/ActivityCompat;->requestPermissions",
        "Landroid/content/ClipboardManager;->getPrimaryClip",
    ],
)
def test_the_members_that_labs_report_are_there(member: str) -> None:
    """What every lab looks for first is in the table."""
    assert member in {api.member for api in tables.sensitive_apis()}


def _api(argument: str) -> SensitiveApi:
    """Return a row with a condition on its argument."""
    return SensitiveApi(
        member="La/B;->c",
        form=Form.CALL,
        inherit=False,
        pi_kind="sms",
        argument=argument,
        collect="",
        needs=(),
        source=tables.sources()["own"],
    )


@pytest.mark.parametrize(
    ("argument", "constant", "accepted"),
    [
        ("android_id", "android_id", True),
        ("android_id", "android_id_2", False),
        ("content://sms", "content://sms/inbox", True),
        ("content://sms", "content://smsx", False),
        ("android.intent.action.CALL", "android.intent.action.CALL_BUTTON", False),
        ("/sys/class/net/", "/sys/class/net/wlan0/address", True),
        ("pm list", "pm list packages", True),
        ("pm list", "rpm list", False),
    ],
)
def test_an_argument_is_met_as_a_whole_word(argument: str, constant: str, accepted: bool) -> None:
    """A constant counts if it is the argument or goes on after a boundary."""
    assert _api(argument).accepts(constant) is accepted


def test_a_need_has_its_levels() -> None:
    """The phone number needs another permission since API level 30."""
    rows = {api.member: api for api in tables.sensitive_apis()}
    needs = rows["Landroid/telephony/TelephonyManager;->getLine1Number"].needs
    state = PermissionNeed(any_of=("android.permission.READ_PHONE_STATE",), min_level=0, max_level=29)
    assert state in needs
    assert [need.applies(29) for need in needs] != [need.applies(30) for need in needs]


def test_dangerous_permissions_have_a_group_and_both_names() -> None:
    """The user sees a group; a report names the permission in both languages."""
    table = tables.permissions().values()
    assert [row.name for row in table if row.protection is Protection.DANGEROUS and not row.group] == []
    assert [row.name for row in table if not (row.name_en and row.name_zh)] == []


def test_version_fields_are_of_known_sdks() -> None:
    """Each is a field of a class that the table of SDKs attributes."""
    attribution = Attribution("com.example.app")
    fields = [row.field for row in tables.version_fields()]

    assert [field for field in fields if not re.fullmatch(r"L[\w/$]+;->\w+", field)] == []
    assert [field for field in fields if attribution.of_method(field) is None] == []


def test_packer_patterns_are_specific() -> None:
    """A pattern that is too short would call half of all apps packed."""
    traces = tables.packer_traces()
    assert [trace.pattern for trace in traces if len(trace.pattern.rstrip("*")) < 6] == []
    assert {trace.kind for trace in traces} == set(TraceKind)


def test_a_packer_pattern_is_exact_without_a_star() -> None:
    """`libjiagu.so` is a trace, `libjiagu.so.bak` is not; `libjiagu_*` takes every ending."""
    by_pattern = {(trace.kind, trace.pattern): trace for trace in tables.packer_traces()}
    assert by_pattern[TraceKind.LIBRARY, "libjiagu.so"].matches("libjiagu.so")
    assert not by_pattern[TraceKind.LIBRARY, "libjiagu.so"].matches("libjiagu.so.bak")
    assert by_pattern[TraceKind.LIBRARY, "libjiagu_*"].matches("libjiagu_x86.so")


def test_a_row_with_too_few_cells_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken table is refused, not half read."""

    class Folder:
        """Stands for the package's folder."""

        def joinpath(self, _name: str) -> Folder:
            """Return itself as the file."""
            return self

        def read_text(self, encoding: str) -> str:
            """Return a table whose second row lacks a cell."""
            return "# header\na\tb\n1\t2\n3\n"

    monkeypatch.setattr(resources, "files", lambda _package: Folder())
    with pytest.raises(tables.TableError, match=r"Row 2 of x\.tsv has 1 cells, not 2"):
        list(tables.rows_of("x.tsv"))
