"""Which settings raise the limit that an app has gone beyond: trying again without that cannot help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from workers.model.outcome import Outcome


def raised_by(outcome: Outcome) -> tuple[str, ...]:
    """Return the names of the settings that raise the limit of `outcome`; none if it speaks of no limit."""
    match outcome:
        case Outcome.OVER_SIZE_LIMIT:
            return ("app_file_mb",)
        case Outcome.OVER_ENTRY_LIMIT:
            return ("app_entries",)
        case Outcome.OVER_INFLATE_LIMIT:
            return ("app_member_mb", "app_inflated_mb")
        case Outcome.OVER_STRING_LIMIT:
            return ("app_strings",)
        case Outcome.OVER_CODE_LIMIT:
            return ("app_dex_mb", "app_instructions")
        case Outcome.TIMEOUT:
            return ("app_seconds", "dynamic_seconds")
        case Outcome.OUT_OF_MEMORY:
            return ("app_memory_mb",)
        case (
            Outcome.INSPECTED
            | Outcome.INSPECTED_PARTLY
            | Outcome.MISSING_OBJECT
            | Outcome.CHANGED_OBJECT
            | Outcome.NOT_AN_APK
            | Outcome.MALFORMED
            | Outcome.PACKED
            | Outcome.NATIVE_CODE_NEEDED
            | Outcome.CRASHED_AT_LAUNCH
            | Outcome.LOGIN_WALL
            | Outcome.NO_LAUNCHER
            | Outcome.ENGINE_ERROR
            | Outcome.WORKER_DIED
            | Outcome.WORKER_LOST
            | Outcome.NODE_LOST
            | Outcome.BACKEND_MISSING
            | Outcome.STORE_UNAVAILABLE
            | Outcome.UPLOAD_FAILED
            | Outcome.DRIVER_RESTARTED
            | Outcome.CANCELLED
        ):
            return ()
        case _ as unreachable:
            assert_never(unreachable)


def limits_met(outcomes: Iterable[Outcome]) -> list[tuple[Outcome, str]]:
    """Return those of the outcomes that speak of a limit, each once, with the settings as `a / b`."""
    return [(each, " / ".join(raised_by(each))) for each in dict.fromkeys(outcomes) if raised_by(each)]
