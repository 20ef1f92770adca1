"""The explorer tries everything that can be touched, finds its way back, and stops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.workers.dynamic.playing import ASKING, CANARIES, HOME, IMEI, MAIN, PACKAGE, Ticking, call, play, record
from workers.dynamic.scripted import Effect, ScriptedApp, button, dialog, node, page
from workers.dynamic.tree import Screen

INPUT, PASSWORD = CANARIES.values["input"], CANARIES.values["password"]


def _taps(commands: Sequence[str]) -> list[str]:
    """Return what was tapped, in order."""
    return [command.removeprefix("tap ") for command in commands if command.startswith("tap ")]


def _app(screens: Mapping[str, Screen], on: Mapping[str, Sequence[Effect]]) -> ScriptedApp:
    """Return an app that begins with the screen `a`."""
    return ScriptedApp(screens=screens, on={"launch": [Effect(to="a")], **on})


def _page(name: str, *texts: str) -> Screen:
    """Return a page of its own activity, with a button per text."""
    return page(f"{PACKAGE}.{name.upper()}", node(name), *(button(text) for text in texts))


def test_every_screen_of_a_small_app_is_reached(tmp_path: Path) -> None:
    """Six screens, one of them three clicks deep, one a dialog; all buttons are clicked and each has a picture."""
    screens = {
        "a": _page("a", "to b", "to c", "to d"),
        "b": _page("b", "stay"),
        "c": _page("c", "to e", "plain"),
        "d": dialog(_page("a"), node("Sure?"), button("No"), button("Yes")),
        "e": _page("e", "to f"),
        "f": _page("f", "the end"),
    }
    on = {f"tap {a}/to {b}": [Effect(to=b)] for a, b in ("ab", "ac", "ad", "ce", "ef")}
    told, commands = play(_app(screens, on), tmp_path)
    wanted = {"a/to b", "a/to c", "a/to d", "b/stay", "c/to e", "c/plain", "d/No", "d/Yes", "e/to f", "f/the end"}
    assert wanted == set(_taps(commands))
    assert not record(told, "explore")["cut"]
    assert 6 == len([name for name in told["screenshots"] if name.startswith("explore-")])


def test_it_goes_breadth_first(tmp_path: Path) -> None:
    """What is near the first screen is tried before what is far from it."""
    screens = {"a": _page("a", "to b", "last"), "b": _page("b", "to c"), "c": _page("c", "deep")}
    on = {"tap a/to b": [Effect(to="b")], "tap b/to c": [Effect(to="c")]}
    _, commands = play(_app(screens, on), tmp_path)
    taps = _taps(commands)
    assert taps.index("a/last") < taps.index("b/to c") < taps.index("c/deep")


def test_notifications_are_touched_and_lead_into_the_app(tmp_path: Path) -> None:
    """Once all else was tried; what they open is explored as well, and never from the background."""
    screens = {"a": _page("a", "here"), "news": _page("news", "more")}
    told, commands = play(_app(screens, {"run notifications": [Effect(to="news", tells=[IMEI], count=1)]}), tmp_path)
    taps = _taps(commands)
    assert taps.index("a/here") < taps.index("news/more")
    assert ["explore"] == [event["phase"] for event in told["events"]]
    assert 1 == commands.count("run notifications")


class Endless(Mapping[str, Any]):
    """Screens 1, 2, 3 and so on without end, each with the way to the next."""

    def __init__(self, make: Any) -> None:
        """Take the function that makes what belongs to a name."""
        self._make = make

    def __getitem__(self, name: str) -> Any:
        """Make it."""
        return self._make(name)

    def __iter__(self) -> Iterator[str]:
        """Nobody counts them."""
        raise NotImplementedError

    def __len__(self) -> int:
        """Nobody counts them."""
        raise NotImplementedError


def _endless() -> ScriptedApp:
    """Return an app whose every page leads to one that was never there before."""

    def effects(trigger: str) -> Sequence[Effect]:
        if trigger == "launch":
            return [Effect(to="1")]
        if trigger.startswith("tap "):
            return [Effect(to=str(int(trigger.removeprefix("tap ").partition("/")[0]) + 1))]
        raise KeyError(trigger)

    def screen(name: str) -> Screen:
        return page(f"{PACKAGE}.P{name}", button("on", id=f"id{name}"), *([node("x")] * int(name)))

    return ScriptedApp(screens=Endless(screen), on=Endless(effects))


def test_an_endless_app_ends_with_its_budget(tmp_path: Path) -> None:
    """Forty clicks are tried, at most twelve pictures taken, and the rest is said to be left."""
    told, _ = play(_endless(), tmp_path)
    explored = record(told, "explore")
    assert explored["cut"]
    assert 40 <= explored["clicks"] <= 50
    assert "more could be" in explored["reason"]
    assert 12 == len([name for name in told["screenshots"] if name.startswith("explore-")])


def test_a_counter_makes_no_new_state(tmp_path: Path) -> None:
    """A text that changes with each click is the same screen."""
    texts = Endless(lambda name: page(MAIN, node(f"{name} times", id="count"), button(f"More ({name})", id="m")))

    def effects(trigger: str) -> Sequence[Effect]:
        if trigger == "launch":
            return [Effect(to="1")]
        if trigger.startswith("tap "):
            return [Effect(to=str(int(trigger.removeprefix("tap ").partition("/")[0]) + 1))]
        raise KeyError(trigger)

    told, commands = play(ScriptedApp(screens=texts, on=Endless(effects)), tmp_path)
    assert not record(told, "explore")["cut"]
    assert len(_taps(commands)) <= 5


def test_fields_are_filled_before_anything_is_clicked(tmp_path: Path) -> None:
    """With planted texts, that of a password field in the password field."""
    screen = page(
        MAIN,
        node(id="user", editable=True),
        node(id="secret", editable=True, password=True),
        node(id="mail", editable=True),
        button("send"),
    )
    told, commands = play(_app({"a": screen}, {}), tmp_path)
    shown = next(item for item in told["screens"] if item["label"] == "explore-01")
    written = {item.get("id", ""): item.get("text", "") for item in shown["windows"][0]["nodes"]}
    assert {"user": INPUT, "secret": PASSWORD, "mail": f"{INPUT}@example.com"} == {
        name: written[name] for name in ("user", "secret", "mail")
    }
    assert commands.index("write a/user") < commands.index("tap a/send")


def test_the_life_cycle_is_gone_through_with_filled_fields(tmp_path: Path) -> None:
    """Home and return and a turn before the first click, again after the last, and back at the end."""
    screen = page(MAIN, node(id="user", editable=True), button("send"))
    _, commands = play(_app({"a": screen}, {}), tmp_path)
    explored = commands[: commands.index("home", commands.index("back a"))]
    assert commands.index("write a/user") < commands.index("home") < commands.index("tap a/send")
    assert 2 == explored.count("rotate")
    assert 5 == explored.count("return")
    assert explored.index("rotate") < explored.index("tap a/send") < len(explored) - explored[::-1].index("rotate")
    assert 2 <= _taps(explored).count("a/send")


def test_what_ends_the_session_is_clicked_last(tmp_path: Path) -> None:
    """After a logout nothing is as it was."""
    app = _app({"a": _page("a", "退出登录", "one", "two")}, {"tap a/退出登录": [Effect(to="")]})
    told, commands = play(app, tmp_path)
    taps = _taps(commands)
    assert taps[:3] == ["a/one", "a/two", "a/退出登录"]
    assert "inspected" == told["outcome"]


def test_an_app_that_leaves_is_opened_again(tmp_path: Path) -> None:
    """A button that ends the process does not end the exploration."""
    on = {"tap a/bye": [Effect(exits=True)], "tap a/close": [Effect(to="")]}
    _, commands = play(_app({"a": _page("a", "bye", "close", "stay")}, on), tmp_path)
    assert {"a/bye", "a/close", "a/stay"} == set(_taps(commands))


def test_lists_are_scrolled_and_their_rows_tried_last(tmp_path: Path) -> None:
    """A few rows are as good as all; the button below the list does not wait for them."""
    rows = [button(f"row {chr(97 + number)}", depth=2) for number in range(10)]
    screen = page(
        MAIN, node(type_name="android.widget.ListView", scrollable=True, id="list"), *rows, button("below", depth=1)
    )
    _, commands = play(_app({"a": screen}, {}), tmp_path)
    taps = _taps(commands)
    assert taps.index("a/below") < taps.index("a/row d")
    assert {f"a/row {chr(97 + number)}" for number in range(10)} <= set(taps)
    assert "scroll a/list" in commands


def test_only_the_window_in_front_is_touched(tmp_path: Path) -> None:
    """What lies under a dialog cannot be clicked; the back key or a button dismisses it."""
    over = dialog(_page("a", "below"), node("Tip"), button("OK"))
    _, commands = play(_app({"a": over, "b": _page("a", "below")}, {"tap a/OK": [Effect(to="b")]}), tmp_path)
    assert "a/below" not in _taps(commands)
    assert "b/below" in _taps(commands)


def test_consent_that_is_asked_for_late_is_recognised(tmp_path: Path) -> None:
    """A guide comes first; from the click on, events are after consent."""
    guide = page(MAIN, node("Guide"), button("Next page"))
    imei = call("android.telephony.TelephonyManager.getDeviceId")
    on = {
        "launch": [Effect(when=frozenset({"agreed"}), to="home"), Effect(to="a")],
        "tap a/Next page": [Effect(to="asking")],
        "tap asking/同意": [Effect(to="home", sets=frozenset({"agreed"}), tells=[imei])],
    }
    told, _ = play(_app({"a": guide, "asking": ASKING, "home": HOME}, on), tmp_path)
    assert ("explore", "dialog", "explore-consent.png") == tuple(
        told["consent"][name] for name in ("phase", "kind", "screenshot")
    )
    assert ["agreed"] == [event["consent"] for event in told["events"]]


@pytest.mark.parametrize(
    ("beyond", "expected"),
    [
        ({}, "login_wall"),
        ({"tap a/逛逛": [Effect(to="home")]}, "inspected"),
    ],
)
def test_a_login_that_nothing_leads_past_is_a_wall(
    beyond: Mapping[str, Sequence[Effect]], expected: str, tmp_path: Path
) -> None:
    """Registering and lost passwords are before the wall; a way in as a guest leads past it."""
    login = page(MAIN, node(id="phone", hint="手机号", editable=True), button("登录"), button("注册"), button("逛逛"))
    register = page(f"{PACKAGE}.Register", node("注册新账号"), button("获取验证码"))
    on = {"tap a/注册": [Effect(to="register")], **beyond}
    told, _ = play(_app({"a": login, "register": register, "home": HOME}, on), tmp_path)
    assert expected == told["outcome"]


def test_a_box_that_means_agreement_is_ticked_before_the_login(tmp_path: Path) -> None:
    """As a user must; the request is told as one of a login, and no refusal is tried."""
    box = node(
        "已阅读并同意《用户协议》《隐私政策》",
        type_name="android.widget.CheckBox",
        clickable=True,
        checked=False,
        id="box",
    )
    screen = page(MAIN, node(id="phone", editable=True), button("登录"), box)
    told, commands = play(_app({"a": screen}, {}), tmp_path)
    assert "login" == told["consent"]["kind"]
    assert told["refuse"] is None
    assert _taps(commands)[:2] == ["a/box", "a/登录"]


def test_the_wall_time_ends_an_exploration(tmp_path: Path) -> None:
    """Clicks that take long are fewer, and that is said."""
    screens = {"a": _page("a", *(f"button {chr(97 + number)}" for number in range(20)))}
    told, commands = play(_app(screens, {}), tmp_path, clock=Ticking(1.0))
    assert record(told, "explore")["cut"]
    assert "wall time" in record(told, "explore")["reason"]
    assert len(set(_taps(commands))) < 20


def test_two_buttons_without_a_name_are_two_buttons(tmp_path: Path) -> None:
    """Pictures to click have neither text nor id: their place tells them apart."""
    icon = node(type_name="android.widget.ImageView", clickable=True)
    screen = page(MAIN, icon, icon, icon)
    imei = call("android.telephony.TelephonyManager.getDeviceId")
    told, commands = play(_app({"a": screen}, {"tap a/": [Effect(tells=[imei])]}), tmp_path)
    assert 3 <= len(_taps(commands)) <= 6
    assert 3 <= told["events"][0]["count"]


def test_a_screen_that_is_not_found_again_is_given_up(tmp_path: Path) -> None:
    """A welcome page that comes once does not keep the explorer busy."""
    welcome, seen = _page("w", "start", "skip"), frozenset({"seen"})
    on = {
        "launch": [Effect(when=seen, to="b"), Effect(to="a", sets=seen)],
        "tap a/start": [Effect(to="b")],
        "back b": [Effect(to="")],
    }
    told, commands = play(_app({"a": welcome, "b": _page("b", "go")}, on), tmp_path)
    assert "b/go" in _taps(commands)
    assert commands.count("restart") < 12
    assert not record(told, "explore")["cut"]


def test_a_state_is_one_whatever_a_list_holds() -> None:
    """Rows of the same look count once; a row of another look does not."""
    rows = [node("x", depth=2), node("y", depth=2), node("z", depth=2)]
    held = node(type_name="androidx.recyclerview.widget.RecyclerView", id="l")
    screens = [page(MAIN, held, *rows[:count]) for count in (1, 3)]
    assert screens[0].signature == screens[1].signature
    assert page(MAIN, held, button("x", depth=2)).signature != screens[0].signature
    assert replace(screens[0], activity="other").signature != screens[0].signature
