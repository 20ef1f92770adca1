"""The annual inspection target and the pace against it; pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

DAY = timedelta(days=1)
"""One day."""

PACE_WINDOW = timedelta(days=7)
"""How far back the pace looks."""


class Standing(StrEnum):
    """What an operator needs to know of a target first."""

    UPCOMING = "upcoming"
    """The period has not begun."""
    ON_TRACK = "on_track"
    """The projection reaches the target."""
    BEHIND = "behind"
    """The projection does not reach the target."""
    REACHED = "reached"
    """As many apps are counted as the target asks for."""
    MISSED = "missed"
    """The period is over and the target was not reached."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """How many apps are to be inspected in which period."""

    name: str
    """Name, normally the year."""
    apps: int
    """Distinct apps to inspect."""
    start: datetime
    """First instant of the period, UTC."""
    end: datetime
    """First instant after the period, UTC."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """Where a target stands at one instant."""

    target: Target
    at: datetime
    """The instant, UTC."""
    counted: int
    """Distinct apps counted in the period so far."""
    expected: float
    """Apps that a straight line from nothing to the target would have by now."""
    rate_7d: float
    """Apps a day over the last seven days of the period (or since its start, but at least one day)."""
    required: float
    """Apps a day needed from now on to reach the target; 0 when it is reached and when the period is over."""
    projected: float
    """Apps at the end of the period if the last week's rate goes on."""
    shortfall_on: datetime | None
    """Since when, or from when on, the count stays below the straight line until the end of the period if the last
    week's rate goes on: in the future while the count is still ahead of the line, in the past once it is behind.
    None as long as the projection reaches the target, and before the period."""
    reached_on: datetime | None
    """When the target is reached if the last week's rate goes on, maybe after the period; None if it is reached
    already, or would not be within a hundred years."""

    @property
    def standing(self) -> Standing:
        """The verdict: exactly one of the five."""
        if self.counted >= self.target.apps:
            return Standing.REACHED
        if self.at >= self.target.end:
            return Standing.MISSED
        if self.at < self.target.start:
            return Standing.UPCOMING
        return Standing.ON_TRACK if self.projected >= self.target.apps else Standing.BEHIND

    @property
    def on_track(self) -> bool:
        """Whether nothing need be done: the target is reached, will be at this rate, or its period has not begun."""
        return self.standing not in {Standing.BEHIND, Standing.MISSED}


def pace_window(target: Target, now: datetime) -> tuple[datetime, datetime]:
    """Return the part of the period that the rate is taken from: the last seven days up to `now` that lie in it."""
    until = min(max(now, target.start), target.end)
    return max(until - PACE_WINDOW, target.start), until


def pace(target: Target, *, counted: int, counted_7d: int, now: datetime) -> Pace:
    """Return the pace of `target` at `now`, of which `counted_7d` were counted within `pace_window`."""
    since, until = pace_window(target, now)
    rate = counted_7d / max((until - since) / DAY, 1.0)
    days_left = (target.end - until) / DAY
    missing = max(target.apps - counted, 0)
    projected = counted + rate * days_left
    expected = target.apps * ((until - target.start) / (target.end - target.start))
    return Pace(
        target=target,
        at=now,
        counted=counted,
        expected=expected,
        rate_7d=rate,
        required=missing / days_left if days_left > 0 else 0.0,
        projected=projected,
        shortfall_on=None
        if projected >= target.apps or now < target.start
        else _shortfall(target, counted, rate, until),
        reached_on=_after(now, missing / rate) if missing and rate > 0 else None,
    )


def _shortfall(target: Target, counted: int, rate: float, until: datetime) -> datetime:
    """Return when the count meets the straight line for the last time; the projection lies below the target."""
    line = target.apps / ((target.end - target.start) / DAY)
    ahead = counted - line * ((until - target.start) / DAY)
    if ahead <= 0:
        # The line had today's count then, and the count has never been higher than today.
        return target.start + DAY * (counted / line)
    if rate >= line:
        return target.end
    return min(until + DAY * (ahead / (line - rate)), target.end)


def _after(now: datetime, days: float) -> datetime | None:
    """Return the instant `days` from now, or None if that is more than a hundred years."""
    return now + timedelta(days=days) if days <= 36525 and now.year + days / 365 < 9998 else None


def calendar_year(name: str, apps: int) -> Target:
    """Return the target for the calendar year `name`, such as `2026`; raises ValueError if it is not a year."""
    year = int(name)
    return Target(
        name=name, apps=apps, start=datetime(year, 1, 1, tzinfo=UTC), end=datetime(year + 1, 1, 1, tzinfo=UTC)
    )


def period(name: str, apps: int, first: date, last: date) -> Target:
    """Return the target for the days from `first` to `last`, both included, UTC.

    Raises:
        ValueError: The days are in the wrong order, or not in one calendar year, in which an app counts once.
    """
    if last < first:
        raise ValueError(f"The period ends on {last}, before it begins on {first}.")
    if first.year != last.year:
        raise ValueError(f"The period from {first} to {last} is not in one calendar year; an app counts once a year.")
    if last.year == date.max.year:
        raise ValueError(f"The year {last.year} is the last one a calendar can hold; choose an earlier one.")
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + DAY
    return Target(name=name, apps=apps, start=start, end=end)
