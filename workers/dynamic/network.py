"""What the app sends over the network, put among the events of the phase in which it was sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workers.dynamic.event import Event, EventKind
from workers.dynamic.recorder import Recorder
from workers.dynamic.sinkhole.flow import Flow, FlowKind
from workers.model.evidence import JSON

FILE = "network.json"
"""Artefact with every flow, where there is any."""
CONNECT = "java.net.Socket.connect"
"""Operation of the event that tells of a connection: host, port, and its number in this run."""
_MAX_FLOWS = 2_000
_MAX_URL = 300


@dataclass(kw_only=True, slots=True)
class NetworkLog:
    """Takes flows from the sinkhole; the event of the connection says whose each is."""

    take: Callable[[], Iterable[Flow]] = field(default=tuple)
    """Returns what was sent since the last call."""
    means: str = "none"
    """What connections meet: `sinkhole`, or `none` where there is no network at all."""
    flows: list[dict[str, JSON]] = field(default_factory=list)

    def drain(self, recorder: Recorder, sim_ms: int) -> None:
        """File what was sent since the last call under the present phase."""
        flows = list(self.take())
        if not flows:
            return
        connections = _connections(recorder.events)
        for flow in flows[: max(0, _MAX_FLOWS - len(self.flows))]:
            opened = connections.get(flow.connection)
            event = Event(
                sim_ms=sim_ms if opened is None else opened.sim_ms,
                phase=recorder.phase if opened is None else opened.phase,
                consent=recorder.consent if opened is None else opened.consent,
                kind=EventKind.NET,
                op=f"network.{'tls_refused' if flow.tls_refused else flow.kind.value}",
                pi_kind=None,
                args=_told(flow),
                stack=() if opened is None else opened.stack,
                thread="" if opened is None else opened.thread,
                granted=None,
                canary=flow.canaries,
                subject="app" if opened is None else opened.subject,
                backend=recorder.backend,
                grade=recorder.grade,
            )
            recorder.add(event)
            self.flows.append({"phase": event.phase.value, "subject": event.subject, **flow.as_json()})

    @property
    def file(self) -> str | None:
        """Name of the artefact; None if nothing was sent."""
        return FILE if self.flows else None

    def write(self, out: Path) -> None:
        """Write the artefact, if anything was sent."""
        if self.flows:
            (out / FILE).write_text(json.dumps(self.flows, ensure_ascii=True, indent=1), encoding="ascii")


def _connections(events: Iterable[Event]) -> Mapping[int, Event]:
    """Return the events of connections by the number of the connection."""
    return {int(event.args[2]): event for event in events if event.op == CONNECT and _numbered(event)}


def _numbered(event: Event) -> bool:
    """Return whether the event has a number: it comes from the app's process."""
    return len(event.args) == 3 and event.args[2].isascii() and event.args[2].isdigit() and len(event.args[2]) < 10


def _told(flow: Flow) -> tuple[str, ...]:
    """Return what a person wants to know of a flow."""
    size = f"{flow.body_bytes} bytes" + (f", sha256 {flow.body_sha256[:16]}" if flow.body_sha256 else "")
    if flow.kind is FlowKind.HTTP:
        port = "" if (flow.scheme, flow.port) in {("http", 80), ("https", 443)} else f":{flow.port}"
        return flow.method, f"{flow.scheme}://{flow.host}{port}{flow.path}"[:_MAX_URL], size
    return f"{flow.scheme}://{flow.host}:{flow.port}"[:_MAX_URL], size
