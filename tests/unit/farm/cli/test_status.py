"""Tests of `farm status`."""

from __future__ import annotations

import json

import pytest

from farm.cli import status
from farm.model.errors import UnknownBatchError, UsageError
from tests.unit.farm.cli.command import Terminal
from tests.unit.farm.service.scene import add_batch, run
from workers.model.cross_check import CrossCheck, Disagreement, Field
from workers.model.outcome import Outcome


def test_overview_lists_batches_target_and_drivers(terminal: Terminal) -> None:
    """The farm at a glance: each batch a line, then target and drivers."""
    said = terminal.farm("status")

    assert (said.code, said.error) == (0, None)
    lines = said.out.splitlines()
    assert lines[1].split()[1:7] == ["nov", "6", "83.3", "%", "3", "2"]
    assert "target   2026: 4 of 8 apps (50.00 %)" in said.out
    assert "1 alive, 8 workers, 5 busy" in said.out


def test_one_batch_shows_reasons_and_what_to_do(terminal: Terminal) -> None:
    """A batch with failures shows some of them with their reasons."""
    said = terminal.farm("status", "nov")

    assert "83.3 %  5 of 6 inspections" in said.out
    assert "TOOL 1" in said.out
    assert "a minute, about" in said.out


def test_more_failures_than_are_shown_are_counted(terminal: Terminal) -> None:
    """Of failures with the same reason one is an example; the others are not hidden."""
    with terminal.ledger() as ledger:
        batch = add_batch(ledger, "many", 5)
        run(ledger, batch, [Outcome.MALFORMED] * 5)

    lines = terminal.farm("status", "many").out.splitlines()
    start = lines.index("INPUT 5")
    assert "malformed" in lines[start + 1]
    assert "and 4 more" in lines[start + 2]


def test_hostile_names_are_visible(terminal: Terminal) -> None:
    """No control, bidi mark or terminal escape of an app reaches the terminal."""
    said = terminal.farm("status", "nov")

    assert r"com.evil.<script>alert(1)</script>\u202egpj" in said.out
    assert not {"\u202e", "\u2066", "\x07"} & set(said.out)


def test_hostile_markup_is_only_text(terminal: Terminal) -> None:
    """Square brackets in a batch's name are no colours."""
    with terminal.ledger() as ledger:
        add_batch(ledger, "[red]x[/red]", 2)

    assert "[red]x[/red]" in terminal.farm("status").out


def test_a_finished_batch_says_how_to_run_failures_again(terminal: Terminal) -> None:
    """When nothing waits any more, the next step is a re-run."""
    with terminal.ledger() as ledger:
        batch = ledger.batch("nov")
        run(ledger, batch, [Outcome.TIMEOUT])

    assert f"farm rerun {batch.batch_id} --failed --preview" in terminal.farm("status", "nov").out


def test_a_limit_that_was_met_has_its_setting(terminal: Terminal) -> None:
    """Running the app again alone cannot help."""
    with terminal.ledger() as ledger:
        batch = add_batch(ledger, "large", 1)
        run(ledger, batch, [Outcome.OVER_STRING_LIMIT])
    said = terminal.farm("status", "large").out

    assert "Beyond a limit (over_string_limit): raise app_strings, then" in said
    assert f"farm rerun {batch.batch_id} --outcome over_string_limit --preview" in said


def test_json_is_one_document(terminal: Terminal) -> None:
    """Scripts get the contract's document and nothing else."""
    document = terminal.farm("status", "nov", "--json").json

    assert (document["name"], document["states"]["done"], sum(document["states"].values())) == ("nov", 2, 6)


def test_json_of_the_farm(terminal: Terminal) -> None:
    """Without a batch, the document has batches, targets and drivers."""
    document = terminal.farm("status", "--json").json

    assert [batch["name"] for batch in document["batches"]] == ["nov", "old"]
    assert ([target["target"] for target in document["targets"]], document["drivers"]) == (["2026"], 1)


def test_second_readings_are_a_line(terminal: Terminal) -> None:
    """How many apps were read twice, and on what the readers differed; nothing before the first one."""
    before = terminal.farm("status").out
    check = CrossCheck(disagreements=(Disagreement(field=Field.EXPORTED, ours=("a",), theirs=()),))
    with terminal.ledger() as ledger:
        for one in (check, CrossCheck()):
            run(ledger, add_batch(ledger, one.verdict, 1), [Outcome.INSPECTED], cross_check=one)

    assert "readers" not in before
    assert "readers  2 apps read twice: 1 agreed, 1 disagreed (exported 1)" in terminal.farm("status").out
    assert terminal.farm("status", "--json").json["cross_check"] == {
        "agreed": 1,
        "disagreed": 1,
        "oracle_failed": 0,
        "fields": {"exported": 1},
    }


def test_shards_are_listed(terminal: Terminal) -> None:
    """With --shards each shard is a line."""
    said = terminal.farm("status", "nov", "--shards")

    rows = said.out.partition("shard  state")[2].splitlines()[1:4]

    assert [row.split()[:2] for row in rows] == [["0", "done"], ["1", "done"], ["2", "pending"]]


def test_shards_need_a_batch(terminal: Terminal) -> None:
    """--shards alone does not say of what."""
    assert isinstance(terminal.farm("status", "--shards").error, UsageError)


def test_unknown_batch(terminal: Terminal) -> None:
    """A batch that is not there is an error with its own exit code."""
    assert isinstance(terminal.farm("status", "dec").error, UnknownBatchError)


def test_a_driver_that_died_is_missed(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """When work waits and no driver is alive, the line to type is there."""
    monkeypatch.setattr("farm.service.status.DRIVER_SILENCE_S", 0.5)

    assert "none is alive and work is waiting; start one: farm run" in terminal.farm("status", "nov").out


def test_watch_prints_one_line_per_change(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a pipe, looks at which nothing has moved are silent, and the last line has nothing unfinished."""
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            with terminal.ledger() as ledger:
                run(ledger, ledger.batch("nov"), [Outcome.INSPECTED])

    monkeypatch.setattr(status, "sleep", pause)
    lines = [json.loads(line) for line in terminal.farm("status", "nov", "--watch").out.splitlines()]

    assert [line["states"]["done"] for line in lines] == [2, 3]
    assert pauses == [1.0, 1.0, 1.0]


def test_watch_of_a_finished_batch_ends_at_once(terminal: Terminal) -> None:
    """Where nothing is left to do, there is nothing to wait for."""
    assert len(terminal.farm("status", "old", "--watch").out.splitlines()) == 1


def test_ctrl_c_ends_a_watch_quietly(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has seen enough has not made an error."""

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(status, "sleep", interrupted)
    said = terminal.farm("status", "--watch")

    assert (said.code, len(said.out.splitlines())) == (0, 1)
