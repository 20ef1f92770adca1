"""Run finished inspections again: first say which and what it costs, then make them pending. Attempts stay."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from farm.model.batch import Batch
from farm.model.errors import UsageError
from farm.model.inspection import Suite
from farm.ports import Ledger, RerunFilter, RerunPreview, Totals
from workers.model.outcome import Outcome, OutcomeClass

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, kw_only=True, slots=True)
class RerunPlan:
    """What a re-run would take and cost."""

    batch: Batch
    chosen: RerunFilter
    preview: RerunPreview
    worker_s: float | None
    """Estimated time of one worker, in seconds, from the mean of all attempts so far; None if there were none."""
    cost: float | None
    """Estimated price of that time and of reading the objects; None if the time is not known."""


def make_filter(
    *,
    failed: bool = False,
    outcome_class: str | None = None,
    outcome: str | None = None,
    shard: int | None = None,
    suite: str | None = None,
) -> RerunFilter:
    """Return the filter that the words of `farm rerun` mean; all conditions must hold.

    Raises:
        UsageError: There is no condition, or a word is not one of its closed set.
    """
    if not failed and outcome_class is None and outcome is None and shard is None and suite is None:
        raise UsageError(
            "Nothing says which inspections to run again.",
            next_step="Give --failed, --class C, --outcome O, --shard N or --suite S; with --preview nothing changes.",
        )
    if shard is not None and shard < 0:
        raise UsageError(
            f"There is no shard {shard}; shards count from 0.", next_step="See them with 'farm status BATCH --shards'."
        )
    return RerunFilter(
        failed=failed,
        outcome_class=_word(OutcomeClass, outcome_class, "class"),
        outcome=_word(Outcome, outcome, "outcome"),
        shard=shard,
        suite=_word(Suite, suite, "suite"),
    )


def plan_rerun(
    ledger: Ledger, reference: str, chosen: RerunFilter, *, cpu_hour_price: float = 0.0, read_gb_price: float = 0.0
) -> RerunPlan:
    """Return what `rerun` would do to the batch; nothing is changed.

    Raises:
        UnknownBatchError: There is no such batch.
        UsageError: The batch has no such shard or suite.
    """
    batch = ledger.batch(reference)
    if chosen.suite is not None and chosen.suite not in batch.suites:
        raise UsageError(
            f"Batch {batch.name} has no suite {chosen.suite}; it has {', '.join(batch.suites)}.",
            next_step="Leave out --suite, or give one of these.",
        )
    if chosen.shard is not None:
        shards = len(ledger.shards(batch.batch_id))
        if chosen.shard >= shards:
            raise UsageError(
                f"Batch {batch.name} has no shard {chosen.shard}; its shards are 0 to {shards - 1}.",
                next_step="See them with 'farm status BATCH --shards'.",
            )
    preview = ledger.preview_rerun(batch.batch_id, chosen)
    mean_s = mean_seconds(ledger.totals(), (chosen.suite,) if chosen.suite is not None else batch.suites)
    worker_s = mean_s * preview.inspections if mean_s is not None else None
    cost = None
    if worker_s is not None:
        cost = worker_s / 3600 * cpu_hour_price + preview.bytes / 1e9 * read_gb_price
    return RerunPlan(batch=batch, chosen=chosen, preview=preview, worker_s=worker_s, cost=cost)


def rerun(ledger: Ledger, plan: RerunPlan, *, now: float) -> int:
    """Make what the plan chose pending again; return how many inspections."""
    return ledger.rerun(plan.batch.batch_id, plan.chosen, now=now)


def mean_seconds(totals: Totals, suites: tuple[Suite, ...]) -> float | None:
    """Return the mean duration of an attempt of these suites, in seconds; None if there was none."""
    attempts = sum(sum(totals.duration_buckets.get((suite, "total"), ())) for suite in suites)
    seconds = sum(totals.duration_sums.get((suite, "total"), 0.0) for suite in suites)
    return seconds / attempts if attempts else None


def plan_json(plan: RerunPlan, *, rerun: int | None, currency: str) -> dict[str, Any]:
    """Return a plan as `farm rerun --json` gives it; `rerun` is None for a preview."""
    return {
        "batch": plan.batch.batch_id,
        "name": plan.batch.name,
        "inspections": plan.preview.inspections,
        "shards": plan.preview.shards,
        "bytes": plan.preview.bytes,
        "by_outcome": dict(plan.preview.by_outcome),
        "estimated_worker_s": round(plan.worker_s, 1) if plan.worker_s is not None else None,
        "estimated_cost": round(plan.cost, 4) if plan.cost is not None else None,
        "currency": currency,
        "rerun": rerun,
    }


def _word(kind: type[Word], text: str | None, what: str) -> Word | None:
    """Return the member of a closed set that `text` names, in any case and with `-` for `_`; raises UsageError."""
    if text is None:
        return None
    try:
        return kind(text.strip().lower().replace("-", "_"))
    except ValueError:
        allowed = ", ".join(member.value for member in kind)
        raise UsageError(f"There is no {what} {text!r}.", next_step=f"Allowed: {allowed}.") from None
