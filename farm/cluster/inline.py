"""An executor in this process: for tests, and for machines without Ray."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence

from farm.cluster.stream import Inspect, run_all
from farm.model.execution import Chunk, Ended, ExecutorEvent, Progress
from farm.model.inspection import Suite


class InlineExecutor:
    """Runs one chunk at a time in the driver's own process; it cannot kill and relies on the inspection's limits."""

    def __init__(self, inspect: Inspect) -> None:
        """Take what inspects one task."""
        self._inspect = inspect
        self._chunk: Chunk | None = None

    def start(self) -> None:
        """Nothing to bring up."""

    def prepare(self, waiting: Mapping[Suite, int]) -> None:
        """Do nothing: this process can run every suite."""

    def idle(self, suite: Suite) -> int:  # noqa: ARG002 - every suite has the one place
        """Return 1 when no chunk waits."""
        return 0 if self._chunk else 1

    def workers(self) -> int:
        """Return 1: this process."""
        return 1

    def submit(self, chunk: Chunk) -> None:
        """Keep the chunk for the next `wait`."""
        self._chunk = chunk

    def wait(self, timeout_s: float) -> Sequence[ExecutorEvent]:
        """Run the chunk that waits, if any, to its end."""
        chunk, self._chunk = self._chunk, None
        if chunk is None:
            time.sleep(timeout_s)
            return ()
        worker = f"inline:{os.getpid()}"
        events: list[ExecutorEvent] = [
            Progress(chunk_id=chunk.chunk_id, results=results, worker=worker)
            for results in run_all(self._inspect, chunk.tasks)
        ]
        return [*events, Ended(chunk_id=chunk.chunk_id)]

    def kill(self, chunk_id: int) -> None:
        """Do nothing: a chunk is over before anybody could kill it."""

    def close(self) -> None:
        """Nothing to stop."""
