"""The annual inspection target and the pace against it; pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


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
    counted: int
    """Distinct apps counted in the period so far."""
    expected: float
    """Apps that a straight line would have by now."""
    rate_7d: float
    """Apps a day over the last seven days of the period (or since its start)."""
    required: float
    """Apps a day needed from now on to reach the target."""
    projected: float
    """Apps at the end of the period if the last week's rate goes on."""
    shortfall_on: datetime | None
    """When, within the period, the required rate can no longer be met by the last week's rate; None when on track
    or when the period is over. It is the last day on which the present rate would still have sufficed, so it may
    lie in the past."""

    @property
    def on_track(self) -> bool:
        """Whether the projection reaches the target."""
        return self.projected >= self.target.apps


def pace(target: Target, *, counted: int, counted_7d: int, now: datetime) -> Pace:
    """Return the pace of `target` at `now`, of which `counted_7d` were counted in the last seven days."""
    period = target.end - target.start
    elapsed = min(max(now - target.start, timedelta(0)), period)
    left = max(target.end - max(now, target.start), timedelta(0))
    window_days = min(max(elapsed / timedelta(days=1), 1.0), 7.0)
    rate = counted_7d / window_days
    missing = max(target.apps - counted, 0)
    days_left = left / timedelta(days=1)
    required = missing / days_left if days_left > 0 else 0.0
    projected = counted + rate * days_left
    shortfall = None
    if 0 < projected < target.apps and rate > 0:
        shortfall = target.end - timedelta(days=missing / rate)
    return Pace(
        target=target,
        counted=counted,
        expected=target.apps * (elapsed / period),
        rate_7d=rate,
        required=required,
        projected=projected,
        shortfall_on=shortfall,
    )


def calendar_year(name: str, apps: int) -> Target:
    """Return the target for the calendar year `name`, such as `2026`; raises ValueError if it is not a year."""
    year = int(name)
    return Target(
        name=name, apps=apps, start=datetime(year, 1, 1, tzinfo=UTC), end=datetime(year + 1, 1, 1, tzinfo=UTC)
    )
