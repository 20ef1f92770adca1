"""What the static suite says about each sample app is what the app was built to show."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from workers.inspect import inspect_apk
from workers.model.evidence import JSON, Evidence
from workers.model.outcome import Outcome, OutcomeClass

BUILT = Path(__file__).resolve().parents[2] / "examples" / "apps" / "built"
READABLE = ["clean", "imei-before-consent", "induced-download", "old-target", "self-start", "two-dex"]


@cache
def evidence(name: str) -> Evidence:
    """Return the evidence on one sample app, inspected once."""
    return inspect_apk((BUILT / f"{name}.apk").read_bytes())


def fact(name: str, *path: str) -> JSON:
    """Return one fact of one app, as a reader of the document finds it."""
    value: JSON = json.loads(evidence(name).as_bytes())["facts"]
    for step in path:
        assert isinstance(value, dict)
        value = value[step]
    return value


def rows(name: str, *path: str) -> list[dict[str, JSON]]:
    """Return the rows of one fact."""
    found = fact(name, *path)
    assert isinstance(found, list)
    return [row for row in found if isinstance(row, dict)]


def uses(name: str) -> set[tuple[JSON, JSON]]:
    """Return each sensitive member that an app uses, with the SDK that uses it."""
    return {(row["api"], row["sdk"]) for row in rows(name, "api_uses")}


@pytest.mark.parametrize("name", READABLE)
def test_a_document_says_what_its_evidence_says(name: str) -> None:
    """Findings may be made of either."""
    assert evidence(name).as_json() == json.loads(evidence(name).as_bytes())


@pytest.mark.parametrize("name", READABLE)
def test_an_ordinary_app_is_read_in_full(name: str) -> None:
    """The suite sees everything of an app that hides nothing."""
    assert (evidence(name).outcome, evidence(name).reason) == (Outcome.INSPECTED, "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("clean", ("org.apkfarm.sample.clean", 1, "1.0", 21, 34, "合规示例")),
        ("imei-before-consent", ("org.apkfarm.sample.imei", 1, "1.0", 21, 22, "先收集后同意示例")),
        ("two-dex", ("org.apkfarm.sample.twodex", 2, "2.0", 21, 33, "双 DEX 示例")),
        ("packed-looking", ("org.apkfarm.sample.packed", 1, "1.0", 21, 30, "疑似加固示例")),
        ("self-start", ("org.apkfarm.sample.selfstart", 1, "1.0", 21, 28, "自启动示例")),
        ("induced-download", ("org.apkfarm.sample.induced", 1, "1.0", 21, 30, "诱导下载示例")),
        ("old-target", ("org.apkfarm.sample.oldtarget", 220, "2.2.0", 14, 22, "低目标版本示例")),
    ],
)
def test_the_identity_is_read(name: str, expected: tuple[str, int, str, int, int, str]) -> None:
    """Package, versions, SDK levels and Chinese label are those of the source."""
    app = evidence(name).app
    assert (app.package, app.version_code, app.version_name, app.min_sdk, app.target_sdk, app.label) == expected


def test_the_clean_app_uses_nothing_sensitive() -> None:
    """No sensitive use, no permission and no SDK is seen in the clean app."""
    assert (fact("clean", "api_uses"), fact("clean", "permissions"), fact("clean", "sdks")) == ([], [], [])


def test_the_clean_app_has_a_privacy_policy() -> None:
    """The text in the resources is found."""
    assert fact("clean", "privacy_policy", "found") is True


def test_the_imei_is_attributed_to_the_sdk() -> None:
    """The call stands in a class of the SDK's prefix, so the SDK is the subject, not the app."""
    assert uses("imei-before-consent") == {("Landroid/telephony/TelephonyManager;->getDeviceId", "Getui Push")}


def test_the_caller_of_the_imei_is_named() -> None:
    """The use says which method reads the IMEI."""
    (row,) = rows("imei-before-consent", "api_uses")
    assert row["caller"] == "Lcom/igexin/sample/DeviceId;->imei(Landroid/content/Context;)Ljava/lang/String;"


def test_both_dex_files_are_read() -> None:
    """The use in the second DEX file is found, with its argument, as the app's own."""
    assert fact("two-dex", "code", "dex_files") == ["classes.dex", "classes2.dex"]
    found = [(row["api"], row["argument"], row["sdk"]) for row in rows("two-dex", "api_uses")]
    assert found == [("Landroid/provider/Settings$Secure;->getString", "android_id", None)]


def test_the_packed_app_is_unknown_and_not_clean() -> None:
    """A shell with a packer's library ends as packed, a class of its own."""
    packed = evidence("packed-looking").outcome
    assert (packed, packed.outcome_class) == (Outcome.PACKED, OutcomeClass.APP)


def test_the_packer_is_named() -> None:
    """The packer is told by its Application class and its library."""
    assert fact("packed-looking", "packer", "name") == "360 Jiagu"
    assert {row["kind"] for row in rows("packed-looking", "packer", "evidence")} == {"application", "library"}


def test_the_malformed_app_is_an_unusable_input() -> None:
    """A file that no Android reads is an input error: not a tool error, not clean."""
    broken = evidence("malformed").outcome
    assert (broken, broken.outcome_class) == (Outcome.MALFORMED, OutcomeClass.INPUT)


def test_self_start_is_seen() -> None:
    """The receiver for the end of booting and the exported keep-alive service are seen."""
    (receiver,) = rows("self-start", "self_start", "receivers")
    actions = receiver["actions"]
    assert isinstance(actions, list)
    assert "android.intent.action.BOOT_COMPLETED" in actions
    exported = {row["name"] for row in rows("self-start", "self_start", "exported_services")}
    assert "org.apkfarm.sample.selfstart.KeepAliveService" in exported


def test_the_shake_advertisement_is_seen() -> None:
    """A motion listener in an ad SDK is a lead."""
    assert fact("induced-download", "shake_sensor", "in_ad_sdk") is True


def test_the_induced_download_is_seen() -> None:
    """The permission, the address of the APK, and the SDK that downloads are seen."""
    assert fact("induced-download", "download_install", "request_install_packages") is True
    assert fact("induced-download", "download_install", "apk_urls") == ["https://download.ad-sample.invalid/game.apk"]
    assert ("Landroid/app/DownloadManager;->enqueue", "Pangle downloader") in uses("induced-download")


@pytest.mark.parametrize("kind", ["contacts", "sms", "location", "clipboard", "installed_apps"])
def test_the_old_app_collects_in_its_own_code(kind: str) -> None:
    """Each kind of personal information is read by the app itself, not by an SDK."""
    assert {row["sdk"] for row in rows("old-target", "api_uses") if row["pi_kind"] == kind} == {None}


def test_the_old_app_sends_in_clear_text() -> None:
    """Clear text is allowed, and an address without encryption is found."""
    assert fact("old-target", "network_security", "cleartext") is True
    assert fact("old-target", "urls", "hosts") == ["upload.old-sample.invalid"]


def test_the_old_app_asks_for_what_it_never_uses() -> None:
    """Camera and microphone are declared and used by no code."""
    unused = {row["group"] for row in rows("old-target", "permission_gap", "unused_groups")}
    assert unused == {"CAMERA", "MICROPHONE"}


def test_the_old_app_is_signed_the_old_way() -> None:
    """The scheme of the only signature is v1; the others have three."""
    assert fact("old-target", "signing", "schemes") == ["v1"]
    assert fact("clean", "signing", "schemes") == ["v1", "v2", "v3"]
