"""Keep what the backend tells: events and components, checked, attributed, repeats folded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from workers.data.attribution import Attribution
from workers.data.runtime import PLATFORM
from workers.data.tables import pi_kinds
from workers.dynamic.backend import Line
from workers.dynamic.event import Consent, Event, EventKind, Phase
from workers.dynamic.members import kind_of
from workers.dynamic.wire import whole

FIELD_CANARIES = frozenset({"input", "password"})
"""Kinds of planted values that are no kind of personal information: texts typed into fields."""
_KINDS = frozenset(kind.value for kind in EventKind)
_MAX_EVENTS = 4_000
"""Different events kept of one phase: a flood at the start must not use up the room of what comes later."""
_MAX_COMPONENTS = 2_000
_MAX_TEXT = 400
_MAX_ITEMS = 64
_NUMBERED = re.compile(r'"<local\d+>"')
"""The JVM's name for a local variable in a message: the translator numbers them anew in each run."""
_OPERATION = re.compile(r"[\w$.<>:/@#+-]+")
_LIMITATION = re.compile(r"[^\x00-\x1f\x7f]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class ComponentRun:
    """One step in the life of a component, or of a thread or message of the app."""

    kind: str
    name: str
    step: str
    ok: bool
    trace: tuple[str, ...]
    phase: Phase
    sim_ms: int


@dataclass(kw_only=True, slots=True)
class _Seen:
    """How often an event came."""

    count: int
    last_ms: int


@dataclass(kw_only=True, slots=True)
class Recorder:
    """What a run has shown so far; `phase` and `consent` are what new events are filed under."""

    attribution: Attribution
    backend: str
    grade: str
    phase: Phase = Phase.COLD_START
    consent: Consent = Consent.NONE
    going_on: Phase | None = None
    """An earlier phase whose events, if they come again now, are not this one's: what went on then still does."""
    events: list[Event] = field(default_factory=list)
    """Each once, in order of their first time."""
    components: list[ComponentRun] = field(default_factory=list)
    told: int = 0
    """Events so far, with repeats."""
    lost: bool = False
    """Whether there were more than are kept."""
    fault: str = ""
    """What made the backend itself give up."""
    _seen: dict[Event, _Seen] = field(default_factory=dict)
    _kept: Counter[Phase] = field(default_factory=Counter)
    _started_ms: int | None = None

    def boot(self) -> None:
        """Count the app's time anew."""
        self._started_ms = None

    def line(self, line: Line) -> None:
        """Take one line of the backend; what has the wrong shape is left out, since the app may have written it."""
        match line:
            case {"type": "event", "op": str(op), "kind": str(kind)} if kind in _KINDS:
                self._tell(line, EventKind(kind), op)
            case {"type": "component", "kind": str(kind), "name": str(name), "ok": bool(ok)}:
                self._component(line, kind, name, ok=ok)
            case {"type": "fault", "cause": str(cause)}:
                self.fault = cause[:_MAX_TEXT]
            case _:
                pass  # Of no known shape.

    def since_start(self, sim_ms: int) -> int:
        """Return a time of the app's clock, counted from the first one of this boot."""
        if self._started_ms is None:
            self._started_ms = sim_ms
        return max(0, sim_ms - self._started_ms)

    def times(self, event: Event) -> tuple[int, int]:
        """Return how often an event came, and when last."""
        seen = self._seen[replace(event, sim_ms=0)]
        return seen.count, seen.last_ms

    def _tell(self, line: Line, kind: EventKind, op: str) -> None:
        """Keep the event of one line, if its call is one that counts."""
        shape = _LIMITATION if kind is EventKind.LIMIT else _OPERATION
        args, stack = texts(line.get("args")), texts(line.get("stack"))
        told, pi_kind = kind_of(op, args)
        if not told or not shape.fullmatch(op[:_MAX_TEXT]):
            return
        granted = line.get("granted")
        event = Event(
            sim_ms=self.since_start(whole(line.get("sim_ms"))),
            phase=self.phase,
            consent=self.consent,
            kind=kind,
            op=op[:_MAX_TEXT],
            pi_kind=pi_kind,
            args=args,
            stack=stack,
            thread=str(line.get("thread") or "")[:_MAX_TEXT],
            granted=granted if isinstance(granted, bool) else None,
            canary=_canaries(line.get("canary")),
            subject=self._subject(stack),
            backend=self.backend,
            grade=self.grade,
        )
        self.add(event)

    def add(self, event: Event) -> None:
        """Add an event, or count it with its equal."""
        self.told += 1
        key = replace(event, sim_ms=0)
        if self.going_on is not None and (earlier := replace(key, phase=self.going_on)) in self._seen:
            key = earlier
        seen = self._seen.get(key)
        if seen is not None:
            seen.count += 1
            seen.last_ms = max(seen.last_ms, event.sim_ms)
        elif self._kept[event.phase] >= _MAX_EVENTS:
            self.lost = True
        else:
            self._kept[event.phase] += 1
            self._seen[key] = _Seen(count=1, last_ms=event.sim_ms)
            self.events.append(event)

    def _component(self, line: Line, kind: str, name: str, *, ok: bool) -> None:
        """Keep one step of a component."""
        if len(self.components) >= _MAX_COMPONENTS:
            self.lost = True
            return
        step = line.get("step")
        told = ComponentRun(
            kind=kind[:_MAX_TEXT],
            name=name[:_MAX_TEXT],
            step=step[:_MAX_TEXT] if isinstance(step, str) else "start",
            ok=ok,
            trace=texts(line.get("trace")),
            phase=self.phase,
            sim_ms=self.since_start(whole(line.get("sim_ms"))),
        )
        self.components.append(told)

    def _subject(self, stack: Sequence[str]) -> str:
        """Return whose call it is: the innermost frame that is not the platform's."""
        frame = next((text for text in stack if not text.startswith(PLATFORM)), "")
        sdk = self.attribution.of_java_name(frame.partition(":")[0].rpartition(".")[0])
        return sdk.name if sdk is not None else "app"


def texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list, bounded in number and length."""
    if not isinstance(value, list):
        return ()
    found = (item if isinstance(item, str) else repr(item) for item in value[:_MAX_ITEMS])
    return tuple(_NUMBERED.sub('"<local>"', item[:_MAX_TEXT]) for item in found)


def _canaries(value: object) -> tuple[str, ...]:
    """Return the known kinds among the items of a list, each once, in order of their names."""
    known = pi_kinds().keys() | FIELD_CANARIES
    return tuple(sorted({item for item in texts(value) if item in known}))
