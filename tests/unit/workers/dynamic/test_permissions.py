"""Which permissions an app asks for, when, and whether it asks again after a denial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.workers.dynamic.playing import HOME, IMEI, MAIN, PACKAGE, asking, call, of_phase, play
from workers.dynamic.event import Consent, Phase
from workers.dynamic.permissions import Request, Requests
from workers.dynamic.scripted import Effect, ScriptedApp

PHONE, LOCATION = "android.permission.READ_PHONE_STATE", "android.permission.ACCESS_FINE_LOCATION"
CALL = call("android.app.Activity.requestPermissions", args=[f"[{PHONE}]", "1"], kind="ui", at=77)
ASK = Effect(to="home", asks=[[PHONE]], tells=[CALL])


def _app(on: dict[str, Sequence[Effect]]) -> ScriptedApp:
    """Return an app with one screen."""
    return ScriptedApp(screens={"home": HOME}, on={"launch": [Effect(to="home")], "back home": [Effect(to="")], **on})


def _short(told: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return what each request comes down to."""
    return [
        (item["phase"], item["at_start"], item["answer"], item["after_denial"], item["count"])
        for item in told["permissions"]
    ]


def test_a_request_at_start_is_left_alone_then_denied_then_granted(tmp_path: Path) -> None:
    """Denied in the explorer's first moment, granted when the app asks again after it was opened anew."""
    told, commands = play(_app({"launch": [ASK], f"grant {PHONE}": [Effect(tells=[IMEI])]}), tmp_path)
    assert ("cold_start", True, "denied", None, 1) == _short(told)[0]
    assert ("explore", True, "granted", "after_restart", 1) == _short(told)[1]
    assert commands.index(f"deny {PHONE}") < commands.index("restart") < commands.index(f"grant {PHONE}")
    assert [("unknown", "getDeviceId")] == list(dict.fromkeys(of_phase(told, "explore")))[-1:]


def test_a_request_has_the_stack_of_its_call(tmp_path: Path) -> None:
    """Who asked, from which activity, for what, together."""
    told, _ = play(_app({"launch": [replace(ASK, asks=[[PHONE, LOCATION]])]}), tmp_path)
    first = told["permissions"][0]
    assert [PHONE, LOCATION] == first["permissions"]
    assert MAIN == first["activity"]
    assert [f"{PACKAGE}.Main.onClick:77"] == first["stack"]
    assert 0 == first["sim_ms"]


def test_asking_again_at_once_is_told(tmp_path: Path) -> None:
    """It is denied a few times, so that the app cannot go round for ever; the next start is asked and granted."""
    told, commands = play(_app({"launch": [ASK], f"deny {PHONE}": [Effect(asks=[[PHONE]])]}), tmp_path)
    assert [None, "at_once", "after_restart"] == list(
        dict.fromkeys(item["after_denial"] for item in told["permissions"] if item["phase"] != "background")
    )
    assert commands.count(f"deny {PHONE}") <= 4
    assert commands.index("restart") < commands.index(f"grant {PHONE}")


def test_a_denied_button_is_clicked_again_so_that_what_is_behind_it_runs(tmp_path: Path) -> None:
    """A user who wants the function after all."""
    held = frozenset({"held"})
    app = _app(
        {
            "tap home/搜索": [Effect(asks=[[LOCATION]], unless=held)],
            f"grant {LOCATION}": [Effect(tells=[IMEI], sets=held)],
        }
    )
    told, commands = play(app, tmp_path)
    assert [("explore", False, "granted", None, 2)] == _short(told)[:1]
    assert commands.index(f"deny {LOCATION}") < commands.index(f"grant {LOCATION}")
    assert ("unknown", "getDeviceId") in of_phase(told, "explore")


def test_after_a_refusal_of_consent_permissions_are_denied(tmp_path: Path) -> None:
    """Whoever refuses does not grant."""
    _, commands = play(asking([Effect(to="home", asks=[[PHONE]])]), tmp_path)
    refused = commands[commands.index("tap asking/不同意") :]
    assert f"deny {PHONE}" in refused
    assert f"grant {PHONE}" not in refused


def test_an_app_that_asks_without_end_is_bounded(tmp_path: Path) -> None:
    """Each answer brings the next question."""
    again = [Effect(asks=[[PHONE]])]
    told, commands = play(_app({"launch": [ASK], f"deny {PHONE}": again, f"grant {PHONE}": again}), tmp_path)
    assert len(commands) < 4_000
    assert len(told["permissions"]) < 20
    assert max(item["count"] for item in told["permissions"]) > 1


def test_a_million_permissions_are_cut(tmp_path: Path) -> None:
    """What is kept is bounded in number and length."""
    raw = {"launch": {"pending": [["x" * 10_000] * 1_000_000] * 1_000}}
    told, _ = play(replace(_app({}), raw=raw), tmp_path)
    assert 5 > len(told["permissions"])
    assert 50 == len(told["permissions"][0]["permissions"])
    assert 300 == len(told["permissions"][0]["permissions"][0])


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([], ["a"], ["a"]),
        (["a"], ["a", "b"], ["b"]),
        (["a", "b"], ["b", "c"], ["c"]),
        (["a"], ["a"], []),
        (["a", "b"], [], []),
        (["a"], ["b"], ["b"]),
    ],
)
def test_only_what_is_new_in_the_list_is_a_new_request(before: list[str], now: list[str], expected: list[str]) -> None:
    """The backend tells all that wait; what is gone was taken back by the app's end."""
    requests = Requests()
    for name in requests.fresh([(name,) for name in before]):
        requests.add(_request(name), at_once=False)
    assert [(name,) for name in expected] == list(requests.fresh([(name,) for name in now]))
    assert len(requests.waiting) == len(now) - len(expected)


def _request(names: tuple[str, ...]) -> Request:
    """Return a request."""
    return Request(
        phase=Phase.EXPLORE,
        consent=Consent.UNKNOWN,
        sim_ms=0,
        permissions=names,
        activity=MAIN,
        stack=(),
        touched=False,
    )


def test_nobody_answers_in_the_background(tmp_path: Path) -> None:
    """A request that comes from there is told, and waits."""
    told, commands = play(_app({"run jobs": [Effect(asks=[[LOCATION]])]}), tmp_path)
    assert ("background", False, "none", None) == _short(told)[0][:4]
    assert f"grant {LOCATION}" not in commands
