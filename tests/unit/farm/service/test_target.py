"""Tests of farm.service.target."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from farm.ledger.sql import SqlLedger
from farm.model.errors import UnknownTargetError, UsageError
from farm.service.target import choose_target, make_target, pace_json, pace_of, paces, set_target
from tests.unit.farm.service.scene import NOW


def test_a_year_is_its_own_period(scene: SqlLedger) -> None:
    """The name of a year needs no dates."""
    set_target(scene, "2027", apps=100)

    assert scene.targets()[-1].end == datetime(2028, 1, 1, tzinfo=UTC)


def test_setting_again_changes_the_number(scene: SqlLedger) -> None:
    """A target is corrected by setting it again."""
    set_target(scene, "2026", apps=2_080_000)

    assert [(target.name, target.apps) for target in scene.targets()] == [("2026", 2_080_000)]


@pytest.mark.parametrize(
    ("name", "apps", "first", "last"),
    [
        ("2026", 0, None, None),
        ("2026", -5, None, None),
        ("next year", 5, None, None),
        ("", 5, None, None),
        ("a\u202eb", 5, date(2026, 1, 1), date(2026, 2, 1)),
        ("x" * 61, 5, date(2026, 1, 1), date(2026, 2, 1)),
        ("half", 5, date(2026, 1, 1), None),
        ("half", 5, None, date(2026, 1, 1)),
        ("winter", 5, date(2026, 12, 1), date(2027, 2, 28)),
        ("back", 5, date(2026, 5, 2), date(2026, 5, 1)),
        ("99999", 5, None, None),
    ],
)
def test_words_that_make_no_target(name: str, apps: int, first: date | None, last: date | None) -> None:
    """A target without apps, period or name is refused before anything is written."""
    with pytest.raises(UsageError):
        make_target(name, apps=apps, first=first, last=last)


def test_pace_counts_only_the_period(scene: SqlLedger) -> None:
    """Apps that were counted before a period do not count toward it."""
    target = set_target(scene, "july", apps=10, first=date(2026, 7, 1), last=date(2026, 7, 31))
    found = pace_of(scene, target, NOW)

    assert (found.counted, found.rate_7d) == (2, 2 / 1.5)


def test_json_has_the_documented_keys(scene: SqlLedger) -> None:
    """Scripts find every figure and the days."""
    document = pace_json(paces(scene, NOW)[0])

    assert (document["target"], document["apps"], document["counted"]) == ("2026", 8, 4)
    assert (document["start"], document["end"], document["on_track"]) == ("2026-01-01", "2027-01-01", True)
    assert document.keys() >= {"expected", "rate_per_day", "required_per_day", "projected", "shortfall_on"}


def test_without_a_name_the_longest_running_one(scene: SqlLedger) -> None:
    """The year goes before a campaign within it."""
    set_target(scene, "a-july", apps=10, first=date(2026, 7, 1), last=date(2026, 7, 31))

    assert choose_target(scene, None, NOW).name == "2026"


def test_without_a_running_one_the_next(scene: SqlLedger) -> None:
    """Before the first period, its target is the one to look at."""
    set_target(scene, "2025", apps=10)
    at = datetime(2024, 6, 1, tzinfo=UTC).timestamp()

    assert choose_target(scene, None, at).name == "2025"


def test_after_all_periods_the_last(scene: SqlLedger) -> None:
    """After the last period, its target says how it ended."""
    set_target(scene, "2025", apps=10)
    at = datetime(2028, 6, 1, tzinfo=UTC).timestamp()

    assert choose_target(scene, None, at).name == "2026"


def test_a_target_that_is_not_there(scene: SqlLedger) -> None:
    """An unknown name is answered with the known ones."""
    with pytest.raises(UnknownTargetError, match="Known: 2026"):
        choose_target(scene, "2031", NOW)
