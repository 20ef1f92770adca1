"""Set an inspection target and say where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from farm.model.errors import UnknownTargetError, UsageError
from farm.model.target import Pace, Target, calendar_year, pace, pace_window, period
from farm.model.text import visible
from farm.ports import Ledger

NAME_LIMIT = 60
"""Longest name of a target, in characters."""


def set_target(ledger: Ledger, name: str, *, apps: int, first: date | None = None, last: date | None = None) -> Target:
    """Create or change the target `name`: the year it names, or the days from `first` to `last`, both included.

    Raises:
        UsageError: The words do not make a period within one calendar year, or `apps` is not positive.
    """
    target = make_target(name, apps=apps, first=first, last=last)
    ledger.set_target(target)
    return target


def make_target(name: str, *, apps: int, first: date | None = None, last: date | None = None) -> Target:
    """Return the target that the words of `farm target set` mean; raises UsageError."""
    if apps < 1:
        raise UsageError(f"--apps is {apps}; a target needs at least one app.")
    if not name.strip() or visible(name, NAME_LIMIT) != name:
        raise UsageError(f"A target's name has 1 to {NAME_LIMIT} visible characters.")
    if (first is None) != (last is None):
        raise UsageError(
            "A period needs both ends.", next_step="Give --from DATE and --to DATE, or a year as the name."
        )
    try:
        if first is not None and last is not None:
            return period(name, apps, first, last)
    except ValueError as error:
        raise UsageError(str(error), next_step="Set one target for each year.") from error
    try:
        return calendar_year(name, apps)
    except ValueError:
        raise UsageError(
            f"{name!r} is not a year, so its period is not known.", next_step="Add --from DATE and --to DATE."
        ) from None


def paces(ledger: Ledger, now: float) -> tuple[Pace, ...]:
    """Return where every target stands at POSIX time `now`, by start."""
    return tuple(pace_of(ledger, target, now) for target in ledger.targets())


def pace_of(ledger: Ledger, target: Target, now: float) -> Pace:
    """Return where one target stands at POSIX time `now`."""
    at = datetime.fromtimestamp(now, UTC)
    return pace(
        target,
        counted=ledger.counted(target.start, target.end),
        counted_7d=ledger.counted(*pace_window(target, at)),
        now=at,
    )


def running(targets: Sequence[Target], now: float) -> tuple[Target, ...]:
    """Return the targets whose period holds `now`, the longest period first."""
    at = datetime.fromtimestamp(now, UTC)
    inside = [target for target in targets if target.start <= at < target.end]
    return tuple(sorted(inside, key=lambda target: (target.start - target.end, target.name)))


def current(targets: Sequence[Target], now: float) -> tuple[Target, ...]:
    """Return the targets to look at: those that are running, else the next one, else the last one; none if none."""
    if inside := running(targets, now):
        return inside
    at = datetime.fromtimestamp(now, UTC)
    ahead = sorted((target for target in targets if target.start > at), key=lambda target: target.start)
    return tuple(ahead[:1] or sorted(targets, key=lambda target: target.end)[-1:])


def choose_target(ledger: Ledger, name: str | None, now: float) -> Target:
    """Return the target called `name`; without a name the first of the current ones.

    Raises:
        UnknownTargetError: There is no target, or none of that name.
    """
    targets = ledger.targets()
    if name is None:
        chosen = current(targets, now)
        if not chosen:
            raise UnknownTargetError("No target is set.")
        return chosen[0]
    for target in targets:
        if target.name == name:
            return target
    known = f" Known: {', '.join(target.name for target in targets)}." if targets else ""
    raise UnknownTargetError(f"There is no target {name!r}.{known}")


def pace_json(found: Pace) -> dict[str, Any]:
    """Return a pace as `farm target show --json` and the console's API give it."""
    return {
        "target": found.target.name,
        "apps": found.target.apps,
        "counted": found.counted,
        "expected": round(found.expected, 1),
        "rate_per_day": round(found.rate_7d, 2),
        "required_per_day": round(found.required, 2),
        "projected": round(found.projected),
        "shortfall_on": _day(found.shortfall_on),
        "on_track": found.on_track,
        "start": _day(found.target.start),
        "end": _day(found.target.end),
        "standing": found.standing.value,
        "reached_on": _day(found.reached_on),
    }


def _day(instant: datetime | None) -> str | None:
    """Return an instant as an ISO date."""
    return instant.date().isoformat() if instant is not None else None
