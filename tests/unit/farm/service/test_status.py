"""Tests of farm.service.status."""

from __future__ import annotations

from dataclasses import replace

import pytest

from farm.ledger.sql import SqlLedger
from farm.model.errors import UnknownBatchError
from farm.model.inspection import State
from farm.service.status import as_json, first_reasons, look, shard_json, survey
from tests.unit.farm.service.scene import NOW, add_batch, beat
from workers.model.outcome import OutcomeClass


def test_json_is_the_contract(scene: SqlLedger) -> None:
    """Scripts find the documented keys with the documented meaning."""
    document = as_json(look(scene, "nov", NOW))

    assert {
        key: document[key] for key in ("name", "apps", "states", "outcomes", "attempts", "counted", "findings")
    } == {
        "name": "nov",
        "apps": 6,
        "states": {
            "pending": 1,
            "running": 0,
            "done": 2,
            "unusable": 1,
            "unknown": 1,
            "quarantined": 1,
            "cancelled": 0,
        },
        "outcomes": {"inspected": 2, "packed": 1, "malformed": 1, "engine_error": 1},
        "attempts": 5,
        "counted": 2,
        "findings": 2,
    }
    assert document["batch"] == scene.batch("nov").batch_id


def test_states_add_up_to_apps_times_suites(scene: SqlLedger) -> None:
    """No inspection is missing from the states."""
    for name in ("nov", "old"):
        document = as_json(look(scene, name, NOW))
        assert sum(document["states"].values()) == document["apps"] * len(document["suites"])


def test_unknown_batch(scene: SqlLedger) -> None:
    """A batch that is not there is an error that says so."""
    with pytest.raises(UnknownBatchError):
        look(scene, "dec", NOW)


def test_time_left_follows_from_the_pace(scene: SqlLedger) -> None:
    """One inspection is left; at the present pace that is so many seconds."""
    view = look(scene, "nov", NOW)

    assert view.status.per_minute > 0
    assert view.eta_s == pytest.approx(60 / view.status.per_minute)


def test_without_a_driver_no_time_is_foretold(scene: SqlLedger) -> None:
    """When nobody works, nothing will be finished, and the view says that a driver is needed."""
    view = look(scene, "nov", NOW + 3600)

    assert (view.drivers, view.eta_s, view.needs_driver) == ((), None, True)


def test_only_drivers_heard_of_lately_are_alive(scene: SqlLedger) -> None:
    """A driver that was silent for half a minute is taken for dead."""
    assert [driver.owner for driver in survey(scene, NOW).drivers] == ["node-a:4711"]


def test_a_finished_batch_needs_no_driver(scene: SqlLedger) -> None:
    """Nothing is waiting in a cancelled batch."""
    view = look(scene, "old", NOW + 3600)

    assert (view.unfinished, view.percent, view.needs_driver) == (0, 100.0, False)


def test_percent_never_rounds_up_to_all(scene: SqlLedger) -> None:
    """One pending of a hundred thousand is not a hundred per cent."""
    view = look(scene, "nov", NOW)
    nearly = replace(view, status=replace(view.status, states={State.DONE: 99_999, State.PENDING: 1}))

    assert nearly.percent == 99.9


def test_failures_by_class(scene: SqlLedger) -> None:
    """What did not end well is counted by class; what ended well is not."""
    assert look(scene, "nov", NOW).failures_by_class == {
        OutcomeClass.APP: 1,
        OutcomeClass.INPUT: 1,
        OutcomeClass.TOOL: 1,
    }


def test_first_reasons_name_an_app_for_each_class(scene: SqlLedger) -> None:
    """Each class of failure comes with examples."""
    found = first_reasons(scene, look(scene, "nov", NOW))

    assert {outcome_class: len(rows) for outcome_class, rows in found.items()} == {
        OutcomeClass.APP: 1,
        OutcomeClass.INPUT: 1,
        OutcomeClass.TOOL: 1,
    }


def test_survey_lists_the_newest_first(scene: SqlLedger) -> None:
    """The newest batch is on top, and the rest is counted."""
    found = survey(scene, NOW, limit=1)

    assert ([view.batch.name for view in found.batches], found.hidden) == (["nov"], 1)


def test_survey_from_the_second_on(scene: SqlLedger) -> None:
    """A later page begins where the one before has ended."""
    assert [view.batch.name for view in survey(scene, NOW, first=1, limit=1).batches] == ["old"]


def test_survey_shows_the_running_target(scene: SqlLedger) -> None:
    """The target of the year is part of the survey."""
    assert [(pace.target.name, pace.counted) for pace in survey(scene, NOW).paces] == [("2026", 4)]


def test_shards_as_json(scene: SqlLedger) -> None:
    """A shard's document has its states in full."""
    document = shard_json(scene.shards(scene.batch("nov").batch_id)[2])

    assert (document["shard"], document["states"]["pending"], document["states"]["quarantined"]) == (2, 1, 1)


def test_a_new_batch_has_not_begun(scene: SqlLedger) -> None:
    """A batch that was only submitted is at nought, with no pace."""
    add_batch(scene, "new", 4)
    beat(scene, "node-a:4711", NOW)
    view = look(scene, "new", NOW)

    assert (view.percent, view.eta_s, view.failures_by_class) == (0.0, None, {})
