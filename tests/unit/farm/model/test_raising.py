"""Which settings raise a limit."""

from __future__ import annotations

from pathlib import Path

import pytest

from farm.config import NAMES
from farm.model.raising import limits_met, raised_by
from workers.model.outcome import Outcome, OutcomeClass

PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "outcomes.md"


@pytest.mark.parametrize("outcome", Outcome)
def test_a_limit_is_raised_by_settings_that_there_are(outcome: Outcome) -> None:
    """A person can type each of them."""
    assert set(raised_by(outcome)) <= set(NAMES)


def test_every_limit_has_a_setting_and_nothing_else_has() -> None:
    """Outcomes that name a limit, and the two that name what ran out."""
    limits = {outcome for outcome in Outcome if outcome.startswith("over_")} | {Outcome.TIMEOUT, Outcome.OUT_OF_MEMORY}

    assert {outcome for outcome in Outcome if raised_by(outcome)} == limits


def test_the_page_of_outcomes_has_each_with_its_class_and_its_settings() -> None:
    """What a person looks up is what the code does."""
    lines = PAGE.read_text("utf-8").splitlines()
    for outcome in Outcome:
        rows = [line.split("|")[2] for line in lines if line.startswith(f"| {outcome.outcome_class} |")]
        assert outcome in {word.strip() for row in rows for word in row.split(",")}
        beyond = [line for line in lines if f"| {outcome}" in line and line.count("|") == 5]
        assert all(f"`{name}`" in "".join(beyond) for name in raised_by(outcome))


def test_no_setting_raises_two_limits() -> None:
    """So that an outcome says what to do."""
    names = [name for outcome in Outcome for name in raised_by(outcome)]

    assert sorted(set(names)) == sorted(names)


def test_limits_on_what_an_app_holds_are_never_tried_again_by_themselves() -> None:
    """The app is as large the next time."""
    classes = {outcome.outcome_class for outcome in Outcome if outcome.startswith("over_")}

    assert classes == {OutcomeClass.INPUT, OutcomeClass.APP}


def test_limits_met_are_told_once_with_their_settings() -> None:
    """Other outcomes are left out."""
    outcomes = [Outcome.INSPECTED, Outcome.OVER_CODE_LIMIT, Outcome.OVER_CODE_LIMIT, Outcome.PACKED]

    assert limits_met(outcomes) == [(Outcome.OVER_CODE_LIMIT, "app_dex_mb / app_instructions")]
