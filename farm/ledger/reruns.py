"""What a person decides about a batch: to run parts of it again, or to cancel it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, select, update

from farm.ledger.batches import number_of
from farm.ledger.database import chunks
from farm.ledger.leases import close_running
from farm.ledger.tables import APP, BATCH, INSPECTION, SHARD
from farm.ledger.tallies import Tallies
from farm.ledger.transitions import TERMINAL, UNFINISHED, origins
from farm.model.batch import BatchId, ShardState
from farm.model.errors import UsageError
from farm.model.inspection import FAILED_STATES, State, Suite
from farm.ports import RerunFilter, RerunPreview
from workers.model.outcome import Outcome

CANCELLED = "The batch was cancelled."
"""Reason of what a cancellation ended."""


def _chosen(batch: int, wanted: RerunFilter) -> list[ColumnElement[bool]]:
    """Return the conditions on inspections that a filter stands for."""
    if wanted == RerunFilter():
        raise UsageError(
            "A re-run needs to know what to run again.",
            next_step="Give --failed, --class, --outcome, --shard or --suite.",
        )
    shards = select(SHARD.c.id).where(SHARD.c.batch == batch)
    if wanted.shard is not None:
        shards = shards.where(SHARD.c.ordinal == wanted.shard)
    states = FAILED_STATES if wanted.failed else TERMINAL
    conditions: list[ColumnElement[bool]] = [
        INSPECTION.c.shard.in_(shards),
        INSPECTION.c.state.in_(origins(State.PENDING, states)),
    ]
    if wanted.outcome is not None:
        conditions.append(INSPECTION.c.outcome == wanted.outcome)
    if wanted.outcome_class is not None:
        outcomes = [outcome.value for outcome in Outcome if outcome.outcome_class is wanted.outcome_class]
        conditions.append(INSPECTION.c.outcome.in_(outcomes))
    if wanted.suite is not None:
        conditions.append(INSPECTION.c.suite == wanted.suite)
    return conditions


def preview(connection: Connection, batch: BatchId, wanted: RerunFilter) -> RerunPreview:
    """Return what `rerun` would take; an app that two suites take again is read twice."""
    conditions = _chosen(number_of(connection, batch), wanted)
    by_outcome: dict[str, int] = {}
    size = 0
    for outcome, count, part in connection.execute(
        select(INSPECTION.c.outcome, func.count(), func.sum(APP.c.size))
        .join_from(INSPECTION, APP, APP.c.id == INSPECTION.c.app)
        .where(*conditions)
        .group_by(INSPECTION.c.outcome)
        .order_by(INSPECTION.c.outcome)
    ):
        by_outcome[outcome] = count
        size += int(part)
    shards = connection.execute(select(func.count(INSPECTION.c.shard.distinct())).where(*conditions)).scalar_one()
    return RerunPreview(inspections=sum(by_outcome.values()), shards=shards, bytes=size, by_outcome=by_outcome)


def rerun(connection: Connection, batch: BatchId, wanted: RerunFilter) -> int:
    """Make the chosen terminal inspections and their shards pending again; return how many."""
    number = number_of(connection, batch)
    conditions = _chosen(number, wanted)
    _lock(connection, number)
    tallies = Tallies()
    moved = connection.execute(
        select(INSPECTION.c.state, func.count()).where(*conditions).group_by(INSPECTION.c.state)
    ).all()
    for state, count in moved:
        tallies.moved(State(state), State.PENDING, by=count)
    touched = connection.execute(select(INSPECTION.c.shard).distinct().where(*conditions)).scalars().all()
    changed = connection.execute(
        update(INSPECTION)
        .where(*conditions)
        .values(
            state=State.PENDING,
            outcome=None,
            reason="",
            alone=False,
            not_before=0.0,
            tool=0,
            lone_deaths=0,
            infra=0,
            cached=False,
        )
    ).rowcount
    # A shard that a driver has stays with it: when it gives the shard back, what is pending makes it pending.
    for part in chunks(touched):
        free = (SHARD.c.id.in_(part), SHARD.c.state != ShardState.LEASED)
        for state, count in connection.execute(
            select(SHARD.c.state, func.count()).where(*free).group_by(SHARD.c.state)
        ):
            tallies.shard_moved(ShardState(state), ShardState.PENDING, by=count)
        connection.execute(update(SHARD).where(*free).values(state=ShardState.PENDING, due=0.0))
    if changed:
        connection.execute(update(BATCH).where(BATCH.c.id == number).values(cancelled=False))
    tallies.write(connection)
    return changed


def _lock(connection: Connection, batch: int) -> None:
    """Keep drivers from changing the batch's shards until this transaction ends."""
    connection.execute(select(SHARD.c.id).where(SHARD.c.batch == batch).order_by(SHARD.c.id).with_for_update()).all()


def cancel(connection: Connection, batch: BatchId, *, now: float) -> int:
    """Cancel what is pending or running, bump the fences; return how many inspections were cancelled."""
    number = number_of(connection, batch)
    _lock(connection, number)
    tallies = Tallies()
    open_shards = connection.execute(
        select(SHARD.c.id, SHARD.c.state)
        .where(SHARD.c.batch == number, SHARD.c.state.in_([ShardState.PENDING, ShardState.LEASED]))
        .order_by(SHARD.c.id)
    ).all()
    close_running(connection, [row.id for row in open_shards], outcome=Outcome.CANCELLED, reason=CANCELLED, now=now)
    cancelled = 0
    for part in chunks(open_shards):
        ids = [row.id for row in part]
        emptied = _cancel_inspections(connection, ids, tallies)
        cancelled += sum(emptied.values())
        for row in part:
            new = ShardState.CANCELLED if row.id in emptied else ShardState.DONE
            tallies.shard_moved(ShardState(row.state), new)
        _close_shards(connection, [shard for shard in ids if shard in emptied], ShardState.CANCELLED)
        _close_shards(connection, [shard for shard in ids if shard not in emptied], ShardState.DONE)
    if cancelled:
        connection.execute(update(BATCH).where(BATCH.c.id == number).values(cancelled=True))
    tallies.write(connection)
    return cancelled


def _cancel_inspections(connection: Connection, shards: list[int], tallies: Tallies) -> dict[int, int]:
    """Cancel the unfinished inspections of shards; return how many by shard."""
    unfinished = (
        INSPECTION.c.shard.in_(shards),
        INSPECTION.c.state.in_(origins(State.CANCELLED, UNFINISHED)),
    )
    by_shard: dict[int, int] = {}
    for row in connection.execute(
        select(INSPECTION.c.shard, INSPECTION.c.suite, INSPECTION.c.state, func.count().label("inspections"))
        .where(*unfinished)
        .group_by(INSPECTION.c.shard, INSPECTION.c.suite, INSPECTION.c.state)
    ):
        by_shard[row.shard] = by_shard.get(row.shard, 0) + row.inspections
        tallies.moved(State(row.state), State.CANCELLED, by=row.inspections)
        tallies.cancelled(Suite(row.suite), attempted=State(row.state) is State.RUNNING, by=row.inspections)
    connection.execute(
        update(INSPECTION)
        .where(*unfinished)
        .values(
            state=State.CANCELLED,
            outcome=Outcome.CANCELLED,
            reason=CANCELLED,
            alone=False,
            not_before=0.0,
            cached=False,
        )
    )
    return by_shard


def _close_shards(connection: Connection, shards: list[int], state: ShardState) -> None:
    if shards:
        connection.execute(
            update(SHARD)
            .where(SHARD.c.id.in_(shards))
            .values(state=state, owner=None, lease_until=None, leased_at=None, fence=SHARD.c.fence + 1)
        )
