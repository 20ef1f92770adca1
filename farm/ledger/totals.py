"""What the exporter shows: sums that are kept as work is committed, and signs of life of the drivers."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select

from farm.ledger import rows, tallies
from farm.ledger.database import upsert
from farm.ledger.tables import BATCH, DRIVER, SHARD, TALLY
from farm.model.batch import ShardState
from farm.model.inspection import State, Suite
from farm.ports import DURATION_BUCKETS_S, DriverRow, Totals
from workers.model.cross_check import CrossVerdict, Field
from workers.model.outcome import Outcome

FORGET_DRIVER_S = 86_400
"""Seconds after which a silent driver is forgotten."""


def beat(connection: Connection, driver: DriverRow) -> None:
    """Record a driver's sign of life, and forget drivers that have been silent for a day."""
    seen_at = driver.seen_at.timestamp()
    values = {"seen_at": seen_at, "workers": driver.workers, "busy": driver.busy}
    connection.execute(
        upsert(connection, DRIVER)
        .values(owner=driver.owner, **values)
        .on_conflict_do_update(index_elements=[DRIVER.c.owner], set_=values)
    )
    connection.execute(delete(DRIVER).where(DRIVER.c.seen_at < seen_at - FORGET_DRIVER_S))


def totals(connection: Connection) -> Totals:
    """Return what the exporter shows: some hundred rows, however many apps there are."""
    kept: dict[str, dict[tuple[str, ...], float]] = {}
    for row in connection.execute(select(TALLY).order_by(TALLY.c.name, TALLY.c.label)):
        kept.setdefault(row.name, {})[tuple(row.label.split(tallies.SEPARATOR))] = row.value

    def by_outcome(name: str) -> dict[tuple[Suite, Outcome], int]:
        return {(Suite(suite), Outcome(outcome)): int(value) for (suite, outcome), value in kept.get(name, {}).items()}

    buckets: dict[tuple[Suite, str], list[int]] = {}
    for (suite, stage, bucket), value in kept.get(tallies.DURATION, {}).items():
        counts = buckets.setdefault((Suite(suite), stage), [0] * (len(DURATION_BUCKETS_S) + 1))
        counts[int(bucket)] = int(value)
    present = {label[0]: int(value) for label, value in kept.get(tallies.INSPECTIONS_NOW, {}).items()}
    shards = {label[0]: int(value) for label, value in kept.get(tallies.SHARDS_NOW, {}).items()}
    return Totals(
        inspections=by_outcome(tallies.INSPECTIONS),
        attempts=by_outcome(tallies.ATTEMPTS),
        retries=by_outcome(tallies.RETRIES),
        cache={(Suite(suite), hit == "1"): int(value) for (suite, hit), value in kept.get(tallies.CACHE, {}).items()},
        findings={(family, level): int(value) for (family, level), value in kept.get(tallies.FINDINGS, {}).items()},
        bytes_read=int(kept.get(tallies.BYTES_READ, {}).get(("",), 0)),
        cross_checks={CrossVerdict(word): int(value) for (word,), value in kept.get(tallies.CROSS_CHECKS, {}).items()},
        disagreements={Field(name): int(value) for (name,), value in kept.get(tallies.DISAGREEMENTS, {}).items()},
        duration_buckets={key: tuple(counts) for key, counts in buckets.items()},
        duration_sums={
            (Suite(suite), stage): value for (suite, stage), value in kept.get(tallies.DURATION_SUM, {}).items()
        },
        inspections_now={state: present.get(state, 0) for state in State},
        shards_now={state.value: shards.get(state, 0) for state in ShardState},
        oldest_running_start=connection.execute(
            select(func.min(SHARD.c.leased_at)).where(SHARD.c.state == ShardState.LEASED)
        ).scalar_one(),
        last_commit=connection.execute(select(func.max(BATCH.c.last_commit_at))).scalar_one(),
        drivers=[
            DriverRow(owner=row.owner, seen_at=rows.utc(row.seen_at), workers=row.workers, busy=row.busy)
            for row in connection.execute(select(DRIVER).order_by(DRIVER.c.owner))
        ],
    )
