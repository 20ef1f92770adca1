"""Tests of `farm target`."""

from __future__ import annotations

from farm.model.errors import UnknownTargetError, UsageError
from tests.unit.farm.cli.command import Terminal


def test_show_says_where_the_target_stands(terminal: Terminal) -> None:
    """A person sees count, pace, required rate and verdict."""
    said = terminal.farm("target", "show")

    assert said.out.startswith("Target 2026   8 apps, 2026-01-01 to 2026-12-31   on track")
    assert ["counted", "4"] in [line.split()[:2] for line in said.out.splitlines()]
    assert "50.00 %" in said.out


def test_show_json(terminal: Terminal) -> None:
    """Scripts find the documented keys."""
    document = terminal.farm("target", "show", "--json").json

    assert document.keys() >= {
        "target",
        "apps",
        "counted",
        "expected",
        "rate_per_day",
        "required_per_day",
        "projected",
        "shortfall_on",
        "on_track",
        "start",
        "end",
    }


def test_behind_is_said_with_its_day(terminal: Terminal) -> None:
    """A target that will be missed shows since when."""
    said = terminal.farm("target", "set", "2026", "--apps", "2080000")

    assert "BEHIND" in said.out
    assert "2026-01-01  behind the straight line since then" in said.out


def test_set_a_part_of_a_year(terminal: Terminal) -> None:
    """A campaign has days of its own, both of them included."""
    document = terminal.farm(
        "target", "set", "summer", "--apps", "50", "--from", "2026-06-01", "--to", "2026-08-31", "--json"
    ).json

    assert (document["target"], document["start"], document["end"]) == ("summer", "2026-06-01", "2026-09-01")


def test_others_that_run_are_named(terminal: Terminal) -> None:
    """The longest target is shown; the others are pointed at."""
    terminal.farm("target", "set", "summer", "--apps", "50", "--from", "2026-06-01", "--to", "2026-08-31")

    assert "Also running: summer" in terminal.farm("target", "show").out


def test_a_period_over_new_year_is_refused(terminal: Terminal) -> None:
    """An app counts once a calendar year, so a target cannot span two."""
    said = terminal.farm("target", "set", "x", "--apps", "5", "--from", "2026-12-01", "--to", "2027-01-31")

    assert isinstance(said.error, UsageError)
    assert "calendar year" in str(said.error)


def test_an_unknown_target(terminal: Terminal) -> None:
    """A target that is not there is an error, not a pace of nought."""
    assert isinstance(terminal.farm("target", "show", "2031").error, UnknownTargetError)
