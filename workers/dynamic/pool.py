"""Sandboxes that get warm before there is an app for them; each takes one app and is thrown away."""

from __future__ import annotations

import atexit
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path

from workers.dynamic.backend import BackendEndedError, BackendTimeoutError, Line
from workers.dynamic.confinement import confined
from workers.dynamic.process import SandboxProcess
from workers.dynamic.sinkhole.session import Session, shared_sinkhole
from workers.dynamic.toolkit import Toolkit
from workers.model.errors import SandboxFailedError
from workers.scratch import scratch

WARM_SECONDS = 60.0
"""Wall time to get warm; it takes 3 s on an idle machine."""


class Sandbox:
    """One confined JVM, and the folder through which it gets its app."""

    def __init__(self, toolkit: Toolkit) -> None:
        """Start it; it gets warm by itself."""
        self._held = ExitStack()
        try:
            self._inbox = self._held.enter_context(scratch())
            self._sink = self._inbox / "sink"
            self._sink.mkdir()
            shared_sinkhole(toolkit).trust(self._sink)
            argv = self._held.enter_context(confined(toolkit, self._inbox))
            self._process = self._held.enter_context(SandboxProcess(argv))
        except BaseException:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        """Whether it can still take an app."""
        return self._process.alive

    def take(
        self, apk: Path, job: str, network: Session, *, seconds: float, on_line: Callable[[Line], None]
    ) -> SandboxProcess:
        """Give it its app and the text of its job; return the process, ready to obey for `seconds`.

        Raises:
            SandboxFailedError: it did not get warm.
            BackendTimeoutError: the app's time was over before.
        """
        try:
            self._process.wait_for("warm", seconds=min(WARM_SECONDS, seconds))
        except BackendEndedError as error:
            if isinstance(error, BackendTimeoutError) and seconds < WARM_SECONDS:
                raise
            raise SandboxFailedError from error
        _put(apk, self._inbox / "app.apk")
        (self._inbox / "job.properties").write_text(job, encoding="ascii")
        network.share(self._sink)
        self._process.begin(seconds=seconds, on_line=on_line)
        self._process.ask("take", answer="ready")
        return self._process

    def close(self) -> None:
        """Kill it and all that it has started."""
        self._held.close()


class Pool:
    """Hands out sandboxes, warm ones if it was told in time that they will be needed."""

    def __init__(self, start: Callable[[], Sandbox]) -> None:
        """Nothing is started yet."""
        self._start = start
        self._ahead = 0
        self._waiting: deque[Future[Sandbox]] = deque()
        # bubblewrap dies with the thread that has started it: all are started by one that stays.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="sandboxes")

    def prepare(self) -> None:
        """Have one ready: an app will come soon."""
        if not self._waiting:
            self._waiting.append(self._starter.submit(self._start))

    def keep_ahead(self) -> None:
        """From now on have one ready at any time: apps come one after the other."""
        self._ahead = 1
        self.prepare()

    @contextmanager
    def sandbox(self) -> Iterator[Sandbox]:
        """Yield a sandbox for one app; it is killed afterwards."""
        sandbox = self._next()
        if self._ahead:
            self.prepare()
        try:
            yield sandbox
        finally:
            sandbox.close()

    def close(self) -> None:
        """Kill those that wait."""
        while self._waiting:
            with suppress(OSError):  # It could not be started: there is nothing to kill.
                self._waiting.popleft().result().close()
        self._starter.shutdown()

    def _next(self) -> Sandbox:
        """Return the one that has waited longest, or a new one; whoever is interrupted here leaves it to the next."""
        while True:
            self.prepare()
            first = self._waiting[0]
            try:
                sandbox = first.result()
            finally:
                if first.done():
                    self._waiting.popleft()
            if sandbox.alive:
                return sandbox
            sandbox.close()


@cache
def shared_pool(toolkit: Toolkit) -> Pool:
    """Return the one pool of this process; it ends with the process."""
    pool = Pool(lambda: Sandbox(toolkit))
    atexit.register(pool.close)
    return pool


def _put(source: Path, target: Path) -> None:
    """Let `target` be the file `source`, without a copy where both are on one file system."""
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copyfile(source, target)
