"""Every rule on a run of the app sees what it should and stays silent where it should."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from farm.model.inspection import Suite
from farm.rules.catalogue import load_packs
from farm.rules.engine import VerdictState, verdicts
from tests.unit.farm.rules.evidence import document
from workers.model.evidence import JSON

APP = "com.example.app"
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
    ("miit164.B2.s1.seen", {"dynamic_self_start": [{"trigger": "BOOT", "started": ["a.S"]}]}, APP),
    ("cac191.1.2.no_prompt", {"dynamic_consent": None, "dynamic_pi": [read("android_id")]}, APP),
    ("cac191.3.1.personal_before_consent", {"dynamic_pi": [read("contacts")]}, APP),
    ("cac191.3.2.after_refusal", {"dynamic_pi": [read("imei", "refuse", "refused")]}, APP),
    ("cac191.3.4.preticked", {"dynamic_consent": {"kind": "dialog", "preticked": True}}, APP),
    ("cac191.4.6.at_once", {"dynamic_permissions": [asked(bundled=True)]}, APP),
)
SILENT: tuple[tuple[str, Mapping[str, JSON]], ...] = (
    ("miit164.A1.s1.before_consent", {"dynamic_pi": [read("imei", "explore", "agreed"), read("imei", "forced")]}),
    ("miit164.A1.s1.apps_before_consent", {"dynamic_pi": [read("installed_apps", "explore", "agreed")]}),
    ("miit164.A1.s1.no_refuse", {}),
    ("miit164.A2.s4.frequency", {"dynamic_pi": [read("mac", count=3)]}),
    ("miit164.A2.s5.background", {"dynamic_pi": [read("location", "explore", "agreed")]}),
    ("miit164.A3.s1.sent", {"dynamic_sinks": [left("log"), left("net", pi_kind="input"), left("sms", phase="forced")]}),
    ("miit164.B1.s1.refuse_quits", {}),
    ("miit164.B1.s5.asks_again", {"dynamic_permissions": [asked()]}),
    ("miit164.B1.s7.at_start", {"dynamic_permissions": [asked(phase="explore")]}),
    ("miit164.B2.s1.seen", {}),
    ("cac191.1.2.no_prompt", {"dynamic_consent": None}),
    ("cac191.3.1.personal_before_consent", {"dynamic_pi": [read("imei")]}),
    ("cac191.3.2.after_refusal", {"dynamic_pi": [read("imei")]}),
    ("cac191.3.4.preticked", {}),
    ("cac191.4.6.at_once", {"dynamic_permissions": [asked(at_start=True)]}),
)


def states(changed: Mapping[str, JSON]) -> dict[str, tuple[VerdictState, tuple[str, ...]]]:
    """Return state and subjects of each rule on a run with these facts."""
    evidence = document() | {"suite": "dynamic", "facts": CLEAN | dict(changed)}
    return {v.rule.code: (v.state, tuple(f.subject.name for f in v.findings)) for v in verdicts(evidence, load_packs())}


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
