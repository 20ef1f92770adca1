"""What the golden apps are judged by: expectations are read, documents are read, mistakes are counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.golden.behaviour import BehaviourClass
from benchmarks.golden.expected import APPS, Expectation, ExpectationError, expectations
from benchmarks.golden.score import Tally, compare, table, tallies
from benchmarks.golden.seen import seen
from farm.rules.catalogue import load_packs
from workers.data.tables import pi_kinds, sdks

KNOWN = expectations()


def expectation(tmp_path: Path, text: str) -> Expectation:
    """Return the expectation of an app whose file holds `text`; what rules make of it is not judged."""
    folder = tmp_path / "dynamic" / "sample"
    folder.mkdir(parents=True)
    unjudged = "" if "not_judged" in text else 'not_judged = ["findings"]\n'
    (folder / "expected.toml").write_text(unjudged + text, encoding="utf-8")
    return expectations(tmp_path)["sample"]


def document(*events: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a document in which nothing was seen but `events`."""
    told = [
        {"sim_ms": 0, "phase": "cold_start", "consent": "none", "kind": "api", "op": "a.B.c", "pi_kind": None}
        | {"subject": "app", "canary": []}
        | event
        for event in events
    ]
    return {"outcome": "inspected", "consent": None, "events": told} | fields


def read(kind: str, **fields: Any) -> dict[str, Any]:
    """Return an event that reads personal information."""
    return {"pi_kind": kind} | fields


def test_an_app_that_is_seen_as_expected_has_no_differences(tmp_path: Path) -> None:
    """Everything that was expected and nothing else."""
    expected = expectation(tmp_path, 'outcome = "inspected"\nbefore_consent = ["imei app"]')
    found = compare(expected, seen(document(read("imei")), {}))
    assert [] == [line for comparison in found for line in comparison.differences]


def test_what_is_missed_and_what_is_told_falsely_are_different_mistakes(tmp_path: Path) -> None:
    """A read that was not seen lowers recall, one that did not happen lowers precision."""
    expected = expectation(tmp_path, 'outcome = "inspected"\nbefore_consent = ["imei app", "mac app", "imsi app"]')
    found = compare(expected, seen(document(read("imei"), read("ssid"), read("mac")), {}))
    (row,) = [row for row in tallies(found) if row.name == "before_consent"]
    assert (2, 1, 1) == (row.right, row.missed, row.false)
    assert [2 / 3, 2 / 3] == pytest.approx([row.precision, row.recall])


def test_the_wrong_subject_is_a_mistake(tmp_path: Path) -> None:
    """What an SDK reads must not be told of the app."""
    expected = expectation(tmp_path, 'outcome = "inspected"\nbefore_consent = ["imei Umeng"]')
    found = compare(expected, seen(document(read("imei")), {}))
    (lines,) = [item.differences for item in found if item.behaviour is BehaviourClass.BEFORE_CONSENT]
    assert ("before_consent: missed imei Umeng", "before_consent: false imei app") == lines


def test_an_unexpected_outcome_is_a_mistake(tmp_path: Path) -> None:
    """An app that could not be inspected is never right by having shown nothing."""
    expected = expectation(tmp_path, 'outcome = "inspected"')
    found = compare(expected, seen(document(outcome="timeout"), {}))
    assert [("outcome", 1, 1), ("total", 1, 1)] == [(row.name, row.missed, row.false) for row in tallies(found)]


@pytest.mark.parametrize(
    ("phase", "consent", "behaviour"),
    [
        ("cold_start", "none", BehaviourClass.BEFORE_CONSENT),
        ("refuse", "refused", BehaviourClass.AFTER_REFUSAL),
        ("explore", "agreed", BehaviourClass.AFTER_CONSENT),
        ("background", "agreed", BehaviourClass.BACKGROUND),
        ("self_start", "none", BehaviourClass.SELF_START),
    ],
)
def test_a_read_counts_in_the_class_of_its_phase(phase: str, consent: str, behaviour: BehaviourClass) -> None:
    """Phase and state of consent say which question an event answers, and only that one."""
    found = seen(document(read("imei", phase=phase, consent=consent)), {})
    told = {item for item, texts in found.items() if texts}
    assert {BehaviourClass.OUTCOME, behaviour} == told - {BehaviourClass.FINDINGS}


def test_a_component_that_was_started_alone_accuses_nobody() -> None:
    """What is seen in the forced phase is left out of every class."""
    found = seen(document(read("imei", phase="forced", consent="forced", canary=["imei"])), {})
    assert {BehaviourClass.OUTCOME} == {item for item, texts in found.items() if texts}


def test_a_call_that_is_about_no_personal_information_is_no_read() -> None:
    """Reflection is a behaviour; nobody is accused of collecting it."""
    assert frozenset() == seen(document(read("reflection")), {})[BehaviourClass.BEFORE_CONSENT]


@pytest.mark.parametrize(("at_ms", "differences"), [(10_400, 0), (0, 2)])
def test_a_read_at_the_wrong_time_is_a_mistake(tmp_path: Path, at_ms: int, differences: int) -> None:
    """A read that was to come after ten seconds and came at once is missed and false."""
    text = 'outcome = "inspected"\nbefore_consent = ["imei app"]\n[timing]\n"imei app" = [10, 11]'
    expected = expectation(tmp_path, text)
    found = compare(expected, seen(document(read("imei", sim_ms=at_ms)), expected.timing))
    assert differences == sum(len(comparison.differences) for comparison in found)


@pytest.mark.parametrize(("times", "expected"), [(19, frozenset()), (20, frozenset(["imei app"]))])
def test_reads_become_frequent_at_twenty(times: int, expected: frozenset[str]) -> None:
    """Twenty in the thirty seconds of the cold start."""
    assert expected == seen(document(*[read("imei")] * times), {})[BehaviourClass.FREQUENCY]


@pytest.mark.parametrize(
    ("operation", "kind", "sink"),
    [
        ("android.util.Log.i", "api", "log"),
        ("android.telephony.SmsManager.sendTextMessage", "api", "sms"),
        ("android.content.ClipboardManager.setPrimaryClip", "api", "clipboard"),
        ("org.example.Main.startActivity", "api", "intent"),
        ("android.webkit.WebView.loadUrl", "api", "webview"),
        ("java.io.OutputStream.write", "file", "file"),
        ("POST", "net", "net"),
    ],
)
def test_a_planted_value_is_told_with_the_kind_of_its_sink(operation: str, kind: str, sink: str) -> None:
    """The operation says it, or else the kind of the event."""
    found = seen(document({"op": operation, "kind": kind, "canary": ["imei"]}), {})
    assert frozenset([f"imei {sink}"]) == found[BehaviourClass.SINKS]


def test_a_download_counts_as_one_at_start_or_a_later_one() -> None:
    """What was done before anything was touched is not told again as done later."""
    events = (read("download"), read("download", phase="explore"), read("exec", phase="explore"))
    assert frozenset(["cold_start download", "later exec"]) == seen(document(*events), {})[BehaviourClass.BEHAVIOUR]


def test_the_facts_of_a_question_for_consent_are_read() -> None:
    """Kind, box, a way to refuse, and what refusing led to."""
    consent = {"kind": "dialog", "preticked": False, "refuse": {"text": "不同意"}}
    found = seen(document(consent=consent, refuse={"outcome": "quits"}), {})
    assert frozenset(["kind dialog", "preticked no", "refuse yes", "outcome quits"]) == found[BehaviourClass.CONSENT]


def test_the_ways_of_asking_for_permissions_are_read() -> None:
    """At start, many at once, and once more after a denial."""
    first = {"permissions": ["a", "b", "c"], "at_start": True, "after_denial": None}
    again = {"permissions": ["b"], "at_start": False, "after_denial": "at_once"}
    used = {"permissions": ["b"], "at_start": False, "after_denial": None}
    found = seen(document(permissions=[first, again]), {})
    assert frozenset(["at_start", "all_at_once", "again_at_once"]) == found[BehaviourClass.PERMISSIONS]
    assert frozenset() == seen(document(permissions=[used]), {})[BehaviourClass.PERMISSIONS]


def test_a_class_that_is_not_judged_does_not_count(tmp_path: Path) -> None:
    """An app that may do something or not is neither right nor wrong there."""
    expected = expectation(tmp_path, 'outcome = "inspected"\nnot_judged = ["before_consent"]')
    found = compare(expected, seen(document(read("imei")), {}))
    assert BehaviourClass.BEFORE_CONSENT not in {comparison.behaviour for comparison in found}


@pytest.mark.parametrize("text", ['outcome = "inspected"\nbefore_concent = []', "before_consent = []"])
def test_an_expectation_with_a_wrong_word_is_refused(tmp_path: Path, text: str) -> None:
    """A misspelt class would otherwise never be judged."""
    with pytest.raises(ExpectationError):
        expectation(tmp_path, text)


def test_the_table_has_a_row_for_each_sink_and_a_total() -> None:
    """Sinks are told kind by kind."""
    rows = [Tally(name="sinks: log", right=2), Tally(name="total", right=2, false=2)]
    lines = table(rows).splitlines()
    assert "sinks: log" == lines[1][:20].strip()
    assert ["0.500", "1.000"] == lines[2].split()[-2:]


def test_there_is_a_golden_app_for_each_rule_on_a_run() -> None:
    """What goes by the type of an app is left out: a sample app has none."""
    rules = {rule.code for pack in load_packs() for rule in pack.rules if rule.suite == "dynamic"}
    expected = {text.partition(" ")[0] for item in KNOWN.values() for text in item.behaviours[BehaviourClass.FINDINGS]}

    assert {"cac191.4.1.beyond_type"} == rules - expected
    assert set() == expected - rules


def test_there_are_golden_apps_for_each_class() -> None:
    """Each class of behaviour is expected of at least one app, and of the clean ones none but the outcome."""
    assert len(KNOWN) >= 60
    for behaviour in BehaviourClass:
        assert any(item.behaviours[behaviour] for item in KNOWN.values()), behaviour
    clean = KNOWN["clean-dead-code"]
    assert {BehaviourClass.OUTCOME} == {item for item, texts in clean.behaviours.items() if texts}


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_an_expectation_uses_the_words_of_the_tables(name: str) -> None:
    """Kinds and SDKs are those that the suite can tell; a misspelt one could never be seen."""
    subjects = {"app"} | {sdk.name for sdk in sdks().values()}
    behaviours = KNOWN[name].behaviours
    reads = [BehaviourClass.BEFORE_CONSENT, BehaviourClass.AFTER_REFUSAL, BehaviourClass.AFTER_CONSENT]
    for item in (*reads, BehaviourClass.BACKGROUND, BehaviourClass.SELF_START, BehaviourClass.FREQUENCY):
        for kind, _, subject in (text.partition(" ") for text in behaviours[item]):
            assert kind in pi_kinds()
            assert subject in subjects
    for canary in (text.partition(" ")[0] for text in behaviours[BehaviourClass.SINKS]):
        assert canary in {*pi_kinds(), "input", "password"}


def test_each_tiny_app_has_an_expectation() -> None:
    """No golden app is run without being judged."""
    assert {path.parent.name for path in APPS.glob("dynamic/*/app.toml")} <= KNOWN.keys()
