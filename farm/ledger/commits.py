"""The group commit: results of many inspections become states, attempts, findings and counts, all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Boolean, Connection, bindparam, case, false, func, or_, select, update

from farm.ledger import counting, findings
from farm.ledger.database import chunks, upsert
from farm.ledger.tables import APP, ATTEMPT, BATCH, EVIDENCE, INSPECTION, PACE
from farm.ledger.tallies import Tallies
from farm.ledger.text import brief, maybe_brief, signed
from farm.ledger.transitions import hold, origins, refuse
from farm.model.batch import Lease
from farm.model.execution import Attempted
from farm.model.finding import Finding
from farm.model.inspection import State, Suite
from workers.model.outcome import Outcome, OutcomeClass

PACE_BUCKET_S = 10
"""Seconds that share one row of `pace`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    """A result beside what the ledger knows of its inspection."""

    told: Attempted
    app: int
    suite: Suite
    number: int
    started_at: float
    sha256: str | None


def commit(connection: Connection, lease: Lease, attempted: Sequence[Attempted], *, now: float) -> None:
    """Close attempts, change states, store findings, count apps; raises LeaseLostError, IllegalTransitionError."""
    batch = hold(connection, lease)
    if not attempted:
        return
    steps = _steps(connection, lease, attempted)
    tallies = Tallies()
    _change_states(connection, lease, steps)
    _close_attempts(connection, steps, now)
    _identify(connection, steps)
    judged: dict[tuple[int, Suite], tuple[Finding, ...]] = {
        (step.app, step.suite): step.told.result.findings for step in steps if step.told.result.evidence_key is not None
    }
    grown = findings.replace(connection, judged, tallies)
    _record_evidence(connection, steps)
    done = (_content(step) for step in steps if step.told.state is State.DONE)
    counting.count(connection, (sha256 for sha256 in done if sha256 is not None), batch=batch, now=now)
    connection.execute(
        update(BATCH).where(BATCH.c.id == batch).values(findings=BATCH.c.findings + grown, last_commit_at=now)
    )
    _keep_pace(connection, batch, steps, now)
    for step in steps:
        tallies.moved(State.RUNNING, step.told.state)
        tallies.ended(step.suite, step.told.result.outcome, step.told.state)
        tallies.measured(step.suite, step.told.result)
    tallies.write(connection)


def _steps(connection: Connection, lease: Lease, attempted: Sequence[Attempted]) -> list[_Step]:
    """Return each result with its inspection; raises IllegalTransitionError if one has no attempt to end."""
    told = {item.inspection_id: item for item in attempted}
    if len(told) != len(attempted):
        raise refuse("An attempt ends once, but these are told twice", _repeated(attempted))
    steps: list[_Step] = []
    for part in chunks(list(told)):
        found = connection.execute(
            select(
                INSPECTION.c.id,
                INSPECTION.c.app,
                INSPECTION.c.suite,
                INSPECTION.c.attempts,
                INSPECTION.c.started_at,
                APP.c.sha256,
            )
            .join_from(INSPECTION, APP, APP.c.id == INSPECTION.c.app)
            .where(
                INSPECTION.c.id.in_(part),
                INSPECTION.c.shard == lease.shard_id,
                INSPECTION.c.state == State.RUNNING,
            )
        )
        steps += [
            _Step(
                told=told[row.id],
                app=row.app,
                suite=Suite(row.suite),
                number=row.attempts,
                started_at=row.started_at,
                sha256=row.sha256,
            )
            for row in found
        ]
    missing = set(told) - {step.told.inspection_id for step in steps}
    if missing:
        raise refuse("Only running inspections of the leased shard can end", missing)
    return steps


def _repeated(attempted: Iterable[Attempted]) -> set[int]:
    counts = Counter(item.inspection_id for item in attempted)
    return {inspection for inspection, count in counts.items() if count > 1}


def _content(step: _Step) -> str | None:
    """Return the SHA-256 of what was inspected, where it is known."""
    return step.told.result.app.sha256 if step.told.result.app is not None else step.sha256


def _change_states(connection: Connection, lease: Lease, steps: Sequence[_Step]) -> None:
    """Give inspections their new states; the allowed old ones are part of the statement."""
    by_state: dict[State, list[_Step]] = {}
    for step in steps:
        by_state.setdefault(step.told.state, []).append(step)
    for state, changed in by_state.items():
        # Spelled out with OR, because an IN list cannot be part of a statement that runs many times at once.
        allowed = or_(false(), *(INSPECTION.c.state == old for old in origins(state, {State.RUNNING})))
        statement = (
            update(INSPECTION)
            .where(
                INSPECTION.c.id == bindparam("of"),
                INSPECTION.c.shard == lease.shard_id,
                allowed,
            )
            .values(
                state=state,
                outcome=bindparam("new_outcome"),
                reason=bindparam("new_reason"),
                alone=bindparam("new_alone"),
                not_before=bindparam("new_not_before"),
                tool=INSPECTION.c.tool + bindparam("more_tool"),
                lone_deaths=INSPECTION.c.lone_deaths + bindparam("more_lone_deaths"),
                infra=INSPECTION.c.infra + bindparam("more_infra"),
                evidence_key=func.coalesce(bindparam("new_key"), INSPECTION.c.evidence_key),
                evidence_sha256=func.coalesce(bindparam("new_sha256"), INSPECTION.c.evidence_sha256),
                cached=bindparam("new_cached"),
            )
        )
        if connection.execute(statement, [_new_state(step.told) for step in changed]).rowcount != len(changed):
            ids = [step.told.inspection_id for step in changed]
            raise refuse(f"A running inspection cannot become {state}", ids)


def _new_state(told: Attempted) -> dict[str, object]:
    """Return what an inspection's row takes over from a result."""
    result = told.result
    kind = result.outcome.outcome_class
    waits = told.state is State.PENDING
    return {
        "of": told.inspection_id,
        "new_outcome": None if waits else result.outcome.value,
        "new_reason": brief(result.reason),
        "new_alone": told.alone and waits,
        "new_not_before": told.not_before if waits else 0.0,
        "more_tool": int(kind is OutcomeClass.TOOL),
        "more_lone_deaths": int(result.outcome is Outcome.WORKER_DIED),
        "more_infra": int(kind in {OutcomeClass.INFRA, OutcomeClass.DEVICE}),
        "new_key": result.evidence_key,
        "new_sha256": result.evidence_sha256,
        "new_cached": result.cached and result.evidence_key is not None,
    }


def _close_attempts(connection: Connection, steps: Sequence[_Step], now: float) -> None:
    connection.execute(
        update(ATTEMPT)
        .where(ATTEMPT.c.inspection == bindparam("of"), ATTEMPT.c.number == bindparam("nth"))
        .values(
            worker=bindparam("by"),
            ended_at=now,
            outcome=bindparam("ended_as"),
            reason=bindparam("because"),
            cached=bindparam("was_there"),
            seconds=bindparam("took"),
        ),
        [
            {
                "of": step.told.inspection_id,
                "nth": step.number,
                "by": brief(step.told.worker),
                "ended_as": step.told.result.outcome.value,
                "because": brief(step.told.result.reason),
                "was_there": step.told.result.cached,
                "took": step.told.result.seconds,
            }
            for step in steps
        ],
    )


def _identify(connection: Connection, steps: Sequence[_Step]) -> None:
    """Write down who the apps are, as inspected; what this inspection could not tell stays as it was."""
    told: dict[int, Mapping[str, object]] = {}
    for step in steps:
        app = step.told.result.app
        if app is not None:
            told[step.app] = {
                "of": step.app,
                "is_hashed": app.sha256_verified or bool(told.get(step.app, {}).get("is_hashed")),
                "is_sha256": app.sha256,
                "is_package": maybe_brief(app.package),
                "is_code": signed(app.version_code),
                "is_version": maybe_brief(app.version_name),
                "is_label": maybe_brief(app.label),
            }
    if told:
        connection.execute(
            update(APP)
            .where(APP.c.id == bindparam("of"))
            .values(
                # Once hashed, always hashed: the word of a list never undoes it.
                identified=or_(APP.c.identified, bindparam("is_hashed", type_=Boolean)),
                sha256=bindparam("is_sha256"),
                package=func.coalesce(bindparam("is_package"), APP.c.package),
                version_code=func.coalesce(bindparam("is_code"), APP.c.version_code),
                version_name=func.coalesce(bindparam("is_version"), APP.c.version_name),
                label=func.coalesce(bindparam("is_label"), APP.c.label),
            ),
            list(told.values()),
        )


def _record_evidence(connection: Connection, steps: Sequence[_Step]) -> None:
    """Remember which evidence documents exist; the first record of a key stands, as the document itself does."""
    stored = {
        result.evidence_key: {
            "key": result.evidence_key,
            "sha256": result.evidence_sha256,
            "outcome": result.outcome.value,
        }
        for result in (step.told.result for step in steps)
        if result.evidence_key is not None and result.evidence_sha256 is not None
    }
    if stored:
        connection.execute(
            upsert(connection, EVIDENCE).on_conflict_do_nothing(), [stored[key] for key in sorted(stored)]
        )


def _keep_pace(connection: Connection, batch: int, steps: Sequence[_Step], now: float) -> None:
    """Add the finished inspections to their ten seconds of the batch."""
    starts = [step.started_at for step in steps if step.told.state.is_terminal]
    if not starts:
        return
    statement = upsert(connection, PACE).values(
        batch=batch, bucket=int(now // PACE_BUCKET_S), finished=len(starts), since=min(starts), until=now
    )
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[PACE.c.batch, PACE.c.bucket],
            set_={
                "finished": PACE.c.finished + new.finished,
                "since": case((new.since < PACE.c.since, new.since), else_=PACE.c.since),
                "until": case((new.until > PACE.c.until, new.until), else_=PACE.c.until),
            },
        )
    )
