"""What runs on the nodes: a worker process, spoken to as a Ray actor."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence

import ray

from farm.cluster.stream import Inspect, run_all
from farm.model.execution import Result, Task
from workers.tuning import settle


class StaticWorker:
    """A worker process that reads apps."""

    def __init__(self) -> None:
        """Get ready; without arguments, since Ray loads pyarrow to unpack the first ones."""
        _do_without(*_UNNEEDED)

    def greet(self, inspect: Inspect) -> tuple[str, str, int, str]:
        """Take what inspects one task; return node id, node address, process id, and what the machine lacks."""
        self._inspect = inspect
        # Not before: what inspects brings most of what a worker ever loads.
        settle()
        node = ray.get_runtime_context().get_node_id()
        return node, ray.util.get_node_ip_address(), os.getpid(), self.lacks()

    def lacks(self) -> str:
        """Return what its machine lacks to do its work, in words; empty if nothing."""
        return ""

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[Result, ...]]:
        """Stream the results."""
        yield from run_all(self._inspect, tasks)


_UNNEEDED = ("pyarrow", "pydantic", "starlette", "rich")
"""Libraries that others load where they are installed: Ray the first three, to send values of theirs, of which there
are none here (with numpy 36 MB, 12 MB and 1 MB); structlog rich, for coloured tracebacks on a terminal (4 MB)."""


def _do_without(*names: str) -> None:
    """Keep libraries from being loaded by others, who take them for not installed; what is loaded already stays."""
    for name in names:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None means: there is none
