"""What an app does when consent is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.workers.dynamic.playing import HOME, IMEI, MAC, asking, of_phase, play, record
from workers.dynamic.scripted import Effect, button, dialog, node

REFUSED = frozenset({"refused"})
SURE = dialog(HOME, node("温馨提示"), node("不同意将无法使用我们的服务"), button("再想想"), button("仍不同意"))


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        ([Effect(exits=True)], "quits"),
        ([Effect(to="")], "quits"),
        ([Effect(to="asking")], "loops"),
        ([Effect(to="asking", unless=REFUSED, sets=REFUSED), Effect(to="home")], "asks_again"),
        ([Effect(to="home", sets=frozenset({"agreed"}))], "continues"),
        ([Effect(to="home")], "asks_again"),
    ],
    ids=["ends its process", "leaves", "asks for ever", "asks twice", "goes on", "asks at each start"],
)
def test_the_outcome_of_a_refusal_is_told(refused: Sequence[Effect], expected: str, tmp_path: Path) -> None:
    """Each way to take a no has its word."""
    told, _ = play(asking(refused), tmp_path)
    assert expected == told["refuse"]["outcome"]


def test_the_refusal_has_a_fresh_start_of_its_own(tmp_path: Path) -> None:
    """Consent that was given in the main run is forgotten; the app is opened three times more."""
    told, commands = play(asking([Effect(exits=True)]), tmp_path)
    assert 2 == commands.count("boot")
    assert commands.index("tap asking/同意") < commands.index("tap asking/不同意")
    assert 3 == len(told["refuse"]["restarts"])
    assert [True, True, True] == [item["asked"] for item in told["refuse"]["restarts"]]
    assert ["refuse-before", "refuse-after", "refuse-restart-1", "refuse-restart-2", "refuse-restart-3"] == told[
        "refuse"
    ]["screens"]
    assert not record(told, "refuse")["cut"]


def test_what_is_collected_after_a_refusal_is_filed_under_it(tmp_path: Path) -> None:
    """The click itself and each later start are after the refusal; what came before the click is not."""
    app = asking(
        [Effect(to="home", sets=REFUSED, tells=[IMEI])],
        on={"restart": [Effect(when=REFUSED, tells=[MAC])], "launch": [Effect(to="asking", tells=[IMEI])]},
    )
    told, _ = play(app, tmp_path)
    assert [("none", "getDeviceId"), ("refused", "getDeviceId"), ("refused", "getMacAddress")] == of_phase(
        told, "refuse"
    )
    assert [2, 2, 2] == [item["events"] for item in told["refuse"]["restarts"]]


def test_a_question_whether_one_is_sure_is_answered_by_refusing_again(tmp_path: Path) -> None:
    """The second dialog has the same structure as the first, and is another one all the same."""
    app = asking([Effect(to="sure")], on={"tap sure/仍不同意": [Effect(exits=True)]})
    app = replace(app, screens={**app.screens, "sure": SURE})
    told, commands = play(app, tmp_path)
    assert "quits" == told["refuse"]["outcome"]
    assert 1 == told["refuse"]["confirmations"]
    assert "tap sure/再想想" not in commands


def test_without_a_way_to_refuse_nothing_is_refused(tmp_path: Path) -> None:
    """The document says that there was no button."""
    app = asking([])
    only = dialog(HOME, node("隐私政策"), node("继续使用即同意"), button("同意"))
    told, commands = play(replace(app, screens={**app.screens, "asking": only}), tmp_path)
    assert told["consent"]["refuse"] is None
    assert told["refuse"] is None
    assert "refuse" not in [item["phase"] for item in told["phases"]]
    assert 1 == commands.count("boot")


def test_a_dialog_that_does_not_come_a_second_time_is_said_so(tmp_path: Path) -> None:
    """The phase is cut, and no outcome is invented."""
    app = asking([Effect(exits=True)], on={"tap asking/同意": [Effect(to="home", sets=frozenset({"agreed"}))]})
    slow = replace(app, on={**app.on, "boot": [Effect()]})
    booted: list[Effect] = []

    class Once(dict[str, Sequence[Effect]]):
        """Effects that ask only in the first start of the app."""

        def __getitem__(self, trigger: str) -> Sequence[Effect]:
            if trigger == "boot":
                booted.append(Effect())
            if trigger == "launch" and len(booted) > 1:
                return [Effect(to="home")]
            return super().__getitem__(trigger)

    told, _ = play(replace(slow, on=Once(slow.on)), tmp_path)
    assert told["refuse"] is None
    assert "did not come" in record(told, "refuse")["reason"]
