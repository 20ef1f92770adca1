"""Say where the farm and its batches stand, from the ledger alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from farm.model.batch import Batch, BatchStatus, ShardState, ShardStatus
from farm.model.inspection import State
from farm.model.target import Pace
from farm.ports import DriverRow, FailureRow, Ledger
from farm.service.target import current, pace_of
from workers.model.cross_check import CrossVerdict, Field
from workers.model.outcome import Outcome, OutcomeClass

DRIVER_SILENCE_S = 30.0
"""A driver that has not been heard of for so long is taken for dead."""


BAR_ORDER: tuple[State, ...] = (
    State.DONE,
    State.UNKNOWN,
    State.UNUSABLE,
    State.QUARANTINED,
    State.CANCELLED,
    State.RUNNING,
    State.PENDING,
)
"""States from the left of a bar to its right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchView:
    """Where one batch stands, with what follows from it."""

    status: BatchStatus
    drivers: tuple[DriverRow, ...]
    """Drivers that are alive."""

    @property
    def batch(self) -> Batch:
        """The batch itself."""
        return self.status.batch

    @property
    def total(self) -> int:
        """Inspections of the batch: apps times suites."""
        return sum(self.status.states.values())

    @property
    def unfinished(self) -> int:
        """Inspections that wait or run."""
        return self.status.states.get(State.PENDING, 0) + self.status.states.get(State.RUNNING, 0)

    @property
    def percent(self) -> float:
        """Finished inspections in per cent, rounded down to a tenth, so that 100 means all."""
        return (self.total - self.unfinished) * 1000 // self.total / 10 if self.total else 100.0

    @property
    def eta_s(self) -> float | None:
        """Seconds until the batch is finished at the present pace; None if nothing moves or nothing is left."""
        if not self.unfinished or not self.drivers or self.status.per_minute <= 0:
            return None
        return self.unfinished / self.status.per_minute * 60

    @property
    def needs_driver(self) -> bool:
        """Whether work waits and nobody does it."""
        return self.unfinished > 0 and not self.drivers

    @property
    def failures_by_class(self) -> dict[OutcomeClass, int]:
        """Finished inspections that did not end well, by class, the most frequent first."""
        counts: Counter[OutcomeClass] = Counter()
        for name, number in self.status.outcomes.items():
            outcome_class = Outcome(name).outcome_class
            if outcome_class is not OutcomeClass.OK and number:
                counts[outcome_class] += number
        return dict(counts.most_common())


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """Where the whole farm stands."""

    batches: tuple[BatchView, ...]
    """The newest batches, newest first."""
    hidden: int
    """Older batches that were left out."""
    paces: tuple[Pace, ...]
    """The current targets, the longest first."""
    drivers: tuple[DriverRow, ...]
    """Drivers that are alive."""
    cross_checks: Mapping[CrossVerdict, int]
    """Apps that were read twice, by how that ended."""
    disagreements: Mapping[Field, int]
    """Those on which the readers differed, by fact."""


def living_drivers(drivers: Sequence[DriverRow], now: float) -> tuple[DriverRow, ...]:
    """Return the drivers that were heard of in the last half minute."""
    return tuple(d for d in drivers if now - d.seen_at.timestamp() < DRIVER_SILENCE_S)


def look(ledger: Ledger, reference: str, now: float) -> BatchView:
    """Return where the batch with this name or id stands; raises UnknownBatchError."""
    batch = ledger.batch(reference)
    return BatchView(
        status=ledger.status(batch.batch_id, now=now), drivers=living_drivers(ledger.totals().drivers, now)
    )


def survey(ledger: Ledger, now: float, *, first: int = 0, limit: int = 20) -> Overview:
    """Return where everything stands, with `limit` batches from the `first` newest on."""
    batches = ledger.batches()
    totals = ledger.totals()
    drivers = living_drivers(totals.drivers, now)
    shown = batches[first : first + limit]
    return Overview(
        batches=tuple(BatchView(status=ledger.status(batch.batch_id, now=now), drivers=drivers) for batch in shown),
        hidden=len(batches) - len(shown),
        paces=tuple(pace_of(ledger, target, now) for target in current(ledger.targets(), now)),
        drivers=drivers,
        cross_checks=totals.cross_checks,
        disagreements=totals.disagreements,
    )


def first_reasons(ledger: Ledger, view: BatchView, *, each: int = 3) -> dict[OutcomeClass, tuple[FailureRow, ...]]:
    """Return, for each class of failure, a few inspections with their reasons."""
    chosen: dict[OutcomeClass, list[FailureRow]] = {}
    for row in ledger.failures(view.batch.batch_id, limit=200):
        if row.outcome is None:
            continue
        rows = chosen.setdefault(row.outcome.outcome_class, [])
        if len(rows) < each and all(row.reason != other.reason for other in rows):
            rows.append(row)
    return {outcome_class: tuple(rows) for outcome_class, rows in chosen.items()}


def as_json(view: BatchView) -> dict[str, Any]:
    """Return a batch's status as `farm status BATCH --json` and the console's API give it."""
    status = view.status
    return {
        "batch": status.batch.batch_id,
        "name": status.batch.name,
        "apps": status.batch.apps,
        "states": {state.value: status.states.get(state, 0) for state in State},
        "by_suite": {
            suite.value: {state.value: counts.get(state, 0) for state in State}
            for suite, counts in status.by_suite.items()
        },
        "outcomes": dict(status.outcomes),
        "attempts": status.attempts,
        "counted": status.counted,
        "findings": status.findings,
        "cached": status.cached,
        "shards": {state.value: status.shards.get(state, 0) for state in ShardState},
        "percent": view.percent,
        "per_minute": round(status.per_minute, 2),
        "eta_s": round(view.eta_s) if view.eta_s is not None else None,
        "suites": [suite.value for suite in status.batch.suites],
        "created_at": status.batch.created_at.isoformat(),
        "cancelled": status.batch.cancelled,
        "drivers": len(view.drivers),
    }


def cross_check_json(found: Overview) -> dict[str, Any]:
    """Return what the second readings came to, as `farm status --json` gives it."""
    return {
        **{verdict.value: found.cross_checks.get(verdict, 0) for verdict in CrossVerdict},
        "fields": {name.value: number for name, number in sorted(found.disagreements.items())},
    }


def shard_json(row: ShardStatus) -> dict[str, Any]:
    """Return a shard as `farm status BATCH --shards --json` gives it."""
    return {
        "shard": row.ordinal,
        "state": row.state.value,
        "states": {state.value: row.states.get(state, 0) for state in State},
        "owner": row.owner,
        "lease_until": row.lease_until,
        "leases": row.leases,
    }
