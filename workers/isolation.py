"""Keep one inspection within its time and memory while it runs inside a worker process.

This is the inner guard: it ends an inspection with an outcome of its own. What it cannot stop (native code that never
returns, an allocation that aborts the process) is the driver's to kill.
"""

from __future__ import annotations

import contextlib
import re
import resource
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from workers.model.errors import MemoryLimitError, TimeLimitError
from workers.model.limits import Limits

_AGAIN_S = 1.0
"""The alarm repeats: a library may swallow the first one."""
_SOON_S = 0.001
"""When a former alarm rings that should have rung meanwhile."""
_STATUS = Path("/proc/self/status")


@contextlib.contextmanager
def guard(limits: Limits) -> Iterator[None]:
    """Run the body within `limits.seconds` and `limits.memory_bytes`; both former limits come back afterwards.

    The time limit needs the main thread, because only there Python handles signals; elsewhere the driver's deadline
    stands alone.

    Raises:
        TimeLimitError: the body took longer.
        MemoryLimitError: the body wanted more private memory than that on top of what the process had.
    """
    with _memory(limits.memory_bytes), _time(limits.seconds):
        try:
            yield
        except MemoryError:
            raise MemoryLimitError(f"It needs more than {limits.memory_bytes >> 20} MiB of memory.") from None


@contextlib.contextmanager
def _time(seconds: float) -> Iterator[None]:
    """Raise TimeLimitError in the body after `seconds` of wall time."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    armed = True

    def ring(_signal: int, _frame: FrameType | None) -> None:
        if armed:
            raise TimeLimitError(f"It was not done after {seconds:g} s.")

    former_handler = signal.signal(signal.SIGALRM, ring)
    start = time.monotonic()
    former_left, former_interval = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_S)
    try:
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if former_handler is None else former_handler)
        if former_left:
            left = former_left - (time.monotonic() - start)
            signal.setitimer(signal.ITIMER_REAL, max(left, _SOON_S), former_interval)


@contextlib.contextmanager
def _memory(extra_bytes: int) -> Iterator[None]:
    """Let the process add at most `extra_bytes` of private memory in the body."""
    used = _private_bytes()
    if used is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = used + extra_bytes
    caps = [cap for cap in (soft, hard) if cap != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min([wanted, *caps]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _private_bytes() -> int | None:
    """Return the bytes that RLIMIT_DATA counts (proc(5), VmData); None where the system does not say."""
    try:
        match = re.search(r"^VmData:\s+(\d+) kB", _STATUS.read_text("ascii", "replace"), re.MULTILINE)
    except OSError:
        return None
    return int(match[1]) << 10 if match else None
