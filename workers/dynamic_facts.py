"""What rules judge of a run: the events of a dynamic document gathered into rows, tolerant of what is missing in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from workers.data.tables import sdks
from workers.model.bounded import Rows, optional, printable, text
from workers.model.evidence import JSON

Event = Mapping[str, JSON]
"""One event of the document, whose fields may be missing or of a wrong type."""

_STACK_SHOWN = 16
_ARGS_SHOWN = 4
_SUBJECT_APP = "app"


def facts(document: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the facts of a dynamic document by name; see docs/reference/facts.md.

    Fields that the document lacks lead to empty lists or null; a rule about a phase that did not run is told so by
    `dynamic_outcome.phases`.
    """
    events = [event for event in _list(document.get("events")) if isinstance(event, dict)]
    found: dict[str, JSON] = {
        "dynamic_outcome": _outcome(document, events),
        "dynamic_pi": Rows(_pi(events)),
        "dynamic_sinks": Rows(_sinks(events)),
        "dynamic_permissions": Rows(_dicts(document.get("permissions"))),
        "dynamic_consent": _dict(document.get("consent")),
        "dynamic_refuse": _dict(document.get("refuse")),
        "dynamic_self_start": Rows(_self_start(document, events)),
        "sdks": Rows(_sdks(events)),
    }
    left_out: dict[str, JSON] = {
        name: rows.left_out for name, rows in found.items() if isinstance(rows, Rows) and rows.left_out
    }
    return found | {"left_out": left_out} if left_out else found


def _outcome(document: Mapping[str, JSON], events: Iterable[Event]) -> JSON:
    """Return how far the run came: what a rule needs to know before silence means anything."""
    reached = document.get("reached")
    reached = reached if isinstance(reached, dict) else {}
    phases = _texts(phase.get("phase") if isinstance(phase, dict) else phase for phase in _list(document.get("phases")))
    chosen = "agreed" if isinstance(document.get("consent"), dict) else "unknown"
    stands = {"cold_start": "none", "refuse": "refused", "explore": chosen, "forced": "forced"}
    consents = _texts([*(stands.get(phase) for phase in phases), *(event.get("consent") for event in events)])
    return {
        "outcome": _text(document.get("outcome")),
        "reason": _text(document.get("reason")),
        "application": reached.get("application") is True,
        "launcher_resumed": reached.get("launcher_resumed") is True,
        "phases": list(phases),
        "consents": list(consents),
        "not_seen": len(_list(document.get("not_seen"))),
    }


def _pi(events: Iterable[Event]) -> Iterator[JSON]:
    """Yield one row for each way in which personal information was asked for."""
    groups: dict[tuple[JSON, ...], dict[str, JSON]] = {}
    canaries: dict[tuple[JSON, ...], set[str]] = {}
    for event in events:
        kind = event.get("pi_kind")
        if not isinstance(kind, str) or not kind:
            continue
        granted = event.get("granted")
        granted = granted if isinstance(granted, bool) else None
        where = _where(event)
        key = (*where.values(), kind, granted)
        if key not in groups:
            groups[key] = {**where, "pi_kind": text(kind, 60), "granted": granted, "count": 0, **_first(event)}
        _count(groups[key])
        canaries.setdefault(key, set()).update(_texts(_list(event.get("canary"))))
    for key, row in groups.items():
        yield {**row, "canary": [*sorted(canaries[key])]}


def _sinks(events: Iterable[Event]) -> Iterator[JSON]:
    """Yield one row for each kind of planted value and each place where it came out."""
    groups: dict[tuple[JSON, ...], dict[str, JSON]] = {}
    for event in events:
        args: list[JSON] = [text(item, 300) for item in _list(event.get("args"))[:_ARGS_SHOWN] if isinstance(item, str)]
        for kind in _texts(_list(event.get("canary"))):
            where = _where(event) | {"kind": _text(event.get("kind")), "pi_kind": kind}
            key = (*where.values(), *args)
            if key not in groups:
                groups[key] = {**where, "args": args, "count": 0, **_first(event)}
            _count(groups[key])
    yield from groups.values()


def _self_start(document: Mapping[str, JSON], events: Iterable[Event]) -> Iterator[JSON]:
    """Yield what ran without the user: as the document says, else the components that started in that phase."""
    told = document.get("self_start")
    if isinstance(told, list):
        yield from _dicts(told)
        return
    groups: dict[tuple[JSON, ...], dict[str, JSON]] = {}
    for event in events:
        if event.get("phase") == "self_start" and event.get("kind") == "component":
            where = _where(event)
            row = groups.setdefault(tuple(where.values()), {**where, "count": 0, **_first(event)})
            _count(row)
    yield from groups.values()


def _sdks(events: Iterable[Event]) -> Iterator[JSON]:
    """Yield the SDKs that acted, with each of their categories."""
    names = {subject for event in events if isinstance(subject := event.get("subject"), str)}
    rows = {(sdk.name, sdk.category.value) for sdk in sdks().values() if sdk.name in names}
    for name, category in sorted(rows):
        yield {"name": name, "category": category}


def _where(event: Event) -> dict[str, JSON]:
    """Return when, by whom and by what: `sdk` is null for the app's own and for unknown code, as in static facts."""
    subject = _text(event.get("subject"))
    return {
        "phase": _text(event.get("phase")),
        "consent": _text(event.get("consent")),
        "sdk": None if subject in {_SUBJECT_APP, ""} else subject,
        "op": text(_text(event.get("op"))),
    }


def _first(event: Event) -> dict[str, JSON]:
    """Return what the first event of a row adds: its time and stack."""
    sim_ms = event.get("sim_ms")
    stack = [text(item, 400) for item in _list(event.get("stack"))[:_STACK_SHOWN] if isinstance(item, str)]
    return {"sim_ms": sim_ms if isinstance(sim_ms, int) else None, "stack": [*stack]}


def _count(row: dict[str, JSON]) -> None:
    """Count one more event of a row."""
    count = row["count"]
    row["count"] = count + 1 if isinstance(count, int) else 1


def _list(value: JSON) -> list[JSON]:
    """Return a list; nothing for anything else."""
    return value if isinstance(value, list) else []


def _dict(value: JSON) -> JSON:
    """Return an object with printable texts; null for anything else."""
    return printable(value) if isinstance(value, dict) else None


def _dicts(value: JSON) -> Iterator[JSON]:
    """Yield the objects of a list with printable texts; a list of names becomes an object with `permissions`."""
    for item in _list(value):
        if isinstance(item, dict):
            yield printable(item)
        elif isinstance(item, list):
            yield {"permissions": [*_texts(item)]}


def _texts(values: Iterable[JSON]) -> tuple[str, ...]:
    """Return the different texts among the values, in order."""
    return tuple(dict.fromkeys(text(value, 200) for value in values if isinstance(value, str) and value))


def _text(value: JSON) -> str:
    """Return a text; empty for anything else."""
    return optional(value) or "" if isinstance(value, str) else ""
