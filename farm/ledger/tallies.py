"""Totals that are changed by the transaction that changes what they count, so that a scrape never scans."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection

from farm.ledger.database import upsert
from farm.ledger.tables import TALLY
from farm.model.batch import ShardState
from farm.model.execution import Result
from farm.model.inspection import State, Suite
from farm.ports import DURATION_BUCKETS_S
from workers.model.outcome import Outcome

INSPECTIONS = "inspections"
ATTEMPTS = "attempts"
RETRIES = "retries"
CACHE = "cache"
FINDINGS = "findings"
BYTES_READ = "bytes_read"
CROSS_CHECKS = "cross_checks"
DISAGREEMENTS = "disagreements"
DURATION = "duration"
DURATION_SUM = "duration_sum"
INSPECTIONS_NOW = "inspections_now"
SHARDS_NOW = "shards_now"

STAGES = ("total", "read", "inspect", "store", "judge")
"""Stages that have a duration; others are not kept, because labels are bounded."""

SEPARATOR = "|"
"""Between the parts of a label; no suite, outcome, stage, state or rule pack has it."""


class Tallies:
    """Changes to the totals, gathered over a transaction and written once at its end."""

    def __init__(self) -> None:
        """Begin with no change."""
        self._changes: defaultdict[tuple[str, str], float] = defaultdict(float)

    def add(self, name: str, *label: str, by: float = 1) -> None:
        """Add `by` to a total."""
        self._changes[name, SEPARATOR.join(label)] += by

    def moved(self, old: State | None, new: State, *, by: int = 1) -> None:
        """Note that inspections changed their state; `old` is None for new ones."""
        if old is not None:
            self.add(INSPECTIONS_NOW, old, by=-by)
        self.add(INSPECTIONS_NOW, new, by=by)

    def shard_moved(self, old: ShardState | None, new: ShardState, *, by: int = 1) -> None:
        """Note that shards changed their state; `old` is None for new ones."""
        if old is not None:
            self.add(SHARDS_NOW, old, by=-by)
        self.add(SHARDS_NOW, new, by=by)

    def ended(self, suite: Suite, outcome: Outcome, new: State, *, by: int = 1) -> None:
        """Note that attempts ended and what became of their inspections."""
        self.add(ATTEMPTS, suite, outcome, by=by)
        if new is State.PENDING:
            self.add(RETRIES, suite, outcome, by=by)
        else:
            self.add(INSPECTIONS, suite, outcome, by=by)

    def cancelled(self, suite: Suite, *, attempted: bool, by: int) -> None:
        """Note that a person cancelled inspections, with an attempt under way or without."""
        self.add(INSPECTIONS, suite, Outcome.CANCELLED, by=by)
        if attempted:
            self.add(ATTEMPTS, suite, Outcome.CANCELLED, by=by)

    def measured(self, suite: Suite, result: Result) -> None:
        """Note what an attempt cost, and what a second reading came to."""
        self.add(BYTES_READ, by=result.bytes_read)
        if result.evidence_key is not None:
            self.add(CACHE, suite, "1" if result.cached else "0")
        if result.cross_check is not None:
            self.add(CROSS_CHECKS, result.cross_check.verdict)
            for item in result.cross_check.disagreements:
                self.add(DISAGREEMENTS, item.field)
        durations: Mapping[str, float] = {**result.stage_seconds, "total": result.seconds}
        for stage in STAGES:
            if stage in durations:
                bucket = bisect.bisect_left(DURATION_BUCKETS_S, durations[stage])
                self.add(DURATION, suite, stage, str(bucket))
                self.add(DURATION_SUM, suite, stage, by=durations[stage])

    def write(self, connection: Connection) -> None:
        """Add the changes to the totals.

        Rows are always locked in the same order, and last in every transaction, so that two writers never wait for
        each other.
        """
        rows = [
            {"name": name, "label": label, "value": value}
            for (name, label), value in sorted(self._changes.items())
            if value
        ]
        if rows:
            statement = upsert(connection, TALLY)
            value = TALLY.c.value + statement.excluded.value
            connection.execute(
                statement.on_conflict_do_update(index_elements=[TALLY.c.name, TALLY.c.label], set_={"value": value}),
                rows,
            )
