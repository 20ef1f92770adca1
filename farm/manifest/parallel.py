"""Work done by threads, its results in the order of its input, with a bound on what is in flight."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


def in_order(
    threads: Executor,
    work: Callable[[Item], Made],
    items: Iterable[Item],
    *,
    window: int,
    known: Callable[[Item], Made | None] = lambda _: None,
) -> Iterator[Made]:
    """Yield `work(item)` for each item in order, with at most `window` items taken ahead.

    Items for which `known` returns a result at once are spared the cost of a thread.
    """
    flying: deque[Future[Made]] = deque()
    try:
        for item in items:
            made = known(item)
            if made is not None and not flying:
                yield made
                continue
            if made is not None:
                ready: Future[Made] = Future()
                ready.set_result(made)
                flying.append(ready)
            else:
                flying.append(threads.submit(work, item))
            while len(flying) >= window or (flying and flying[0].done()):
                yield flying.popleft().result()
        while flying:
            yield flying.popleft().result()
    finally:
        for future in flying:
            future.cancel()
