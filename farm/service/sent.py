"""Where planted values went: one line for each place and sender, with the calls that read them before."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from farm.rules.vocabulary import short_api
from workers.model.evidence import JSON

_APP = "app"
_NETWORK = "network."
"""How the operations of the network's own log begin."""
_ARRAY = re.compile(r"\[+(?:[BCDFIJSZ]|L[\w.$/]+;)")

Event = Mapping[str, JSON]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """Planted values that were seen to come out at one place."""

    kinds: tuple[str, ...]
    """Kinds of the values."""
    what: tuple[str, ...]
    """Short names of the operations that they were handed to."""
    target: str
    """Address, path or text that the operations were given; empty for none."""
    subject: str
    """Name of an SDK; empty for the app."""
    consent: str
    phase: str
    """Phase of the first time."""
    at_ms: int
    """Simulated time of the first time, counted from that start of the app."""
    sources: tuple[str, ...]
    """Short names of the calls that read the values; empty if none was told."""
    count: int

    @property
    def on_the_network(self) -> bool:
        """Whether the network's own log has it: it was really sent, not only handed to a call."""
        return any(name.startswith(_NETWORK) for name in self.what)


def sent(document: Mapping[str, JSON]) -> tuple[Sent, ...]:
    """Return where planted values went, requests on the network first; nothing is needed of the document."""
    events, sinks = document.get("events"), document.get("sinks")
    told = events if isinstance(events, list) else []
    places: dict[_Place, list[_Out]] = defaultdict(list)
    for sink in sinks if isinstance(sinks, list) else ():
        if isinstance(sink, dict) and (event := _at(told, sink.get("event"))) is not None:
            source = _at(told, sink.get("source"))
            place = _Place(target=target(_texts(event.get("args"))), subject=_text(sink.get("subject")),
                           consent=_text(sink.get("consent")))  # fmt: skip
            places[place].append(_Out(sink=sink, event=event, source=source))
    lines = [_line(place, outs) for place, outs in places.items()]
    return tuple(sorted(lines, key=lambda line: not line.on_the_network))


def given(args: Sequence[str]) -> tuple[str, ...]:
    """Return arguments as a person reads them: without the class of an array, which stands before its content."""
    return tuple(arg for arg in args if not _ARRAY.fullmatch(arg))


def target(args: Sequence[str]) -> str:
    """Return where something went: an address if there is one, else all that was given."""
    address = next((arg for arg in args if "://" in arg), None)
    return address if address is not None else " ".join(given(args))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """What tells one line from another."""

    target: str
    subject: str
    consent: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Out:
    """One sink of the document."""

    sink: Mapping[str, JSON]
    event: Event
    source: Event | None

    @property
    def what(self) -> str:
        """Short name of the operation."""
        return short_api(_text(self.sink.get("op")))

    @property
    def count(self) -> int:
        """How often it came."""
        return max(_whole(self.event.get("count")), 1)


def _line(place: _Place, outs: Sequence[_Out]) -> Sent:
    """Return one line for all that came out at one place."""
    times = Counter[tuple[str, str]]()
    for out in outs:
        times[_text(out.sink.get("canary")), out.what] += out.count
    sources = (short_api(_text(out.source.get("op"))) for out in outs if out.source is not None)
    return Sent(
        kinds=tuple(dict.fromkeys(kind for kind, _ in times)),
        what=tuple(dict.fromkeys(what for _, what in times)),
        target=place.target,
        subject="" if place.subject == _APP else place.subject,
        consent=place.consent,
        phase=_text(outs[0].sink.get("phase")),
        at_ms=_whole(outs[0].event.get("sim_ms")),
        sources=tuple(dict.fromkeys(sources)),
        count=max(times.values()),
    )


def _at(events: list[JSON], number: JSON) -> Event | None:
    """Return the event with a number, if there is one."""
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < len(events):
        return None
    event = events[number]
    return event if isinstance(event, dict) else None


def _text(value: JSON) -> str:
    """Return a text; empty for anything else."""
    return value if isinstance(value, str) else ""


def _texts(value: JSON) -> list[str]:
    """Return the texts of a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _whole(value: JSON) -> int:
    """Return a whole number; 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
