"""One thing that an app did while it ran."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workers.model.evidence import JSON


class Phase(StrEnum):
    """What was being done to the app."""

    COLD_START = "cold_start"
    """First start, nothing touched: everything is before consent."""


class EventKind(StrEnum):
    """What sort of thing happened."""

    API = "api"
    """A sensitive member of the platform was called."""
    NET = "net"
    """A name was looked up or a connection was tried."""
    LIMIT = "limit"
    """Something that the backend could not run: native code, or more than it may tell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One event, the same whichever backend saw it."""

    sim_ms: int
    """Milliseconds of the app's own time since its start."""
    phase: Phase
    kind: EventKind
    op: str
    """Java member such as `android.telephony.TelephonyManager.getDeviceId`, or `library:x`, `native:x`."""
    pi_kind: str | None
    """Key of `workers.data.tables.pi_kinds`; None if the operation is about none."""
    args: tuple[str, ...]
    """Arguments as text, cut to 300 characters each."""
    stack: tuple[str, ...]
    """Frames as `package.Class.method:line`, innermost first."""
    subject: str
    """`app`, or the name of the SDK whose frame is innermost."""
    backend: str
    grade: str
    """`simulated` or `device`."""

    def as_json(self) -> dict[str, JSON]:
        """Return the event as it stands in the evidence document."""
        return {
            "sim_ms": self.sim_ms,
            "phase": self.phase.value,
            "consent": "none",
            "kind": self.kind.value,
            "op": self.op,
            "pi_kind": self.pi_kind,
            "args": list(self.args),
            "stack": list(self.stack),
            "subject": self.subject,
            "backend": self.backend,
            "grade": self.grade,
            "canary": [],
        }
