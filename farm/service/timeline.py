"""The document of a run as a person reads it: phases in order, equal events joined, pictures beside their phase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from farm.rules.vocabulary import is_personal, short_api
from farm.service.sent import Sent, given, sent
from workers.model.evidence import JSON

PHASES = ("cold_start", "refuse", "explore", "background", "self_start", "forced")
"""Phases that are known, in the order in which a reader wants them."""
_JOINED_BY_ARGS = frozenset({"net", "file", "proc", "ui", "component", "limit"})
"""Kinds of event that are told apart by what they were given: a host, a path, a command."""
_ARGS_SHOWN = 3
_STACK_SHOWN = 12
_LINES_KEPT = 500
_APP = "app"

Event = Mapping[str, JSON]


@dataclass(kw_only=True, slots=True)
class Line:
    """Events that differ in nothing but their time."""

    at_ms: int
    """Simulated time of the first one."""
    last_ms: int
    """Simulated time of the last one."""
    count: int
    consent: str
    kind: str
    """`api`, `ui`, `net`, `file`, `proc`, `component`, `limit`."""
    what: str
    """Short name of the operation."""
    pi_kind: str
    """Kind of personal information; empty for none."""
    subject: str
    """Name of an SDK; empty for the app."""
    args: tuple[str, ...]
    stack: tuple[str, ...]
    granted: bool | None
    canary: tuple[str, ...]
    """Kinds whose planted value came out here."""

    @property
    def personal(self) -> bool:
        """Whether it is about personal information, and not just an act such as asking for a permission."""
        return bool(self.pi_kind) and is_personal(self.pi_kind)

    @property
    def weighs(self) -> bool:
        """Whether it stays when there is no room for all."""
        return self.personal or bool(self.canary)


@dataclass(frozen=True, kw_only=True, slots=True)
class PhaseView:
    """One phase of the run."""

    name: str
    sim_ms: int | None
    """How long it lasted in simulated time; None if the document does not say."""
    note: str
    """Why it ended before all was done; empty if it did not."""
    lines: tuple[Line, ...]
    hidden: int
    """Lines that are left out, none of them about personal information unless there are very many."""
    events: int
    """Events in all."""
    screenshots: tuple[str, ...]
    """Names of pictures taken in it."""
    clicks: int | None
    """What was touched; None if nothing ever is."""
    cpu_s: float | None
    wall_s: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """One run."""

    outcome: str
    reason: str
    grade: str
    application: bool
    launcher_resumed: bool
    tried: int
    ok: int
    failures: tuple[Mapping[str, str], ...]
    """Components that failed: `kind`, `name`, `fault`, and the first line of `cause`."""
    consent: Mapping[str, JSON] | None
    refuse: Mapping[str, JSON] | None
    requests: tuple[Mapping[str, JSON], ...]
    """Requests for permissions."""
    started: tuple[tuple[str, tuple[str, ...]], ...]
    """What the system announced, and the components of the app that it started."""
    walls: Mapping[str, JSON]
    """What kept the app in: `system`, `network`, `memory`, `processes`."""
    phases: tuple[PhaseView, ...]
    not_seen: tuple[str, ...]
    sent: tuple[Sent, ...]
    """Where planted values went."""
    cost: Mapping[str, JSON] = field(default_factory=dict)
    services: str = ""
    """`present` or `absent`: Google's and vendors' identifier services; empty if nobody told."""

    @property
    def pi_kinds(self) -> tuple[str, ...]:
        """Kinds of personal information that were asked for, in order of their first time."""
        return tuple(dict.fromkeys(line.pi_kind for phase in self.phases for line in phase.lines if line.personal))

    @property
    def asked(self) -> bool | None:
        """Whether consent was asked for at the first start; None if it was asked for later."""
        if self.consent is None:
            return False
        return True if self.consent.get("phase") in {"cold_start", None} else None

    @property
    def proven(self) -> tuple[str, ...]:
        """Kinds whose planted value was seen to come out."""
        return tuple(dict.fromkeys(kind for phase in self.phases for line in phase.lines for kind in line.canary))

    @property
    def sent_kinds(self) -> frozenset[str]:
        """Kinds whose planted value the network's own log has."""
        return frozenset(kind for line in self.sent if line.on_the_network for kind in line.kinds)


def timeline(document: Mapping[str, JSON], *, lines: int = _LINES_KEPT) -> Timeline:
    """Return the timeline of a dynamic document, with at most `lines` lines in a phase; no field is needed."""
    reached, components = _dict(document.get("reached")), _dict(document.get("components"))
    return Timeline(
        outcome=_text(document.get("outcome")),
        reason=_text(document.get("reason")),
        grade=_text(document.get("grade")) or "simulated",
        application=reached.get("application") is True,
        launcher_resumed=reached.get("launcher_resumed") is True,
        tried=_whole(components.get("tried")),
        ok=_whole(components.get("ok")),
        failures=tuple(_failure(each) for each in _dicts(components.get("failures"))),
        consent=_dict(document.get("consent")) or None,
        refuse=_dict(document.get("refuse")) or None,
        requests=tuple(_dicts(document.get("permissions"))),
        started=tuple(_started(document.get("self_start"))),
        walls=_dict(document.get("isolation")),
        phases=tuple(_phases(document, lines)),
        not_seen=_texts(document.get("not_seen")),
        sent=sent(document),
        cost=_dict(document.get("cost")),
        services=_text(document.get("services")),
    )


def screenshots(document: Mapping[str, JSON]) -> tuple[str, ...]:
    """Return the names of the pictures of a dynamic document, in order."""
    return tuple(dict.fromkeys(_texts(document.get("screenshots"))))


def _phases(document: Mapping[str, JSON], limit: int) -> Iterator[PhaseView]:
    """Yield the phases that ran or of which there are events."""
    played: dict[str, Mapping[str, JSON]] = {}
    for item in _list(document.get("phases")):
        played[_text(_dict(item).get("phase") or item)] = _dict(item)
    events: dict[str, list[Event]] = {}
    for event in _dicts(document.get("events")):
        events.setdefault(_text(event.get("phase")), []).append(event)
    pictures = _pictures(document)
    known = {*played, *events, *pictures}
    order = [*(name for name in PHASES if name in known), *sorted(known.difference(PHASES, {""}))]
    for name in order:
        told, joined = played.get(name, {}), _join(events.get(name, ()))
        shown = _most_telling(joined, limit)
        yield PhaseView(
            name=name,
            sim_ms=_whole_or_none(told.get("sim_ms")),
            note=_text(told.get("reason")),
            lines=tuple(shown),
            hidden=len(joined) - len(shown),
            events=sum(line.count for line in joined),
            screenshots=tuple(pictures.get(name, ())),
            clicks=_whole_or_none(told.get("clicks")),
            cpu_s=_seconds(told.get("cpu_s")),
            wall_s=_seconds(told.get("wall_s")),
        )


def _pictures(document: Mapping[str, JSON]) -> dict[str, list[str]]:
    """Return the names of the pictures by phase: as the screens say, else by the beginning of the name."""
    said = {
        f"{_text(screen.get('label'))}.png": _text(screen.get("phase")) for screen in _dicts(document.get("screens"))
    }
    found: dict[str, list[str]] = {}
    for name in screenshots(document):
        by_name = next((phase for phase in PHASES if name.startswith(phase.replace("_", "-"))), "explore")
        found.setdefault(said.get(name) or by_name, []).append(name)
    return found


def _join(events: Iterable[Event]) -> list[Line]:
    """Return lines in order of their first time."""
    lines: dict[tuple[object, ...], Line] = {}
    for event in events:
        line = _line(event)
        args = line.args if line.kind in _JOINED_BY_ARGS else ()
        key = (line.consent, line.kind, line.what, line.pi_kind, line.subject, line.granted, line.canary, args)
        first = lines.setdefault(key, line)
        if first is not line:
            first.count += line.count
            first.last_ms = max(first.last_ms, line.last_ms)
    return sorted(lines.values(), key=lambda line: line.at_ms)


def _line(event: Event) -> Line:
    """Return one event as a line."""
    at_ms = _whole(event.get("sim_ms"))
    granted, subject = event.get("granted"), _text(event.get("subject"))
    return Line(
        at_ms=at_ms,
        last_ms=_whole(event.get("last_ms"), at_ms),
        count=max(_whole(event.get("count"), 1), 1),
        consent=_text(event.get("consent")),
        kind=_text(event.get("kind")),
        what=short_api(_text(event.get("op"))),
        pi_kind=_text(event.get("pi_kind")),
        subject="" if subject == _APP else subject,
        args=given(_texts(event.get("args")))[:_ARGS_SHOWN],
        stack=_texts(event.get("stack"))[:_STACK_SHOWN],
        granted=granted if isinstance(granted, bool) else None,
        canary=tuple(sorted(set(_texts(event.get("canary"))))),
    )


def _most_telling(lines: Sequence[Line], limit: int) -> list[Line]:
    """Return at most `limit` lines in their order; those on personal information stay before others."""
    if len(lines) <= limit:
        return list(lines)
    ranked = sorted(range(len(lines)), key=lambda number: (not lines[number].weighs, number))[:limit]
    return [lines[number] for number in sorted(ranked)]


def _started(value: JSON) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each announcement of the system with the names of what it started."""
    for told in _dicts(value):
        names = tuple(_text(each.get("name")) for each in _dicts(told.get("started")))
        if names:
            yield _text(told.get("action")), names


def _failure(component: Mapping[str, JSON]) -> Mapping[str, str]:
    """Return a component that failed, its cause in one line."""
    told = {name: _text(component.get(name)) for name in ("kind", "name", "fault", "cause")}
    return told | {"cause": told["cause"].partition("\n")[0]}


def _list(value: JSON) -> list[JSON]:
    """Return a list; nothing for anything else."""
    return value if isinstance(value, list) else []


def _dict(value: JSON) -> dict[str, JSON]:
    """Return an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def _dicts(value: JSON) -> Iterator[dict[str, JSON]]:
    """Yield the objects of a list."""
    yield from (item for item in _list(value) if isinstance(item, dict))


def _texts(value: JSON) -> tuple[str, ...]:
    """Return the texts of a list."""
    return tuple(item for item in _list(value) if isinstance(item, str))


def _text(value: JSON) -> str:
    """Return a text; empty for anything else."""
    return value if isinstance(value, str) else ""


def _whole(value: JSON, otherwise: int = 0) -> int:
    """Return a whole number; `otherwise` for anything else."""
    whole = _whole_or_none(value)
    return otherwise if whole is None else whole


def _whole_or_none(value: JSON) -> int | None:
    """Return a whole number; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _seconds(value: JSON) -> float | None:
    """Return seconds; None for anything that is no number."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
