"""Tests of farm.model.target."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.model.target import DAY, Pace, Standing, Target, calendar_year, pace, pace_window, period

YEAR = calendar_year("2026", 3650)
"""Ten apps a day."""

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def at(days: float, *, counted: int, counted_7d: int, target: Target = YEAR) -> Pace:
    """Return the pace `days` after the start of the year."""
    return pace(target, counted=counted, counted_7d=counted_7d, now=NEW_YEAR + DAY * days)


def test_on_the_line() -> None:
    """A farm that has kept the line is on track, and needs what it does."""
    found = at(100, counted=1000, counted_7d=70)

    assert (found.expected, found.rate_7d, found.required, found.projected) == (1000, 10, 10, 3650)
    assert (found.standing, found.shortfall_on) == (Standing.ON_TRACK, None)


def test_behind_since_the_line_had_this_count() -> None:
    """A farm that is behind has been since the day on which the line had today's count."""
    found = at(100, counted=600, counted_7d=35)

    assert found.standing is Standing.BEHIND
    assert found.shortfall_on == NEW_YEAR + DAY * 60


def test_ahead_but_too_slow() -> None:
    """A farm that lives on its lead falls behind on the day on which the lead is used up."""
    found = at(100, counted=1500, counted_7d=35)

    assert found.standing is Standing.BEHIND
    assert found.shortfall_on == NEW_YEAR + DAY * 200


def test_behind_but_catching_up() -> None:
    """A farm that is behind the line but will reach the target is on track."""
    found = at(100, counted=600, counted_7d=140)

    assert (found.on_track, found.shortfall_on) == (True, None)


def test_standing_still() -> None:
    """Without any pace there is a shortfall, and no day on which the target is reached."""
    found = at(100, counted=0, counted_7d=0)

    assert (found.shortfall_on, found.reached_on, found.required) == (NEW_YEAR, None, 3650 / 265)


def test_reached_after_the_period() -> None:
    """The day on which the target is reached may lie after the period."""
    found = at(100, counted=650, counted_7d=35)

    assert found.reached_on == NEW_YEAR + DAY * 700


def test_before_the_period_nothing_is_due() -> None:
    """A target whose period has not begun is no reason for an alarm."""
    found = at(-30, counted=0, counted_7d=0)

    assert (found.standing, found.on_track, found.expected, found.shortfall_on) == (Standing.UPCOMING, True, 0, None)


def test_missed() -> None:
    """After the period nothing is required any more, and a target that was not reached is missed."""
    found = at(400, counted=3649, counted_7d=70)

    assert (found.standing, found.on_track, found.required, found.projected) == (Standing.MISSED, False, 0, 3649)


def test_reached() -> None:
    """A reached target stays reached, at whatever pace."""
    found = at(300, counted=3650, counted_7d=0)

    assert (found.standing, found.on_track, found.required, found.reached_on) == (Standing.REACHED, True, 0, None)


def test_window_lies_in_the_period() -> None:
    """The rate looks back seven days, but neither before the period nor after it."""
    assert pace_window(YEAR, NEW_YEAR + DAY * 2) == (NEW_YEAR, NEW_YEAR + DAY * 2)
    assert pace_window(YEAR, NEW_YEAR + DAY * 20) == (NEW_YEAR + DAY * 13, NEW_YEAR + DAY * 20)
    assert pace_window(YEAR, NEW_YEAR + DAY * 500) == (NEW_YEAR + DAY * 358, NEW_YEAR + DAY * 365)


def test_first_hours_are_a_day() -> None:
    """In the first hours the rate is not blown up to what a whole day of them would be."""
    assert at(0.1, counted=50, counted_7d=50).rate_7d == 50


def test_period_includes_its_last_day() -> None:
    """A period ends when its last day does."""
    target = period("q1", 5, date(2026, 1, 1), date(2026, 3, 31))

    assert (target.start, target.end) == (NEW_YEAR, datetime(2026, 4, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 12, 1), date(2027, 1, 31), "calendar year"),
        (date(2026, 3, 2), date(2026, 3, 1), "before it begins"),
        (date(9999, 1, 1), date(9999, 12, 31), "last one"),
    ],
)
def test_impossible_periods(first: date, last: date, words: str) -> None:
    """A period over New Year would count apps twice; one that ends before it begins is a slip."""
    with pytest.raises(ValueError, match=words):
        period("x", 5, first, last)


PACES = st.builds(
    lambda apps, counted, share, seconds: at(
        seconds / 86400, counted=counted, counted_7d=int(counted * share), target=calendar_year("2026", apps)
    ),
    apps=st.integers(1, 10**8),
    counted=st.integers(0, 10**8),
    share=st.floats(0, 1),
    seconds=st.integers(-10 * 86400, 400 * 86400),
)


@given(PACES)
def test_figures_agree(found: Pace) -> None:
    """Whatever the numbers: the verdict, the projection and the dates never contradict each other."""
    assert found.required >= 0
    assert 0 <= found.expected <= found.target.apps
    assert found.projected >= found.counted
    assert (found.standing is Standing.REACHED) == (found.counted >= found.target.apps)
    if found.standing in {Standing.BEHIND, Standing.MISSED}:
        assert found.shortfall_on is not None
        assert found.target.start <= found.shortfall_on <= found.target.end
    else:
        assert found.shortfall_on is None
    if found.reached_on is not None:
        late = found.reached_on - found.target.end
        assert late > timedelta(seconds=-1) or found.standing is not Standing.BEHIND


@given(PACES)
def test_from_the_shortfall_on_the_count_is_below_the_line(found: Pace) -> None:
    """Past the shortfall date, the count that the pace leads to lies below the straight line."""
    if found.standing is not Standing.BEHIND or found.shortfall_on is None:
        return
    later = max(found.shortfall_on, found.at) + (found.target.end - max(found.shortfall_on, found.at)) / 2
    count = found.counted + found.rate_7d * ((later - found.at) / DAY)
    line = found.target.apps * ((later - found.target.start) / (found.target.end - found.target.start))

    assert count <= line * (1 + 1e-6) + 1e-3
