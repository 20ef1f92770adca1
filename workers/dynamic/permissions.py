"""Watch which permissions an app asks for, when, and whether it asks again after a denial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from workers.dynamic.event import Consent, Event, Phase
from workers.model.evidence import JSON

_MAX_REQUESTS = 500
_ASKING = ("requestPermissions", "permission_request")
"""Ends of the operations that ask: the app's call, and what the backend tells of it."""


@dataclass(kw_only=True, slots=True)
class Request:
    """Permissions asked for together, by one activity in one phase."""

    phase: Phase
    consent: Consent
    sim_ms: int
    """When it came first."""
    permissions: tuple[str, ...]
    activity: str
    stack: tuple[str, ...]
    """Of the call, innermost frame first; empty if it was not seen."""
    touched: bool
    """Whether anything had been clicked before."""
    count: int = 1
    answer: str = "none"
    """`none`, `denied` or `granted`: the last one given."""
    after_denial: str | None = None
    """`at_once`, `after_restart` or `later` if the app asked by itself for some of what had been denied.

    None if nothing had been denied, or if the user has touched something since: who wants a function is asked again.
    """

    def as_json(self) -> dict[str, JSON]:
        """Return it as it stands in the document."""
        return {
            "phase": self.phase.value,
            "consent": self.consent.value,
            "sim_ms": self.sim_ms,
            "permissions": list(self.permissions),
            "activity": self.activity,
            "stack": list(self.stack),
            "at_start": not self.touched,
            "count": self.count,
            "answer": self.answer,
            "after_denial": self.after_denial,
        }


@dataclass(kw_only=True, slots=True)
class Requests:
    """All requests of a run, and those that wait for an answer."""

    seen: list[Request] = field(default_factory=list)
    waiting: list[Request] = field(default_factory=list)
    """The oldest first, as the backend has them."""
    lost: bool = False
    """Whether there were more than are kept."""
    denied: set[str] = field(default_factory=set)
    granted: set[str] = field(default_factory=set)
    restarted: bool = False
    """Whether the app was opened anew since the last denial."""
    touched: bool = False
    """Whether anything was clicked since then."""
    _pending: tuple[tuple[str, ...], ...] = ()

    def boot(self) -> None:
        """Forget what waited and what was denied: a new start of the app knows nothing of it."""
        self.waiting, self._pending = [], ()
        self.denied, self.granted = set(), set()
        self.restarted, self.touched = False, False

    def reopened(self) -> None:
        """Take the app as opened anew: what waited went with its screens, what was denied it may ask for again."""
        self.waiting, self._pending = [], ()
        self.restarted, self.touched = True, False

    @property
    def grantable(self) -> bool:
        """Whether the oldest that waits has been denied or granted before: the next answer is yes."""
        wanted = set(self.waiting[0].permissions)
        return bool(wanted & self.denied) or wanted <= self.granted

    def fresh(self, pending: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
        """Return what is new in `pending`, which the backend tells whole each time, the oldest first."""
        now, before = tuple(pending), self._pending
        kept = next(
            size for size in range(min(len(before), len(now)), -1, -1) if before[len(before) - size :] == now[:size]
        )
        self._pending = now
        # What is no longer told has been taken back, by the app's end for example.
        self.waiting = self.waiting[len(self.waiting) - kept :] if kept else []
        return now[kept:]

    def add(self, request: Request, *, at_once: bool) -> None:
        """File a new request, with an equal one of the same phase if there is one."""
        if self.denied.intersection(request.permissions) and not self.touched:
            request.after_denial = "after_restart" if self.restarted else "at_once" if at_once else "later"
        same = next((item for item in self.seen if _key(item) == _key(request)), None)
        if same is not None:
            same.count += 1
            request = same
        elif len(self.seen) < _MAX_REQUESTS:
            self.seen.append(request)
        else:
            self.lost = True
        self.waiting.append(request)

    def answered(self, *, grant: bool) -> None:
        """Take the oldest as answered."""
        self._pending = self._pending[1:]
        if not self.waiting:
            return
        request = self.waiting.pop(0)
        request.answer = "granted" if grant else "denied"
        if grant:
            self.denied.difference_update(request.permissions)
            self.granted.update(request.permissions)
        else:
            self.denied.update(request.permissions)
            self.restarted, self.touched = False, False

    def granted_later(self) -> None:
        """Take what was denied as granted in the phone's settings."""
        self.granted |= self.denied
        self.denied = set()


def stack_of(events: Sequence[Event], permissions: Sequence[str]) -> tuple[str, ...]:
    """Return the stack of the newest call that asks for permissions, of these if its arguments tell which."""
    calls = [event for event in events[-200:] if event.op.endswith(_ASKING)]
    exact = [event for event in calls if any(name in text for name in permissions for text in event.args)]
    return (exact or calls)[-1].stack if calls else ()


def _key(request: Request) -> tuple[object, ...]:
    """Return what makes two requests the same."""
    return (
        request.phase,
        request.consent,
        request.permissions,
        request.activity,
        request.after_denial,
        request.touched,
    )
