"""Batches, results and findings for tests of the ledger, and a recount of what it keeps as totals."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from farm.ledger.sql import SqlLedger
from farm.ledger.tables import METADATA
from farm.model.batch import AppRef, Batch, BatchId, InspectionId, Lease, Work
from farm.model.execution import Attempted, Result
from farm.model.finding import Finding, Severity, Status, Subject, SubjectKind
from farm.model.inspection import History, RetryPolicy, State, Suite, decide
from workers.model.cross_check import CrossCheck
from workers.model.evidence import AppIdentity
from workers.model.outcome import Outcome

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC).timestamp()
"""When the tests take place."""

LEASE_S = 600.0
"""How long a lease lasts."""


def sha256(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def ref(name: str, *, size: int = 1000, known: str | None = None) -> AppRef:
    """Return a listed object called `name`."""
    return AppRef(
        url=f"s3://crawl/{name}.apk",
        etag=sha256(name)[:32],
        version_id="v1",
        size=size,
        sha256=known,
        package=f"com.example.{name}",
        version="1.0",
        channel="store",
        category="game",
        developer="Example Ltd.",
        extra={"rank": "3"},
    )


def submit(
    ledger: SqlLedger,
    shards: Sequence[Sequence[AppRef]],
    *,
    name: str = "nov",
    suites: tuple[Suite, ...] = (Suite.STATIC,),
) -> Batch:
    """Submit a batch cut into these shards."""
    apps = [app for shard in shards for app in shard]
    manifest = sha256(name + "".join(app.url for app in apps))
    batch = Batch(
        batch_id=BatchId(manifest[:16]),
        name=name,
        manifest_sha256=manifest,
        manifest_key=f"manifests/{manifest}.parquet",
        suites=suites,
        apps=len(apps),
        bytes=sum(app.size for app in apps),
        created_at=datetime(2026, 11, 23, 11, 30, 0, 123456, tzinfo=UTC),
    )
    return ledger.create_batch(batch, shards)


def finding(rule: str = "miit164.A1.s2", subject: str = "SDK One", status: Status = Status.LEAD) -> Finding:
    """Return a finding against an SDK."""
    return Finding(
        rule=rule,
        edition="2020-07",
        severity=Severity.HIGH,
        subject=Subject(kind=SubjectKind.SDK, name=subject),
        evidence=("/facts/api_uses/0", "/facts/api_uses/7"),
        summary_zh="在用户同意之前读取了设备标识。",
        summary_en="Reads the device identifier before consent.",
        status=status,
    )


def take(ledger: SqlLedger, *, now: float = NOW, owner: str = "driver-1", batch: BatchId | None = None) -> Lease:
    """Lease a shard that must be there."""
    lease = ledger.lease(owner=owner, now=now, seconds=LEASE_S, batch=batch)
    assert lease is not None
    return lease


def ids(works: Iterable[Work]) -> list[InspectionId]:
    """Return the inspections of these pieces of work."""
    return [work.inspection_id for work in works]


def attempted(
    work: Work,
    outcome: Outcome = Outcome.INSPECTED,
    *,
    content: str | None = None,
    findings: tuple[Finding, ...] = (),
    cached: bool = False,
    not_before: float = 0.0,
    state: State | None = None,
    reason: str = "",
    cross_check: CrossCheck | None = None,
) -> Attempted:
    """Return a finished attempt; the state is the one that the retry policy gives."""
    history = History(tool=work.tool_attempts, lone_deaths=work.lone_deaths, infra=work.infra_attempts)
    decision = decide(outcome, history, RetryPolicy())
    seen = outcome in {Outcome.INSPECTED, Outcome.INSPECTED_PARTLY, Outcome.PACKED}
    digest = sha256(content or work.app.url)
    app = AppIdentity(sha256=digest, package="com.example", version_code=7, version_name="1.7", label="示例")
    result = Result(
        inspection_id=work.inspection_id,
        outcome=outcome,
        reason=reason,
        app=app if seen else None,
        evidence_key=f"evidence/{digest}/{work.suite}/1.json" if seen else None,
        evidence_sha256=sha256("evidence of " + digest) if seen else None,
        cached=cached,
        findings=findings,
        seconds=1.5,
        stage_seconds={"read": 0.25, "inspect": 1.25, "dream": 9.0},
        bytes_read=0 if cached else 1000,
        cross_check=cross_check,
    )
    return Attempted(
        inspection_id=work.inspection_id,
        result=result,
        worker="node-1:4711",
        state=decision.state if state is None else state,
        alone=decision.alone,
        not_before=not_before,
    )


def run_shard(
    ledger: SqlLedger, outcomes: Sequence[Outcome] = (), *, now: float = NOW, batch: BatchId | None = None
) -> list[Work]:
    """Lease a shard, bring its inspections to these outcomes (else inspected), and give it back; return the work."""
    lease = take(ledger, now=now, batch=batch)
    works = list(ledger.pending(lease))
    wanted = [*outcomes, *[Outcome.INSPECTED] * (len(works) - len(outcomes))]
    ledger.begin(lease, ids(works), now=now)
    ledger.commit(lease, [attempted(work, how) for work, how in zip(works, wanted, strict=True)], now=now + 1)
    ledger.release(lease, now=now + 2)
    return works


def query(ledger: SqlLedger, statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of a plain SQL query."""
    with ledger._database.read() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def execute(ledger: SqlLedger, *statements: str) -> None:
    """Run plain SQL statements that change rows, in one transaction."""
    with ledger._database.write() as connection:
        for statement in statements:
            connection.execute(text(statement))


def empty(ledger: SqlLedger) -> None:
    """Delete every row, and begin the numbers anew where the database counts them itself."""
    names = [table.name for table in reversed(METADATA.sorted_tables)]
    if ledger._database.is_sqlite:
        execute(ledger, *(f"DELETE FROM {name}" for name in names))
    else:
        execute(ledger, f"TRUNCATE {', '.join(names)} RESTART IDENTITY")


def recount(ledger: SqlLedger) -> dict[str, object]:
    """Return from the rows themselves what `totals` keeps up to date."""
    states = Counter(State(state) for (state,) in query(ledger, "SELECT state FROM inspection"))
    ended = query(
        ledger,
        "SELECT i.suite, a.outcome FROM attempt a JOIN inspection i ON i.id = a.inspection "
        "WHERE a.ended_at IS NOT NULL",
    )
    return {
        "inspections_now": {state: states[state] for state in State},
        "shards_now": dict(Counter(state for (state,) in query(ledger, "SELECT state FROM shard"))),
        "attempts": dict(Counter((Suite(suite), Outcome(outcome)) for suite, outcome in ended)),
    }


def kept(ledger: SqlLedger) -> dict[str, object]:
    """Return the same from `totals`."""
    totals = ledger.totals()
    return {
        "inspections_now": dict(totals.inspections_now),
        "shards_now": {state: count for state, count in totals.shards_now.items() if count},
        "attempts": {key: count for key, count in totals.attempts.items() if count},
    }
