"""The next app is read while the current one is inspected: at most one ahead, and never in its way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

import structlog

from farm.model.execution import Task

log = structlog.get_logger()

Ready = TypeVar("Ready")


class ReadAhead(Generic[Ready]):
    """What one process has read ahead. Sent to another process it arrives empty."""

    def __init__(self) -> None:
        """Nothing has been read; the thread starts with the first task."""
        self._task: Task | None = None
        self._future: Future[Ready] | None = None
        self._thread: ThreadPoolExecutor | None = None

    def __reduce__(self) -> tuple[type[ReadAhead[Ready]], tuple[()]]:
        """Pickle as an empty one."""
        return type(self), ()

    def start(self, task: Task, read: Callable[[Task], Ready]) -> None:
        """Let `read` run on `task` in a thread; what was read of another task before is forgotten."""
        self._forget()
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._task, self._future = task, self._thread.submit(read, task)

    def take(self, task: Task) -> Ready | None:
        """Return what was read of `task`, waiting for it if need be; None if there is nothing.

        A failure counts as nothing: it may come from the limits of the app that was inspected meanwhile. Reading the
        app in its own turn tells what is true.
        """
        future = self._future if self._task == task else None
        if future is None:
            return None
        try:
            return future.result()
        except Exception as error:  # noqa: BLE001 - the boundary of a thread; whatever it was is asked again
            log.debug("ahead.failed", url=task.app.url, kind=type(error).__name__)
            return None
        finally:
            self._forget()

    def _forget(self) -> None:
        """Drop what was read."""
        if self._future is not None:
            self._future.cancel()
        self._task = self._future = None
