"""How a worker reports: results in small groups, so that a lost worker loses little."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from farm.model.execution import Result, Task


def run_all(
    inspect: Callable[[Task], Result], tasks: Sequence[Task], *, flush_s: float = 0.25
) -> Iterator[tuple[Result, ...]]:
    """Yield results in groups that cover about `flush_s` seconds each."""
    group: list[Result] = []
    since = time.monotonic()
    for task in tasks:
        group.append(inspect(task))
        if time.monotonic() - since >= flush_s:
            yield tuple(group)
            group.clear()
            since = time.monotonic()
    if group:
        yield tuple(group)
