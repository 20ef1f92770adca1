"""Extractors of how an app stays, hides and evades."""

from __future__ import annotations

import struct
import zlib

import pytest

from tests.unit.workers.extractors.fake import APP, FakeCode, make_manifest, make_view
from workers.static.extractors import evasion, keep_alive, launcher, library_versions, reachability
from workers.static.extractors.launcher import transparent_png
from workers.static.readers.anomaly import Anomaly
from workers.static.readers.manifest_model import Component, ComponentKind, IntentFilter
from workers.static.readers.program import CALL, CALLBACK, ENTRY, OTHER_CALLBACK

PUSH = "Lcn/jpush/android/a;->a()V"
IMEI = "Landroid/telephony/TelephonyManager;->getDeviceId"


def png(width: int, height: int, pixel: bytes, colour: int = 6) -> bytes:
    """Return a picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + bytes(4)

    rows = (b"\1" + pixel * width) * height
    head = struct.pack(">2I5B", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_tricks_are_counted_with_their_callers() -> None:
    """Each caller once, with the SDK it belongs to."""
    alarm = "Landroid/app/AlarmManager;->setRepeating"
    fact = keep_alive.extract(make_view(code=FakeCode(calls=((PUSH, alarm), (PUSH, alarm), (APP, alarm)))))
    assert isinstance(fact, dict)
    assert fact["callers_by_trick"] == {"alarm": 2}
    assert fact["callers"] == [
        {"trick": "alarm", "api": alarm, "caller": PUSH, "sdk": "JPush"},
        {"trick": "alarm", "api": alarm, "caller": APP, "sdk": None},
    ]


@pytest.mark.parametrize(("exported", "rows"), [(True, 1), (False, 0)])
def test_components_that_other_apps_wake_are_told(exported: bool, rows: int) -> None:
    """Only those that others can reach."""
    service = Component(
        kind=ComponentKind.SERVICE,
        name="cn.jpush.android.service.DaemonService",
        exported=exported,
        process="com.example.app:push",
        filters=(IntentFilter(actions=("cn.jpush.android.intent.DaemonService",)),),
    )
    fact = keep_alive.extract(make_view(manifest=make_manifest(components=(service,))))
    assert isinstance(fact, dict)
    assert isinstance(fact["wake_ups"], list)
    assert (len(fact["wake_ups"]), fact["processes"]) == (rows, ["com.example.app:push"])


@pytest.mark.parametrize(
    ("content", "transparent"),
    [
        (png(4, 4, bytes(4)), True),
        (png(4, 4, b"\0\0\0\1"), False),
        (png(4, 4, bytes(3), colour=2), None),
        (png(60_000, 60_000, b""), None),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), None),
        (b"RIFF", None),
    ],
)
def test_an_icon_without_a_visible_pixel_is_seen(content: bytes, transparent: bool | None) -> None:
    """Other pictures are not judged."""
    assert transparent_png(content) is transparent


def test_a_hidden_launcher_shows() -> None:
    """A disabled alias, a blank label, an empty icon, and code that switches components."""
    alias = Component(kind=ComponentKind.ACTIVITY_ALIAS, name="com.example.app.Alias", exported=True, enabled=False)
    switch = "Landroid/content/pm/PackageManager;->setComponentEnabledSetting"
    view = make_view(
        manifest=make_manifest(components=(alias,), launchers=(alias.name,), label="\u200b ", icon="res/i.png"),
        members={"res/i.png": png(2, 2, bytes(4))},
        code=FakeCode(calls=((APP, switch),)),
    )
    assert launcher.extract(view) == {
        "launchers": 1,
        "enabled_launchers": 0,
        "label": "\\u200b ",
        "label_blank": True,
        "icon": "res/i.png",
        "icon_transparent": True,
        "component_switches": [{"caller": APP, "sdk": None}],
    }


def test_versions_come_from_three_kinds_of_files() -> None:
    """What is no version, and files of other names, are left out."""
    members = {
        "META-INF/androidx.core_core-ktx.version": b"1.12.0\n",
        "META-INF/androidx.core_odd.version": b"task ':x' property 'version'",
        "META-INF/maven/com.alibaba/fastjson/pom.properties": b"#x\nversion=1.1.72.android\n",
        "play-services-base.properties": b"version=18.2.0\nclient=play-services-base\n",
        "other.properties": b"version=1\n",
    }
    rows = library_versions.extract(make_view(members=members))
    assert isinstance(rows, list)
    assert [(row["name"], row["version"]) for row in rows if isinstance(row, dict)] == [
        ("core-ktx", "1.12.0"),
        ("fastjson", "1.1.72.android"),
        ("play-services-base", "18.2.0"),
    ]


def test_tricks_against_readers_are_counted_by_kind() -> None:
    """What is no trick is left out."""
    kinds = ("zip.encrypted-flag", "zip.encrypted-flag", "zip.other")
    fact = evasion.extract(make_view(anomalies=tuple(Anomaly(kind=kind) for kind in kinds)))
    assert isinstance(fact, dict)
    assert fact["kinds"] == 1
    assert fact["tricks"] == [
        {"kind": "zip.encrypted-flag", "meaning": "marked as encrypted, which Android ignores", "count": 2}
    ]


def test_names_that_lead_out_of_a_folder_are_a_trick() -> None:
    """Whoever unpacks them writes elsewhere; two dots inside a name are nothing."""
    names = ("META-INF/../../CERT.RSA", "/etc/hosts", "res/..png", "assets/a..b", "assets/...")

    fact = evasion.extract(make_view(members=dict.fromkeys(names, b"")))

    meaning = "names of members that lead out of the folder they are unpacked to"
    assert fact == {"kinds": 1, "tricks": [{"kind": "zip.escaping-name", "meaning": meaning, "count": 2}]}


def test_the_way_to_a_sensitive_use_is_told() -> None:
    """With its entry, its length, and what stands between; uses without a way are listed apart."""
    start, run = "Lcom/example/app/Main;->onCreate()V", "Lcom/example/app/Work;->run()V"
    other = "Lcom/example/app/Dead;->x()V"
    path = ((start, ENTRY), ("Lx;->y()V", CALL), ("Lx;->z()V", CALLBACK + OTHER_CALLBACK), (run, CALLBACK))
    view = make_view(
        manifest=make_manifest(
            components=(Component(kind=ComponentKind.ACTIVITY, name="com.example.app.Main", exported=True),)
        ),
        code=FakeCode(
            calls=((run, IMEI), (other, IMEI)),
            paths={run: path},
        ),
    )
    fact = reachability.extract(view)
    assert isinstance(fact, dict)
    assert fact["without_path"] == [other]
    assert fact["paths"] == [
        {
            "caller": run,
            "sdk": None,
            "steps": 3,
            "entry_kind": "activity",
            "entry": "com.example.app.Main",
            "via": ["callback", "thread"],
            "path": [start, "Lx;->y()V", "Lx;->z()V", run],
        }
    ]
