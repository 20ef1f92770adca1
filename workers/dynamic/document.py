"""Write what a run has shown as the dynamic document; see docs/reference/dynamic.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workers.dynamic.engine import Engine
from workers.dynamic.event import Event, EventKind
from workers.dynamic.faults import fault_of
from workers.dynamic.outcome import Outcome, Verdict
from workers.dynamic.run import ConsentSeen, Refusal, Run
from workers.dynamic.version import ENGINE
from workers.model.evidence import JSON

_MAX_SINKS = 500
_STARTS = frozenset({"start", "attach"})
_WEB = ("loadUrl", "loadData", "loadDataWithBaseURL", "postUrl")
_SERVICES = (
    ("com.google.android.gms", "gms"),
    ("com.google.android.play", "gms"),
    ("com.huawei.hms", "hms"),
    ("com.huawei.hwid", "hms"),
    ("com.xiaomi.xmsf", "mipush"),
)
"""What apps bind in vain of other apps: how its name begins, and the word for it."""


def missing(reason: str) -> dict[str, JSON]:
    """Return the document of a run that this machine could not do; `reason` says what to install."""
    return _frame(Verdict(outcome=Outcome.BACKEND_MISSING, reason=reason), backend="sandbox", grade="simulated")


def document(engine: Engine, verdict: Verdict, *, wall_s: float, defined: Callable[[str], bool]) -> dict[str, JSON]:
    """Return the document of a run; `defined` says whether a Java class is in the APK."""
    run = engine.run
    told = _frame(verdict, backend=run.recorder.backend, grade=run.recorder.grade)
    told |= {
        "services": run.profile.services.value,
        "reached": {"application": run.application, "launcher_resumed": run.opened},
        "ended_itself": run.ended_itself,
        "components": _components(run, defined),
        "consent": None if run.consent is None else _consent(run, run.consent),
        "refuse": None if run.refusal is None else _refusal(run.refusal),
        "permissions": [request.as_json() for request in run.requests.seen],
        "self_start": list(run.self_starts),
        "phases": list(engine.records),
        "events": [_event(run, event) for event in run.recorder.events],
        "sinks": list(_sinks(run.recorder.events)),
        "screens": list(run.album.screens),
        "screenshots": list(run.album.pictures),
        "not_seen": list(_not_seen(run)),
        "network": {"means": run.network.means, "flows": len(run.network.flows), "log": run.network.file},
        "cost": {"wall_s": round(wall_s, 2)},
    }
    if engine.measured:
        told["cost"] = {"cpu_s": round(engine.cpu_s, 2), "peak_mb": engine.peak_mb, "wall_s": round(wall_s, 2)}
    return told


def _frame(verdict: Verdict, *, backend: str, grade: str) -> dict[str, JSON]:
    """Return a document in which nothing has been seen."""
    return {
        "engine": ENGINE,
        "backend": backend,
        "grade": grade,
        "outcome": verdict.outcome.value,
        "reason": verdict.reason,
        "services": "",
        "reached": {"application": False, "launcher_resumed": False},
        "ended_itself": False,
        "components": {"tried": 0, "ok": 0, "failures": []},
        "consent": None,
        "refuse": None,
        "permissions": [],
        "self_start": [],
        "phases": [],
        "events": [],
        "sinks": [],
        "screens": [],
        "screenshots": [],
        "not_seen": [],
        "network": {"means": "none", "flows": 0, "log": None},
        "cost": {},
    }


def _event(run: Run, event: Event) -> JSON:
    """Return one event with how often it came."""
    count, last_ms = run.recorder.times(event)
    return event.as_json(count=count, last_ms=last_ms)


def _components(run: Run, defined: Callable[[str], bool]) -> JSON:
    """Return how many components were started, and each failure with its cause and whose fault it is."""
    tried = [item for item in run.recorder.components if item.step in _STARTS]
    failures: list[JSON] = [
        {
            "kind": item.kind,
            "name": item.name,
            "step": item.step,
            "phase": item.phase.value,
            "cause": "\n".join(item.trace),
            "fault": fault_of(item, defined=defined).value,
        }
        for item in run.recorder.components
        if not item.ok
    ]
    return {"tried": len(tried), "ok": sum(item.ok for item in tried), "failures": failures}


def _consent(run: Run, seen: ConsentSeen) -> JSON:
    """Return the request for consent, with where and when it was seen."""
    return {
        **seen.request.as_json(),
        "label": seen.label,
        "phase": seen.phase.value,
        "sim_ms": seen.sim_ms,
        "screenshot": run.album.picture_of(seen.label),
    }


def _refusal(refusal: Refusal) -> JSON:
    """Return what came of refusing."""
    return {
        "outcome": refusal.outcome,
        "confirmations": refusal.confirmations,
        "restarts": list(refusal.restarts),
        "screens": list(refusal.screens),
    }


def _sinks(events: list[Event]) -> Iterator[JSON]:
    """Yield where planted values went, with the event in which they were read before, if one was told."""
    read: dict[str, int] = {}
    found = 0
    for number, event in enumerate(events):
        for kind in event.canary:
            if found == _MAX_SINKS:
                return
            found += 1
            yield {
                "canary": kind,
                "op": event.op,
                "phase": event.phase.value,
                "consent": event.consent.value,
                "subject": event.subject,
                "event": number,
                "source": read.get(kind),
            }
        if event.pi_kind is not None and not event.canary:
            read.setdefault(event.pi_kind, number)


def _not_seen(run: Run) -> Iterator[str]:
    """Yield what the run could not look into, each once."""
    limits = {event.op for event in run.recorder.events if event.kind is EventKind.LIMIT}
    yield from sorted(limits)
    nodes = (node for screen in run.album.screens if isinstance(screen, dict) for node in _nodes(screen))
    if any(node.get("web") for node in nodes) or any(event.op.endswith(_WEB) for event in run.recorder.events):
        yield "web content"
    yield from (f"process:{name}" for name in run.declared.processes)
    absent = [op.removeprefix("service:") for op in limits if op.startswith("service:")]
    yield from sorted({word for start, word in _SERVICES for name in absent if name.startswith(start)})
    if run.network.means == "none" and any(event.kind is EventKind.NET for event in run.recorder.events):
        yield "network"
    if run.recorder.lost:
        yield "events beyond the limit"


def _nodes(screen: dict[str, JSON]) -> Iterator[dict[str, JSON]]:
    """Yield the nodes of a screen of the album."""
    windows = screen.get("windows")
    for window in windows if isinstance(windows, list) else ():
        nodes = window.get("nodes") if isinstance(window, dict) else None
        yield from (node for node in nodes or () if isinstance(node, dict))  # type: ignore[union-attr]
