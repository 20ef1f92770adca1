"""What the phases ask of whatever runs the app: a confined JVM today, a phone over adb tomorrow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from workers.dynamic.tree import Screen
from workers.model.services import Services

Line = dict[str, Any]
"""Something that happened, told by the backend in its own time; `type` says what. None of it is trusted:

- `event`: `kind`, `op`, `args`, `stack`, `sim_ms`, `thread`, `granted`, `canary`;
- `component`: `kind`, `name`, `step`, `ok`, `trace`, `sim_ms`;
- `fault`: `cause`, if the backend itself gives up.
"""
Tell = Callable[[Line], None]


class BackendEndedError(Exception):
    """The app's process is gone, or says what it may not: this start of the app is over."""


class BackendTimeoutError(BackendEndedError):
    """The app does not answer in the time that it has."""


class Grade(StrEnum):
    """How much an event proves."""

    SIMULATED = "simulated"
    DEVICE = "device"


class ComponentKind(StrEnum):
    """What can be started alone."""

    ACTIVITY = "activity"
    SERVICE = "service"
    RECEIVER = "receiver"
    PROVIDER = "provider"


class Pending(StrEnum):
    """What an app has left with the system for later."""

    JOBS = "jobs"
    ALARMS = "alarms"
    NOTIFICATIONS = "notifications"
    """Those in the status bar are touched, their buttons too, and wiped away; each once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """The phone that the app meets."""

    canaries: Mapping[str, str] = field(default_factory=dict)
    """Planted value by kind of personal information."""
    needles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By kind, the texts that prove that the planted value went somewhere."""
    services: Services = Services.ABSENT
    """Whether Google's and vendors' services are on it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """How the app stands after one command."""

    sim_ms: int = 0
    """The app's own clock."""
    exited: bool = False
    """Whether the app has ended its own process since it was launched."""
    shown: str = ""
    """Class of the activity on top, empty if none is shown."""
    pending: tuple[tuple[str, ...], ...] = ()
    """Permission requests without an answer, the oldest first: each the permissions asked for together."""
    done: bool = False
    """Whether the command did what it is for: the Application was created, the launcher shown, the node touched."""
    count: int = 0
    """How many receivers were reached, or jobs or alarms run."""
    screen: Screen | None = None
    picture: bytes = b""
    """PNG file of the screen, empty if none was asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What the app's process has used since its boot."""

    cpu_s: float
    peak_mb: int


class Backend(Protocol):
    """One app on one phone.

    Every command but `prepare` and `boot` needs a boot before it. All raise BackendEndedError when the app's process
    is gone and BackendTimeoutError when it does not answer; afterwards only `boot` and `close` make sense.
    """

    name: str
    """Stands in each event, such as `sandbox`."""
    grade: Grade

    def prepare(self) -> None:
        """Get ready for another boot, which will come soon; at any time, also before the first one."""

    def boot(self, profile: Profile, tell: Tell) -> Reply:
        """Begin anew: nothing of an earlier boot is left. Application and providers start, no activity does."""

    def launch(self) -> Reply:
        """Start the launcher activity as the home screen does."""

    def idle(self, millis: int) -> Reply:
        """Let the app's own time pass."""

    def screen(self, *, with_picture: bool) -> Reply:
        """Return what a user sees."""

    def tap(self, n: int) -> Reply:
        """Touch node `n` of the last screen."""

    def write(self, n: int, text: str) -> Reply:
        """Set the text of the field `n` of the last screen."""

    def scroll(self, n: int) -> Reply:
        """Scroll node `n` of the last screen forward by a page."""

    def back(self) -> Reply:
        """Press the back key."""

    def home(self) -> Reply:
        """Press the home key: the app goes to the background."""

    def come_back(self) -> Reply:
        """Bring the app back from the background."""

    def rotate(self) -> Reply:
        """Turn the phone: the activity on top is made anew from its saved state."""

    def low_memory(self) -> Reply:
        """Tell the app that the phone is short of memory."""

    def restart(self) -> Reply:
        """Swipe the app away and open it anew."""

    def permission(self, *, grant: bool) -> Reply:
        """Answer the oldest permission request."""

    def grant_denied(self) -> Reply:
        """Grant in the phone's settings what was denied, or what a call failed for; the app is not told."""

    def broadcast(self, action: str) -> Reply:
        """Send what the system sends; `count` says how many of the app's receivers got it."""

    def run(self, what: Pending) -> Reply:
        """Let happen what the app has left, once; `count` says how many there were."""

    def force(self, kind: ComponentKind, name: str) -> Reply:
        """Start one component alone and end it again."""

    def cost(self) -> Cost | None:
        """Return what was used; None if the backend cannot tell."""

    def close(self) -> None:
        """End the app, whatever it does; safe to call twice."""
