"""Keeps one child process alive: starts it again when it dies, ends it when we end, never leaves it behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

log = structlog.get_logger()

_TRAMPOLINE = (
    "import ctypes, os, signal, sys\n"
    "ctypes.CDLL(None).prctl(1, signal.SIGTERM)\n"
    "if os.getppid() != int(sys.argv[1]): sys.exit(0)\n"
    "os.execv(sys.argv[2], sys.argv[2:])\n"
)
"""Asks the kernel for SIGTERM when the parent dies (PR_SET_PDEATHSIG, kept over exec), then becomes the command.

An interpreter of its own does this, because code between fork and exec in a process with threads may hang. A parent
that died before the request is seen by its changed id.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backoff:
    """How long to wait before a child that died is started again."""

    first_s: float = 1.0
    """First pause, in seconds; it doubles with each death."""
    longest_s: float = 60.0
    """Longest pause, in seconds."""
    healthy_s: float = 60.0
    """A child that lived so long is forgiven the deaths before it, in seconds."""

    def pause_s(self, deaths: int) -> float:
        """Return the pause after the `deaths`-th death in a row."""
        return min(self.first_s * 2.0 ** min(deaths - 1, 30), self.longest_s)


class Supervisor:
    """Runs a command in a child process for as long as it is told to."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str] | None = None,
        backoff: Backoff | None = None,
        patience_s: float = 25.0,
    ) -> None:
        """Take an absolute command; `patience_s` is how long it may take to end by itself when it is asked to."""
        self._command = [sys.executable, "-c", _TRAMPOLINE, str(os.getpid()), *command]
        self._environ = dict(os.environ if environ is None else environ)
        self._backoff = backoff or Backoff()
        self._patience_s = patience_s
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        # The kernel watches the thread that started the child, so this one lives as long as the child may.
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start the child and watch it from a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the child to end, wait, kill it if it does not; it is not started again. May be called twice."""
        self._stopping.set()
        with self._lock:
            child = self._child
        if child is not None and child.poll() is None:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(self._patience_s)
            except subprocess.TimeoutExpired:
                log.warning("driver.killed", pid=child.pid, seconds=self._patience_s)
                child.kill()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        """Start the child again and again until told to stop."""
        deaths = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            child = self._spawn()
            if child is None:
                return
            code = child.wait()
            lived_s = time.monotonic() - began
            if self._stopping.is_set():
                log.info("driver.stopped", pid=child.pid, code=code)
                return
            deaths = 1 if lived_s >= self._backoff.healthy_s else deaths + 1
            pause_s = self._backoff.pause_s(deaths)
            log.warning("driver.died", pid=child.pid, code=code, lived_s=round(lived_s, 1), again_in_s=pause_s)
            self._stopping.wait(pause_s)

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        """Start the child, unless we are stopping."""
        with self._lock:
            if self._stopping.is_set():
                return None
            # A session of its own: Ctrl-C in our terminal reaches us alone, and we end the child once, in order.
            self._child = subprocess.Popen(
                self._command, env=self._environ, stdin=subprocess.DEVNULL, start_new_session=True
            )
            log.info("driver.started", pid=self._child.pid)
            return self._child
