"""Whatever happens to one app, evidence comes out."""

from __future__ import annotations

import hashlib
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines import choose, needs_native
from tests.hostile.claims import Tables
from tests.unit.workers.readers.build import Class, DexFile, Member, Method, apk_bytes
from workers import inspect
from workers.inspect import inspect_apk
from workers.model.errors import MalformedError
from workers.model.evidence import JSON, Evidence
from workers.model.limits import Limits
from workers.model.outcome import Outcome, OutcomeClass
from workers.static.readers.engine import Engine
from workers.static.suite import ENGINE
from workers.static.view import StaticView

APK = apk_bytes([Member(name="classes.dex", content=DexFile(classes=[Class(name="La/A;")]).as_bytes())])
Result = tuple[Outcome, str, dict[str, JSON]]


def with_suite(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> Evidence:
    """Return the evidence of a suite that reads the manifest and then raises."""

    def run(view: StaticView) -> Result:
        assert view.manifest.package == "com.example.app"
        raise error

    monkeypatch.setattr(inspect, "run", run)
    return inspect_apk(APK)


def test_a_good_app_is_inspected() -> None:
    """With identity, facts and engine version."""
    evidence = inspect_apk(APK)
    assert (evidence.outcome, evidence.reason, evidence.engine) == (Outcome.INSPECTED, "", ENGINE)
    assert (evidence.app.package, evidence.app.sha256) == ("com.example.app", hashlib.sha256(APK).hexdigest())


def test_what_is_no_app_has_an_outcome_and_a_hash() -> None:
    """And a reason, but no facts."""
    evidence = inspect_apk(b"hello")
    assert (evidence.outcome, evidence.facts, bool(evidence.reason)) == (Outcome.NOT_AN_APK, {}, True)
    assert evidence.app.sha256 == hashlib.sha256(b"hello").hexdigest()


def test_a_truncated_app_is_malformed() -> None:
    """It starts like one."""
    assert inspect_apk(APK[:60]).outcome is Outcome.MALFORMED


@pytest.mark.parametrize("engine", [Engine.REFERENCE, pytest.param(Engine.NATIVE, marks=needs_native)])
@pytest.mark.parametrize(
    ("limits", "outcome", "words"),
    [
        (Limits(file_bytes=10), Outcome.OVER_SIZE_LIMIT, "The file has"),
        (Limits(entries=1), Outcome.OVER_ENTRY_LIMIT, "more than 1 entries"),
        (Limits(member_bytes=100), Outcome.OVER_INFLATE_LIMIT, "member 'AndroidManifest.xml'"),
        (Limits(member_bytes=2_000), Outcome.OVER_INFLATE_LIMIT, "member 'classes.dex'"),
        (Limits(inflated_bytes=3_000), Outcome.OVER_INFLATE_LIMIT, "'classes.dex' inflates to more than 3000 bytes"),
        (Limits(inflated_bytes=4_100), Outcome.OVER_INFLATE_LIMIT, "members inflate to more than 4100 bytes together"),
        (Limits(dex_bytes=100), Outcome.OVER_CODE_LIMIT, "bytes together"),
        (Limits(strings=10), Outcome.OVER_STRING_LIMIT, "strings together"),
        (Limits(instructions=0), Outcome.OVER_CODE_LIMIT, "instructions together"),
    ],
)
def test_each_limit_has_an_end_of_its_own(
    monkeypatch: pytest.MonkeyPatch, engine: Engine, limits: Limits, outcome: Outcome, words: str
) -> None:
    """The same by both engines, with a sentence that names it."""
    choose(monkeypatch, engine)
    dex = DexFile(classes=[Class(name="La/A;", methods=[Method(name="m")])], strings=[str(i) for i in range(200)])
    content = dex.as_bytes().ljust(4_000, b"\0")
    evidence = inspect_apk(apk_bytes([Member(name="classes.dex", content=content)]), limits=limits)

    assert evidence.outcome is outcome
    assert words in evidence.reason


@pytest.mark.parametrize("engine", [Engine.REFERENCE, pytest.param(Engine.NATIVE, marks=needs_native)])
@pytest.mark.parametrize(
    "limits", [Limits(member_bytes=2_000), Limits(strings=10), Limits(dex_bytes=100), Limits(instructions=0)]
)
def test_an_app_beyond_a_limit_is_unknown_and_keeps_what_was_read(
    monkeypatch: pytest.MonkeyPatch, engine: Engine, limits: Limits
) -> None:
    """It hides by its size: never clean, but manifest and signers are there, and what is missing is listed."""
    choose(monkeypatch, engine)
    dex = DexFile(classes=[Class(name="La/A;", methods=[Method(name="m")])], strings=[str(i) for i in range(200)])
    evidence = inspect_apk(
        apk_bytes([Member(name="classes.dex", content=dex.as_bytes().ljust(4_000, b"\0"))]), limits=limits
    )

    assert evidence.outcome.outcome_class is OutcomeClass.APP
    assert evidence.app.package == "com.example.app"
    assert {"manifest", "permissions", "signing", "not_read"} <= set(evidence.facts)
    assert "api_uses" not in evidence.facts


@pytest.mark.parametrize("engine", [Engine.REFERENCE, pytest.param(Engine.NATIVE, marks=needs_native)])
def test_what_is_not_needed_may_be_larger_than_a_limit(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    """A large asset is never inflated."""
    choose(monkeypatch, engine)
    good = Member(name="classes.dex", content=DexFile(classes=[Class(name="La/A;")]).as_bytes())
    app = apk_bytes([good, Member(name="assets/film.mp4", content=bytes(50_000))])
    evidence = inspect_apk(app, limits=Limits(member_bytes=10_000, inflated_bytes=10_000))

    assert (evidence.outcome, evidence.reason) == (Outcome.INSPECTED, "")


@pytest.mark.parametrize("engine", [Engine.REFERENCE, pytest.param(Engine.NATIVE, marks=needs_native)])
def test_a_signature_beyond_a_limit_costs_the_signers_alone(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    """Manifest and code are there all the same."""
    choose(monkeypatch, engine)
    dex = DexFile(classes=[Class(name="La/A;", methods=[Method(name="m")])]).as_bytes()
    members = [Member(name="classes.dex", content=dex), Member(name="META-INF/A.RSA", content=bytes(9_000))]
    evidence = inspect_apk(apk_bytes(members), limits=Limits(member_bytes=8_000))

    assert evidence.outcome is Outcome.OVER_INFLATE_LIMIT
    assert "META-INF/A.RSA" in evidence.reason
    assert {"manifest", "code", "sdks"} <= evidence.facts.keys()
    assert "signing" not in evidence.facts


NAMES = [f"{i:07}" for i in range(600_000)]
SHARED_CODE = b"\x1a\0\0\0" * 250_000 + b"\x0e\0"
"""A quarter of a million constants."""


@pytest.mark.parametrize("engine", [Engine.REFERENCE, pytest.param(Engine.NATIVE, marks=needs_native)])
@pytest.mark.parametrize(
    ("tables", "memory_mb"),
    [
        (Tables(names=NAMES), 24),
        (Tables(names=NAMES[:100_000], methods=[(1, i) for i in range(15)], code=SHARED_CODE, sharing=15), 80),
    ],
    ids=["many names", "code of many methods"],
)
def test_code_that_needs_more_memory_than_there_may_be_is_no_death(
    monkeypatch: pytest.MonkeyPatch, engine: Engine, tables: Tables, memory_mb: int
) -> None:
    """Whatever engine reads, before its process would end: a new one, which has no room left over from other tests."""
    choose(monkeypatch, engine)
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as another:
        limits = Limits(memory_bytes=memory_mb << 20)
        evidence = another.submit(inspect_apk, tables.as_app(), limits=limits).result()

    assert evidence.outcome is Outcome.OUT_OF_MEMORY


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (MalformedError("why"), Outcome.MALFORMED),
        (MemoryError(), Outcome.OUT_OF_MEMORY),
        (RecursionError(), Outcome.ENGINE_ERROR),
        (ValueError("/home/somebody/secret"), Outcome.ENGINE_ERROR),
    ],
)
def test_errors_become_outcomes(monkeypatch: pytest.MonkeyPatch, error: Exception, outcome: Outcome) -> None:
    """And what was known of the app before stays."""
    evidence = with_suite(monkeypatch, error)
    assert (evidence.outcome, evidence.app.package, evidence.facts) == (outcome, "com.example.app", {})


def test_a_fault_of_ours_is_told_without_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the exception's type and our innermost line; its message may quote anything."""

    def run(view: StaticView) -> Result:
        return inspect.SUITES["nothing"], "", {}  # type: ignore[return-value]

    monkeypatch.setattr(inspect, "run", run)
    evidence = inspect_apk(APK)
    assert evidence.reason.startswith("KeyError at workers.inspect line ")
    assert "/" not in evidence.reason


def test_an_app_that_takes_too_long_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard is around the suite."""

    def run(view: StaticView) -> Result:
        while True:
            pass

    monkeypatch.setattr(inspect, "run", run)
    assert inspect_apk(APK, limits=Limits(seconds=0.05)).outcome is Outcome.TIMEOUT


def test_a_keyboard_interrupt_is_no_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's wish passes through."""
    with pytest.raises(KeyboardInterrupt):
        with_suite(monkeypatch, KeyboardInterrupt())


def test_an_unknown_suite_is_refused() -> None:
    """With the names of those there are."""
    with pytest.raises(ValueError, match="static"):
        inspect_apk(APK, suite="no")


def test_the_same_app_gives_the_same_bytes() -> None:
    """Evidence is deterministic."""
    assert inspect_apk(APK).as_bytes() == inspect_apk(bytearray(APK)).as_bytes()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(APK) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_app_never_is_an_engine_error(changes: list[tuple[int, int]]) -> None:
    """Any bytes of a good one replaced."""
    damaged = bytearray(APK)
    for at, value in changes:
        damaged[at] = value
    evidence = inspect_apk(damaged)
    assert evidence.outcome is not Outcome.ENGINE_ERROR, evidence.reason
