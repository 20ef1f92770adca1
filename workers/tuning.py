"""Settle a process that inspects one app after the other: keep its memory, collect seldom."""

from __future__ import annotations

import ctypes
import gc
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8
"""Parameters of mallopt(3)."""
_SELDOM = 50_000
"""Objects between two looks for circles: an app's facts are as many, and have none."""
_KEPT = 128 << 20
_LARGEST = 32 << 20
"""The largest block that glibc lets come from the heap (mallopt(3), `DEFAULT_MMAP_THRESHOLD_MAX` on 64 bits)."""


def settle() -> None:
    """Call once, after everything is imported and before the first app.

    Without it each app gets its memory from the kernel page by page and gives it back, which costs a fifth of the time
    of a large app. At most 128 MiB are kept, also where threads read: they share the one heap, since each would keep as
    much of its own. Elsewhere than on glibc nothing is changed.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_SELDOM)
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    wanted = ((_MMAP_THRESHOLD, _LARGEST), (_TRIM_THRESHOLD, _KEPT), (_TOP_PAD, 1 << 20), (_ARENA_MAX, 1))
    for parameter, value in wanted:
        mallopt(parameter, value)
