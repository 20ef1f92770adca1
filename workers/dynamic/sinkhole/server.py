"""The mitmproxy process of one worker: confined as apps are, started when it is needed, spoken to over one socket."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from workers.dynamic.confinement import alone, sealed, system
from workers.dynamic.limits import Limits, limited
from workers.dynamic.toolkit import Toolkit

CANNED = Path(__file__).resolve().parents[2] / "data" / "canned_replies.tsv"
START_SECONDS = 20.0
"""It needs 2 s on an idle machine."""
_ASK_SECONDS = 10.0
_MAX_ANSWER = 64 << 20
_LIMITS = Limits(memory_bytes=768 << 20, tasks=64)
_OPTIONS = {
    "confdir": "/authority",
    "connection_strategy": "lazy",
    "upstream_cert": "false",
    "onboarding": "false",
    "body_size_limit": "8m",
    "flow_detail": "0",
    "termlog_verbosity": "error",
    "tls_version_client_min": "TLS1",
    "validate_inbound_headers": "false",
}


class SinkholeError(Exception):
    """The sinkhole does not run, or does not answer: what an app sends is unknown."""


class Server:
    """Context manager over the process; one command at a time."""

    def __init__(self, toolkit: Toolkit, authority: Path) -> None:
        """Start it and wait until it is ready; raises SinkholeError if that takes too long.

        `authority` is the folder of its certificate authority.
        """
        if toolkit.sinkhole is None:
            raise SinkholeError("The sinkhole is not installed. In a checkout of apkfarm: make sandbox.")
        self._control, theirs = socket.socketpair()
        self._buffer = bytearray()
        self._held = ExitStack()
        with theirs:
            argv = _command(toolkit, toolkit.sinkhole, authority, theirs.fileno())
            held = self._held.enter_context(limited(argv, _LIMITS))
            self._process = subprocess.Popen(
                held,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=[theirs.fileno()],
            )
        try:
            self._answer("ready", START_SECONDS)
        except SinkholeError:
            self.close()
            raise

    def begin(self, session: str, listener: socket.socket) -> None:
        """Let the connections of one app in, those that wait at `listener` first."""
        self._ask("begin", session, [listener.fileno()])

    def take(self, session: str) -> list[dict[str, Any]]:
        """Return what the app has sent since it was asked last."""
        return self._ask("take", session)

    def end(self, session: str) -> list[dict[str, Any]]:
        """Close the app's door and return the rest."""
        return self._ask("end", session)

    def kill(self) -> None:
        """End the process; the next command finds that it is gone."""
        with contextlib.suppress(ProcessLookupError):  # It may have ended by itself.
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """End the process and give back what it held."""
        self.kill()
        self._control.close()
        self._held.close()

    def _ask(self, verb: str, session: str, descriptors: Sequence[int] = ()) -> list[dict[str, Any]]:
        """Send one command; return the flows before its last line, and that line."""
        try:
            socket.send_fds(self._control, [f"{verb} {session}".encode()], list(descriptors))
        except OSError as error:
            raise SinkholeError("The sinkhole has ended.") from error
        return self._answer("done", _ASK_SECONDS)

    def _answer(self, last: str, seconds: float) -> list[dict[str, Any]]:
        """Return the lines up to and with the one of type `last`."""
        deadline = time.monotonic() + seconds
        lines: list[dict[str, Any]] = []
        received = 0
        while not lines or lines[-1].get("type") != last:
            end = self._buffer.find(b"\n")
            if end >= 0:
                lines.append(_object(bytes(self._buffer[:end])))
                del self._buffer[: end + 1]
                continue
            chunk = self._receive(deadline - time.monotonic())
            received += len(chunk)
            if not chunk or received > _MAX_ANSWER:
                raise SinkholeError("The sinkhole has ended.")
            self._buffer += chunk
        return lines

    def _receive(self, seconds: float) -> bytes:
        """Return what has come; empty if the process is gone."""
        try:
            self._control.settimeout(max(seconds, 0.001))
            return self._control.recv(1 << 16)
        except TimeoutError as error:
            raise SinkholeError("The sinkhole does not answer.") from error
        except OSError:
            return b""


def _object(raw: bytes) -> dict[str, Any]:
    """Return the object of one line; an empty one if it is none."""
    try:
        line = json.loads(raw)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


def _command(toolkit: Toolkit, folder: Path, authority: Path, control: int) -> list[str]:
    """Return the command line: mitmproxy in a network namespace with nothing but loopback.

    There is no `--die-with-parent`: it would end the process with the thread that has started it. It ends when the
    worker's end of the socket does.
    """
    python = folder / "target" / "env" / "bin" / "python"
    argv = [*alone(toolkit), "--hostname", "sinkhole", *system(), "--tmpfs", "/tmp", "--chdir", "/tmp"]  # noqa: S108 - inside
    for name, value in (
        ("LANG", "C.UTF-8"),
        ("HOME", "/tmp"),  # noqa: S108 - inside
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("APKFARM_CONTROL_FD", str(control)),
        ("APKFARM_CANNED", "/in/canned_replies.tsv"),
    ):
        argv += ["--setenv", name, value]
    base = python.resolve().parents[1]
    for source, target in ((base, base), (folder, folder), (authority, "/authority"), (CANNED, "/in/" + CANNED.name)):
        argv += ["--ro-bind", str(source), str(target)]
    argv += [*sealed(), "--", str(python), "-c", "from mitmproxy.tools.main import mitmdump; mitmdump()"]
    argv += ["--mode", "socks5@1080", "--listen-host", "127.0.0.1", "-s", str(folder / "addon.py")]
    return [*argv, *(word for name, value in _OPTIONS.items() for word in ("--set", f"{name}={value}"))]
