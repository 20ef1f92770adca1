"""What runs on the nodes: a worker process for each suite, spoken to as a Ray actor."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import ray

from farm.cluster.stream import Inspect, run_all
from farm.model.execution import Result, Task
from workers.dynamic.toolkit import BackendMissingError, find_toolkit
from workers.sandboxed import keep_warm
from workers.tuning import settle


class StaticWorker:
    """A worker process that reads apps."""

    def __init__(self, inspect: Inspect) -> None:
        """Take what inspects one task."""
        settle()
        self._inspect = inspect

    def whoami(self) -> tuple[str, str, int, str]:
        """Return node id, node address, process id, and what the machine lacks."""
        node = ray.get_runtime_context().get_node_id()
        return node, ray.util.get_node_ip_address(), os.getpid(), self.lacks()

    def lacks(self) -> str:
        """Return what its machine lacks to do its work, in words; empty if nothing."""
        return ""

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[Result, ...]]:
        """Stream the results."""
        yield from run_all(self._inspect, tasks)


class SandboxWorker(StaticWorker):
    """A worker process that runs apps, each in a sandbox of its own; it needs memory beside its CPU."""

    def __init__(self, inspect: Inspect) -> None:
        """Take what inspects one task, and let the first sandbox get warm."""
        super().__init__(inspect)
        keep_warm()

    def lacks(self) -> str:
        """Return what the dynamic suite lacks on its machine."""
        try:
            find_toolkit()
        except BackendMissingError as error:
            return str(error)
        return ""
