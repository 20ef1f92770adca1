"""The real sandbox on the project's own sample apps: confined JVM, real framework, real screenshots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workers.dynamic.suite import run
from workers.dynamic.toolkit import BackendMissingError, find_toolkit
from workers.static.view import StaticView

BUILT = Path(__file__).parents[2] / "examples" / "apps" / "built"
PNG = b"\x89PNG\r\n\x1a\n"


def _missing() -> str:
    """Return what the sandbox lacks on this machine, empty if nothing."""
    try:
        find_toolkit()
    except BackendMissingError as error:
        return str(error)
    return ""


MISSING = _missing()
pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"The dynamic suite cannot run here. {MISSING}"),
    pytest.mark.usefixtures("warm_sandboxes"),
]


def _run(name: str, out: Path) -> dict[str, Any]:
    """Run one sample app."""
    apk = BUILT / f"{name}.apk"
    document: dict[str, Any] = run(apk, StaticView(apk.read_bytes()), out)
    return document


def test_an_imei_read_at_start_is_seen_with_the_apps_own_stack(tmp_path: Path) -> None:
    """Cold start, before anything was touched: kind, phase and the frame of the app; twice the same."""
    document = _run("imei-before-consent", tmp_path)
    assert document["outcome"] == "inspected", document["reason"]
    assert document["reached"] == {"application": True, "launcher_resumed": True}
    event = next(e for e in document["events"] if e["pi_kind"] == "imei")
    assert event["phase"] == "cold_start"
    assert event["grade"] == "simulated"
    assert event["subject"] == "Getui Push"
    assert event["sim_ms"] < 1_000
    assert not event["stack"][0].startswith(("java.", "apkfarm.", "org.robolectric."))
    again = _run("imei-before-consent", tmp_path)
    assert again["events"] == document["events"]


def test_the_clean_twin_is_accused_of_nothing_and_has_a_picture(tmp_path: Path) -> None:
    """No personal information is told of an app that reads none; both screenshots are there."""
    document = _run("clean", tmp_path)
    assert document["outcome"] == "inspected", document["reason"]
    assert [e for e in document["events"] if e["pi_kind"]] == []
    assert document["screenshots"][:2] == ["cold-start-1s.png", "cold-start-30s.png"]
    assert all((tmp_path / name).read_bytes().startswith(PNG) for name in document["screenshots"])
    assert document["screens"][0]["windows"]


def test_an_app_that_uses_up_its_time_is_unknown(tmp_path: Path) -> None:
    """A deadline that nothing can keep ends as a timeout, with a document all the same."""
    apk = BUILT / "clean.apk"
    document: dict[str, Any] = run(apk, StaticView(apk.read_bytes()), tmp_path, seconds=0.01)
    assert document["outcome"] == "timeout"
    assert document["reached"]["launcher_resumed"] is False


def test_a_packed_app_is_unknown_and_its_missing_class_is_the_inputs_fault(tmp_path: Path) -> None:
    """The shell alone runs: nobody may read that as clean."""
    document = _run("packed-looking", tmp_path)
    assert document["outcome"] == "packed"
    assert {failure["fault"] for failure in document["components"]["failures"]} == {"input"}
