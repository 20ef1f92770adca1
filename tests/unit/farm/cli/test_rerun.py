"""Tests of `farm rerun`."""

from __future__ import annotations

from farm.model.errors import UsageError
from farm.model.inspection import State
from tests.unit.farm.cli.command import Terminal
from tests.unit.farm.service.scene import NOW


def pending(terminal: Terminal) -> int:
    """Return how many inspections of `nov` wait."""
    with terminal.ledger() as ledger:
        return ledger.status(ledger.batch("nov").batch_id, now=NOW).states[State.PENDING]


def test_preview_shows_counts_and_changes_nothing(terminal: Terminal) -> None:
    """Counts by outcome, bytes and time come before anything is done."""
    said = terminal.farm("rerun", "nov", "--failed", "--preview")

    assert "nov: 3 inspections in 2 shards, 3.0 MB to read, about 6 s of CPU time, less than 0.01 USD" in said.out
    assert [line.split() for line in said.out.splitlines()[1:4]] == [
        ["engine_error", "1"],
        ["malformed", "1"],
        ["packed", "1"],
    ]
    assert pending(terminal) == 1


def test_rerun_makes_them_pending(terminal: Terminal) -> None:
    """Without --preview it is done, and the next step is named."""
    said = terminal.farm("rerun", "nov", "--class", "tool")

    assert said.out.splitlines()[-1] == "Pending again: 1. Next: farm run"
    assert pending(terminal) == 2


def test_conditions_add_up(terminal: Terminal) -> None:
    """All conditions must hold: the malformed app is not in the last shard."""
    said = terminal.farm("rerun", "nov", "--outcome", "malformed", "--shard", "2")

    assert (said.code, "nothing matches" in said.out, pending(terminal)) == (0, True, 1)


def test_json_of_a_rerun(terminal: Terminal) -> None:
    """Scripts learn how many inspections wait again."""
    document = terminal.farm("rerun", "nov", "--shard", "0", "--json").json

    assert (document["inspections"], document["by_outcome"], document["rerun"]) == (2, {"inspected": 2}, 2)


def test_json_of_a_preview(terminal: Terminal) -> None:
    """A preview in JSON does nothing either."""
    document = terminal.farm("rerun", "nov", "--failed", "--preview", "--json").json

    assert (document["inspections"], document["rerun"], pending(terminal)) == (3, None, 1)


def test_without_a_condition(terminal: Terminal) -> None:
    """Saying nothing never means everything."""
    assert isinstance(terminal.farm("rerun", "nov").error, UsageError)


def test_a_class_that_is_none(terminal: Terminal) -> None:
    """A mistyped class is answered with the allowed ones."""
    error = terminal.farm("rerun", "nov", "--class", "infrastructure").error

    assert isinstance(error, UsageError)
    assert "ok, input, app, tool, infra, device, cancelled" in error.next_step


def test_an_inspected_app_counts_once(terminal: Terminal) -> None:
    """Running inspected apps again does not change what is counted."""
    terminal.farm("rerun", "nov", "--shard", "0")

    assert terminal.farm("target", "show", "--json").json["counted"] == 4
