"""The document tells sources, sinks and what could not be seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.unit.workers.dynamic.playing import DECLARED, HOME, IMEI, call, play
from workers.dynamic.document import missing
from workers.dynamic.scripted import Effect, ScriptedApp, node, page

PLAIN = ScriptedApp(screens={"home": HOME}, on={"launch": [Effect(to="home")]})
SMS = call("android.telephony.SmsManager.sendTextMessage", canary=["imei", "input"], at=20)


def _with(*lines: dict[str, object]) -> ScriptedApp:
    """Return an app that tells these lines at its start."""
    return replace(PLAIN, on={**PLAIN.on, "boot": [Effect(tells=list(lines))]})


def test_a_sink_names_the_read_before_it(tmp_path: Path) -> None:
    """From source to sink; a value whose reading was not seen has no source."""
    told, _ = play(_with(IMEI, SMS), tmp_path)
    assert [
        {
            "canary": kind,
            "op": "android.telephony.SmsManager.sendTextMessage",
            "phase": "cold_start",
            "consent": "none",
            "subject": "app",
            "event": 1,
            "source": source,
        }
        for kind, source in (("imei", 0), ("input", None))
    ] == told["sinks"]


def test_a_sink_before_the_read_has_no_source(tmp_path: Path) -> None:
    """What is read afterwards was not it."""
    told, _ = play(_with(SMS, IMEI), tmp_path)
    assert [None, None] == [sink["source"] for sink in told["sinks"]]


def test_what_could_not_be_seen_is_listed(tmp_path: Path) -> None:
    """Native code, web pages, other processes, the services of other apps."""
    web = page("a.Main", node(type_name="android.webkit.WebView", web=True))
    bind = call("service:com.google.android.gms", kind="limit")
    app = replace(_with(call("native:a.B.c", kind="limit"), bind), screens={"home": web})
    told, _ = play(app, tmp_path, declared=replace(DECLARED, processes=("org.example.app:push",)))
    native, service = "native:a.B.c", "service:com.google.android.gms"
    assert [native, service, "web content", "process:org.example.app:push", "gms"] == told["not_seen"]


def test_a_service_that_answers_is_no_limit(tmp_path: Path) -> None:
    """That an app binds it says nothing: only what is bound in vain was not seen."""
    bind = call("android.content.Context.bindService", args=["Intent { pkg=com.huawei.hwid }"])
    told, _ = play(_with(bind), tmp_path)
    assert [] == told["not_seen"]


def test_a_document_has_the_same_fields_whatever_happened(tmp_path: Path) -> None:
    """Where nothing could be run, each is there and empty."""
    told, _ = play(PLAIN, tmp_path)
    assert list(told) == list(missing("Java is not installed."))
    assert "backend_missing" == missing("Java is not installed.")["outcome"]


def test_components_are_counted_and_failures_say_whose_fault(tmp_path: Path) -> None:
    """Steps within a life are no components of their own."""
    common = {"type": "component", "kind": "activity", "name": "a.Main"}
    lines = [
        {**common, "ok": True},
        {**common, "ok": False, "trace": ["java.lang.NullPointerException: x", "  a.Main.onCreate(Main.java:1)"]},
        {**common, "ok": False, "step": "run", "trace": []},
    ]
    told, _ = play(_with(*lines), tmp_path, declared=replace(DECLARED, components=()))
    assert (2, 1) == (told["components"]["tried"], told["components"]["ok"])
    assert [("app", "start", "cold_start"), ("sandbox", "run", "cold_start")] == [
        (item["fault"], item["step"], item["phase"]) for item in told["components"]["failures"]
    ]
