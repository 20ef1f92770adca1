"""The backend that is always there: the app's own code on a confined JVM."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Generic, TypeVar

from workers.dynamic.backend import ComponentKind, Cost, Grade, Pending, Profile, Reply, Tell
from workers.dynamic.process import SandboxProcess
from workers.dynamic.wire import read_cost, read_reply

Started = TypeVar("Started")
"""What can take one app: a sandbox."""
_BOOT_SECONDS = 60.0
_COMMAND_SECONDS = 30.0
"""How long the app may think about one command: an endless loop costs this once, not the whole run."""


class SandboxBackend(Generic[Started]):
    """Implements `workers.dynamic.backend.Backend` over one process per boot."""

    name = "sandbox"
    grade = Grade.SIMULATED

    def __init__(
        self,
        *,
        start: Callable[[], AbstractContextManager[Started]],
        take: Callable[[Started, Profile, float, Tell], SandboxProcess],
        seconds: float,
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        """Take where sandboxes come from, how one gets the app, and the seconds of all boots together.

        `take` gets the sandbox, what the phone answers, the seconds that are left, and who is told of lines.
        """
        self._start = start
        self._take = take
        self._prepare = prepare
        self._held = ExitStack()
        self._deadline = time.monotonic() + seconds
        self._process: SandboxProcess | None = None

    def prepare(self) -> None:
        """Start a sandbox for the next boot."""
        self._prepare()

    def boot(self, profile: Profile, tell: Tell) -> Reply:
        """Take a sandbox and start the app's Application in it."""
        self.close()
        sandbox = self._held.enter_context(self._start())
        left = max(0.0, self._deadline - time.monotonic())
        self._process = self._take(sandbox, profile, left, tell)
        return self._ask("load", seconds=_BOOT_SECONDS)

    def launch(self) -> Reply:
        """Start the launcher activity."""
        return self._ask("launch")

    def idle(self, millis: int) -> Reply:
        """Let simulated time pass."""
        return self._ask("idle", str(millis))

    def screen(self, *, with_picture: bool) -> Reply:
        """Return the tree, and the picture if it is wanted: drawing is what costs."""
        return self._ask("screen") if with_picture else self._ask("screen", "tree")

    def tap(self, n: int) -> Reply:
        """Click a node."""
        return self._ask("tap", str(n))

    def write(self, n: int, text: str) -> Reply:
        """Set the text of a field."""
        return self._ask("type", str(n), text)

    def scroll(self, n: int) -> Reply:
        """Scroll a node."""
        return self._ask("scroll", str(n))

    def back(self) -> Reply:
        """Press back."""
        return self._ask("back")

    def home(self) -> Reply:
        """Pause and stop."""
        return self._ask("home")

    def come_back(self) -> Reply:
        """Restart and resume."""
        return self._ask("return")

    def rotate(self) -> Reply:
        """Change the configuration."""
        return self._ask("rotate")

    def low_memory(self) -> Reply:
        """Tell application and activities."""
        return self._ask("memory")

    def restart(self) -> Reply:
        """Destroy the activities and launch again."""
        return self._ask("restart")

    def permission(self, *, grant: bool) -> Reply:
        """Answer a request."""
        return self._ask("permission", "grant" if grant else "deny")

    def grant_denied(self) -> Reply:
        """Grant what was denied."""
        return self._ask("grant")

    def broadcast(self, action: str) -> Reply:
        """Send a broadcast."""
        return self._ask("broadcast", action)

    def run(self, what: Pending) -> Reply:
        """Let happen what the app has left."""
        return self._ask("run", what.value)

    def force(self, kind: ComponentKind, name: str) -> Reply:
        """Run the life cycle of one component."""
        return self._ask("force", kind.value, name)

    def cost(self) -> Cost | None:
        """Return what the process has measured itself."""
        return read_cost(self._running.ask("cost", seconds=_COMMAND_SECONDS))

    def close(self) -> None:
        """Kill the process and all that it has started."""
        self._process = None
        self._held.close()

    @property
    def _running(self) -> SandboxProcess:
        """The process of this boot."""
        if self._process is None:
            raise RuntimeError("A command was given before the boot.")
        return self._process

    def _ask(self, *words: str, seconds: float = _COMMAND_SECONDS) -> Reply:
        """Give a command and read its reply."""
        return read_reply(self._running.ask(*words, seconds=seconds))
