"""Say how a run ended: what could not be seen is unknown, never clean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workers.data.tables import Category
from workers.dynamic.event import EventKind, Phase
from workers.dynamic.recorder import Recorder
from workers.dynamic.run import Run

_NATIVE = ("library:", "native:")
_MAX_NAMED = 3
_BESIDE = frozenset(
    {
        Category.ANALYTICS,
        Category.CRASH,
        Category.CUSTOMER_SERVICE,
        Category.IDENTIFIER,
        Category.IM,
        Category.LOGIN,
        Category.PAYMENT,
        Category.PUSH,
        Category.SOCIAL,
    }
)
"""What an SDK is for that works beside the app's screens: none of them waits for its native code."""


class Outcome(StrEnum):
    """How a run ended."""

    INSPECTED = "inspected"
    """The app was opened and used; each phase says how far it came. The reason tells of a first opening that failed."""
    PACKED = "packed"
    """The app's code is hidden: what ran was the shell around it."""
    NATIVE_CODE_NEEDED = "native_code_needed"
    """The app does not come up without native code, which does not run here."""
    CRASHED_AT_LAUNCH = "crashed_at_launch"
    """The launcher activity was never shown, or the app was gone before the cold start was over."""
    LOGIN_WALL = "login_wall"
    """Nothing but the login could be reached."""
    NO_LAUNCHER = "no_launcher"
    """No activity can be opened by a user: only broadcasts and single components were tried."""
    BACKEND_MISSING = "backend_missing"
    """This machine cannot run apps."""
    TIMEOUT = "timeout"
    """The time was over before the app had started."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """An outcome and a sentence on it."""

    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How the cold start was broken off; both false if it was not."""

    timed_out: bool = False
    message: str = ""


def verdict(run: Run, ending: Ending, *, shell: str | None) -> Verdict:
    """Return how the run ended; `shell` is the packer that hides the app's code, if one does."""
    if ending.timed_out:
        return Verdict(outcome=Outcome.TIMEOUT, reason=ending.message)
    fault = run.recorder.fault
    if ending.message and fault:
        return Verdict(outcome=Outcome.CRASHED_AT_LAUNCH, reason=f"The sandbox failed: {fault}")
    if shell is not None:
        return Verdict(outcome=Outcome.PACKED, reason=f"The app's own code is hidden by the packer {shell}.")
    if run.declared.launcher is None and not ending.message:
        return Verdict(outcome=Outcome.NO_LAUNCHER, reason="The app has no activity that a user could start.")
    natives = missing_natives(run.recorder)
    if natives and not _came_up(run, natives):
        named = ", ".join(natives[:_MAX_NAMED])
        return Verdict(outcome=Outcome.NATIVE_CODE_NEEDED, reason=f"The app shows nothing without {named}.")
    if ending.message or not run.opened or (run.ended_itself and run.empty):
        return Verdict(outcome=Outcome.CRASHED_AT_LAUNCH, reason=_crash(run, ending))
    if run.login_wall:
        return Verdict(outcome=Outcome.LOGIN_WALL, reason="Nothing but the login could be reached.")
    if not run.resumed:
        return Verdict(
            outcome=Outcome.INSPECTED, reason=f"It came down when it was opened first. {_crash(run, ending)}"
        )
    return Verdict(outcome=Outcome.INSPECTED)


def _came_up(run: Run, natives: tuple[str, ...]) -> bool:
    """Return whether there is an app to see without its native code.

    A picture or a text that nothing leads on from is what stands there until native code goes on, if any was called.
    """
    called = [name for name in natives if name.startswith("native:") and not _is_beside(run.recorder, name)]
    waits = not run.usable and bool(called)
    return run.resumed and not run.empty and not waits


def _is_beside(recorder: Recorder, name: str) -> bool:
    """Return whether a native method belongs to an SDK that no screen waits for."""
    sdk = recorder.attribution.of_java_name(name.removeprefix("native:").rpartition(".")[0])
    return sdk is not None and sdk.category in _BESIDE


def missing_natives(recorder: Recorder) -> tuple[str, ...]:
    """Return the native libraries and methods that were wanted in the cold start, libraries first."""
    found = {
        event.op
        for event in recorder.events
        if event.kind is EventKind.LIMIT and event.phase is Phase.COLD_START and event.op.startswith(_NATIVE)
    }
    return tuple(sorted(found))


def _crash(run: Run, ending: Ending) -> str:
    """Return why the launcher was not shown."""
    if run.ended_itself:
        return "The app ended itself."
    if run.resumed and ending.message:
        return ending.message  # What failed before did not keep the app from being shown.
    failed = next((item for item in run.recorder.components if not item.ok and item.phase is Phase.COLD_START), None)
    if failed is not None:
        cause = next(iter(failed.trace), "")
        return f"{failed.name} failed. {cause}".strip()
    return ending.message or "The launcher activity was not shown."
