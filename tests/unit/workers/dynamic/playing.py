"""Play a scripted app through all phases, and the apps that several tests play."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workers.data.attribution import Attribution
from workers.dynamic.album import Album
from workers.dynamic.backend import ComponentKind, Line, Profile
from workers.dynamic.budget import Budget, Clock
from workers.dynamic.canary import Canaries
from workers.dynamic.declared import Declared
from workers.dynamic.document import document
from workers.dynamic.engine import Engine
from workers.dynamic.outcome import verdict
from workers.dynamic.recorder import Recorder
from workers.dynamic.run import Run
from workers.dynamic.scripted import Effect, ScriptedApp, ScriptedBackend, button, dialog, node, page

PACKAGE = "org.example.app"
MAIN = f"{PACKAGE}.Main"
CANARIES = Canaries.of("tests")
DECLARED = Declared(
    package=PACKAGE,
    target_sdk=33,
    launcher=MAIN,
    components=((ComponentKind.ACTIVITY, MAIN), (ComponentKind.SERVICE, f"{PACKAGE}.Push")),
)
HOME = page(MAIN, node("首页"), button("搜索"))
ASKING = dialog(HOME, node("温馨提示"), node("请您阅读《隐私政策》并同意"), button("不同意"), button("同意"))
Flags = frozenset[str]


class Ticking:
    """A clock that goes on by `step` seconds whenever it is read."""

    def __init__(self, step: float) -> None:
        """Begin at 0."""
        self._now = 0.0
        self._step = step

    def __call__(self) -> float:
        """Return the time."""
        self._now += self._step
        return self._now


def run_of(app: ScriptedApp, out: Path, declared: Declared = DECLARED) -> tuple[Run, ScriptedBackend]:
    """Return a run that has not begun."""
    backend = ScriptedBackend(app)
    recorder = Recorder(attribution=Attribution(PACKAGE), backend=backend.name, grade=backend.grade.value)
    profile = Profile(canaries=CANARIES.values, needles=CANARIES.needles)
    run = Run(backend=backend, declared=declared, profile=profile, recorder=recorder, album=Album(out=out))
    return run, backend


def play(
    app: ScriptedApp,
    out: Path,
    *,
    declared: Declared = DECLARED,
    seconds: float = 60.0,
    clock: Clock = lambda: 0.0,
    shell: str | None = None,
) -> tuple[dict[str, Any], list[str]]:
    """Return the document of an app and the triggers that it got."""
    run, backend = run_of(app, out, declared)
    engine = Engine(run=run, budget=Budget.of(seconds, clock))
    engine.play()
    ended = verdict(run, engine.ending, shell=shell)
    return dict(document(engine, ended, wall_s=0.0, defined=lambda _: True)), backend.commands


def call(op: str, **fields: Any) -> Line:
    """Return the line of a sensitive call by the app's own code."""
    kind = fields.pop("kind", "api")
    stack = [f"{PACKAGE}.Main.onClick:{fields.pop('at', 10)}"]
    return {"type": "event", "kind": kind, "op": op, "args": [], "stack": stack, "thread": "main", **fields}


IMEI = call("android.telephony.TelephonyManager.getDeviceId")
MAC = call("android.net.wifi.WifiInfo.getMacAddress")


def asking(refused: Iterable[Effect], *, on: dict[str, Iterable[Effect]] | None = None) -> ScriptedApp:
    """Return an app that asks for consent at each start until it has it; `refused` happens on a click on refuse."""
    effects: dict[str, list[Effect]] = {
        "launch": [
            Effect(when=frozenset({"agreed"}), to="home"),
            Effect(to="asking"),
        ],
        "tap asking/同意": [Effect(to="home", sets=frozenset({"agreed"}), tells=[MAC])],
        "tap asking/不同意": list(refused),
        "back home": [Effect(to="")],
    }
    effects |= {trigger: list(items) for trigger, items in (on or {}).items()}
    return ScriptedApp(screens={"home": HOME, "asking": ASKING}, on=effects)


def of_phase(told: dict[str, Any], phase: str) -> list[tuple[str, str]]:
    """Return consent state and operation of the events of a phase."""
    return [(event["consent"], event["op"].rpartition(".")[2]) for event in told["events"] if event["phase"] == phase]


def record(told: dict[str, Any], phase: str) -> dict[str, Any]:
    """Return the record of a phase."""
    found: dict[str, Any] = next(item for item in told["phases"] if item["phase"] == phase)
    return found
