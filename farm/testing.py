"""Public fakes: a clock that stands still and an executor that does what its script says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from farm.model.execution import Chunk, Ended, ExecutorEvent, LossCause, Lost, Progress, Result, Task
from farm.model.inspection import Suite
from workers.model.evidence import AppIdentity
from workers.model.outcome import Outcome, OutcomeClass


class FrozenClock:
    """Time that moves only when told to."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        """Start at `now`, POSIX seconds."""
        self.time = now

    def now(self) -> float:
        """Return the time."""
        return self.time

    def advance(self, seconds: float) -> None:
        """Move on."""
        self.time += seconds


class Mishap(StrEnum):
    """What a scripted worker can do instead of giving a result."""

    DIE = "die"
    """The worker process dies with this task in hand."""
    HANG = "hang"
    """The task never ends; the chunk comes back only when it is killed."""
    NODE = "node"
    """The machine goes away."""


class ScriptedExecutor:
    """An executor without processes: a script says how each task ends. Keeps what it was asked to do."""

    def __init__(
        self, script: Callable[[Task], Outcome | Mishap], *, workers: int = 2, clock: FrozenClock | None = None
    ) -> None:
        """Take the script, the number of workers, and a clock that each `wait` moves on by its timeout."""
        self._script = script
        self._workers = workers
        self._clock = clock
        self._busy: dict[int, Chunk] = {}
        self._hung: set[int] = set()
        self._events: list[ExecutorEvent] = []
        self.started: list[tuple[Task, ...]] = []
        """The chunks that were submitted, in order."""
        self.waiting: list[dict[Suite, int]] = []
        """What waited each time the driver looked."""

    def start(self) -> None:
        """Nothing to bring up."""

    def prepare(self, waiting: Mapping[Suite, int]) -> None:
        """Keep what waits."""
        self.waiting.append(dict(waiting))

    def idle(self, suite: Suite) -> int:  # noqa: ARG002 - its workers can do everything
        """Return how many workers have no chunk."""
        return self._workers - len(self._busy)

    def workers(self) -> int:
        """Return how many workers there are."""
        return self._workers

    def submit(self, chunk: Chunk) -> None:
        """Take a chunk."""
        self._busy[chunk.chunk_id] = chunk
        self.started.append(chunk.tasks)

    def wait(self, timeout_s: float) -> Sequence[ExecutorEvent]:
        """Play the script for every chunk in hand."""
        if self._clock is not None:
            self._clock.advance(timeout_s)
        for chunk in [c for c in self._busy.values() if c.chunk_id not in self._hung]:
            self._play(chunk)
        events, self._events = self._events, []
        return events

    def kill(self, chunk_id: int) -> None:
        """Give the chunk back as lost at its deadline."""
        self._hung.discard(chunk_id)
        self._lose(self._busy[chunk_id], LossCause.DEADLINE)

    def close(self) -> None:
        """Nothing to stop."""

    def _play(self, chunk: Chunk) -> None:
        for task in chunk.tasks:
            act = self._script(task)
            if act is Mishap.HANG:
                self._hung.add(chunk.chunk_id)
                return
            if isinstance(act, Mishap):
                self._lose(chunk, LossCause.WORKER_DIED if act is Mishap.DIE else LossCause.NODE_LOST)
                return
            self._events.append(Progress(chunk_id=chunk.chunk_id, results=(result_of(task, act),), worker="scripted"))
        del self._busy[chunk.chunk_id]
        self._events.append(Ended(chunk_id=chunk.chunk_id))

    def _lose(self, chunk: Chunk, cause: LossCause) -> None:
        del self._busy[chunk.chunk_id]
        self._events.append(Lost(chunk_id=chunk.chunk_id, cause=cause, detail=cause.value, worker="scripted"))


def result_of(task: Task, outcome: Outcome) -> Result:
    """Return a plausible result of a task: identity and evidence exist where the outcome has any."""
    seen = outcome.outcome_class in {OutcomeClass.OK, OutcomeClass.APP}
    sha256 = task.app.sha256 or hashlib.sha256(task.app.url.encode()).hexdigest()
    return Result(
        inspection_id=task.inspection_id,
        outcome=outcome,
        reason="" if outcome is Outcome.INSPECTED else outcome.value,
        app=AppIdentity(sha256=sha256, package="org.example") if seen else None,
        evidence_key=f"evidence/{sha256[:2]}/{sha256}/{task.suite}/test.json" if seen else None,
        evidence_sha256=sha256 if seen else None,
        cached=False,
        seconds=0.1,
        stage_seconds={"inspect": 0.1},
        bytes_read=task.app.size,
    )
