"""Dynamic documents for tests, and a suite that gives them instead of running an app."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from workers.model.services import Services
from workers.static.view import StaticView

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture"


def event(**fields: Any) -> dict[str, Any]:
    """Return an event: the IMEI read by the app before consent, but for what is said otherwise."""
    return {
        "sim_ms": 10,
        "phase": "cold_start",
        "consent": "none",
        "kind": "api",
        "op": "android.telephony.TelephonyManager.getDeviceId",
        "pi_kind": "imei",
        "args": [],
        "stack": ["com.example.app.Main.onCreate:7"],
        "subject": "app",
        "canary": [],
    } | fields


def document(*events: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a document of a run that came to its end, with one picture."""
    return {
        "engine": "dynamic-1",
        "backend": "sandbox",
        "grade": "simulated",
        "outcome": "inspected",
        "reason": "",
        "services": "present",
        "reached": {"application": True, "launcher_resumed": True},
        "components": {"tried": 2, "ok": 2, "failures": []},
        "consent": None,
        "phases": [{"phase": "cold_start", "sim_ms": 30_000}],
        "events": list(events),
        "screens": [{"label": "cold-start-1s", "phase": "cold_start", "activity": "com.example.app.Main"}],
        "screenshots": ["cold-start-1s.png"],
        "not_seen": [],
        "cost": {"cpu_s": 4.2, "wall_s": 5.5, "peak_mb": 400},
    } | fields


def suite_that_tells(told: dict[str, Any], **files: bytes) -> Callable[..., dict[str, Any]]:
    """Return a stand-in for `workers.dynamic.suite.run` that writes its picture and the files, and tells the document.

    Names of files have `__` for a dot. The document says what services it was asked for.
    """

    def run(apk: Path, view: StaticView, out: Path, *, seconds: float, services: Services) -> dict[str, Any]:
        assert apk.read_bytes()
        assert view.manifest.package
        assert seconds >= 0
        for name in told.get("screenshots", ()):
            (out / name).write_bytes(PNG)
        for name, content in files.items():
            (out / name.replace("__", ".")).write_bytes(content)
        return told | {"services": services.value}

    return run
