"""The reference backend: plays an app that is described by its screens, so that tests prove what the phases do.

It keeps the protocol of `workers.dynamic.backend` to the letter, in no time: an app is a mapping of screens, and of
what happens on each trigger. Triggers are texts: `boot`, `launch`, `restart`, `home`, `return`, `rotate`,
`back SCREEN`, `tap SCREEN/NAME`, `scroll SCREEN/NAME`, `write SCREEN/NAME`, `grant PERMISSION`, `deny PERMISSION`,
`broadcast ACTION`, `run jobs`, `run alarms`, `force CLASS`; NAME is the id of a node, or its text. Replies pass the
same checks as those of the pipe, so that a hostile app can be played too.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from workers.dynamic.backend import (
    BackendEndedError,
    BackendTimeoutError,
    ComponentKind,
    Cost,
    Grade,
    Line,
    Pending,
    Profile,
    Reply,
    Tell,
)
from workers.dynamic.tree import BASE_WINDOW, Bounds, Node, Screen, Window
from workers.dynamic.wire import read_cost, read_reply

PICTURE = b"\x89PNG\r\n\x1a\nscripted"
"""What stands for the picture of every screen."""
_DIALOG = 2
_COMMAND_CPU_S = 0.01


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What happens on a trigger; the first effect of a trigger whose conditions hold does."""

    when: frozenset[str] = frozenset()
    """Flags that must be set."""
    unless: frozenset[str] = frozenset()
    """Flags that must not be set."""
    to: str | None = None
    """Screen that is shown then; empty if the app leaves its last one."""
    sets: frozenset[str] = frozenset()
    """Flags of the app, kept until the next boot."""
    tells: Sequence[Line] = ()
    """Lines, without their time."""
    asks: Sequence[Sequence[str]] = ()
    """Permission requests."""
    exits: bool = False
    """Whether the app ends its process."""
    dies: bool = False
    """Whether the backend loses the process."""
    hangs: bool = False
    """Whether the backend gets no answer."""
    count: int = 0
    """Receivers reached, jobs run."""


@dataclass(frozen=True, kw_only=True)
class ScriptedApp:
    """One app; a mapping that makes its entries when asked can describe an endless one."""

    screens: Mapping[str, Screen]
    """By name; numbers of nodes are given when a screen is shown."""
    on: Mapping[str, Sequence[Effect]]
    """Effects by trigger."""
    timers: Sequence[tuple[int, Effect]] = ()
    """What happens so many milliseconds after the first launch."""
    raw: Mapping[str, Line] = field(default_factory=dict)
    """By command, fields that its reply has instead: what a forged line may hold."""


def node(text: str = "", *, type_name: str = "android.widget.TextView", **fields: Any) -> Node:  # noqa: ANN401 - fields of Node
    """Return one node of the second level."""
    return Node(depth=fields.pop("depth", 1), type_name=type_name, text=text, **fields)


def button(text: str, **fields: Any) -> Node:  # noqa: ANN401 - fields of Node
    """Return something to click."""
    return node(text, type_name="android.widget.Button", clickable=True, **fields)


def page(activity: str, *nodes: Node) -> Screen:
    """Return the screen of an activity."""
    return Screen(activity=activity, windows=(_window(BASE_WINDOW, nodes, 0, 2_600),))


def dialog(over: Screen, *nodes: Node) -> Screen:
    """Return a dialog over a screen."""
    return replace(over, windows=(*over.windows, _window(_DIALOG, nodes, 800, 1_800)))


def numbered(screen: Screen) -> Screen:
    """Return a screen whose nodes have their numbers."""
    numbers = itertools.count()
    windows = (
        replace(window, nodes=tuple(replace(item, n=next(numbers)) for item in window.nodes))
        for window in screen.windows
    )
    return replace(screen, windows=tuple(windows))


def _window(kind: int, nodes: Sequence[Node], top: int, bottom: int) -> Window:
    """Return a window with one node below the other, where they do not say where they are."""
    height = (bottom - top) // max(1, len(nodes))
    placed = [
        item
        if item.bounds is not None
        else replace(
            item,
            bounds=Bounds(left=0, top=top + place * height, right=1_200, bottom=top + (place + 1) * height),
        )
        for place, item in enumerate(nodes)
    ]
    frame = Node(
        depth=0, type_name="android.widget.FrameLayout", bounds=Bounds(left=0, top=top, right=1_200, bottom=bottom)
    )
    return Window(type=kind, nodes=(frame, *placed))


class ScriptedBackend:
    """Implements `workers.dynamic.backend.Backend`; `commands` keeps all that was asked of it."""

    name = "scripted"
    grade = Grade.SIMULATED

    def __init__(self, app: ScriptedApp) -> None:
        """Take the app that every boot begins with."""
        self.app = app
        self.commands: list[str] = []
        self.closed = False
        self._tell: Tell = lambda _: None
        self._forget()

    def _forget(self) -> None:
        """Be as freshly installed."""
        self._clock = 0
        self._flags: set[str] = set()
        self._history: list[str] = []
        self._pending: list[list[str]] = []
        self._denied: set[str] = set()
        self._written: dict[tuple[str, int], str] = {}
        self._ticked: dict[tuple[str, int], bool] = {}
        self._exited = False
        self._launched_ms: int | None = None
        self._timers = sorted(self.app.timers, key=lambda timer: timer[0])
        self._cpu_s = 0.0

    def prepare(self) -> None:
        """Do nothing: a boot takes no time."""

    def boot(self, profile: Profile, tell: Tell) -> Reply:
        """Begin anew."""
        del profile  # The script says itself what stands in its lines.
        self.closed = False
        self._forget()
        self._tell = tell
        self._happen("boot")
        return self._reply("boot", {"application": True})

    def launch(self) -> Reply:
        """Show what the trigger `launch` leads to, unless a screen is shown."""
        self._exited = False
        if self._launched_ms is None:
            self._launched_ms = self._clock
        if not self._history:
            self._happen("launch")
        return self._reply("launch", {"resumed": bool(self._history)})

    def idle(self, millis: int) -> Reply:
        """Let time pass; timers fire at theirs."""
        end = self._clock + millis
        while self._launched_ms is not None and self._timers and self._launched_ms + self._timers[0][0] <= end:
            after, effect = self._timers.pop(0)
            self._clock = max(self._clock, self._launched_ms + after)
            if self._holds(effect):
                self._do(effect)
        self._clock = end
        return self._reply("idle", {})

    def screen(self, *, with_picture: bool) -> Reply:
        """Show the screen on top."""
        screen = numbered(self._screen())
        windows = [
            {"type": window.type, "nodes": [self._told(item) for item in window.nodes]} for window in screen.windows
        ]
        shown: dict[str, Any] = {"activity": screen.activity, "windows": windows}
        if with_picture:
            shown["png"] = base64.b64encode(PICTURE).decode()
        return self._reply("screen", {"screen": shown})

    def tap(self, n: int) -> Reply:
        """Touch a node."""
        touched = self._node(n)
        if touched is not None and touched.checked is not None:
            self._ticked[self._top, n] = not self._ticked.get((self._top, n), touched.checked)
        return self._touch("tap", touched)

    def write(self, n: int, text: str) -> Reply:
        """Set a text."""
        touched = self._node(n)
        if touched is not None and touched.editable:
            self._written[self._top, n] = text
        return self._touch("write", touched)

    def scroll(self, n: int) -> Reply:
        """Scroll a node."""
        return self._touch("scroll", self._node(n))

    def back(self) -> Reply:
        """Do what the trigger says, else leave the screen."""
        if self._happen(f"back {self._top}") is None and self._history:
            self._history.pop()
        return self._reply("back", {"acted": True})

    def home(self) -> Reply:
        """Go to the background."""
        self._happen("home")
        return self._reply("home", {})

    def come_back(self) -> Reply:
        """Return from the background."""
        self._happen("return")
        return self._reply("return", {})

    def rotate(self) -> Reply:
        """Turn."""
        self._happen("rotate")
        return self._reply("rotate", {"acted": True})

    def low_memory(self) -> Reply:
        """Let the script answer."""
        self._happen("low_memory")
        return self._reply("memory", {})

    def restart(self) -> Reply:
        """Leave all screens and launch."""
        self._history, self._exited, self._pending = [], False, []
        self._written, self._ticked = {}, {}
        self._happen("restart")
        if not self._history:
            self._happen("launch")
        return self._reply("restart", {"resumed": bool(self._history)})

    def permission(self, *, grant: bool) -> Reply:
        """Answer the oldest request."""
        asked = self._pending.pop(0) if self._pending else []
        for name in asked:
            self._denied.discard(name) if grant else self._denied.add(name)
            self._happen(f"{'grant' if grant else 'deny'} {name}")
        return self._reply("permission", {"acted": bool(asked)})

    def grant_denied(self) -> Reply:
        """Grant what was denied."""
        acted = bool(self._denied)
        for name in sorted(self._denied):
            self._happen(f"grant {name}")
        self._denied.clear()
        return self._reply("grant", {"acted": acted})

    def broadcast(self, action: str) -> Reply:
        """Send a broadcast."""
        effect = self._happen(f"broadcast {action}")
        return self._reply(f"broadcast {action}", {"receivers": effect.count if effect is not None else 0})

    def run(self, what: Pending) -> Reply:
        """Run what is scheduled."""
        effect = self._happen(f"run {what.value}")
        return self._reply(f"run {what.value}", {"ran": effect.count if effect is not None else 0})

    def force(self, kind: ComponentKind, name: str) -> Reply:
        """Start one component alone."""
        effect = self._happen(f"force {name}")
        line = {"type": "component", "kind": kind.value, "name": name, "ok": True, "sim_ms": self._clock}
        if effect is None or not any(told.get("type") == "component" for told in effect.tells):
            self._tell(line)
        return self._reply(f"force {name}", {})

    def cost(self) -> Cost | None:
        """Return an invented cost, the same in every run."""
        return read_cost({"cost": {"cpu_s": self._cpu_s, "peak_mb": 100}} | dict(self.app.raw.get("cost", {})))

    def close(self) -> None:
        """End the app."""
        self.closed = True

    @property
    def _top(self) -> str:
        """Name of the screen on top."""
        return self._history[-1] if self._history and not self._exited else ""

    def _screen(self) -> Screen:
        """The screen on top."""
        return self.app.screens[self._top] if self._top else Screen()

    def _told(self, item: Node) -> Line:
        """Return a node as it stands on the pipe, with what was written and ticked."""
        place = (self._top, -1 if item.n is None else item.n)
        ticked = None if item.checked is None else self._ticked.get(place, item.checked)
        return replace(item, text=self._written.get(place, item.text), checked=ticked).as_json() | {"n": item.n}

    def _node(self, n: int) -> Node | None:
        """Return the node of a number."""
        nodes = [item for window in self._screen().windows for item in window.nodes]
        return nodes[n] if 0 <= n < len(nodes) else None

    def _touch(self, how: str, touched: Node | None) -> Reply:
        """Do what touching a node does."""
        if touched is not None:
            self._happen(f"{how} {self._top}/{touched.id or touched.text}")
        return self._reply(how, {"acted": touched is not None})

    def _happen(self, trigger: str) -> Effect | None:
        """Do the effect of a trigger and return it; None if the app has none for it."""
        self.commands.append(trigger)
        try:
            effects = self.app.on[trigger]
        except KeyError:
            return None
        effect = next((item for item in effects if self._holds(item)), None)
        if effect is not None:
            self._do(effect)
        return effect

    def _holds(self, effect: Effect) -> bool:
        """Return whether the conditions of an effect hold."""
        return effect.when <= self._flags and not effect.unless & self._flags

    def _do(self, effect: Effect) -> None:
        """Let an effect happen."""
        for line in effect.tells:
            self._tell({"sim_ms": self._clock, **line})
        if effect.hangs:
            raise BackendTimeoutError("The app used up its time.")
        if effect.dies:
            raise BackendEndedError("The process of the app has ended.")
        self._flags |= effect.sets
        self._pending += [list(names) for names in effect.asks]
        if effect.to == "":
            self._history = []
        elif effect.to is not None and effect.to != self._top:
            self._history.append(effect.to)
        if effect.exits:
            self._exited, self._history, self._pending = True, [], []

    def _reply(self, command: str, fields: Line) -> Reply:
        """Return how the app stands, through the checks of the pipe."""
        self._cpu_s += _COMMAND_CPU_S
        line: Line = {
            "type": "reply",
            "sim_ms": self._clock,
            "exited": self._exited,
            "shown": self._screen().activity,
            "pending": [list(names) for names in self._pending],
        }
        return read_reply(line | fields | dict(self.app.raw.get(command, {})))
