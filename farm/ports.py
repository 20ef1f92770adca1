"""What the use cases need of the outside world: small protocols owned by the use cases."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from farm.model.batch import AppRef, Batch, BatchId, BatchStatus, InspectionId, Lease, ShardStatus, Work
from farm.model.execution import Attempted, Chunk, ExecutorEvent
from farm.model.finding import Finding
from farm.model.inspection import State, Suite
from farm.model.target import Target
from workers.model.cross_check import CrossVerdict, Field
from workers.model.outcome import Outcome, OutcomeClass


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectInfo:
    """What a store says of an object without sending it."""

    key: str
    """Key inside the store; for listings always relative to the store's root, with `/` between parts."""
    size: int
    """Bytes."""
    etag: str
    """Entity tag without quotes. A folder store uses the SHA-256 of the content."""
    version_id: str | None = None
    """Object version, where kept."""


PIECE = 256 << 10
"""Bytes of an object that are in memory at once where it is read as a stream."""


class ObjectStore(Protocol):
    """A flat map from keys to bytes: an S3 bucket (or prefix) or a folder. Methods raise StoreError and its kinds."""

    @property
    def url(self) -> str:
        """Root of the store, `s3://bucket/prefix` or `file:///path`, without a slash at the end."""

    def get(
        self, key: str, *, etag: str | None = None, version_id: str | None = None, limit: int | None = None
    ) -> bytes:
        """Return an object whole.

        Raises ObjectMissingError, ObjectChangedError if `etag` does not match, and OverSizeLimitError (workers.model)
        before reading if the object has more than `limit` bytes.
        """

    def stream(
        self, key: str, *, etag: str | None = None, version_id: str | None = None, limit: int | None = None
    ) -> Generator[bytes, None, None]:
        """Yield an object from its first byte to its last in pieces of at most PIECE bytes.

        Raises as `get`, also after some pieces: only when it has ended were they those of one object.
        """

    def get_range(
        self,
        key: str,
        start: int,
        length: int,
        *,
        etag: str | None = None,
        version_id: str | None = None,
        size: int | None = None,
    ) -> bytes:
        """Return at most `length` bytes from `start`; a negative start counts from the end.

        Raises ObjectMissingError, ObjectChangedError if the whole object does not have `etag` or `size`, and
        RangesIgnoredError if the store can send objects only as a whole; that is known before any byte of it is read.
        """

    def head(self, key: str) -> ObjectInfo | None:
        """Return what is known of an object, or None if there is none."""

    def put(
        self, key: str, data: bytes, *, if_absent: bool = False, content_type: str = "application/octet-stream"
    ) -> bool:
        """Write an object whole or not at all; with `if_absent` return False and leave what is there."""

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield all objects whose key starts with `prefix`, sorted by key."""


class Stores(Protocol):
    """Finds the store that holds a URL; workers get it as a picklable value and open clients on their own side."""

    def locate(self, url: str) -> tuple[ObjectStore, str]:
        """Return the store and key of `s3://bucket/key` or `file:///path`; raises SourceError for other schemes."""

    def farm(self) -> ObjectStore:
        """Return the farm's own store: manifests, evidence, reports."""


class Executor(Protocol):
    """Runs chunks on workers; at most one chunk is in a worker's hands at a time. It never retries."""

    def start(self) -> None:
        """Connect and bring up workers; raises ClusterError."""

    def prepare(self, waiting: Mapping[Suite, int]) -> None:
        """Take note of how many chunks of each suite wait, so that there are workers of the right kinds.

        Raises ClusterError if there can be none for the only suite that waits.
        """

    def idle(self, suite: Suite) -> int:
        """Return how many chunks of the suite could start at once now."""

    def workers(self) -> int:
        """Return how many workers there are."""

    def submit(self, chunk: Chunk) -> None:
        """Give a chunk to an idle worker."""

    def wait(self, timeout_s: float) -> Sequence[ExecutorEvent]:
        """Return what has happened, waiting at most `timeout_s` for the first event."""

    def kill(self, chunk_id: int) -> None:
        """Kill the worker that has the chunk; the chunk comes back as Lost with cause `deadline`."""

    def close(self) -> None:
        """Stop all workers; chunks in flight are abandoned."""


class Clock(Protocol):
    """Time, so that tests can hold it."""

    def now(self) -> float:
        """Return POSIX time in seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RerunFilter:
    """Which finished inspections are to be run again; all given conditions must hold."""

    failed: bool = False
    """States quarantined, unusable and unknown."""
    outcome_class: OutcomeClass | None = None
    outcome: Outcome | None = None
    shard: int | None = None
    """Ordinal of a shard. With only this, everything in it that is terminal."""
    suite: Suite | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RerunPreview:
    """What a re-run would do."""

    inspections: int
    shards: int
    bytes: int
    by_outcome: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureRow:
    """One inspection that did not end well, with its last attempt."""

    url: str
    suite: Suite
    state: State
    outcome: Outcome | None
    reason: str
    attempts: int
    shard: int
    sha256: str | None
    package: str | None
    app_id: int | None = None
    """Row of the app, for `attempts`; None if the ledger does not say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptRow:
    """One attempt, as the history of an app shows it."""

    suite: Suite
    number: int
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    reason: str
    worker: str
    cached: bool
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class AppRow:
    """One app of a batch with what its inspections came to."""

    app_id: int
    ref: AppRef
    sha256: str | None
    """As inspected (or as submitted, before that)."""
    package: str | None
    version_code: int | None
    version_name: str | None
    label: str | None
    states: Mapping[Suite, State]
    outcomes: Mapping[Suite, Outcome]
    reasons: Mapping[Suite, str]
    evidence_keys: Mapping[Suite, str]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DriverRow:
    """A driver's last sign of life."""

    owner: str
    seen_at: datetime
    workers: int
    busy: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """Everything the exporter needs, read in time that does not grow with the number of apps."""

    inspections: Mapping[tuple[Suite, Outcome], int]
    """Finished inspections ever, by the outcome that ended them (re-runs included)."""
    attempts: Mapping[tuple[Suite, Outcome], int]
    retries: Mapping[tuple[Suite, Outcome], int]
    """Attempts whose outcome sent the inspection back to pending."""
    cache: Mapping[tuple[Suite, bool], int]
    """Finished attempts with evidence, by whether it was there before."""
    findings: Mapping[tuple[str, str], int]
    """By rule family (pack) and severity."""
    bytes_read: int
    cross_checks: Mapping[CrossVerdict, int]
    """Apps that androguard read a second time, by how that ended."""
    disagreements: Mapping[Field, int]
    """Apps on which the two readers differed, by fact."""
    object_bytes: int
    """Size of the objects that were read, whole or in part."""
    duration_buckets: Mapping[tuple[Suite, str], tuple[int, ...]]
    """By suite and stage (`total`, `read`, `inspect`, `store`, `judge`): attempts in each bucket of DURATION_BUCKETS_S,
    the last one being +Inf; not cumulative."""
    duration_sums: Mapping[tuple[Suite, str], float]
    inspections_now: Mapping[State, int]
    """Inspections of batches, by present state."""
    shards_now: Mapping[str, int]
    oldest_running_start: float | None
    """POSIX time at which the oldest leased shard was leased."""
    last_commit: float | None
    """POSIX time of the last group commit."""
    drivers: Sequence[DriverRow]


DURATION_BUCKETS_S: tuple[float, ...] = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
"""Upper bounds of duration buckets, in seconds; +Inf follows."""


class Ledger(Protocol):
    """The memory of the farm. Every method is one transaction; times are POSIX seconds given by the caller."""

    def create_batch(self, batch: Batch, shards: Iterable[Sequence[AppRef]]) -> Batch:
        """Write a batch with its shards, apps and pending inspections; return the present one if the id is there.

        Raises BatchNameTakenError if another batch has the name.
        """

    def batch(self, reference: str) -> Batch:
        """Return the batch with this id, name, or unique beginning of an id; raises UnknownBatchError."""

    def batches(self) -> Sequence[Batch]:
        """Return all batches, newest first."""

    def known_sha256(self, refs: Sequence[AppRef]) -> Mapping[tuple[str, str], str]:
        """Return, by (url, etag), the SHA-256 of objects that the farm has hashed before under the same etag."""

    def with_evidence(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of the evidence keys that a commit has recorded."""

    def lease(self, *, owner: str, now: float, seconds: float, batch: BatchId | None = None) -> Lease | None:
        """Lease one shard that is pending or whose lease has expired, bump its fence, and make it consistent.

        Attempts left open by an earlier driver end as `driver_restarted`, and their inspections are pending again.
        A shard all of whose pending inspections wait for a later time is not leased before.
        """

    def renew(self, lease: Lease, *, now: float, seconds: float) -> Lease:
        """Prolong a lease; raises LeaseLostError if the fence has moved (another driver, or a cancelled batch)."""

    def pending(self, lease: Lease) -> Sequence[Work]:
        """Return the shard's pending inspections."""

    def begin(self, lease: Lease, inspections: Sequence[InspectionId], *, now: float) -> None:
        """Open an attempt for each and make it running; raises LeaseLostError."""

    def commit(self, lease: Lease, attempted: Sequence[Attempted], *, now: float) -> None:
        """Close attempts, change states by the transition table, store findings, count apps: all or nothing.

        Findings of an app and suite replace those that are still leads. Raises LeaseLostError, IllegalTransitionError.
        """

    def release(self, lease: Lease, *, now: float) -> None:
        """Give a shard back: done if all its inspections are terminal, else pending. Open attempts are closed."""

    def bury(self, owner: str, *, now: float) -> None:
        """Forget a driver that has ended: its leases expire now, and its last sign of life is gone."""

    def status(self, batch: BatchId, *, now: float) -> BatchStatus:
        """Return where a batch stands."""

    def shards(self, batch: BatchId) -> Sequence[ShardStatus]:
        """Return its shards by ordinal."""

    def failures(self, batch: BatchId, *, limit: int) -> Sequence[FailureRow]:
        """Return inspections that are quarantined, unusable or unknown, worst first."""

    def apps(self, batch: BatchId) -> Iterator[AppRow]:
        """Yield the batch's apps in the order of the manifest."""

    def attempts(self, app_id: int) -> Sequence[AttemptRow]:
        """Return an app's attempts, oldest first."""

    def preview_rerun(self, batch: BatchId, chosen: RerunFilter) -> RerunPreview:
        """Return what `rerun` would take."""

    def rerun(self, batch: BatchId, chosen: RerunFilter, *, now: float) -> int:
        """Make the chosen terminal inspections and their shards pending again; return how many. Attempts stay."""

    def cancel(self, batch: BatchId, *, now: float) -> int:
        """Cancel what is pending or running, bump the fences; return how many inspections were cancelled."""

    def unfinished(self, batch: BatchId | None = None) -> int:
        """Return how many inspections are pending or running."""

    def next_due(self, batch: BatchId | None = None) -> float | None:
        """Return the earliest POSIX time at which a shard may be leased (0 for now), or None if none is left."""

    def beat(self, driver: DriverRow) -> None:
        """Record a driver's sign of life."""

    def set_target(self, target: Target) -> None:
        """Create or change a target."""

    def targets(self) -> Sequence[Target]:
        """Return all targets by start."""

    def counted(self, start: datetime, end: datetime) -> int:
        """Return distinct apps counted in the period; an app counts once in a calendar year (UTC)."""

    def totals(self) -> Totals:
        """Return what the exporter shows."""
