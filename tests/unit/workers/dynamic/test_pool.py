"""Sandboxes are ready in time, each is used once, and none is left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

import pytest

from workers.dynamic.pool import Pool, Sandbox


@dataclass
class Started:
    """What the pool has started, in place of a sandbox."""

    number: int
    alive: bool = True
    closed: bool = False

    def close(self) -> None:
        """Note that it was killed."""
        self.closed = True


@dataclass
class Starter:
    """Counts what is started."""

    started: list[Started] = field(default_factory=list)

    def __call__(self) -> Sandbox:
        """Start one more."""
        self.started.append(Started(len(self.started)))
        return cast("Sandbox", self.started[-1])


@pytest.fixture
def starter() -> Starter:
    """Return what starts sandboxes."""
    return Starter()


@pytest.fixture
def pool(starter: Starter) -> Iterator[Pool]:
    """Yield a pool and close it."""
    made = Pool(cast("Callable[[], Sandbox]", starter))
    yield made
    made.close()


def _number(sandbox: Sandbox) -> int:
    """Return which one it is."""
    return cast("Started", sandbox).number


def test_nothing_is_started_before_it_is_needed(pool: Pool, starter: Starter) -> None:
    """A static worker that never runs an app pays for no sandbox."""
    assert starter.started == []
    with pool.sandbox() as sandbox:
        assert _number(sandbox) == 0
    assert len(starter.started) == 1


def test_each_sandbox_is_used_once_and_killed(pool: Pool, starter: Starter) -> None:
    """No app ever meets what another one has left."""
    with pool.sandbox() as one:
        pass
    with pool.sandbox() as other:
        assert _number(one) != _number(other)
    assert [item.closed for item in starter.started] == [True, True]


def test_the_one_that_was_prepared_is_taken(pool: Pool, starter: Starter) -> None:
    """Preparing twice starts one; taking it starts no other."""
    pool.prepare()
    pool.prepare()
    with pool.sandbox() as sandbox:
        assert _number(sandbox) == 0
    pool.close()
    assert len(starter.started) == 1


def test_one_is_kept_ahead_if_apps_come_one_after_the_other(pool: Pool, starter: Starter) -> None:
    """While an app runs the sandbox of the next one gets warm; at the end nothing is left."""
    pool.keep_ahead()
    for expected in range(3):
        with pool.sandbox() as sandbox:
            assert _number(sandbox) == expected
    pool.close()
    assert len(starter.started) == 4
    assert all(item.closed for item in starter.started)


def test_one_that_has_died_while_it_waited_is_replaced(pool: Pool, starter: Starter) -> None:
    """A machine that was short of memory for a moment costs no app its run."""
    pool.prepare()
    pool.prepare()
    with pool.sandbox():
        pass
    pool.prepare()
    pool._starter.submit(lambda: None).result()  # The second one has been started by now.
    starter.started[-1].alive = False
    with pool.sandbox() as sandbox:
        assert _number(sandbox) == 2
    assert starter.started[1].closed
