"""What people look at: where a batch stands, its shards, failures, apps and attempts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, case, exists, func, select

from farm.ledger import rows
from farm.ledger.batches import number_of
from farm.ledger.commits import PACE_BUCKET_S
from farm.ledger.tables import APP, ATTEMPT, BATCH, COUNTED, FINDING, INSPECTION, PACE, SHARD
from farm.model.batch import BatchId, BatchStatus, ShardState, ShardStatus
from farm.model.errors import UnknownBatchError
from farm.model.finding import Finding
from farm.model.inspection import State, Suite
from farm.ports import AppRow, AttemptRow, FailureRow
from workers.model.outcome import Outcome

PACE_WINDOW_S = 300
"""How far back the present pace looks from the last finished inspection."""

_PAGE = 500
_WORST_FIRST = (State.QUARANTINED, State.UNUSABLE, State.UNKNOWN)


def status(connection: Connection, batch: BatchId) -> BatchStatus:
    """Return where a batch stands."""
    row = connection.execute(select(BATCH).where(BATCH.c.batch_id == batch)).first()
    if row is None:
        raise UnknownBatchError(f"There is no batch {batch!r}.")
    described = rows.batch(row)
    by_suite = {suite: dict.fromkeys(State, 0) for suite in described.suites}
    outcomes: dict[str, int] = {}
    cached = 0
    for suite, state, outcome, was_there, count in connection.execute(
        select(INSPECTION.c.suite, INSPECTION.c.state, INSPECTION.c.outcome, INSPECTION.c.cached, func.count())
        .join_from(SHARD, INSPECTION, INSPECTION.c.shard == SHARD.c.id)
        .where(SHARD.c.batch == row.id)
        .group_by(INSPECTION.c.suite, INSPECTION.c.state, INSPECTION.c.outcome, INSPECTION.c.cached)
        .order_by(INSPECTION.c.outcome)
    ):
        by_suite[Suite(suite)][State(state)] += count
        if State(state).is_terminal:
            outcomes[outcome] = outcomes.get(outcome, 0) + count
            cached += count if was_there else 0
    return BatchStatus(
        batch=described,
        states={state: sum(counts[state] for counts in by_suite.values()) for state in State},
        by_suite=by_suite,
        outcomes=outcomes,
        attempts=row.attempts,
        cached=cached,
        counted=_counted(connection, row.id),
        findings=row.findings,
        shards=_shard_states(connection, row.id),
        first_attempt_at=rows.maybe_utc(row.first_attempt_at),
        last_commit_at=rows.maybe_utc(row.last_commit_at),
        per_minute=_per_minute(connection, row.id),
    )


def _counted(connection: Connection, batch: int) -> int:
    """Return how many different apps of a batch count, by whatever batch they came to count."""
    counts = exists().where(COUNTED.c.sha256 == APP.c.sha256)
    return connection.execute(
        select(func.count(APP.c.sha256.distinct())).where(APP.c.batch == batch, counts)
    ).scalar_one()


def _shard_states(connection: Connection, batch: int) -> dict[ShardState, int]:
    found = connection.execute(
        select(SHARD.c.state, func.count()).where(SHARD.c.batch == batch).group_by(SHARD.c.state)
    )
    return dict.fromkeys(ShardState, 0) | {ShardState(state): count for state, count in found}


def _per_minute(connection: Connection, batch: int) -> float:
    """Return inspections finished per minute, over the five minutes up to the last one that finished.

    Where the work began (or began again) within them, it is over the time since then.
    """
    ours = PACE.c.batch == batch
    last = connection.execute(select(func.max(PACE.c.until)).where(ours)).scalar_one()
    if last is None:
        return 0.0
    start = last - PACE_WINDOW_S
    inside = PACE.c.bucket > start // PACE_BUCKET_S
    finished, since, before = connection.execute(
        select(
            func.sum(case((inside, PACE.c.finished), else_=0)),
            func.min(case((inside, PACE.c.since))),
            func.sum(case((inside, 0), else_=PACE.c.finished)),
        ).where(ours, PACE.c.bucket > (start - PACE_WINDOW_S) // PACE_BUCKET_S)
    ).one()
    worked = PACE_WINDOW_S if before else last - max(since, start)
    return float(60 * int(finished) / max(worked, 1.0))


def shards(connection: Connection, batch: BatchId) -> list[ShardStatus]:
    """Return a batch's shards by ordinal."""
    number = number_of(connection, batch)
    states: dict[int, dict[State, int]] = {}
    for shard, state, count in connection.execute(
        select(INSPECTION.c.shard, INSPECTION.c.state, func.count())
        .join_from(SHARD, INSPECTION, INSPECTION.c.shard == SHARD.c.id)
        .where(SHARD.c.batch == number)
        .group_by(INSPECTION.c.shard, INSPECTION.c.state)
    ):
        states.setdefault(shard, dict.fromkeys(State, 0))[State(state)] = count
    found = connection.execute(select(SHARD).where(SHARD.c.batch == number).order_by(SHARD.c.ordinal))
    return [
        ShardStatus(
            ordinal=row.ordinal,
            state=ShardState(row.state),
            states=states.get(row.id, dict.fromkeys(State, 0)),
            owner=row.owner,
            lease_until=row.lease_until,
            leases=row.leases,
        )
        for row in found
    ]


def failures(connection: Connection, batch: BatchId, *, limit: int) -> list[FailureRow]:
    """Return inspections that are quarantined, unusable or unknown, worst first."""
    rank = case(*((INSPECTION.c.state == state, place) for place, state in enumerate(_WORST_FIRST)), else_=9)
    found = connection.execute(
        select(
            APP.c.id,
            APP.c.url,
            APP.c.sha256,
            func.coalesce(APP.c.package, APP.c.listed_package).label("package"),
            INSPECTION.c.suite,
            INSPECTION.c.state,
            INSPECTION.c.outcome,
            INSPECTION.c.reason,
            INSPECTION.c.attempts,
            SHARD.c.ordinal,
        )
        .join_from(SHARD, INSPECTION, INSPECTION.c.shard == SHARD.c.id)
        .join(APP, APP.c.id == INSPECTION.c.app)
        .where(SHARD.c.batch == number_of(connection, batch), INSPECTION.c.state.in_(_WORST_FIRST))
        .order_by(rank, APP.c.position, INSPECTION.c.id)
        .limit(limit)
    )
    return [
        FailureRow(
            url=row.url,
            suite=Suite(row.suite),
            state=State(row.state),
            outcome=Outcome(row.outcome),
            reason=row.reason,
            attempts=row.attempts,
            shard=row.ordinal,
            sha256=row.sha256,
            package=row.package,
            app_id=row.id,
        )
        for row in found
    ]


def apps(connection: Connection, batch: BatchId) -> Iterator[AppRow]:
    """Yield the batch's apps in the order of the manifest, a page of them in memory at a time."""
    number = number_of(connection, batch)
    last = -1
    while page := connection.execute(
        select(APP).where(APP.c.batch == number, APP.c.position > last).order_by(APP.c.position).limit(_PAGE)
    ).all():
        last = page[-1].position
        yield from _page(connection, page)


def _page(connection: Connection, page: Sequence[Row[Any]]) -> Iterator[AppRow]:
    ids = [row.id for row in page]
    inspections: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(select(INSPECTION).where(INSPECTION.c.app.in_(ids)).order_by(INSPECTION.c.id)):
        inspections.setdefault(row.app, []).append(row)
    findings: dict[int, list[Finding]] = {}
    for row in connection.execute(
        select(FINDING).where(FINDING.c.app.in_(ids)).order_by(FINDING.c.suite, FINDING.c.rule, FINDING.c.fingerprint)
    ):
        findings.setdefault(row.app, []).append(rows.finding(row))
    for row in page:
        ours = inspections.get(row.id, [])
        yield AppRow(
            app_id=row.id,
            ref=rows.ref(row),
            sha256=row.sha256,
            package=row.package,
            version_code=row.version_code,
            version_name=row.version_name,
            label=row.label,
            states={Suite(item.suite): State(item.state) for item in ours},
            outcomes={Suite(item.suite): Outcome(item.outcome) for item in ours if item.outcome is not None},
            reasons={Suite(item.suite): item.reason for item in ours if item.reason},
            evidence_keys={Suite(item.suite): item.evidence_key for item in ours if item.evidence_key is not None},
            findings=tuple(findings.get(row.id, [])),
        )


def attempts(connection: Connection, app_id: int) -> list[AttemptRow]:
    """Return an app's attempts, oldest first."""
    found = connection.execute(
        select(INSPECTION.c.suite, ATTEMPT)
        .join_from(INSPECTION, ATTEMPT, ATTEMPT.c.inspection == INSPECTION.c.id)
        .where(INSPECTION.c.app == app_id)
        .order_by(ATTEMPT.c.started_at, INSPECTION.c.id, ATTEMPT.c.number)
    )
    return [
        AttemptRow(
            suite=Suite(row.suite),
            number=row.number,
            started_at=rows.utc(row.started_at),
            ended_at=rows.maybe_utc(row.ended_at),
            outcome=None if row.outcome is None else Outcome(row.outcome),
            reason=row.reason,
            worker=row.worker,
            cached=row.cached,
            seconds=row.seconds,
        )
        for row in found
    ]
