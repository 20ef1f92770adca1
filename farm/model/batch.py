"""A batch, the apps it lists, and the shards it is cut into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from farm.model.inspection import State, Suite
from workers.model.outcome import Outcome, OutcomeClass

BatchId = NewType("BatchId", str)
"""First 16 hexadecimal digits of the manifest's SHA-256."""

AppId = NewType("AppId", int)
"""Row of an app in the ledger."""

InspectionId = NewType("InspectionId", int)
"""Row of an inspection in the ledger."""

ShardId = NewType("ShardId", int)
"""Row of a shard in the ledger."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AppRef:
    """One object of a batch as the manifest lists it."""

    url: str
    """Where it is: `s3://bucket/key` or `file:///path`."""
    etag: str | None = None
    """Entity tag at submit, without quotes; a read with another one is `changed_object`."""
    version_id: str | None = None
    """Object version, where the bucket keeps versions."""
    size: int = 0
    """Bytes."""
    sha256: str | None = None
    """Lower-case hexadecimal SHA-256 of the file, where it is known at submit."""
    package: str | None = None
    """Application id according to the crawl."""
    version: str | None = None
    """Version according to the crawl."""
    channel: str | None = None
    """Store or web site it was crawled from."""
    category: str | None = None
    """App type according to the store."""
    developer: str | None = None
    """Developer according to the store."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Columns that the farm does not know, kept as they came."""


class ShardState(StrEnum):
    """Where a shard stands."""

    PENDING = "pending"
    """No driver has it and some of its inspections are pending."""
    LEASED = "leased"
    """A driver has it."""
    DONE = "done"
    """Every inspection in it is terminal."""
    CANCELLED = "cancelled"
    """Its batch was cancelled."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What was submitted."""

    batch_id: BatchId
    """Identity."""
    name: str
    """A person's name for it, unique."""
    manifest_sha256: str
    """SHA-256 of the frozen manifest."""
    manifest_key: str
    """Key of the manifest in the farm's store."""
    suites: tuple[Suite, ...]
    """Suites that each app goes through."""
    apps: int
    """Number of listed objects; it never changes."""
    bytes: int
    """Sum of their sizes."""
    created_at: datetime
    """When it was submitted, UTC."""
    cancelled: bool = False
    """Whether a person cancelled it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One inspection that a driver may send to a worker."""

    inspection_id: InspectionId
    app_id: AppId
    app: AppRef
    suite: Suite
    alone: bool
    """Whether it must have a worker for itself."""
    tool_attempts: int
    """TOOL outcomes since it was last made pending by a person."""
    lone_deaths: int
    """`worker_died` outcomes since then."""
    infra_attempts: int
    """INFRA outcomes since then."""
    not_before: float
    """POSIX time before which it should not be tried."""
    known_sha256: str | None = None
    """SHA-256 that was computed of this object (same URL and etag) by an earlier inspection."""
    last: Outcome | None = None
    """How its last attempt ended; None if there was none."""

    @property
    def unfinished(self) -> bool:
        """Whether its last attempt came to nothing, so that what follows the evidence may be missing."""
        return self.last is not None and self.last.outcome_class not in _FINISHED

    @property
    def suspect(self) -> bool:
        """Whether our tool has failed on the app itself."""
        return self.tool_attempts > 0 or (self.last is not None and self.last.outcome_class is OutcomeClass.TOOL)


_FINISHED = frozenset({OutcomeClass.OK, OutcomeClass.APP, OutcomeClass.INPUT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """A driver's right to a shard until `until`, as long as the fence stands."""

    shard_id: ShardId
    batch_id: BatchId
    ordinal: int
    """Number of the shard in its batch, from 0."""
    owner: str
    fence: int
    """Counts the leases of this shard; a write with an older one is refused."""
    until: float
    """POSIX time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShardStatus:
    """One line of a shard list."""

    ordinal: int
    state: ShardState
    states: Mapping[State, int]
    """Inspections by state."""
    owner: str | None
    lease_until: float | None
    leases: int
    """How often it was leased."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchStatus:
    """Where a batch stands, from the ledger alone."""

    batch: Batch
    states: Mapping[State, int]
    """Inspections by state; every state is there; the sum is apps times suites."""
    outcomes: Mapping[str, int]
    """Finished inspections by the outcome that ended them."""
    attempts: int
    """Attempts ever made, none erased."""
    cached: int
    """Finished inspections whose evidence was already stored."""
    counted: int
    """Distinct apps (by SHA-256) of this batch that count toward a target."""
    findings: int
    """Findings on the batch's apps."""
    shards: Mapping[ShardState, int]
    """Shards by state."""
    first_attempt_at: datetime | None
    """When the first attempt began, UTC."""
    last_commit_at: datetime | None
    """When the last result was committed, UTC."""
    per_minute: float
    """Inspections finished per minute, over the last five minutes in which any was."""
    by_suite: Mapping[Suite, Mapping[State, int]] = field(default_factory=dict)
    """Inspections by suite and state; every state is there for each suite of the batch."""
