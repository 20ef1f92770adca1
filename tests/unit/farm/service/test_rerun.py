"""Tests of farm.service.rerun."""

from __future__ import annotations

import pytest

from farm.ledger.sql import SqlLedger
from farm.model.errors import UnknownBatchError, UsageError
from farm.model.inspection import State, Suite
from farm.ports import RerunFilter
from farm.service.rerun import make_filter, mean_seconds, plan_json, plan_rerun, rerun
from tests.unit.farm.service.scene import APP_BYTES, NOW, add_batch
from workers.model.outcome import Outcome, OutcomeClass


def test_words_become_a_filter() -> None:
    """Case and hyphens do not matter; every condition is kept."""
    assert make_filter(failed=True, outcome_class="TOOL", outcome="Engine-Error", shard=3, suite="static") == (
        RerunFilter(
            failed=True,
            outcome_class=OutcomeClass.TOOL,
            outcome=Outcome.ENGINE_ERROR,
            shard=3,
            suite=Suite.STATIC,
        )
    )


def test_no_condition_is_refused() -> None:
    """A re-run of everything is never meant by saying nothing."""
    with pytest.raises(UsageError, match="Nothing says"):
        make_filter()


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        ({"outcome_class": "tools"}, "infra"),
        ({"outcome": "crashed"}, "worker_died"),
        ({"suite": "both"}, "dynamic"),
    ],
)
def test_unknown_words_are_answered_with_the_allowed_ones(words: dict[str, str], allowed: str) -> None:
    """Whoever mistypes a class, outcome or suite is shown the closed set."""
    with pytest.raises(UsageError) as caught:
        make_filter(**words)  # type: ignore[arg-type] # all of them are texts

    assert allowed in caught.value.next_step


def test_a_negative_shard_is_refused() -> None:
    """Shards count from 0."""
    with pytest.raises(UsageError, match="count from 0"):
        make_filter(shard=-1)


def test_preview_says_what_and_at_what_cost(scene: SqlLedger) -> None:
    """Counts, bytes, time by the mean so far, and the price of both."""
    plan = plan_rerun(scene, "nov", RerunFilter(failed=True), cpu_hour_price=3600.0, read_gb_price=1000.0)

    assert (plan.preview.inspections, plan.preview.shards, plan.preview.bytes) == (3, 2, 3 * APP_BYTES)
    assert plan.preview.by_outcome == {"packed": 1, "malformed": 1, "engine_error": 1}
    assert plan.worker_s == pytest.approx(6.0)
    assert plan.cost == pytest.approx(6.0 + 3.0)


def test_preview_changes_nothing(scene: SqlLedger) -> None:
    """After a preview every state is as it was."""
    before = scene.status(scene.batch("nov").batch_id, now=NOW)
    plan_rerun(scene, "nov", RerunFilter(failed=True))

    assert scene.status(scene.batch("nov").batch_id, now=NOW) == before


def test_rerun_makes_pending_and_erases_nothing(scene: SqlLedger) -> None:
    """The chosen inspections wait again; total and attempts stay."""
    plan = plan_rerun(scene, "nov", RerunFilter(outcome_class=OutcomeClass.TOOL))
    number = rerun(scene, plan, now=NOW)
    status = scene.status(plan.batch.batch_id, now=NOW)

    assert number == 1
    assert (status.states[State.PENDING], status.states[State.QUARANTINED], status.attempts) == (2, 0, 5)
    assert sum(status.states.values()) == 6


def test_a_shard_that_the_batch_has_not(scene: SqlLedger) -> None:
    """A shard beyond the last is a slip, not a re-run of nothing."""
    with pytest.raises(UsageError, match="0 to 2"):
        plan_rerun(scene, "nov", RerunFilter(shard=3))


def test_a_suite_that_the_batch_has_not(scene: SqlLedger) -> None:
    """A suite that was not submitted cannot be run again."""
    with pytest.raises(UsageError, match="it has static"):
        plan_rerun(scene, "nov", RerunFilter(suite=Suite.DYNAMIC))


def test_unknown_batch(scene: SqlLedger) -> None:
    """A batch that is not there is an error that says so."""
    with pytest.raises(UnknownBatchError):
        plan_rerun(scene, "dec", RerunFilter(failed=True))


def test_json_of_a_preview(scene: SqlLedger) -> None:
    """A preview's document says that nothing was done."""
    document = plan_json(plan_rerun(scene, "nov", RerunFilter(failed=True)), rerun=None, currency="CNY")

    assert (document["inspections"], document["rerun"], document["currency"]) == (3, None, "CNY")


def test_no_history_no_estimate(scene: SqlLedger) -> None:
    """Without an attempt of the suite nothing is known of its time."""
    add_batch(scene, "new", 2)

    assert mean_seconds(scene.totals(), (Suite.DYNAMIC,)) is None
