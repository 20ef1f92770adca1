"""Rules on a run: rows by phase and consent, silence that says nothing, parts that did not take place."""

from __future__ import annotations

from typing import Any

import pytest

from farm.rules.catalogue import parse_pack
from farm.rules.engine import Verdict, VerdictState, verdicts
from farm.rules.facts import Blank
from farm.rules.rule import RulePack
from tests.unit.workers.runs import document, event
from workers.dynamic_facts import facts

BEFORE_CONSENT = 'kind = "rows", path = "/facts/dynamic_pi", where = { phase = ["cold_start"], pi_kind = ["imei"] }'
AFTER_REFUSAL = 'kind = "rows", path = "/facts/dynamic_pi", where = { consent = ["refused"] }'
NO_CONSENT = 'kind = "fact", path = "/facts/dynamic_consent", op = "empty"'


def _pack(condition: str) -> tuple[RulePack]:
    """Return a pack of one rule on each subject."""
    words = '{ zh = "中文句子", en = "words" }'
    text = f"""
        name = "own"
        edition = "2026-11"
        effective_from = 2026-11-01
        issued_by = {words}
        title = {words}
        source = "a test"
        [[rules]]
        code = "own.X1"
        title = {words}
        about = {words}
        why = {words}
        blind = {words}
        suite = "dynamic"
        phases = ["D0"]
        settled_by = ["P"]
        severity = "low"
        confidence = "low"
        clause = {{ number = "1", source = "a test", sourced = true }}
        subject = "each"
        summary = {{ zh = "{{subject}} {{kinds}} {{apis}}", en = "{{subject}}: {{kinds}} by {{apis}}" }}
        condition = {{ {condition} }}
    """
    return (parse_pack(text, file="own.toml"),)


def _verdict(condition: str, *events: dict[str, Any], outcome: str = "inspected", **fields: Any) -> Verdict:
    """Return the verdict on a run with these events; `fields` are of the dynamic document."""
    evidence: dict[str, Any] = {
        "suite": "dynamic",
        "outcome": outcome,
        "reason": "why",
        "app": {"package": "com.example.app"},
        "facts": facts(document(*events, **fields)),
    }
    return verdicts(evidence, _pack(condition))[0]


def test_each_subject_has_a_finding_with_its_calls() -> None:
    """The app and the SDK; the call is named as in static findings."""
    verdict = _verdict(BEFORE_CONSENT, event(), event(subject="Getui Push"), event(pi_kind="mac"))

    assert ["com.example.app", "Getui Push"] == [finding.subject.name for finding in verdict.findings]
    assert "com.example.app: IMEI by TelephonyManager.getDeviceId" == verdict.findings[0].summary_en
    assert ("/facts/dynamic_pi/1",) == verdict.findings[1].evidence


def test_silence_of_a_whole_run_is_not_observed() -> None:
    """Everything that the phase could show was seen."""
    assert VerdictState.NOT_OBSERVED is _verdict(BEFORE_CONSENT, event(pi_kind="mac")).state


@pytest.mark.parametrize(
    ("outcome", "blank"),
    [
        ("inspected_partly", Blank.PARTLY),
        ("packed", Blank.PACKED),
        ("crashed_at_launch", Blank.NOT_REACHED),
        ("login_wall", Blank.NOT_REACHED),
    ],
)
def test_silence_of_an_app_that_was_not_seen_whole_says_nothing(outcome: str, blank: Blank) -> None:
    """But what was seen counts."""
    silent = _verdict(BEFORE_CONSENT, outcome=outcome)

    assert (VerdictState.NOT_TESTABLE, blank) == (silent.state, silent.why and silent.why.blank)
    assert VerdictState.OBSERVED is _verdict(BEFORE_CONSENT, event(), outcome=outcome).state


def test_a_missing_dialog_counts_only_where_it_could_have_been_shown() -> None:
    """Native code that was not run hides calls, not dialogs; a crash hides both."""
    assert VerdictState.OBSERVED is _verdict(NO_CONSENT).state
    assert VerdictState.OBSERVED is _verdict(NO_CONSENT, outcome="inspected_partly").state
    assert VerdictState.NOT_TESTABLE is _verdict(NO_CONSENT, outcome="crashed_at_launch").state


@pytest.mark.parametrize(
    ("condition", "blank"),
    [
        ('kind = "fact", path = "/facts/dynamic_consent/preticked", op = "equals", value = true', Blank.NO_DIALOG),
        ('kind = "fact", path = "/facts/dynamic_refuse/outcome", op = "equals", value = "quits"', Blank.NOT_REFUSED),
    ],
)
def test_a_rule_on_a_dialog_that_was_not_seen_says_so(condition: str, blank: Blank) -> None:
    """In words for an inspector, not by the name of a fact."""
    verdict = _verdict(condition)

    assert (VerdictState.NOT_TESTABLE, blank) == (verdict.state, verdict.why and verdict.why.blank)
    assert "dynamic_" not in verdict.reason_en + verdict.reason_zh


def test_a_phase_that_did_not_take_place_is_not_testable() -> None:
    """Nothing after refusal means something only where refusing was possible."""
    without = _verdict(AFTER_REFUSAL, event())
    silent = _verdict(AFTER_REFUSAL, event(), phases=["cold_start", "refuse"])
    ignored = _verdict(AFTER_REFUSAL, event(phase="refuse", consent="refused"), phases=["cold_start", "refuse"])

    assert (VerdictState.NOT_TESTABLE, Blank.NOT_RUN) == (without.state, without.why and without.why.blank)
    assert "refused" in without.reason_en
    assert [VerdictState.NOT_OBSERVED, VerdictState.OBSERVED] == [silent.state, ignored.state]


def test_a_rule_can_ask_how_often() -> None:
    """By the number in a row."""
    often = f"{BEFORE_CONSENT}, at_least = {{ count = 3 }}"

    assert VerdictState.NOT_OBSERVED is _verdict(often, event(), event()).state
    assert VerdictState.OBSERVED is _verdict(often, event(), event(), event()).state
