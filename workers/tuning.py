"""Settle a process that inspects one app after the other: keep its memory, collect seldom."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8
"""Parameters of mallopt(3)."""
_SELDOM = 50_000
"""Objects between two looks for circles: an app's facts are as many, and have none."""
_KEPT = 128 << 20
_LARGEST = 32 << 20
"""The largest block that glibc lets come from the heap (`HEAP_MAX` of its documentation, on 64 bits)."""


def settle() -> None:
    """Call once, after everything is imported and before the first app.

    Without it each app gets its memory from the kernel page by page and gives it back, which costs a fifth of the time
    of a large app. At most 128 MiB are kept, also where threads read: they share the one heap, since each would keep as
    much of its own. Elsewhere than on glibc nothing is changed.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_SELDOM)
    wanted = ((_MMAP_THRESHOLD, _LARGEST), (_TRIM_THRESHOLD, _KEPT), (_TOP_PAD, 1 << 20), (_ARENA_MAX, 1))
    for parameter, value in wanted:
        _ask("mallopt", parameter, value)


def give_back() -> None:
    """Give the kernel the memory between objects that live, of which `settle` lets a process gather ever more.

    A few milliseconds, and as many when it is needed again: between chunks of apps, not between apps.
    """
    _ask("malloc_trim", 0)


def _ask(function: str, *arguments: int) -> None:
    """Call a function of glibc; elsewhere nothing happens."""
    if not sys.platform.startswith("linux"):
        return
    with suppress(OSError, AttributeError):
        getattr(ctypes.CDLL(None), function)(*arguments)
