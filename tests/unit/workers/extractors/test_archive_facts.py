"""Extractors that read names and members of the archive."""

from __future__ import annotations

from tests.unit.workers.extractors.fake import APP, FakeCode, make_manifest, make_view
from workers.model.evidence import JSON
from workers.static.extractors import (
    archive,
    download_install,
    dynamic_code,
    native_libs,
    packer,
    self_start,
    signing,
)
from workers.static.readers.anomaly import Anomaly
from workers.static.readers.file import BIG, WholeFile
from workers.static.readers.manifest_model import Component, ComponentKind, IntentFilter, Reader, UsedPermission
from workers.static.readers.signing_model import Signer, Signing


def _object(value: JSON) -> dict[str, JSON]:
    """Return an object."""
    assert isinstance(value, dict)
    return value


def _activity(name: str) -> Component:
    """Return an activity."""
    return Component(kind=ComponentKind.ACTIVITY, name=name, exported=False)


def test_native_libraries_are_told_by_abi() -> None:
    """Only files right under lib/ABI/ count."""
    names = (
        "lib/x86/liba.so",
        "lib/arm64-v8a/libb.so",
        "lib/arm64-v8a/liba.so",
        "lib/arm64-v8a/sub/libc.so",
        "lib/x.so",
    )
    assert native_libs.extract(make_view(members=dict.fromkeys(names, b""))) == {
        "arm64-v8a": ["liba.so", "libb.so"],
        "x86": ["liba.so"],
    }


def test_a_packer_is_named_with_its_evidence() -> None:
    """Library and Application class point to one packer; the app's own classes are gone."""
    view = make_view(
        members={"assets/libjiagu.so": b"", "lib/armeabi/libx.so": b""},
        manifest=make_manifest(application_class="com.stub.StubApp", components=(_activity("com.example.app.Main"),)),
        code=FakeCode(classes=("Lcom/stub/StubApp;",)),
    )
    assert packer.extract(view) == {
        "name": "360 Jiagu",
        "name_zh": "360 加固",
        "evidence": [
            {"kind": "application", "value": "com.stub.StubApp"},
            {"kind": "asset", "value": "libjiagu.so"},
        ],
        "others": [],
        "shell": True,
        "components": 1,
        "components_missing": 1,
    }


def test_a_packer_whose_app_is_still_there_is_no_shell() -> None:
    """A leftover library does not hide code that can be read."""
    view = make_view(
        members={"lib/arm64-v8a/libDexHelper.so": b""},
        manifest=make_manifest(components=(_activity("com.example.app.Main"),)),
        code=FakeCode(classes=("Lcom/example/app/Main;",)),
    )
    fact = _object(packer.extract(view))
    assert (fact["name"], fact["shell"]) == ("Bangcle", False)


def test_a_weak_trace_alone_names_no_packer() -> None:
    """`libexec.so` is too common a name to accuse anyone."""
    assert packer.extract(make_view(members={"lib/x86/libexec.so": b""})) is None


def test_embedded_code_is_found_by_its_first_bytes() -> None:
    """A dex under another name, native code in assets, and an archive in disguise."""
    members = {
        "classes.dex": b"dex\n035\0",
        "classes2.dex": b"dex\n035\0",
        "assets/a.png": b"dex\n035\0rest",
        "assets/core.dat": b"\x7fELF\x02\x01\x01\x00",
        "assets/p.bin": b"PK\x03\x04\x14\x00\x00\x00",
        "assets/plugin.apk": b"\x00\x01\x02\x03\x04\x05\x06\x07",
        "assets/data.zip": b"PK\x03\x04\x14\x00\x00\x00",
        "assets/readme.txt": b"hello, world",
        "lib/x86/liba.so": b"\x7fELF\x02\x01\x01\x00",
    }
    fact = _object(dynamic_code.extract(make_view(members=members)))
    assert [(row["name"], row["kind"]) for row in fact["embedded"] if isinstance(row, dict)] == [  # type: ignore[union-attr]
        ("assets/a.png", "dex"),
        ("assets/core.dat", "elf"),
        ("assets/p.bin", "zip"),
        ("assets/plugin.apk", "apk"),
    ]


def test_of_a_big_file_the_most_suspect_members_are_looked_at() -> None:
    """Large ones that are no pictures; a name that says that it is code needs no look to be told."""
    pictures = {f"assets/{number}.png": b"dex\n035\0" + bytes(5_000) for number in range(50)}
    members = {**pictures, "assets/y": b"dex\n035\0", "assets/p.apk": b"PK\x03\x04\x14\x00\x00\x00"}
    view = make_view(members=members, file=WholeFile(bytes(BIG + 1)))
    fact = _object(dynamic_code.extract(view))
    found = {str(row["name"]): row["kind"] for row in fact["embedded"] if isinstance(row, dict)}  # type: ignore[union-attr]

    assert ("dex", "apk") == (found["assets/y"], found["assets/p.apk"])
    assert (32, 20) == (len(found), fact["not_looked_at"])


def test_class_loaders_are_told_with_their_owner() -> None:
    """Who loads code from elsewhere is told."""
    fake = FakeCode(calls=((APP, "Ldalvik/system/DexClassLoader;-><init>"),))
    fact = _object(dynamic_code.extract(make_view(code=fake)))
    assert fact["loaders"] == [{"api": "Ldalvik/system/DexClassLoader;-><init>", "caller": APP, "sdk": None}]


def test_download_and_install_are_told_together() -> None:
    """Permission, download manager, install intent, APK address and downloading SDKs."""
    view = make_view(
        manifest=make_manifest(permissions=(UsedPermission(name="android.permission.REQUEST_INSTALL_PACKAGES"),)),
        code=FakeCode(
            classes=("Lcom/ss/android/downloadlib/A;", "Lokhttp3/Call;"),
            calls=((APP, "Landroid/app/DownloadManager;->enqueue"),),
            constants=((APP, "application/vnd.android.package-archive"), (APP, "https://a.cn/game.apk?x=1")),
        ),
    )
    assert download_install.extract(view) == {
        "request_install_packages": True,
        "callers": [{"api": "Landroid/app/DownloadManager;->enqueue", "caller": APP, "sdk": None}],
        "install_intents": [{"type": "application/vnd.android.package-archive", "caller": APP, "sdk": None}],
        "apk_urls": ["https://a.cn/game.apk"],
        "sdks": ["Pangle downloader"],
    }


def test_self_start_has_receivers_services_and_filters_made_in_code() -> None:
    """Boot receivers, sync adapters, open services, and actions named where a filter is made."""
    boot = "android.intent.action.BOOT_COMPLETED"
    present = "android.intent.action.USER_PRESENT"
    parts = (
        Component(
            kind=ComponentKind.RECEIVER,
            name="com.igexin.sdk.PushReceiver",
            exported=True,
            filters=(IntentFilter(actions=(boot, "com.example.OTHER"), priority=1_000),),
        ),
        Component(kind=ComponentKind.RECEIVER, name="com.example.app.Quiet", exported=False),
        Component(
            kind=ComponentKind.SERVICE,
            name="com.example.app.Sync",
            exported=True,
            filters=(IntentFilter(actions=("android.content.SyncAdapter",)),),
        ),
    )
    other = "Lcom/example/app/Other;->name()V"
    view = make_view(
        manifest=make_manifest(components=parts),
        code=FakeCode(
            calls=((APP, "Landroid/content/IntentFilter;->addAction"),), constants=((APP, present), (other, present))
        ),
    )
    fact = _object(self_start.extract(view))
    assert [(row["name"], row["sdk"], row["actions"], row["priority"]) for row in fact["receivers"]] == [  # type: ignore[union-attr,index,call-overload]
        ("com.igexin.sdk.PushReceiver", "Getui Push", [boot], 1_000)
    ]
    assert [row["name"] for row in fact["sync_adapters"]] == ["com.example.app.Sync"]  # type: ignore[union-attr,index,call-overload]
    assert [row["name"] for row in fact["exported_services"]] == ["com.example.app.Sync"]  # type: ignore[union-attr,index,call-overload]
    assert fact["registered_in_code"] == [{"caller": APP, "action": present, "sdk": None}]


def test_signers_are_told_with_the_debug_key() -> None:
    """The key of every developer's machine is no release key."""
    signer = Signer(scheme="v2", certificate_sha256="ab" * 32, subject="CN=Android Debug, O=Android, C=US", issuer="x")
    view = make_view(
        signing=Signing(reader=Reader.APK_INFO, schemes=("v2",), signers=(signer,), block_ids=(0x7109871A,))
    )
    fact = _object(signing.extract(view))
    assert (fact["debug_key"], fact["certificates"], fact["block_ids"]) == (True, ["ab" * 32], ["0x7109871a"])


def test_an_anomaly_with_a_hostile_name_is_printable() -> None:
    """A member name with an escape sequence does not reach a terminal."""
    odd = Anomaly(kind="zip.bad-crc", subject="assets/\x1b[2J", detail="x")
    fact = _object(archive.extract(make_view(anomalies=(odd,))))
    assert fact["anomalies"] == [{"kind": "zip.bad-crc", "subject": "assets/\\u001b[2J", "detail": "x"}]


def test_the_archive_tells_its_anomalies() -> None:
    """Disagreements of the zip are facts."""
    odd = Anomaly(kind="zip.header-conflict", subject="classes.dex", detail="names differ")
    fact = _object(archive.extract(make_view(members={"a": b"1", "b": b"22"}, anomalies=(odd,))))
    assert (fact["entries"], fact["duplicates"], fact["prefix_bytes"], fact["inflated_bytes"]) == (2, 0, 0, 3)
    assert fact["magic"] == "504b0304"
    assert fact["anomalies"] == [odd.as_json()]
