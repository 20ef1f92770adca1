"""How a worker reports: results in small groups, so that a lost worker loses little."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Protocol

from farm.model.execution import Result, Task


class Inspect(Protocol):
    """Inspects one task."""

    def __call__(self, task: Task, following: Task | None, /) -> Result:
        """Return what came of `task`; `following` is the one that comes next, for which something may be prepared."""


def run_all(inspect: Inspect, tasks: Sequence[Task], *, flush_s: float = 0.25) -> Iterator[tuple[Result, ...]]:
    """Yield results in groups that cover about `flush_s` seconds each."""
    group: list[Result] = []
    since = time.monotonic()
    for task, following in zip_longest(tasks, tasks[1:]):
        group.append(inspect(task, following))
        if time.monotonic() - since >= flush_s:
            yield tuple(group)
            group.clear()
            since = time.monotonic()
    if group:
        yield tuple(group)
