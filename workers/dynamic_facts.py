"""What rules judge of a run: the events of a dynamic document gathered into rows, tolerant of what is missing in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from workers.data.runtime import PLATFORM, sinks
from workers.data.tables import permissions, sdks
from workers.model.bounded import Rows, optional, printable, text
from workers.model.evidence import JSON
from workers.model.fact import Fact

Event = Mapping[str, JSON]
"""One event of the document, whose fields may be missing or of a wrong type."""

_STACK_SHOWN = 16
_ARGS_SHOWN = 4
_NAMES_SHOWN = 4
_SUBJECT_APP = "app"
_ADDRESSES = ("http://", "https://")


_WHERE = {
    "[].phase": "what was being done to the app",
    "[].consent": "what the user had chosen by then",
    "[].sdk": "the SDK that did it; null: the app's own or unknown code",
    "[].op": "the call, as `android.telephony.TelephonyManager.getDeviceId`",
}
_WHEN = {
    "[].count": "how often",
    "[].sim_ms": "first time, in milliseconds of simulated time",
    "[].last_ms": "last time",
    "[].stack": "methods on the stack of the first: the innermost, then from the app's own on, at most 16",
}
_AS_TOLD = "as in the [document](dynamic.md)"

FACTS = (
    Fact(
        name="dynamic_outcome",
        what="how far the run came",
        source="outcome, phases and consent of the document",
        blind="what it would have done later, elsewhere, or for another user",
        keys={
            "outcome": "how the run ended",
            "reason": "one sentence on it",
            "application": "whether the Application was made",
            "launcher_resumed": "whether the first screen was shown",
            "phases": "phases that ran",
            "consents": "states of consent that occurred",
            "not_seen": "number of things that could not be looked into",
        },
    ),
    Fact(
        name="dynamic_pi",
        what="calls for personal information; equal ones are one row",
        source="events with a kind of information",
        blind="native code, and calls that the run did not reach",
        keys={
            **_WHERE,
            "[].pi_kind": "kind of information, a key of `workers/data/pi_kinds.tsv`",
            "[].granted": "whether the permission was held; false: tried and failed; null: none needed",
            "[].canary": "planted values in its arguments",
            **_WHEN,
        },
    ),
    Fact(
        name="dynamic_sinks",
        what="planted values that came out; one row for each kind and place",
        source="events in which one was found; `workers/data/sinks.tsv`",
        blind="values that were encrypted before they were handed over",
        keys={
            **_WHERE,
            "[].sink": "where it went: `network`, `file`, `log`, `message`, `intent`, `clipboard`",
            "[].kind": "kind of the event",
            "[].pi_kind": "kind of the value",
            "[].args": "the first arguments",
            **_WHEN,
        },
    ),
    Fact(
        name="dynamic_permissions",
        what="requests for permissions",
        source="permissions of the document",
        blind="requests on screens that were not reached",
        keys={"[].*": _AS_TOLD, "[].bundled": "whether it asks for several groups at once"},
    ),
    Fact(
        name="dynamic_consent",
        what="how consent was asked for; null if it was not",
        source="consent of the document",
        blind="requests drawn by web content",
        keys={"*": _AS_TOLD},
    ),
    Fact(
        name="dynamic_refuse",
        what="what came of refusing; null if nothing was refused",
        source="refusal of the document",
        blind="what a later start would show",
        keys={"*": _AS_TOLD},
    ),
    Fact(
        name="dynamic_self_start",
        what="what the system announced, and what the app started upon it",
        source="self-start of the document, else its events",
        blind="starts by other apps and by vendors' services",
        keys={"[].*": _AS_TOLD, "[].name": "names of the components"},
    ),
    Fact(
        name="sdks",
        what="SDKs that acted",
        source="events; `workers/data/sdks.tsv`",
        blind="SDKs that did nothing in this run (see the static fact)",
        keys={"[].name": "name", "[].category": "what it is for"},
    ),
)
"""What the facts of a run are, for people."""


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
        "dynamic_permissions": Rows(_permissions(document)),
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
    consent = document.get("consent")
    chosen = "agreed" if isinstance(consent, dict) and consent.get("testable") is not False else "unknown"
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
        _count(groups[key], event)
        canaries.setdefault(key, set()).update(_texts(_list(event.get("canary"))))
    for key, row in groups.items():
        yield {**row, "canary": [*sorted(canaries[key])]}


def _sinks(events: Iterable[Event]) -> Iterator[JSON]:
    """Yield one row for each kind of planted value and each place where it came out."""
    groups: dict[tuple[JSON, ...], dict[str, JSON]] = {}
    for event in events:
        args: list[JSON] = [text(item, 300) for item in _list(event.get("args"))[:_ARGS_SHOWN] if isinstance(item, str)]
        for kind in _texts(_list(event.get("canary"))):
            where = _where(event) | {"sink": _sink(event), "kind": _text(event.get("kind")), "pi_kind": kind}
            key = (*where.values(), *args)
            if key not in groups:
                groups[key] = {**where, "args": args, "count": 0, **_first(event)}
            _count(groups[key], event)
    yield from groups.values()


def _sink(event: Event) -> str:
    """Return where the value went, by the table of sinks; what a stream or the sinkhole tells is in its kind."""
    named = _sink_kinds().get(_text(event.get("op")), "")
    if named == "webview" and any(arg.startswith(_ADDRESSES) for arg in _texts(_list(event.get("args")))):
        return "net"  # A page is asked for with the value in its address; a script or a text stays on the phone.
    return named if named not in {"", "stream"} else _text(event.get("kind"))


@cache
def _sink_kinds() -> Mapping[str, str]:
    """Return the kind of each sink by its Java member."""
    return {sink.member.removeprefix("L").replace("/", ".").replace(";->", "."): sink.kind.value for sink in sinks()}


def _permissions(document: Mapping[str, JSON]) -> Iterator[JSON]:
    """Yield requests for permissions; `bundled` if one asks for several groups that users see."""
    for row in _dicts(document.get("permissions")):
        if isinstance(row, dict):
            known = (permissions().get(name) for name in _texts(_list(row.get("permissions"))))
            groups = {item.group for item in known if item is not None and item.protection == "dangerous"} - {"", None}
            yield row | {"bundled": len(groups) > 1}


def _self_start(document: Mapping[str, JSON], events: Iterable[Event]) -> Iterator[JSON]:
    """Yield what ran without the user: as the document says, else the components that started in that phase."""
    told = document.get("self_start")
    if isinstance(told, list):
        for row in _dicts(told):
            if isinstance(row, dict):
                started = (each.get("name") for each in _list(row.get("started")) if isinstance(each, dict))
                yield {"name": ", ".join(_texts(started)[:_NAMES_SHOWN]), **row}
        return
    groups: dict[tuple[JSON, ...], dict[str, JSON]] = {}
    for event in events:
        if event.get("phase") == "self_start" and event.get("kind") == "component":
            where = _where(event)
            row = groups.setdefault(tuple(where.values()), {**where, "count": 0, **_first(event)})
            _count(row, event)
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
    frames = [item for item in _list(event.get("stack")) if isinstance(item, str)]
    # A request is made through a dozen frames of Java's own: they would hide whose it is.
    outside = next((n for n, frame in enumerate(frames) if not frame.startswith(PLATFORM)), 0)
    stack = [text(item, 400) for item in (frames[:1] + frames[max(outside, 1) :])[:_STACK_SHOWN]]
    return {"sim_ms": _whole(event.get("sim_ms"), 0), "last_ms": 0, "stack": [*stack]}


def _count(row: dict[str, JSON], event: Event) -> None:
    """Add an event, which may itself stand for several, to a row."""
    row["count"] = _whole(row["count"], 0) + max(_whole(event.get("count"), 1), 1)
    last = _whole(event.get("last_ms"), _whole(event.get("sim_ms"), 0))
    row["last_ms"] = max(_whole(row["last_ms"], 0), last)


def _whole(value: JSON, otherwise: int) -> int:
    """Return a whole number; `otherwise` for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


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
