"""A small farm at a fixed moment: one batch half way, one cancelled, a target, a driver; names as hostile as can be."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from farm.ledger.sql import SqlLedger
from farm.model.batch import AppRef, Batch, BatchId
from farm.model.execution import Attempted, Result
from farm.model.finding import Finding, Severity, Subject, SubjectKind
from farm.model.inspection import History, RetryPolicy, Suite, decide
from farm.model.target import calendar_year
from farm.ports import DriverRow
from workers.model.cross_check import CrossCheck
from workers.model.evidence import AppIdentity
from workers.model.outcome import Outcome

NOW = datetime(2026, 7, 2, 12, tzinfo=UTC).timestamp()
"""The moment at which the tests look: the middle of the year."""

HOSTILE_PACKAGE = "com.evil.<script>alert(1)</script>\u202egpj"
"""A package that would run as script and shows its end reversed, where it is let."""

HOSTILE_REASON = "IndexError <img src=x onerror=alert(2)> \u2066\u0007"
"""A reason made from the bytes of a hostile app."""

NOV_OUTCOMES = (
    Outcome.INSPECTED,
    Outcome.INSPECTED,
    Outcome.PACKED,
    Outcome.MALFORMED,
    Outcome.ENGINE_ERROR,
)
"""Outcomes of the first five apps of `nov`; the sixth is pending."""

APP_BYTES = 1_000_000
"""Size of every app."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldClock:
    """A clock that stands still."""

    at: float = NOW

    def now(self) -> float:
        """Return the same moment again."""
        return self.at


def add_batch(ledger: SqlLedger, name: str, apps: int, *, shard: int = 2, at: float = NOW - 600) -> Batch:
    """Submit `apps` apps in shards of `shard`."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    refs = [
        AppRef(url=f"s3://crawl/{name}/{n}.apk", etag=f"{name}-{n}", size=APP_BYTES, package=f"org.app{n}")
        for n in range(apps)
    ]
    batch = Batch(
        batch_id=BatchId(digest[:16]),
        name=name,
        manifest_sha256=digest,
        manifest_key=f"manifests/{digest}.parquet",
        suites=(Suite.STATIC,),
        apps=apps,
        bytes=apps * APP_BYTES,
        created_at=datetime.fromtimestamp(at, UTC),
    )
    return ledger.create_batch(batch, [refs[start : start + shard] for start in range(0, apps, shard)])


def run(
    ledger: SqlLedger,
    batch: Batch,
    outcomes: Sequence[Outcome],
    *,
    at: float = NOW - 60,
    cross_check: CrossCheck | None = None,
) -> None:
    """Let a driver bring pending inspections of the batch to these outcomes, one after the other."""
    todo = list(outcomes)
    while todo:
        lease = ledger.lease(owner="node-a:4711", now=at, seconds=60, batch=batch.batch_id)
        assert lease is not None
        works = ledger.pending(lease)[: len(todo)]
        ledger.begin(lease, [work.inspection_id for work in works], now=at)
        attempted = []
        for work in works:
            outcome = todo.pop(0)
            state = decide(outcome, History(tool=2), RetryPolicy()).state
            result = replace(make_result(work.inspection_id, work.app, outcome), cross_check=cross_check)
            attempted.append(
                Attempted(inspection_id=work.inspection_id, result=result, worker="node-a:4720", state=state)
            )
        ledger.commit(lease, attempted, now=at + 1)
        ledger.release(lease, now=at + 1)


def make_result(inspection_id: int, app: AppRef, outcome: Outcome) -> Result:
    """Return what a worker reports; apps that could not be inspected have hostile names and reasons."""
    sha256 = hashlib.sha256(app.url.encode()).hexdigest()
    well = outcome in {Outcome.INSPECTED, Outcome.INSPECTED_PARTLY}
    finding = Finding(
        rule="miit164.B1.s8",
        edition="2020-07",
        severity=Severity.HIGH,
        subject=Subject(kind=SubjectKind.APP, name="org.app"),
        evidence=("/facts/api_uses/0",),
        summary_zh="一",
        summary_en="one",
    )
    return Result(
        inspection_id=inspection_id,  # type: ignore[arg-type] # an id is an int
        outcome=outcome,
        reason="" if well else HOSTILE_REASON,
        app=AppIdentity(sha256=sha256, package=app.package if well else HOSTILE_PACKAGE),
        evidence_key=f"evidence/{sha256}" if well else None,
        evidence_sha256=sha256 if well else None,
        cached=False,
        findings=(finding,) if well else (),
        seconds=2.0,
        stage_seconds={"total": 2.0},
        bytes_read=app.size,
    )


def fill(ledger: SqlLedger) -> None:
    """Make the scene: batches `nov` and `old`, the target 2026, a living and a dead driver."""
    old = add_batch(ledger, "old", 3, at=NOW - 86400 * 30)
    run(ledger, old, [Outcome.INSPECTED] * 2, at=NOW - 86400 * 30)
    ledger.cancel(old.batch_id, now=NOW - 86400 * 29)
    run(ledger, add_batch(ledger, "nov", 6), NOV_OUTCOMES)
    ledger.set_target(calendar_year("2026", 8))
    beat(ledger, "node-a:4711", NOW - 1)
    beat(ledger, "node-b:4711", NOW - 31)


def beat(ledger: SqlLedger, owner: str, at: float) -> None:
    """Let a driver with eight workers give a sign of life."""
    ledger.beat(DriverRow(owner=owner, seen_at=datetime.fromtimestamp(at, UTC), workers=8, busy=5))


def make_template(folder: Path) -> Path:
    """Write the scene into a file in `folder`; return the file."""
    path = folder / "template.sqlite"
    with SqlLedger.open(f"sqlite:///{path}") as ledger:
        fill(ledger)
    return path
