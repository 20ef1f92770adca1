"""Which settings raise the limit that an app has gone beyond: trying again without that cannot help."""

from __future__ import annotations

from collections.abc import Iterable

from workers.model.outcome import Outcome

_SETTINGS: dict[Outcome, tuple[str, ...]] = {
    Outcome.OVER_SIZE_LIMIT: ("app_file_mb",),
    Outcome.OVER_ENTRY_LIMIT: ("app_entries",),
    Outcome.OVER_INFLATE_LIMIT: ("app_member_mb", "app_inflated_mb"),
    Outcome.OVER_STRING_LIMIT: ("app_strings",),
    Outcome.OVER_CODE_LIMIT: ("app_dex_mb", "app_instructions"),
    Outcome.TIMEOUT: ("app_seconds", "dynamic_seconds"),
    Outcome.OUT_OF_MEMORY: ("app_memory_mb",),
}


def raised_by(outcome: Outcome) -> tuple[str, ...]:
    """Return the names of the settings that raise the limit of `outcome`; none if it speaks of no limit."""
    return _SETTINGS.get(outcome, ())


def limits_met(outcomes: Iterable[Outcome]) -> list[tuple[Outcome, str]]:
    """Return those of the outcomes that speak of a limit, each once, with the settings as `a / b`."""
    return [(each, " / ".join(raised_by(each))) for each in dict.fromkeys(outcomes) if raised_by(each)]
