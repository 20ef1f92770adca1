"""One confined JVM with one app in it: commands go in, lines of JSON come out, and every one of them is distrusted."""

from __future__ import annotations

import contextlib
import json
import math
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from workers.dynamic.backend import BackendEndedError, BackendTimeoutError, Line

_MAX_LINE = 16 << 20
_MAX_OUTPUT = 64 << 20
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": " ", "\0": " "})
"""How a word of a command is written: names from a manifest cannot end a line or a word."""


class SandboxProcess:
    """Context manager; leaving it kills the whole process group, whatever the app has started."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start `command`; what it says is read when it is waited for."""
        self._deadline = math.inf
        self._on_line: Callable[[Line], None] = _drop
        self._buffer = bytearray()
        self._received = 0
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self._selector = selectors.DefaultSelector()
        assert self._process.stdout is not None  # noqa: S101 - for the type checker: a pipe was asked for
        self._out = self._process.stdout.fileno()
        os.set_blocking(self._out, False)
        self._selector.register(self._out, selectors.EVENT_READ)

    def __enter__(self) -> Self:
        """Return the process."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill and reap."""
        with contextlib.suppress(ProcessLookupError):  # It may have ended by itself.
            os.killpg(self._process.pid, signal.SIGKILL)
        self._selector.close()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):  # The last command may not have been read.
                    pipe.close()
        self._process.wait()

    @property
    def alive(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None

    def begin(self, *, seconds: float, on_line: Callable[[Line], None]) -> None:
        """From now on `on_line` gets every line that is not a reply; after `seconds` nothing is waited for."""
        self._deadline = time.monotonic() + seconds
        self._on_line = on_line

    def wait_for(self, kind: str, *, seconds: float | None = None) -> Line:
        """Return the next line of type `kind`; raises BackendEndedError or BackendTimeoutError.

        `seconds` are waited at most; None waits as long as the process may live.
        """
        limit = self._deadline if seconds is None else min(self._deadline, time.monotonic() + seconds)
        while True:
            line = self._next(limit)
            if line.get("type") == kind:
                return line
            self._on_line(line)

    def ask(self, *words: str, answer: str = "reply", seconds: float | None = None) -> Line:
        """Send one command and return the line that answers it; raises BackendEndedError or BackendTimeoutError."""
        assert self._process.stdin is not None  # noqa: S101 - for the type checker: a pipe was asked for
        try:
            line = "\t".join(word.translate(_ESCAPES) for word in words)
            self._process.stdin.write(line.encode(errors="replace") + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise BackendEndedError("The process of the app has ended.") from error
        return self.wait_for(answer, seconds=seconds)

    def _next(self, limit: float) -> Line:
        """Return the next line that is a JSON object; garbage between lines is skipped."""
        while True:
            end = self._buffer.find(b"\n")
            if end < 0:
                self._fill(limit)
                continue
            raw = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            try:
                line = json.loads(raw, parse_constant=_refuse)
            except (ValueError, RecursionError):
                continue
            if isinstance(line, dict):
                return line

    def _fill(self, limit: float) -> None:
        """Read what is there, within the bounds of time and size."""
        left = limit - time.monotonic()
        if left <= 0 or not self._selector.select(left):
            raise BackendTimeoutError("The app used up its time.")
        chunk = os.read(self._out, 1 << 16)
        if not chunk:
            raise BackendEndedError("The process of the app has ended.")
        self._received += len(chunk)
        self._buffer += chunk
        if self._received > _MAX_OUTPUT or len(self._buffer) > _MAX_LINE:
            raise BackendEndedError("The app wrote more than may be read.")


def _drop(line: Line) -> None:
    """Take a line that nobody has asked for yet."""


def _refuse(word: str) -> None:
    """Refuse NaN and Infinity: Python reads them, but no other reader of the document would."""
    raise ValueError(word)
