"""Every rule on a run of the app sees what it should and stays silent where it should."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from farm.model.inspection import Suite
from farm.rules.catalogue import load_packs
from farm.rules.engine import Verdict, VerdictState, verdicts
from tests.unit.farm.rules.evidence import document
from workers.model.evidence import JSON

APP = "com.example.app"
NEWS = "新闻资讯"
BEYOND = "cac191.4.1.beyond_type"
CONSENT: JSON = {"kind": "dialog", "agree": {"text": "同意"}, "refuse": {"text": "不同意"}, "preticked": False}
PHASES: JSON = ["cold_start", "refuse", "explore", "background", "self_start", "forced"]
CONSENTS: JSON = ["none", "refused", "agreed", "forced"]
CLEAN: dict[str, JSON] = {
    "dynamic_outcome": {
        "outcome": "inspected", "application": True, "launcher_resumed": True, "phases": PHASES, "consents": CONSENTS,
    },
    "dynamic_pi": [],
    "dynamic_sinks": [],
    "dynamic_permissions": [],
    "dynamic_self_start": [],
    "dynamic_consent": CONSENT,
    "dynamic_refuse": {"outcome": "continues"},
    "sdks": [{"name": "Ad", "category": "ads"}],
}  # fmt: skip
"""Facts of a run in which every phase took place and nothing was seen."""


def read(kind: str, phase: str = "cold_start", consent: str = "none", sdk: str | None = None, **more: JSON) -> JSON:
    """Return a row of `dynamic_pi`."""
    row: dict[str, JSON] = {"phase": phase, "consent": consent, "sdk": sdk, "op": "android.a.B.get", "pi_kind": kind}
    return row | {"granted": True, "count": 1, "sim_ms": 0, "stack": [], "canary": []} | more


def asked(**more: JSON) -> JSON:
    """Return a row of `dynamic_permissions`."""
    row: dict[str, JSON] = {"phase": "cold_start", "permissions": ["android.permission.CAMERA"], "at_start": False}
    return row | {"after_denial": None, "bundled": False} | more


def left(sink: str, **more: JSON) -> JSON:
    """Return a row of `dynamic_sinks`."""
    row: dict[str, JSON] = {"phase": "explore", "consent": "agreed", "sdk": None, "op": "android.a.B.send"}
    return row | {"sink": sink, "kind": "api", "pi_kind": "imei", "args": [], "count": 1} | more


def woken(action: str) -> JSON:
    """Return a row on a broadcast that has started a receiver."""
    return {
        "action": action,
        "receivers": 1,
        "name": "a.R",
        "started": [{"kind": "receiver", "name": "a.R", "ok": True}],
    }


SEEN: tuple[tuple[str, Mapping[str, JSON], str], ...] = (
    ("miit164.A1.s1.before_consent", {"dynamic_pi": [read("imei", sdk="Ad")]}, "Ad"),
    ("miit164.A1.s1.apps_before_consent", {"dynamic_pi": [read("installed_apps")]}, APP),
    ("miit164.A1.s1.no_refuse", {"dynamic_consent": {"kind": "page", "agree": {"text": "同意"}, "refuse": None}}, APP),
    ("miit164.A2.s4.frequency", {"dynamic_pi": [read("mac", "explore", "agreed", count=30)]}, APP),
    ("miit164.A2.s5.background", {"dynamic_pi": [read("location", "background", "agreed", sdk="Ad")]}, "Ad"),
    ("miit164.A3.s1.sent", {"dynamic_sinks": [left("net", sdk="Ad")]}, "Ad"),
    ("miit164.B1.s1.refuse_quits", {"dynamic_refuse": {"outcome": "quits"}}, APP),
    ("miit164.B1.s5.asks_again", {"dynamic_permissions": [asked(after_denial="after_restart")]}, APP),
    ("miit164.B1.s7.at_start", {"dynamic_permissions": [asked(at_start=True)]}, APP),
    ("miit164.B2.s1.seen", {"dynamic_self_start": [woken("android.intent.action.BOOT_COMPLETED")]}, APP),
    ("cac191.1.2.no_prompt", {"dynamic_consent": None, "dynamic_pi": [read("android_id")]}, APP),
    ("cac191.3.1.personal_before_consent", {"dynamic_pi": [read("contacts")]}, APP),
    ("cac191.3.2.after_refusal", {"dynamic_pi": [read("imei", "refuse", "refused")]}, APP),
    ("cac191.3.4.preticked", {"dynamic_consent": {"kind": "dialog", "preticked": True}}, APP),
    (BEYOND, {"dynamic_pi": [read("contacts", "explore", "agreed", sdk="Ad")]}, "Ad"),
    ("cac191.4.6.at_once", {"dynamic_permissions": [asked(bundled=True)]}, APP),
)
SILENT: tuple[tuple[str, Mapping[str, JSON]], ...] = (
    (
        "miit164.A1.s1.before_consent",
        {"dynamic_pi": [read("imei", "explore", "agreed"), read("imei", "forced"), read("imei", granted=False)]},
    ),
    ("miit164.A1.s1.apps_before_consent", {"dynamic_pi": [read("installed_apps", "explore", "agreed")]}),
    ("miit164.A1.s1.no_refuse", {}),
    ("miit164.A2.s4.frequency", {"dynamic_pi": [read("mac", count=3)]}),
    (
        "miit164.A2.s5.background",
        {"dynamic_pi": [read("location", "explore", "agreed"), read("location", "background", granted=False)]},
    ),
    ("miit164.A3.s1.sent", {"dynamic_sinks": [left("log"), left("net", pi_kind="input"), left("sms", phase="forced")]}),
    ("miit164.B1.s1.refuse_quits", {}),
    ("miit164.B1.s5.asks_again", {"dynamic_permissions": [asked()]}),
    ("miit164.B1.s7.at_start", {"dynamic_permissions": [asked(phase="explore")]}),
    ("miit164.B2.s1.seen", {"dynamic_self_start": [woken("androidx.profileinstaller.action.INSTALL_PROFILE")]}),
    ("cac191.1.2.no_prompt", {"dynamic_consent": None}),
    ("cac191.3.1.personal_before_consent", {"dynamic_pi": [read("imei")]}),
    ("cac191.3.2.after_refusal", {"dynamic_pi": [read("imei")]}),
    ("cac191.3.4.preticked", {}),
    (
        BEYOND,
        {"dynamic_pi": [read("wifi"), read("contacts", "forced", "forced"), read("location", granted=False)]},
    ),
    ("cac191.4.6.at_once", {"dynamic_permissions": [asked(at_start=True)]}),
)


def judged(changed: Mapping[str, JSON], app_type: str | None = NEWS) -> dict[str, Verdict]:
    """Return the verdict of each rule on a run of a news app, or of an app of another type, with these facts."""
    evidence = document() | {"suite": "dynamic", "facts": CLEAN | dict(changed)}
    return {verdict.rule.code: verdict for verdict in verdicts(evidence, load_packs(), app_type=app_type)}


def states(changed: Mapping[str, JSON]) -> dict[str, tuple[VerdictState, tuple[str, ...]]]:
    """Return state and subjects of each rule on a run with these facts."""
    return {code: (v.state, tuple(f.subject.name for f in v.findings)) for code, v in judged(changed).items()}


@pytest.mark.parametrize(("rule", "facts", "subject"), SEEN, ids=[row[0] for row in SEEN])
def test_a_rule_finds_what_it_looks_for(rule: str, facts: Mapping[str, JSON], subject: str) -> None:
    """The finding names who did it."""
    assert states(facts)[rule] == (VerdictState.OBSERVED, (subject,))


@pytest.mark.parametrize(("rule", "facts"), SILENT, ids=[row[0] for row in SILENT])
def test_a_rule_is_silent_on_what_is_near(rule: str, facts: Mapping[str, JSON]) -> None:
    """What looks alike and is no such thing is not found."""
    assert states(facts)[rule] == (VerdictState.NOT_OBSERVED, ())


def test_every_rule_on_a_run_has_an_example_for_and_against() -> None:
    """A rule that nobody has seen at work is none."""
    rules = {rule.code for pack in load_packs() for rule in pack.rules if rule.suite is Suite.DYNAMIC}
    assert rules == {row[0] for row in SEEN} == {row[0] for row in SILENT}


def test_a_phase_that_did_not_run_is_unknown() -> None:
    """Silence about it is no verdict."""
    outcome: JSON = {"launcher_resumed": True, "phases": ["cold_start"], "consents": ["none"]}
    told = states({"dynamic_outcome": outcome, "dynamic_refuse": None})
    for rule in ("miit164.A2.s5.background", "cac191.3.2.after_refusal", "miit164.B1.s1.refuse_quits"):
        assert told[rule][0] is VerdictState.NOT_TESTABLE


def test_what_one_type_of_app_needs_is_too_much_for_another() -> None:
    """A map needs to know where the phone is, a news app does not; a camera app may use the camera."""
    facts: dict[str, JSON] = {
        "dynamic_pi": [read("location", "explore", "agreed"), read("camera", "explore", "agreed")]
    }
    kinds = {
        word: [finding.summary_en for finding in judged(facts, word)[BEYOND].findings]
        for word in ("地图导航", "36", "News")
    }

    assert {
        "地图导航": [_beyond("Camera", "maps and navigation")],
        "36": [_beyond("Location", "camera and beauty")],
        "News": [_beyond("Location, Camera", "news")],
    } == kinds


def _beyond(kinds: str, app_type: str) -> str:
    """Return the sentence of a finding on these kinds."""
    return f"{APP} reads {kinds} (B.get), which the basic function of an app of the type {app_type} does not need."


def test_a_finding_names_the_type_in_chinese_too() -> None:
    """As the provision calls it, whatever word the list used."""
    (finding,) = judged({"dynamic_pi": [read("sms")]}, "新闻")[BEYOND].findings

    assert "com.example.app 读取短信（B.get），“新闻资讯”类应用的基本功能不需要。" == finding.summary_zh


@pytest.mark.parametrize(
    ("category", "detail"), [(None, ""), ("", ""), ("社交", " (社交)"), ("\u202egpj", " (\\u202egpj)")]
)
def test_without_a_certain_type_nothing_is_said_to_be_too_much(category: str | None, detail: str) -> None:
    """Neither found nor clean: the reason tells what to give, in both languages, and what was given."""
    verdict = judged({"dynamic_pi": [read("contacts")]}, category)[BEYOND]

    assert VerdictState.NOT_TESTABLE is verdict.state
    assert f"The app's type is not known: give category in the list, or --app-type{detail}" == verdict.reason_en
    assert f"不知道应用属于哪个类型：请在清单的 category 列或用 --app-type 给出{detail}" == verdict.reason_zh


def test_a_run_that_only_forced_components_says_nothing_of_a_type() -> None:
    """Silence of what was not done by the app itself is no verdict."""
    outcome: JSON = {"launcher_resumed": False, "phases": ["forced"], "consents": ["forced"]}

    assert VerdictState.NOT_TESTABLE is judged({"dynamic_outcome": outcome})[BEYOND].state
