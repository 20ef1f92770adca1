"""Tests of `farm cancel`."""

from __future__ import annotations

from farm.model.errors import UnknownBatchError
from tests.unit.farm.cli.command import Terminal


def test_cancel_stops_what_waits(terminal: Terminal) -> None:
    """The pending inspection is cancelled; what was inspected stays."""
    said = terminal.farm("cancel", "nov")
    states = terminal.farm("status", "nov", "--json").json["states"]

    assert said.out.splitlines()[0] == "nov: 1 cancelled; what was inspected stays."
    assert (states["cancelled"], states["pending"], states["done"]) == (1, 0, 2)


def test_cancel_as_json(terminal: Terminal) -> None:
    """Scripts learn how many inspections were cancelled."""
    document = terminal.farm("cancel", "nov", "--json").json

    assert (document["name"], document["cancelled"]) == ("nov", 1)


def test_cancel_twice(terminal: Terminal) -> None:
    """There is nothing left to cancel in a cancelled batch, and that is no error."""
    said = terminal.farm("cancel", "old")

    assert (said.code, said.out) == (0, "old: nothing was waiting or running; nothing to cancel.\n")


def test_the_way_back_works(terminal: Terminal) -> None:
    """What the command says takes the batch up again does so."""
    hint = terminal.farm("cancel", "nov").out.splitlines()[1]
    terminal.farm(*hint.partition("farm ")[2].split())

    assert terminal.farm("status", "nov", "--json").json["states"]["pending"] == 1


def test_unknown_batch(terminal: Terminal) -> None:
    """A batch that is not there is an error that says so."""
    assert isinstance(terminal.farm("cancel", "dec").error, UnknownBatchError)
