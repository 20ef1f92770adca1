"""Leases: who may work on a shard, until when, and what becomes of it when nobody does any more."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from sqlalchemy import Connection, and_, delete, func, insert, literal, select, update

from farm.ledger import rows
from farm.ledger.batches import known_sha256, number_of
from farm.ledger.database import chunks
from farm.ledger.tables import APP, ATTEMPT, BATCH, DRIVER, INSPECTION, SHARD
from farm.ledger.tallies import Tallies
from farm.ledger.transitions import UNFINISHED, hold, origins, refuse
from farm.model.batch import AppId, BatchId, InspectionId, Lease, ShardId, ShardState, Work
from farm.model.inspection import State, Suite
from workers.model.outcome import Outcome

ABANDONED = "The driver stopped before the attempt ended."
"""Reason of an attempt that was found open."""


def lease(connection: Connection, *, owner: str, now: float, seconds: float, batch: BatchId | None) -> Lease | None:
    """Lease the first shard that may be leased, in the order of submission; None if there is none now."""
    ours = [] if batch is None else [SHARD.c.batch == number_of(connection, batch)]
    tallies = Tallies()
    expired = connection.execute(
        select(SHARD.c.id)
        .where(SHARD.c.state == ShardState.LEASED, SHARD.c.lease_until <= now, *ours)
        .order_by(SHARD.c.batch, SHARD.c.ordinal)
        .with_for_update(skip_locked=True)
    )
    for shard in expired.scalars().all():
        give_back(connection, shard, now=now, tallies=tallies)
    row = connection.execute(
        select(SHARD.c.id, SHARD.c.batch, SHARD.c.ordinal, SHARD.c.fence)
        .where(SHARD.c.state == ShardState.PENDING, SHARD.c.due <= now, *ours)
        .order_by(SHARD.c.batch, SHARD.c.ordinal)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    taken = None
    if row is not None:
        tallies.shard_moved(ShardState.PENDING, ShardState.LEASED)
        taken = Lease(
            shard_id=ShardId(row.id),
            batch_id=connection.execute(select(BATCH.c.batch_id).where(BATCH.c.id == row.batch)).scalar_one(),
            ordinal=row.ordinal,
            owner=owner,
            fence=row.fence + 1,
            until=now + seconds,
        )
        connection.execute(
            update(SHARD)
            .where(SHARD.c.id == row.id)
            .values(
                state=ShardState.LEASED,
                owner=owner,
                lease_until=taken.until,
                leased_at=now,
                fence=taken.fence,
                leases=SHARD.c.leases + 1,
            )
        )
    tallies.write(connection)
    return taken


def renew(connection: Connection, held: Lease, *, now: float, seconds: float) -> Lease:
    """Prolong a lease; raises LeaseLostError if the fence has moved."""
    hold(connection, held)
    connection.execute(update(SHARD).where(SHARD.c.id == held.shard_id).values(lease_until=now + seconds))
    return dataclasses.replace(held, until=now + seconds)


def bury(connection: Connection, owner: str, *, now: float) -> None:
    """Let the leases of an ended driver expire now, and forget it; the next `lease` cleans up what it had running."""
    connection.execute(delete(DRIVER).where(DRIVER.c.owner == owner))
    connection.execute(
        update(SHARD).where(SHARD.c.state == ShardState.LEASED, SHARD.c.owner == owner).values(lease_until=now)
    )


def release(connection: Connection, held: Lease, *, now: float) -> None:
    """Give a shard back: done if all its inspections are terminal, else pending. Open attempts are closed."""
    hold(connection, held)
    tallies = Tallies()
    give_back(connection, held.shard_id, now=now, tallies=tallies)
    tallies.write(connection)


def give_back(connection: Connection, shard: int, *, now: float, tallies: Tallies) -> None:
    """Make a leased shard, which this transaction has locked, consistent and free."""
    in_shard = INSPECTION.c.shard == shard
    running: dict[str, int] = {
        row.suite: row.inspections
        for row in connection.execute(
            select(INSPECTION.c.suite, func.count().label("inspections"))
            .where(in_shard, INSPECTION.c.state == State.RUNNING)
            .group_by(INSPECTION.c.suite)
        )
    }
    if running:
        close_running(connection, [shard], outcome=Outcome.DRIVER_RESTARTED, reason=ABANDONED, now=now)
        connection.execute(
            update(INSPECTION)
            .where(in_shard, INSPECTION.c.state.in_(origins(State.PENDING, {State.RUNNING})))
            .values(state=State.PENDING, infra=INSPECTION.c.infra + 1)
        )
    for suite, count in running.items():
        tallies.moved(State.RUNNING, State.PENDING, by=count)
        tallies.ended(Suite(suite), Outcome.DRIVER_RESTARTED, State.PENDING, by=count)
    due = connection.execute(
        select(func.min(INSPECTION.c.not_before)).where(in_shard, INSPECTION.c.state == State.PENDING)
    ).scalar_one()
    state = ShardState.DONE if due is None else ShardState.PENDING
    connection.execute(
        update(SHARD)
        .where(SHARD.c.id == shard)
        .values(state=state, owner=None, lease_until=None, leased_at=None, due=due or 0.0)
    )
    tallies.shard_moved(ShardState.LEASED, state)


def close_running(connection: Connection, shards: Sequence[int], *, outcome: Outcome, reason: str, now: float) -> None:
    """End the open attempts of the shards' running inspections."""
    for part in chunks(shards):
        running = select(INSPECTION.c.id).where(INSPECTION.c.shard.in_(part), INSPECTION.c.state == State.RUNNING)
        connection.execute(
            update(ATTEMPT)
            .where(ATTEMPT.c.inspection.in_(running), ATTEMPT.c.ended_at.is_(None))
            .values(ended_at=now, outcome=outcome, reason=reason, seconds=literal(now) - ATTEMPT.c.started_at)
        )


def pending(connection: Connection, held: Lease) -> list[Work]:
    """Return the shard's pending inspections in the order of the manifest; raises LeaseLostError."""
    hold(connection, held, lock=False)
    found = connection.execute(
        select(
            INSPECTION.c.id.label("inspection"),
            INSPECTION.c.app,
            INSPECTION.c.suite,
            INSPECTION.c.alone,
            INSPECTION.c.tool,
            INSPECTION.c.lone_deaths,
            INSPECTION.c.infra,
            INSPECTION.c.not_before,
            ATTEMPT.c.outcome.label("last"),
            *rows.REF_COLUMNS,
        )
        .join_from(INSPECTION, APP, APP.c.id == INSPECTION.c.app)
        .outerjoin(ATTEMPT, and_(ATTEMPT.c.inspection == INSPECTION.c.id, ATTEMPT.c.number == INSPECTION.c.attempts))
        .where(INSPECTION.c.shard == held.shard_id, INSPECTION.c.state == State.PENDING)
        .order_by(APP.c.position, INSPECTION.c.id)
    ).all()
    known = known_sha256(connection, [rows.ref(row) for row in found])
    return [
        Work(
            inspection_id=InspectionId(row.inspection),
            app_id=AppId(row.app),
            app=rows.ref(row),
            suite=Suite(row.suite),
            alone=row.alone,
            tool_attempts=row.tool,
            lone_deaths=row.lone_deaths,
            infra_attempts=row.infra,
            not_before=row.not_before,
            known_sha256=known.get((row.url, row.etag)),
            last=None if row.last is None else Outcome(row.last),
        )
        for row in found
    ]


def begin(connection: Connection, held: Lease, inspections: Sequence[InspectionId], *, now: float) -> None:
    """Open an attempt for each and make it running; raises LeaseLostError, IllegalTransitionError."""
    batch = hold(connection, held)
    for part in chunks(inspections):
        ours = (INSPECTION.c.id.in_(part), INSPECTION.c.shard == held.shard_id)
        changed = connection.execute(
            update(INSPECTION)
            .where(*ours, INSPECTION.c.state.in_(origins(State.RUNNING)))
            .values(state=State.RUNNING, attempts=INSPECTION.c.attempts + 1, started_at=now)
        )
        if changed.rowcount != len(part):
            raise refuse("Only pending inspections of the leased shard can begin", part)
        opened = select(
            INSPECTION.c.id,
            INSPECTION.c.attempts,
            literal(held.fence),
            literal(""),
            literal(now),
            literal(""),
            literal(value=False),
            literal(0.0),
        ).where(*ours)
        connection.execute(
            insert(ATTEMPT).from_select(
                ["inspection", "number", "fence", "worker", "started_at", "reason", "cached", "seconds"], opened
            )
        )
    connection.execute(
        update(BATCH)
        .where(BATCH.c.id == batch)
        .values(
            attempts=BATCH.c.attempts + len(inspections),
            first_attempt_at=func.coalesce(BATCH.c.first_attempt_at, now),
        )
    )
    tallies = Tallies()
    tallies.moved(State.PENDING, State.RUNNING, by=len(inspections))
    tallies.write(connection)


def unfinished(connection: Connection, batch: BatchId | None) -> int:
    """Return how many inspections are pending or running."""
    open_shards = select(SHARD.c.id).where(SHARD.c.state.in_([ShardState.PENDING, ShardState.LEASED]))
    if batch is not None:
        open_shards = open_shards.where(SHARD.c.batch == number_of(connection, batch))
    counted = select(func.count()).where(
        INSPECTION.c.shard.in_(open_shards), INSPECTION.c.state.in_([state.value for state in UNFINISHED])
    )
    return connection.execute(counted).scalar_one()


def next_due(connection: Connection, batch: BatchId | None) -> float | None:
    """Return the earliest POSIX time at which a shard may be leased, or None if none is left."""
    ours = [] if batch is None else [SHARD.c.batch == number_of(connection, batch)]
    waiting = select(func.min(SHARD.c.due)).where(SHARD.c.state == ShardState.PENDING, *ours)
    leased = select(func.min(SHARD.c.lease_until)).where(SHARD.c.state == ShardState.LEASED, *ours)
    times = [connection.execute(query).scalar_one() for query in (waiting, leased)]
    return min((float(time) for time in times if time is not None), default=None)
