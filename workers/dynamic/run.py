"""One run of one app as the phases see it: commands to the backend, and what is known so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from workers.dynamic.album import Album
from workers.dynamic.backend import Backend, Profile, Reply
from workers.dynamic.budget import Slice
from workers.dynamic.consent import Consent as ConsentRequest
from workers.dynamic.consent import find_consent
from workers.dynamic.declared import Declared
from workers.dynamic.event import Phase
from workers.dynamic.network import NetworkLog
from workers.dynamic.permissions import Request, Requests, stack_of
from workers.dynamic.recorder import Recorder
from workers.dynamic.tree import Node, Screen
from workers.model.evidence import JSON

STEP_MS = 1_000
"""How long the app is given after each touch."""
_MAX_ANSWERS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentSeen:
    """A request for consent, and where it was seen first."""

    request: ConsentRequest
    label: str
    phase: Phase
    sim_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """What came of refusing consent."""

    outcome: str
    """`quits`, `asks_again`, `loops` or `continues`."""
    confirmations: int
    """How often the app asked whether one is sure."""
    restarts: tuple[JSON, ...]
    screens: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """How far a phase came."""

    cut: str = ""
    """Why it ended before all was done; empty if it did not."""
    clicks: int | None = None
    """Touches of the screen, in phases that touch it."""


@dataclass(kw_only=True, slots=True)
class Run:
    """What all phases share."""

    backend: Backend
    declared: Declared
    profile: Profile
    recorder: Recorder
    album: Album
    network: NetworkLog = field(default_factory=NetworkLog)
    requests: Requests = field(default_factory=Requests)
    now: Reply = field(default_factory=Reply)
    """The newest reply."""
    application: bool = False
    resumed: bool = False
    """Whether the launcher was shown in the cold start."""
    opened: bool = False
    """Whether the launcher was shown at any time."""
    ended_itself: bool = False
    """Whether the app ended its process in the cold start."""
    empty: bool = True
    """Whether there was nothing to see at the end of the cold start."""
    touched: bool = False
    """Whether anything has been clicked since the boot."""
    consent: ConsentSeen | None = None
    refusal: Refusal | None = None
    usable: bool = False
    """Whether anything was found that can be clicked or scrolled."""
    login_wall: bool = False
    self_starts: list[JSON] = field(default_factory=list)
    denials: int = 0
    _after_denial: bool = False

    def boot(self) -> bool:
        """Begin anew; return whether the Application was created."""
        self.recorder.boot()
        self.requests.boot()
        self.touched, self._after_denial = False, False
        return self.note(self.backend.boot(self.profile, self.recorder.line)).done

    def note(self, reply: Reply) -> Reply:
        """Take in a reply: time, and permissions that are asked for."""
        self.now = reply
        self.recorder.since_start(reply.sim_ms)  # The first reply or event of a boot is its time 0.
        for permissions in self.requests.fresh(reply.pending):
            request = Request(
                phase=self.recorder.phase,
                consent=self.recorder.consent,
                sim_ms=self.sim_ms,
                permissions=permissions,
                activity=reply.shown,
                stack=stack_of(self.recorder.events, permissions),
                touched=self.touched,
            )
            self.requests.add(request, at_once=self._after_denial)
        return reply

    @property
    def sim_ms(self) -> int:
        """The app's own time since the boot."""
        return self.recorder.since_start(self.now.sim_ms)

    @property
    def gone(self) -> bool:
        """Whether the app shows nothing: it ended itself or left its last screen."""
        return self.now.exited or not self.now.shown

    def launch(self) -> bool:
        """Open the app; return whether its launcher is shown."""
        self._after_denial = False
        shown = self.note(self.backend.launch()).done
        self.opened = self.opened or shown
        self.note(self.backend.idle(STEP_MS))
        return shown

    def restart(self) -> None:
        """Swipe the app away and open it again."""
        self._after_denial = False
        self.requests.reopened()
        shown = self.note(self.backend.restart()).done
        self.opened = self.opened or shown
        self.note(self.backend.idle(STEP_MS))

    def idle(self, millis: int, time: Slice, *, step: int = 10_000) -> bool:
        """Let the app's time pass; return whether the wall time was enough for all of it."""
        while millis > 0:
            if time.over:
                return False
            self.note(self.backend.idle(min(step, millis)))
            millis -= step
        return True

    def look(self, label: str = "") -> Screen:
        """Return the screen; with a label it is kept, and drawn."""
        reply = self.note(self.backend.screen(with_picture=bool(label)))
        screen = reply.screen or Screen()
        if label:
            self.album.keep(label, self.recorder.phase, self.sim_ms, screen, reply.picture)
        return screen

    def tap(self, node: Node) -> bool:
        """Touch a node of the last screen; return whether it was there."""
        if node.n is None:
            return False
        self.touched, self.requests.touched, self._after_denial = True, True, False
        done = self.note(self.backend.tap(node.n)).done
        self.note(self.backend.idle(STEP_MS))
        return done

    def answer(self, *, ever_grant: bool = True, most: int = _MAX_ANSWERS) -> bool:
        """Answer what is asked: deny what is asked for the first time, grant what was denied before.

        So an app shows what it does with a denial, and then what it does behind the permission. Without `ever_grant`
        all is denied. At most `most` are answered. Returns whether anything was asked.
        """
        asked = False
        for _ in range(most):
            if not self.requests.waiting:
                break
            asked = True
            grant = ever_grant and self.requests.grantable
            self.requests.answered(grant=grant)
            self.denials += not grant
            self._after_denial = not grant
            self.note(self.backend.permission(grant=grant))
            self.note(self.backend.idle(STEP_MS))
        return asked

    def grant_denied(self) -> bool:
        """Grant in the settings what is still denied, or what a call failed for; return whether there was any."""
        self.requests.granted_later()
        return self.note(self.backend.grant_denied()).done

    def notice(self, screen: Screen, label: str) -> ConsentRequest | None:
        """Return the request for consent on a screen, and remember the first that can be answered."""
        found = find_consent(screen)
        known = self.consent
        if found is not None and (known is None or (found.testable and not known.request.testable)):
            self.consent = ConsentSeen(request=found, label=label, phase=self.recorder.phase, sim_ms=self.sim_ms)
        return found
