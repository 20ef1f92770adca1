"""What a driver sends to a worker and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from farm.model.batch import AppRef, InspectionId, Work
from farm.model.finding import Finding
from farm.model.inspection import State, Suite
from workers.model.cross_check import CrossCheck
from workers.model.evidence import AppIdentity
from workers.model.outcome import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One inspection as a worker needs it."""

    inspection_id: InspectionId
    app: AppRef
    suite: Suite
    known_sha256: str | None = None
    """SHA-256 that the farm itself computed of this object (same URL and etag) before; None if it never did."""
    unfinished: bool = False
    """Whether its last attempt came to nothing: its evidence may be there without the check that follows."""
    suspect: bool = False
    """Whether our tool has failed on the app itself, perhaps in that check."""

    @classmethod
    def of(cls, work: Work) -> Task:
        """Return what a worker needs to know of an inspection."""
        return cls(
            inspection_id=work.inspection_id,
            app=work.app,
            suite=work.suite,
            known_sha256=work.known_sha256,
            unfinished=work.unfinished,
            suspect=work.suspect,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """Tasks that go to one worker in one call."""

    chunk_id: int
    tasks: tuple[Task, ...]
    deadline_s: float
    """Seconds without any result after which the worker is killed."""

    @property
    def suite(self) -> Suite:
        """The one suite of its tasks."""
        return self.tasks[0].suite


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What a worker says of one task."""

    inspection_id: InspectionId
    outcome: Outcome
    reason: str
    """One sentence for a person; empty when everything went well."""
    app: AppIdentity | None
    """Who the app is; None if its bytes could not be had."""
    evidence_key: str | None
    """Key of the evidence document; None if there is none."""
    evidence_sha256: str | None
    """SHA-256 of that document as stored."""
    cached: bool
    """Whether the evidence was there before."""
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    """Wall time of the inspection."""
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    """Wall time by stage: `read`, `inspect`, `store`, `judge`, `cross_check`."""
    bytes_read: int = 0
    """Bytes read from the object store."""
    cross_check: CrossCheck | None = None
    """What the second reading came to; None of apps that were not read twice."""
    object_bytes: int = 0
    """Size of the app's object, if any of it was read; `bytes_read` is less where parts of it were left unread."""


class LossCause(StrEnum):
    """Why a chunk came back without all its results."""

    WORKER_DIED = "worker_died"
    """The worker process died."""
    DEADLINE = "deadline"
    """The driver killed the worker at the chunk's deadline."""
    NODE_LOST = "node_lost"
    """The worker's machine went away."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """Some results of a chunk."""

    chunk_id: int
    results: tuple[Result, ...]
    worker: str
    """Which worker, such as `node:pid`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """The chunk is complete; all its results have been reported."""

    chunk_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Lost:
    """The chunk ended early; tasks without a result are unfinished."""

    chunk_id: int
    cause: LossCause
    detail: str
    worker: str


ExecutorEvent = Progress | Ended | Lost


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempted:
    """One finished attempt as the ledger commits it."""

    inspection_id: InspectionId
    result: Result
    worker: str
    state: State
    """State that the retry policy gives the inspection."""
    alone: bool = False
    """Whether its next attempt must have a worker for itself."""
    not_before: float = 0.0
    """POSIX time before which it should not be tried again."""
