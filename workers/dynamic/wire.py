"""Read a reply of the process of the app: fields of the right type, of bounded size, or their defaults."""

from __future__ import annotations

import math

from workers.dynamic.backend import Cost, Line, Reply
from workers.dynamic.screen import picture, read_screen

_MAX_NAME = 300
_MAX_REQUESTS = 50
_MAX_PERMISSIONS = 50
_MAX_NUMBER = 10**12
_MAX_CPU_S = 1_000_000
_DONE = ("application", "resumed", "acted")
_COUNTS = ("receivers", "ran")


def read_reply(line: Line) -> Reply:
    """Return the reply that a line tells."""
    return Reply(
        sim_ms=whole(line.get("sim_ms")),
        exited=line.get("exited") is True,
        shown=_name(line.get("shown")),
        pending=_pending(line.get("pending")),
        done=any(line.get(name) is True for name in _DONE),
        count=max(whole(line.get(name)) for name in _COUNTS),
        screen=read_screen(line.get("screen")),
        picture=picture(line.get("screen")),
    )


def read_cost(line: Line) -> Cost | None:
    """Return the cost that a line tells; None if it tells none that can be."""
    match line.get("cost"):
        case {"cpu_s": int() | float() as cpu, "peak_mb": int(peak)}:
            if isinstance(cpu, bool) or isinstance(peak, bool) or (isinstance(cpu, float) and not math.isfinite(cpu)):
                return None
            # An integer may be too large for a float: it is cut before it becomes one.
            return Cost(cpu_s=float(min(max(cpu, 0), _MAX_CPU_S)), peak_mb=whole(peak))
        case _:
            return None


def whole(value: object) -> int:
    """Return a whole number that is neither negative nor huge; 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return min(max(value, 0), _MAX_NUMBER)


def _pending(value: object) -> tuple[tuple[str, ...], ...]:
    """Return the permission requests."""
    if not isinstance(value, list):
        return ()
    requests = (item[:_MAX_PERMISSIONS] for item in value[:_MAX_REQUESTS] if isinstance(item, list))
    return tuple(tuple(_name(name) for name in names if isinstance(name, str)) for names in requests)


def _name(value: object) -> str:
    """Return a name, cut."""
    return value[:_MAX_NAME] if isinstance(value, str) else ""
