"""A run of an app becomes evidence: outcome, document, artefacts, and nothing left behind."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.unit.workers.readers.build import Class, DexFile, Member, apk_bytes
from tests.unit.workers.runs import PNG, document, event, suite_that_tells
from workers import sandboxed
from workers.dynamic import suite
from workers.dynamic.outcome import Outcome as Ending
from workers.inspect import inspect_apk
from workers.model.evidence import Evidence
from workers.model.limits import Limits
from workers.model.outcome import Outcome, OutcomeClass
from workers.model.services import Services

APK = apk_bytes([Member(name="classes.dex", content=DexFile(classes=[Class(name="La/A;")]).as_bytes())])


@pytest.fixture(autouse=True)
def _temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Temporary folders lie where the test can look at them."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


def _inspect(monkeypatch: pytest.MonkeyPatch, told: dict[str, Any], **files: bytes) -> Evidence:
    """Return the evidence of an app of which the suite tells this."""
    monkeypatch.setattr(suite, "run", suite_that_tells(told, **files))
    return inspect_apk(APK, suite="dynamic")


def test_the_document_of_the_run_is_in_the_evidence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With identity, facts and the hashes of the artefacts; no temporary file stays."""
    evidence = _inspect(monkeypatch, document(event()))
    whole: dict[str, Any] = json.loads(evidence.as_bytes())

    assert Outcome.INSPECTED is evidence.outcome
    assert ("dynamic", "com.example.app") == (whole["suite"], whole["app"]["package"])
    assert document(event()) == whole["dynamic"]
    assert 1 == whole["facts"]["dynamic_pi"][0]["count"]
    assert {"cold-start-1s.png": hashlib.sha256(PNG).hexdigest()} == whole["artefacts"]
    assert {"cold-start-1s.png": PNG} == evidence.artefacts
    assert [] == list((tmp_path / "tmp").iterdir())


def test_a_static_document_has_no_word_of_it() -> None:
    """Its bytes are what they were before there was a dynamic suite."""
    assert {"schema", "suite", "engine", "outcome", "reason", "app", "facts"} == set(inspect_apk(APK).as_json())


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("packed", Outcome.PACKED),
        ("native_code_needed", Outcome.NATIVE_CODE_NEEDED),
        ("crashed_at_launch", Outcome.CRASHED_AT_LAUNCH),
        ("login_wall", Outcome.LOGIN_WALL),
        ("no_launcher", Outcome.NO_LAUNCHER),
        ("backend_missing", Outcome.BACKEND_MISSING),
        ("timeout", Outcome.TIMEOUT),
        ("done_somehow", Outcome.ENGINE_ERROR),
        (None, Outcome.ENGINE_ERROR),
        (["inspected"], Outcome.ENGINE_ERROR),
    ],
)
def test_every_word_has_its_outcome(monkeypatch: pytest.MonkeyPatch, word: object, outcome: Outcome) -> None:
    """An unknown one is a fault of ours, never an inspection."""
    evidence = _inspect(monkeypatch, document(outcome=word, reason="why"))

    assert outcome is evidence.outcome
    assert "why" in evidence.reason
    assert evidence.dynamic is not None


def test_no_word_of_the_suite_is_unknown() -> None:
    """Otherwise a new way to end would pass for a fault of ours."""
    assert set() == {word.value for word in Ending} - set(sandboxed._OUTCOMES)


def test_only_what_hides_is_unknown_and_a_missing_backend_is_nobodys_fault() -> None:
    """The classes decide whether evidence is kept and what follows."""
    hiding = (Outcome.NATIVE_CODE_NEEDED, Outcome.CRASHED_AT_LAUNCH, Outcome.LOGIN_WALL, Outcome.NO_LAUNCHER)

    assert {OutcomeClass.APP} == {outcome.outcome_class for outcome in hiding}
    assert OutcomeClass.INFRA is Outcome.BACKEND_MISSING.outcome_class


def test_what_could_not_run_makes_it_partial(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that silence of such an app is never taken for absence; the sentence names it."""
    evidence = _inspect(monkeypatch, document(not_seen=["library:a", "library:b", "native:c", "native:d"]))

    assert Outcome.INSPECTED_PARTLY is evidence.outcome
    assert "It asked for what cannot run here: library:a, library:b, native:c and 1 more." == evidence.reason


@pytest.mark.parametrize("data", [b"hello", APK[:60]])
def test_what_is_no_app_is_not_run_and_has_a_document(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Every field that a script may ask for is there."""
    monkeypatch.setattr(suite, "run", lambda *_, **__: pytest.fail("it was run"))
    evidence = inspect_apk(data, suite="dynamic")

    assert OutcomeClass.INPUT is evidence.outcome.outcome_class
    assert evidence.dynamic is not None
    assert evidence.outcome.value == evidence.dynamic["outcome"]
    missing = set(document()) - set(evidence.dynamic) - {"backend", "grade"}
    assert set() == missing


def test_a_fault_in_the_suite_is_an_outcome_with_a_document(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And the temporary folder is gone all the same."""

    def run(*_: object, **__: object) -> dict[str, Any]:
        raise KeyError("/home/somebody")

    monkeypatch.setattr(suite, "run", run)
    evidence = inspect_apk(APK, suite="dynamic")

    assert Outcome.ENGINE_ERROR is evidence.outcome
    assert evidence.dynamic is not None
    assert "engine_error" == evidence.dynamic["outcome"]
    assert "somebody" not in evidence.as_bytes().decode()
    assert [] == list((tmp_path / "tmp").iterdir())


def test_a_machine_without_room_is_not_the_apps_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another machine may do."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    evidence = inspect_apk(APK, suite="dynamic")

    assert Outcome.BACKEND_MISSING is evidence.outcome
    assert "temporary folder" in evidence.reason


def test_the_run_gets_less_time_than_the_inspection(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it ends with a document before the guard ends it without one."""
    given: list[float] = []

    def run(*_: object, seconds: float, **__: object) -> dict[str, Any]:
        given.append(seconds)
        return document(screenshots=[])

    monkeypatch.setattr(suite, "run", run)
    inspect_apk(APK, suite="dynamic", limits=Limits(seconds=100))

    assert 50 < given[0] <= 100 * sandboxed.RUN_SHARE


def test_the_run_meets_the_phone_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """With services, unless somebody says otherwise."""
    monkeypatch.setattr(suite, "run", suite_that_tells(document()))
    runs = [inspect_apk(APK, suite="dynamic"), inspect_apk(APK, suite="dynamic", services=Services.ABSENT)]

    assert ["present", "absent"] == [run.dynamic["services"] for run in runs if run.dynamic is not None]


def test_only_files_with_plain_names_and_sizes_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screenshot that is not there is not named either, and its absence is counted."""
    monkeypatch.setattr(sandboxed, "MAX_FILE_BYTES", 100)
    told = document(screenshots=["cold-start-1s.png"])
    evidence = _inspect(monkeypatch, told, big__png=b"x" * 101, UPPER__png=b"x", network__json=b"{}")

    assert {"cold-start-1s.png", "network.json"} == set(evidence.artefacts)
    monkeypatch.setattr(sandboxed, "MAX_FILES", 0)
    without = _inspect(monkeypatch, told)
    assert without.dynamic is not None
    assert [] == without.dynamic["screenshots"]
    assert {"artefacts": 1} == without.facts["left_out"]


def test_a_flood_of_events_is_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones stay; rows of facts still count them all."""
    events = [event(sim_ms=number) for number in range(100)]
    monkeypatch.setattr(sandboxed, "MAX_DOCUMENT_BYTES", 10_000)
    evidence = _inspect(monkeypatch, document(*events))

    assert evidence.dynamic is not None
    kept = evidence.dynamic["events"]
    assert isinstance(kept, list)
    assert 0 < len(kept) < 100
    assert {"events": 100 - len(kept)} == evidence.facts["left_out"]
    rows = evidence.facts["dynamic_pi"]
    assert isinstance(rows, list)
    assert isinstance(rows[0], dict)
    assert 100 == rows[0]["count"]
    assert len(evidence.as_bytes()) < 14_000


def test_hostile_text_and_numbers_become_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lone surrogates, direction marks, infinity: the document is valid JSON of printable text."""
    told = document(
        event(op="a\u202eb\ud800", args=["x" * 5000, "one\ntwo\a"]), cost={"cpu_s": float("nan"), "wall_s": 1.0}
    )
    evidence = _inspect(monkeypatch, told)
    whole = json.loads(evidence.as_bytes(), parse_constant=pytest.fail)

    assert r"a\u202eb\ud800" == whole["dynamic"]["events"][0]["op"]
    assert 2049 == len(whole["dynamic"]["events"][0]["args"][0])
    assert "one\ntwo\\u0007" == whole["dynamic"]["events"][0]["args"][1]
    assert {"cpu_s": None, "wall_s": 1.0} == whole["dynamic"]["cost"]
