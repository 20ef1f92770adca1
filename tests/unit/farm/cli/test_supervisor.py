"""Tests of farm.cli.supervisor, with real processes that tell of themselves through a FIFO."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pytest

from farm.cli.supervisor import Backoff, Supervisor

SPEAK = "import os, signal, sys; out = open(sys.argv[1], 'w'); print(os.getpid(), file=out, flush=True); "
"""What every child does first: it says its process id, and keeps the FIFO open for as long as it lives."""

STAY = SPEAK + "signal.pause()"
STUBBORN = (
    SPEAK.replace("out =", "signal.signal(signal.SIGTERM, signal.SIG_IGN); out =") + "signal.pause(); signal.pause()"
)
DIE = SPEAK + "sys.exit(3)"

QUICK = Backoff(first_s=0.01, longest_s=0.01)


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """A FIFO that children write to."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def child(code: str, fifo: Path) -> list[str]:
    """Return the command of a child."""
    return [sys.executable, "-c", code, str(fifo)]


@contextmanager
def listening(fifo: Path) -> Iterator[TextIO]:
    """Open the FIFO for reading; holding a writer too would hide the end of the last child."""
    with fifo.open() as stream:
        yield stream


def test_child_runs_and_ends_with_us(fifo: Path) -> None:
    """A child is started, and is gone when stop returns."""
    supervisor = Supervisor(child(STAY, fifo))
    supervisor.start()
    with listening(fifo) as stream:
        pid = int(stream.readline())
        supervisor.stop()

        assert stream.readline() == ""
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_child_that_dies_is_started_again(fifo: Path) -> None:
    """After a death there is another child."""
    supervisor = Supervisor(child(DIE, fifo), backoff=QUICK)
    # Opened for both, the FIFO does not end between one child and the next.
    with os.fdopen(os.open(fifo, os.O_RDWR)) as stream:
        supervisor.start()
        first, second = stream.readline(), stream.readline()
        supervisor.stop()

    assert int(first) != int(second)


def test_child_that_does_not_listen_is_killed(fifo: Path) -> None:
    """A child that ignores SIGTERM does not keep us from ending."""
    supervisor = Supervisor(child(STUBBORN, fifo), patience_s=0.1)
    supervisor.start()
    with listening(fifo) as stream:
        stream.readline()
        supervisor.stop()

        assert stream.readline() == ""


def test_child_dies_with_a_killed_parent(fifo: Path) -> None:
    """Even when the parent is killed outright, the child does not stay behind."""
    code = (
        "import sys, signal; from farm.cli.supervisor import Supervisor; "
        "Supervisor(sys.argv[1:]).start(); signal.pause()"
    )
    command = [sys.executable, "-c", code, *child(STAY, fifo)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as parent, listening(fifo) as stream:
        stream.readline()
        parent.send_signal(signal.SIGKILL)

        assert stream.readline() == ""


def test_child_has_the_given_environment(fifo: Path) -> None:
    """The child finds the settings it is given."""
    code = "import os, sys; print(os.environ['FARM_HOME'], file=open(sys.argv[1], 'w')); import signal; signal.pause()"
    supervisor = Supervisor(child(code, fifo), environ={**os.environ, "FARM_HOME": "/somewhere"})
    supervisor.start()
    with listening(fifo) as stream:
        said = stream.readline()
    supervisor.stop()

    assert said == "/somewhere\n"


def test_stop_twice_and_without_start(fifo: Path) -> None:
    """Stopping is safe at any time."""
    supervisor = Supervisor(child(STAY, fifo))
    supervisor.stop()
    supervisor.stop()


def test_pauses_grow_to_a_bound() -> None:
    """A child that cannot live is tried less and less often, but for ever."""
    backoff = Backoff(first_s=1, longest_s=60)

    assert [backoff.pause_s(deaths) for deaths in (1, 2, 3, 7, 5000)] == [1, 2, 4, 60, 60]
