"""The ledger on a SQL database: each method is one transaction of a function from its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy.exc import IntegrityError

from farm.ledger import batches, commits, counting, leases, reruns, schema, totals, views
from farm.ledger.database import Database
from farm.model.batch import AppRef, Batch, BatchId, BatchStatus, InspectionId, Lease, ShardStatus, Work
from farm.model.execution import Attempted
from farm.model.target import Target
from farm.ports import AppRow, AttemptRow, DriverRow, FailureRow, RerunFilter, RerunPreview, Totals

BUSY_TIMEOUT_S = 60.0
"""Seconds that a writer waits for another one: longer than writing a batch of a million apps takes."""


class SqlLedger:
    """The memory of the farm in a SQLite file or a PostgreSQL database; see `farm.ports.Ledger` for the methods.

    It may be used by any number of threads; several processes open the same URL each for themselves.
    """

    def __init__(self, database: Database) -> None:
        """Take a database whose tables are in place; `open` is the usual way."""
        self._database = database

    @classmethod
    def open(cls, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Self:
        """Open the ledger at `url` and create or upgrade its tables; raises ConfigError, LedgerError.

        `sqlite:////absolute/file.db` creates the file and its folder; `postgresql://user:password@host/database`
        needs the database to be there.
        """
        database = Database(url, busy_timeout_s=busy_timeout_s)
        try:
            schema.bring_to_head(database)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        self.close()

    def create_batch(self, batch: Batch, shards: Iterable[Sequence[AppRef]]) -> Batch:
        """Write a batch with its shards, apps and pending inspections; return the present one if the id is there."""
        try:
            with self._database.write() as connection:
                return batches.create(connection, batch, shards)
        except IntegrityError:
            # Another process wrote the same id or name at the same moment. It is there now: a second look, which
            # writes nothing, finds the batch or says that the name is taken.
            with self._database.write() as connection:
                return batches.create(connection, batch, ())

    def batch(self, reference: str) -> Batch:
        """Return the batch with this id, name, or unique beginning of an id; raises UnknownBatchError."""
        with self._database.read() as connection:
            return batches.find(connection, reference)

    def batches(self) -> Sequence[Batch]:
        """Return all batches, newest first."""
        with self._database.read() as connection:
            return batches.newest_first(connection)

    def known_sha256(self, refs: Sequence[AppRef]) -> Mapping[tuple[str, str], str]:
        """Return, by (url, etag), the SHA-256 of objects that were inspected before under the same etag."""
        with self._database.read() as connection:
            return batches.known_sha256(connection, refs)

    def with_evidence(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of the evidence keys that a commit has recorded."""
        with self._database.read() as connection:
            return batches.with_evidence(connection, keys)

    def lease(self, *, owner: str, now: float, seconds: float, batch: BatchId | None = None) -> Lease | None:
        """Lease one shard that is pending or whose lease has expired, bump its fence, and make it consistent."""
        with self._database.write() as connection:
            return leases.lease(connection, owner=owner, now=now, seconds=seconds, batch=batch)

    def renew(self, lease: Lease, *, now: float, seconds: float) -> Lease:
        """Prolong a lease; raises LeaseLostError if the fence has moved."""
        with self._database.write() as connection:
            return leases.renew(connection, lease, now=now, seconds=seconds)

    def pending(self, lease: Lease) -> Sequence[Work]:
        """Return the shard's pending inspections; raises LeaseLostError."""
        with self._database.read() as connection:
            return leases.pending(connection, lease)

    def begin(self, lease: Lease, inspections: Sequence[InspectionId], *, now: float) -> None:
        """Open an attempt for each and make it running; raises LeaseLostError, IllegalTransitionError."""
        with self._database.write() as connection:
            leases.begin(connection, lease, inspections, now=now)

    def commit(self, lease: Lease, attempted: Sequence[Attempted], *, now: float) -> None:
        """Close attempts, change states, store findings, count apps: all or nothing.

        A result with evidence replaces the findings of its app and suite that are still leads; one without says
        nothing about findings. Raises LeaseLostError, IllegalTransitionError.
        """
        with self._database.write() as connection:
            commits.commit(connection, lease, attempted, now=now)

    def release(self, lease: Lease, *, now: float) -> None:
        """Give a shard back; open attempts end as `driver_restarted`. Raises LeaseLostError."""
        with self._database.write() as connection:
            leases.release(connection, lease, now=now)

    def bury(self, owner: str, *, now: float) -> None:
        """Forget a driver that has ended: its leases expire now, and its last sign of life is gone."""
        with self._database.write() as connection:
            leases.bury(connection, owner, now=now)

    def status(self, batch: BatchId, *, now: float) -> BatchStatus:  # noqa: ARG002 (the port leaves room for it)
        """Return where a batch stands."""
        with self._database.read() as connection:
            return views.status(connection, batch)

    def shards(self, batch: BatchId) -> Sequence[ShardStatus]:
        """Return its shards by ordinal."""
        with self._database.read() as connection:
            return views.shards(connection, batch)

    def failures(self, batch: BatchId, *, limit: int) -> Sequence[FailureRow]:
        """Return inspections that are quarantined, unusable or unknown, worst first."""
        with self._database.read() as connection:
            return views.failures(connection, batch, limit=limit)

    def apps(self, batch: BatchId) -> Iterator[AppRow]:
        """Yield the batch's apps in the order of the manifest, as they are when the first is taken."""
        with self._database.read() as connection:
            yield from views.apps(connection, batch)

    def attempts(self, app_id: int) -> Sequence[AttemptRow]:
        """Return an app's attempts, oldest first."""
        with self._database.read() as connection:
            return views.attempts(connection, app_id)

    def preview_rerun(self, batch: BatchId, chosen: RerunFilter) -> RerunPreview:
        """Return what `rerun` would take; raises UsageError if nothing is asked for."""
        with self._database.read() as connection:
            return reruns.preview(connection, batch, chosen)

    def rerun(self, batch: BatchId, chosen: RerunFilter, *, now: float) -> int:  # noqa: ARG002 (the same)
        """Make the chosen terminal inspections and their shards pending again; return how many. Attempts stay.

        A cancelled batch of which something is chosen is no longer cancelled. Raises UsageError if nothing is asked
        for.
        """
        with self._database.write() as connection:
            return reruns.rerun(connection, batch, chosen)

    def cancel(self, batch: BatchId, *, now: float) -> int:
        """Cancel what is pending or running, bump the fences; return how many inspections were cancelled."""
        with self._database.write() as connection:
            return reruns.cancel(connection, batch, now=now)

    def unfinished(self, batch: BatchId | None = None) -> int:
        """Return how many inspections are pending or running."""
        with self._database.read() as connection:
            return leases.unfinished(connection, batch)

    def next_due(self, batch: BatchId | None = None) -> float | None:
        """Return the earliest POSIX time at which a shard may be leased (0 for now), or None if none is left."""
        with self._database.read() as connection:
            return leases.next_due(connection, batch)

    def beat(self, driver: DriverRow) -> None:
        """Record a driver's sign of life; one that was silent for a day is forgotten."""
        with self._database.write() as connection:
            totals.beat(connection, driver)

    def set_target(self, target: Target) -> None:
        """Create or change a target."""
        with self._database.write() as connection:
            counting.set_target(connection, target)

    def targets(self) -> Sequence[Target]:
        """Return all targets by start."""
        with self._database.read() as connection:
            return counting.targets(connection)

    def counted(self, start: datetime, end: datetime) -> int:
        """Return distinct apps counted in the period; an app counts once in a calendar year (UTC)."""
        with self._database.read() as connection:
            return counting.counted(connection, start, end)

    def totals(self) -> Totals:
        """Return what the exporter shows."""
        with self._database.read() as connection:
            return totals.totals(connection)
