"""One thing that an app did while it ran."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workers.model.evidence import JSON


class Phase(StrEnum):
    """What was being done to the app."""

    COLD_START = "cold_start"
    """First start, nothing touched: everything is before consent."""
    EXPLORE = "explore"
    """Consent given, if it was asked for; then everything that can be clicked."""
    BACKGROUND = "background"
    """The home key was pressed and time passes."""
    SELF_START = "self_start"
    """The system broadcasts what it broadcasts; nobody touches the app."""
    FORCED = "forced"
    """Each component alone, as nobody would start it: proves what code can do, never what the app does by itself."""
    REFUSE = "refuse"
    """A start of its own in which consent is refused."""


class Consent(StrEnum):
    """What the user had chosen by then."""

    NONE = "none"
    """Nothing yet."""
    REFUSED = "refused"
    AGREED = "agreed"
    UNKNOWN = "unknown"
    """Nothing asked for consent, or nothing that can be read; the app was used all the same."""
    FORCED = "forced"
    """Meaningless: a component was started alone."""


class EventKind(StrEnum):
    """What sort of thing happened."""

    API = "api"
    """A sensitive member of the platform was called."""
    UI = "ui"
    """Something was put before the user, or another app was started."""
    NET = "net"
    """A name was looked up, a connection was tried, something was sent."""
    FILE = "file"
    PROC = "proc"
    """A command was run, a process ended, code was loaded."""
    COMPONENT = "component"
    """The app started one of its own parts."""
    LIMIT = "limit"
    """Something that the backend could not run: native code, or more than it may tell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One event, the same whichever backend saw it."""

    sim_ms: int
    """Milliseconds of the app's own time since its start."""
    phase: Phase
    consent: Consent
    kind: EventKind
    op: str
    """Java member such as `android.telephony.TelephonyManager.getDeviceId`, or `library:x`, `native:x`."""
    pi_kind: str | None
    """Key of `workers.data.tables.pi_kinds`; None if the operation is about none."""
    args: tuple[str, ...]
    """Arguments as text, cut to 400 characters each."""
    stack: tuple[str, ...]
    """Frames as `package.Class.method:line`, innermost first."""
    thread: str
    """Name of the thread, `main` for the one that draws; empty if the backend did not tell."""
    granted: bool | None
    """Whether the app holds the permission that the call needs; None if it needs none or nobody knows."""
    canary: tuple[str, ...]
    """Kinds whose planted value was in what was handed over."""
    subject: str
    """`app`, or the name of the SDK whose frame is innermost."""
    backend: str
    grade: str
    """`simulated` or `device`."""

    def as_json(self, *, count: int = 1, last_ms: int | None = None) -> dict[str, JSON]:
        """Return the event as it stands in the evidence document, `count` times between its time and `last_ms`."""
        return {
            "sim_ms": self.sim_ms,
            "last_ms": self.sim_ms if last_ms is None else last_ms,
            "count": count,
            "phase": self.phase.value,
            "consent": self.consent.value,
            "kind": self.kind.value,
            "op": self.op,
            "pi_kind": self.pi_kind,
            "args": list(self.args),
            "stack": list(self.stack),
            "thread": self.thread,
            "granted": self.granted,
            "canary": list(self.canary),
            "subject": self.subject,
            "backend": self.backend,
            "grade": self.grade,
        }
