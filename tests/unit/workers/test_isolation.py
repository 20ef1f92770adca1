"""The guard ends what takes too long or too much, and leaves the process as it was."""

from __future__ import annotations

import contextlib
import resource
import signal
import threading

import numpy as np
import pytest

from workers.isolation import guard
from workers.model.errors import MalformedError, MemoryLimitError, TimeLimitError
from workers.model.limits import Limits

SHORT = Limits(seconds=0.05)


def spin() -> None:
    """Never return."""
    while True:
        pass


def test_what_takes_too_long_is_ended() -> None:
    """By an exception in the middle of it."""
    with pytest.raises(TimeLimitError), guard(SHORT):
        spin()


def test_the_alarm_rings_again_if_it_was_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries catch everything; the next alarm gets through."""
    monkeypatch.setattr("workers.isolation._AGAIN_S", 0.05)

    def swallow() -> None:
        with contextlib.suppress(Exception):
            spin()
        spin()

    with pytest.raises(TimeLimitError), guard(SHORT):
        swallow()


def test_what_wants_too_much_memory_is_ended() -> None:
    """The allocation fails, not the process."""
    with pytest.raises(MemoryLimitError), guard(Limits(memory_bytes=64 << 20)):
        np.ones(64 << 20, np.float64)


def test_memory_within_the_limit_is_given() -> None:
    """The limit is on top of what the process has."""
    with guard(Limits(memory_bytes=256 << 20)):
        assert np.ones(64 << 20, np.uint8).size == 64 << 20


@pytest.mark.parametrize("error", [None, MalformedError, MemoryError])
def test_limits_and_handlers_come_back(error: type[Exception] | None) -> None:
    """However the body ended."""
    before = (resource.getrlimit(resource.RLIMIT_DATA), signal.getsignal(signal.SIGALRM))
    with contextlib.suppress(MalformedError, MemoryLimitError), guard(Limits()):
        if error is not None:
            raise error
    after = (resource.getrlimit(resource.RLIMIT_DATA), signal.getsignal(signal.SIGALRM))
    assert after == before


def test_a_timer_that_ran_before_runs_on() -> None:
    """The guard may stand inside another one, whose time goes on."""
    rung: list[int] = []
    former = signal.signal(signal.SIGALRM, lambda number, _: rung.append(number))
    signal.setitimer(signal.ITIMER_REAL, 60)
    try:
        with contextlib.suppress(TimeLimitError), guard(SHORT):
            spin()
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] < 60
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def test_other_threads_have_no_alarm() -> None:
    """Signals belong to the main thread; elsewhere the body just runs."""
    done: list[bool] = []

    def body() -> None:
        with guard(Limits()):
            done.append(True)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert done == [True]


def test_other_errors_pass_through() -> None:
    """An outcome of the suite stays what it is."""
    with pytest.raises(MalformedError), guard(Limits()):
        raise MalformedError
