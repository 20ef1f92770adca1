"""Inspect one APK: run a suite under the guard, and turn whatever happens into evidence."""

from __future__ import annotations

import hashlib
from types import TracebackType

from workers.isolation import guard
from workers.model.errors import InspectionError
from workers.model.evidence import JSON, Evidence
from workers.model.limits import Limits
from workers.model.outcome import Outcome
from workers.static.suite import ENGINE, run
from workers.static.view import StaticView

SUITES = {"static": ENGINE}
"""Engine version by the name of its suite."""
DEFAULT_LIMITS = Limits()


def inspect_apk(
    data: bytes | bytearray | memoryview, *, suite: str = "static", limits: Limits = DEFAULT_LIMITS
) -> Evidence:
    """Return the evidence of one suite on the APK `data`; the caller must not change `data` meanwhile.

    Never raises because of what is in `data`: an inspection that cannot go on ends with its outcome and a reason, and
    with as much of the app's identity as was read before.

    Raises:
        ValueError: there is no such suite.
    """
    engine = SUITES.get(suite)
    if engine is None:
        raise ValueError(f"There is no suite {suite!r}; there is: {', '.join(SUITES)}.")
    view = StaticView(data, limits=limits, sha256=hashlib.sha256(data).hexdigest())
    outcome, reason, facts = _run(view, limits)
    return Evidence(suite=suite, engine=engine, outcome=outcome, reason=reason, app=view.known_identity, facts=facts)


def _run(view: StaticView, limits: Limits) -> tuple[Outcome, str, dict[str, JSON]]:
    """Return outcome, reason and facts."""
    try:
        with guard(limits):
            return run(view)
    except InspectionError as error:
        return error.outcome, str(error), {}
    except MemoryError:
        return Outcome.OUT_OF_MEMORY, "The process has no memory left.", {}
    except Exception as error:  # noqa: BLE001 - the one boundary: a fault of ours is an outcome of this app alone
        return Outcome.ENGINE_ERROR, f"{type(error).__name__} at {_place(error.__traceback__)}.", {}


def _place(traceback: TracebackType | None) -> str:
    """Return the innermost line of this package that raised, as `workers.static.readers.dex line 12`.

    The message of the exception is left out: it may quote the app's bytes or a path of this machine.
    """
    place = "an unknown line"
    while traceback is not None:
        module = str(traceback.tb_frame.f_globals.get("__name__", ""))
        if module == "workers" or module.startswith("workers."):
            place = f"{module} line {traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place
