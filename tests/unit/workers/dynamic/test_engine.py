"""The phases of a run: their order, their consent, their time, and what happens when the app breaks off."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.workers.dynamic.playing import (
    DECLARED,
    HOME,
    IMEI,
    MAC,
    MAIN,
    PACKAGE,
    Ticking,
    asking,
    call,
    of_phase,
    play,
    record,
)
from workers.dynamic.backend import ComponentKind
from workers.dynamic.scripted import PICTURE, Effect, ScriptedApp, button, node, page

BOOT = "android.intent.action.BOOT_COMPLETED"
PLAIN = ScriptedApp(screens={"home": HOME}, on={"launch": [Effect(to="home")], "back home": [Effect(to="")]})


def test_all_phases_are_played_in_order(tmp_path: Path) -> None:
    """One start of the app for the first five, another for the refusal; none is cut."""
    told, _ = play(asking([Effect(exits=True)]), tmp_path)
    assert ["cold_start", "explore", "background", "self_start", "forced", "refuse"] == [
        item["phase"] for item in told["phases"]
    ]
    assert [False] * 6 == [item["cut"] for item in told["phases"]]
    assert 30_000 == record(told, "cold_start")["sim_ms"]
    assert 300_000 <= record(told, "background")["sim_ms"]
    assert "inspected" == told["outcome"]


def test_nothing_is_touched_in_the_cold_start(tmp_path: Path) -> None:
    """Two pictures, no click, no answer to what is asked."""
    _, commands = play(asking([Effect(exits=True)]), tmp_path)
    assert ["boot", "launch", "tap asking/同意"] == commands[:3]
    assert PICTURE == (tmp_path / "cold-start-1s.png").read_bytes()
    assert PICTURE == (tmp_path / "cold-start-30s.png").read_bytes()


def test_each_event_has_the_phase_and_the_consent_of_its_time(tmp_path: Path) -> None:
    """None before the click, agreed from the click on, forced at the end."""
    app = asking(
        [Effect(exits=True)],
        on={
            "launch": [Effect(when=frozenset({"agreed"}), to="home"), Effect(to="asking", tells=[IMEI])],
            "run jobs": [Effect(tells=[IMEI], count=1)],
            f"broadcast {BOOT}": [Effect(tells=[IMEI], count=1)],
            f"force {PACKAGE}.Push": [Effect(tells=[IMEI])],
        },
    )
    told, _ = play(app, tmp_path)
    assert [("none", "getDeviceId")] == of_phase(told, "cold_start")
    assert [("agreed", "getMacAddress")] == of_phase(told, "explore")
    assert [("agreed", "getDeviceId")] == of_phase(told, "background")
    assert [("agreed", "getDeviceId")] == of_phase(told, "self_start")
    assert [("forced", "getDeviceId")] == of_phase(told, "forced")


def test_without_a_request_for_consent_the_state_is_unknown(tmp_path: Path) -> None:
    """An unrelated OK is no consent."""
    screen = page(MAIN, node("Demo finished"), button("OK"))
    app = replace(PLAIN, screens={"home": screen}, on={**PLAIN.on, "tap home/OK": [Effect(tells=[IMEI])]})
    told, commands = play(app, tmp_path)
    assert "tap home/OK" in commands
    assert told["consent"] is None
    assert {"unknown"} == {event["consent"] for event in told["events"]}


def test_an_event_at_its_simulated_time(tmp_path: Path) -> None:
    """A timer of the app fires in the cold start, at its own time."""
    told, _ = play(replace(PLAIN, timers=[(12_345, Effect(tells=[IMEI]))]), tmp_path)
    assert [("cold_start", 12_345)] == [(event["phase"], event["sim_ms"]) for event in told["events"]]


def test_a_broadcast_that_wakes_something_is_told(tmp_path: Path) -> None:
    """Which one, how many receivers, and which component started."""
    started = {"type": "component", "kind": "service", "name": f"{PACKAGE}.Push", "step": "start", "ok": True}
    app = replace(PLAIN, on={**PLAIN.on, f"broadcast {BOOT}": [Effect(tells=[started], count=2)]})
    told, commands = play(app, tmp_path)
    expected = {"action": BOOT, "receivers": 2, "started": [{"kind": "service", "name": f"{PACKAGE}.Push", "ok": True}]}
    assert [expected] == told["self_start"]
    assert 3 == sum(command.startswith("broadcast ") for command in commands)


def test_components_that_did_not_run_are_forced_first(tmp_path: Path) -> None:
    """At most 60 are, and the rest is said to be left."""
    names = [f"{PACKAGE}.Part{number}" for number in range(70)]
    declared = replace(DECLARED, components=tuple((ComponentKind.ACTIVITY, name) for name in names))
    ran = {"type": "component", "kind": "activity", "name": names[0], "ok": True}
    told, commands = play(replace(PLAIN, on={**PLAIN.on, "boot": [Effect(tells=[ran])]}), tmp_path, declared=declared)
    forced = [command.removeprefix("force ") for command in commands if command.startswith("force ")]
    assert names[1:61] == forced
    assert "60 of 70" in record(told, "forced")["reason"]


def test_an_app_without_launcher_still_has_its_broadcasts_and_components(tmp_path: Path) -> None:
    """Nothing is opened; the outcome says so."""
    told, commands = play(PLAIN, tmp_path, declared=replace(DECLARED, launcher=None))
    assert "no_launcher" == told["outcome"]
    assert ["cold_start", "self_start", "forced"] == [item["phase"] for item in told["phases"]]
    assert "launch" not in commands


def test_time_is_shared_and_what_is_cut_is_said(tmp_path: Path) -> None:
    """With a slow backend every phase has its turn, is shortened, and tells it."""
    told, commands = play(asking([Effect(exits=True)]), tmp_path, seconds=60.0, clock=Ticking(1.5))
    cut = {item["phase"]: item["cut"] for item in told["phases"]}
    assert {"cold_start", "explore", "background", "self_start", "forced", "refuse"} == set(cut)
    assert cut["background"]
    assert all(item["reason"] for item in told["phases"] if item["cut"])
    assert "tap asking/不同意" in commands


def test_a_hang_at_launch_is_a_timeout(tmp_path: Path) -> None:
    """Nothing was seen, nothing is tried further."""
    told, _ = play(replace(PLAIN, on={"launch": [Effect(hangs=True)]}), tmp_path)
    assert "timeout" == told["outcome"]
    assert ["cold_start"] == [item["phase"] for item in told["phases"]]
    assert record(told, "cold_start")["cut"]


def test_what_comes_up_later_is_inspected_and_its_first_crash_told(tmp_path: Path) -> None:
    """An app that comes down for want of a permission is seen once it has it."""
    cause = "java.lang.SecurityException: permission denied"
    broken = {"type": "component", "kind": "activity", "name": MAIN, "ok": False, "step": "start", "trace": [cause]}
    first = Effect(tells=[broken], sets=frozenset({"once"}))
    app = replace(PLAIN, on={**PLAIN.on, "launch": [Effect(when=frozenset({"once"}), to="home"), first]})
    told, commands = play(app, tmp_path)
    assert ("inspected", True) == (told["outcome"], told["reached"]["launcher_resumed"])
    assert f"It came down when it was opened first. {MAIN} failed. {cause}" == told["reason"]
    assert "tap home/搜索" in commands


def test_a_process_lost_at_launch_is_a_crash(tmp_path: Path) -> None:
    """A fault of the sandbox itself is named as such."""
    told, _ = play(replace(PLAIN, on={"launch": [Effect(dies=True)]}), tmp_path)
    assert "crashed_at_launch" == told["outcome"]
    fault = {"type": "fault", "cause": "java.lang.OutOfMemoryError"}
    told, _ = play(replace(PLAIN, on={"launch": [Effect(tells=[fault], dies=True)]}), tmp_path)
    assert "The sandbox failed: java.lang.OutOfMemoryError" == told["reason"]


@pytest.mark.parametrize(
    ("broken", "expected"),
    [(Effect(dies=True), "crashed_at_launch"), (Effect(hangs=True), "timeout")],
    ids=["dies", "hangs"],
)
def test_a_cold_start_that_breaks_off_is_unknown_whatever_was_shown(
    broken: Effect, expected: str, tmp_path: Path
) -> None:
    """The first screen alone is no inspection: nobody may read the rest as clean."""
    told, _ = play(replace(PLAIN, timers=[(2_000, broken)]), tmp_path)
    assert expected == told["outcome"]
    assert told["reason"]
    assert told["reached"]["launcher_resumed"]
    assert ["cold-start-1s.png"] == told["screenshots"]


@pytest.mark.parametrize("broken", [Effect(hangs=True), Effect(dies=True)], ids=["hangs", "dies"])
def test_a_phase_that_breaks_off_costs_the_others_nothing(broken: Effect, tmp_path: Path) -> None:
    """A button that never returns: the app is started anew, and the background is watched with the consent given."""
    app = asking(
        [Effect(exits=True)],
        on={"tap home/搜索": [broken], "run jobs": [Effect(tells=[IMEI])]},
    )
    told, commands = play(app, tmp_path)
    assert record(told, "explore")["cut"]
    assert not record(told, "background")["cut"]
    assert [("agreed", "getDeviceId")] == of_phase(told, "background")
    assert 3 == commands.count("boot")
    assert "inspected" == told["outcome"]


def test_an_app_that_never_comes_back_is_not_started_for_ever(tmp_path: Path) -> None:
    """What could not be played is in the list, cut."""
    alive = frozenset({"alive"})
    app = replace(
        PLAIN,
        on={
            "boot": [Effect()],
            "launch": [Effect(to="home", sets=alive)],
            "home": [Effect(dies=True)],
            f"broadcast {BOOT}": [Effect(dies=True)],
        },
    )
    told, commands = play(app, tmp_path)
    assert commands.count("boot") <= 4
    assert {"explore", "background", "self_start", "forced"} <= {item["phase"] for item in told["phases"]}
    assert record(told, "forced")["cut"]


def test_an_app_that_ends_itself_at_once_has_crashed(tmp_path: Path) -> None:
    """Nothing was to be seen; if a screen was, it was inspected."""
    told, _ = play(replace(PLAIN, on={"launch": [Effect(to="home", exits=True)]}), tmp_path)
    assert ("crashed_at_launch", "The app ended itself.") == (told["outcome"], told["reason"])
    told, _ = play(replace(PLAIN, timers=[(2_000, Effect(exits=True))]), tmp_path)
    assert ("crashed_at_launch", "The app ended itself.") == (told["outcome"], told["reason"])
    assert told["ended_itself"]


def test_native_code_counts_only_if_nothing_is_shown(tmp_path: Path) -> None:
    """A game engine that draws nothing is unknown; an app that shows a screen is inspected all the same."""
    library = call("library:game", kind="limit")
    on = {**PLAIN.on, "boot": [Effect(tells=[library])]}
    shown, _ = play(replace(PLAIN, on=on), tmp_path)
    assert ("inspected", ["library:game"]) == (shown["outcome"], shown["not_seen"])
    blank, _ = play(replace(PLAIN, screens={"home": page(MAIN)}, on=on), tmp_path)
    assert "native_code_needed" == blank["outcome"]
    assert "library:game" in blank["reason"]


def test_a_screen_that_nothing_leads_on_from_waits_for_its_native_code(tmp_path: Path) -> None:
    """A text and a native call; with something to click the app is inspected, and the call is not seen."""
    on = {**PLAIN.on, "boot": [Effect(tells=[call("native:a.Game.start", kind="limit")])]}
    splash, _ = play(replace(PLAIN, screens={"home": page(MAIN, node("你好"))}, on=on), tmp_path)
    assert "native_code_needed" == splash["outcome"]
    used, _ = play(replace(PLAIN, on=on), tmp_path)
    assert ("inspected", ["native:a.Game.start"]) == (used["outcome"], used["not_seen"])


@pytest.mark.parametrize(
    ("member", "outcome"),
    [
        ("com.tencent.bugly.crashreport.crash.jni.NativeCrashHandler.regist", "inspected"),
        ("com.unity3d.player.UnityPlayer.nativeRender", "native_code_needed"),
    ],
)
def test_no_screen_waits_for_an_sdk_that_works_beside_it(tmp_path: Path, member: str, outcome: str) -> None:
    """A crash reporter does not hold up a screen with nothing to click; an engine does."""
    screen = page(MAIN, node("你好"))
    on = {**PLAIN.on, "boot": [Effect(tells=[call(f"native:{member}", kind="limit")])]}
    told, _ = play(replace(PLAIN, screens={"home": screen}, on=on), tmp_path)
    assert outcome == told["outcome"]
    assert [f"native:{member}"] == told["not_seen"]


def test_a_packed_app_is_packed_whatever_its_shell_showed(tmp_path: Path) -> None:
    """The shell is not the app."""
    told, _ = play(PLAIN, tmp_path, shell="Legu")
    assert "packed" == told["outcome"]


def test_the_same_script_gives_the_same_document(tmp_path: Path) -> None:
    """Nothing depends on the order of sets, on time, or on chance."""
    app = asking([Effect(exits=True)], on={"tap home/搜索": [Effect(tells=[MAC, IMEI])]})
    documents = [json.dumps(play(app, tmp_path)[0], sort_keys=True) for _ in range(2)]
    assert documents[0] == documents[1]


def test_cost_is_told_per_phase_and_adds_up(tmp_path: Path) -> None:
    """Over both starts of the app."""
    told, _ = play(asking([Effect(exits=True)]), tmp_path)
    assert round(sum(item["cpu_s"] for item in told["phases"]), 2) == pytest.approx(told["cost"]["cpu_s"], abs=0.05)
    assert told["cost"]["cpu_s"] > 0
    assert 100 == told["cost"]["peak_mb"]


HOSTILE = {
    "sim_ms": float("nan"),
    "exited": "no",
    "shown": ["x"] * 1_000_000,
    "pending": [["p"] * 1_000_000] * 3 + [7, {"a": 1}],
    "resumed": 1,
    "receivers": -(10**30),
    "ran": True,
}


@pytest.mark.parametrize("command", ["boot", "launch", "idle", "screen", "tap", "back", "home", "restart", "cost"])
def test_a_hostile_reply_breaks_nothing(command: str, tmp_path: Path) -> None:
    """Wrong types, huge lists, no numbers: there is a document, and it is JSON that every reader takes."""
    raw = {**HOSTILE, "screen": {"windows": [{"nodes": [HOSTILE] * 5_000}] * 50}, "cost": {"cpu_s": float("inf")}}
    told, _ = play(replace(asking([Effect(exits=True)]), raw={command: raw}), tmp_path)
    assert len(json.dumps(told, allow_nan=False)) < 20_000_000
