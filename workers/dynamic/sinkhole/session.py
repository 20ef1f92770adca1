"""The sinkhole as a run sees it: a folder to show to the app, and what the app has sent so far."""

from __future__ import annotations

import atexit
import os
import select
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from workers.dynamic.sinkhole.flow import Finder, Flow, read_flow
from workers.dynamic.sinkhole.server import START_SECONDS, Server, SinkholeError
from workers.dynamic.toolkit import Toolkit

_MAX_WAITING = 64
"""Connections that wait while the sinkhole starts."""


@cache
def shared_sinkhole(toolkit: Toolkit) -> Sinkhole:
    """Return the one sinkhole of this process; it ends with the process."""
    sinkhole = Sinkhole(toolkit)
    atexit.register(sinkhole.close)
    return sinkhole


class Sinkhole:
    """One per worker process, for as many apps as come; several may run at a time.

    mitmproxy is started by the first connection that any of them makes, and kept: a worker whose apps stay off the
    network never pays for it.
    """

    def __init__(self, toolkit: Toolkit) -> None:
        """Nothing is made before the first session."""
        self._toolkit = toolkit
        self._folder: Path | None = None
        self._server: Server | None = None
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        """Return the sinkhole."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    @property
    def running(self) -> bool:
        """Whether mitmproxy is there, so that the next connection does not wait."""
        return self._server is not None

    def open(self, finder: Finder) -> Session:
        """Return a session for one app; `finder` knows what was planted in it.

        Where the sinkhole is not installed, or its certificates cannot be made, the session has no network.
        """
        with self._lock:
            try:
                return Session(self, Path(tempfile.mkdtemp(prefix="session-", dir=self._home())), finder)
            except SinkholeError as error:
                return Session(self, None, finder, trouble=str(error))

    def trust(self, folder: Path) -> bool:
        """Copy the public certificate to `folder` as `ca.pem`; return whether there is a sinkhole at all."""
        with self._lock:
            try:
                shutil.copyfile(self._home() / "authority" / "ca.pem", folder / "ca.pem")
            except SinkholeError:
                return False
            return True

    def serve(self) -> Server:
        """Return the process, started if there is none; raises SinkholeError."""
        with self._lock:
            if self._folder is None:
                raise SinkholeError("The sinkhole is closed.")
            if self._server is None:
                self._server = Server(self._toolkit, self._folder / "authority")
            return self._server

    def lost(self, server: Server) -> None:
        """Give up a process that does not answer; the next connection gets a new one."""
        with self._lock:
            if server is self._server:
                self._server = None
                server.close()

    def close(self) -> None:
        """End the process and remove every file."""
        with self._lock:
            if self._server is not None:
                self._server.close()
                self._server = None
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    def _home(self) -> Path:
        """Return the folder with the certificate authority, made when it is first needed."""
        if self._toolkit.sinkhole is None:
            raise SinkholeError("The sinkhole is not installed. In a checkout of apkfarm: make sandbox.")
        if self._folder is None:
            self._folder = _with_authority(self._toolkit.sinkhole)
        return self._folder


def _with_authority(installed: Path) -> Path:
    """Return a new folder with a new certificate authority, which no other sinkhole has; takes a second."""
    folder = Path(tempfile.mkdtemp(prefix="apkfarm-sinkhole-"))
    (folder / "authority").mkdir()
    python = installed / "target" / "env" / "bin" / "python"
    argv = [str(python), "-I", str(installed / "authority.py"), str(folder / "authority")]
    try:
        subprocess.run(argv, check=True, capture_output=True, timeout=START_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise SinkholeError("The sinkhole's environment is broken. In a checkout of apkfarm: make sandbox.") from error
    return folder


class Session:
    """Context manager: the network of one app from before its start until after its end."""

    def __init__(self, sinkhole: Sinkhole, folder: Path | None, finder: Finder, *, trouble: str = "") -> None:
        """Without a `folder` there is no network, and `trouble` says why."""
        self.trouble = trouble
        """Why the network log is not complete; empty if it is."""
        self.dropped = 0
        """Requests and connections beyond what is kept of one app."""
        self._sinkhole = sinkhole
        self._folder = folder
        self._finder = finder
        self._server: Server | None = None
        self._ended = False
        self._starting: threading.Thread | None = None
        self._stop_read, self._stop_write = os.pipe()
        if folder is not None:
            self._listener = _listen(folder)
            if sinkhole.running:
                self._begin()
            else:
                self._starting = threading.Thread(target=self._wait, name="sinkhole", daemon=True)
                self._starting.start()

    def __enter__(self) -> Self:
        """Return the session."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it and remove its folder."""
        self.end()
        os.close(self._stop_read)
        os.close(self._stop_write)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def share(self, folder: Path) -> None:
        """Put the app's door into `folder`, which its sandbox sees; nothing where there is no network at all."""
        if self._folder is not None:
            os.link(self._folder / "app.sock", folder / "app.sock")

    @property
    def network(self) -> str:
        """What the app's connections meet: `sinkhole` or `none`."""
        return "none" if self._folder is None else "sinkhole"

    def flows(self) -> tuple[Flow, ...]:
        """Return what the app has sent since the last call; empty at no cost if it has made no connection."""
        server = self._server
        return () if server is None or self._ended else self._read(server.take)

    def end(self) -> tuple[Flow, ...]:
        """Close the app's door and return the rest; called after the app's process has ended."""
        if self._ended:
            return ()
        os.write(self._stop_write, b"x")
        if self._starting is not None:
            self._starting.join(START_SECONDS + 5)
        server = self._server
        rest = () if server is None else self._read(server.end)
        self._ended = True
        if self._folder is not None:
            self._listener.close()
        return rest

    def _wait(self) -> None:
        """Start mitmproxy when the first connection has come; runs on a thread of its own."""
        connection = self._listener.fileno()
        ready, _, _ = select.select([connection, self._stop_read], [], [])
        if connection in ready:
            self._begin()

    def _begin(self) -> None:
        """Let the app's connections in; if that fails they are refused from now on."""
        try:
            server = self._sinkhole.serve()
        except SinkholeError as error:
            self.trouble = str(error)
            self._listener.close()
            return
        try:
            server.begin(self._name, self._listener)
            self._server = server
        except SinkholeError as error:
            self._give_up(server, error)
            self._listener.close()

    @property
    def _name(self) -> str:
        """What mitmproxy's side calls the session."""
        return str(id(self))

    def _read(self, command: Any) -> tuple[Flow, ...]:  # noqa: ANN401 - a method of the server
        """Return the flows that a command of the server brings."""
        server = self._server
        try:
            lines: list[Mapping[str, Any]] = command(self._name)
        except SinkholeError as error:
            if server is not None:
                self._give_up(server, error)
            return ()
        dropped = lines[-1].get("dropped")
        self.dropped = dropped if isinstance(dropped, int) else 0
        return tuple(self._known(lines))

    def _known(self, lines: Iterable[Mapping[str, Any]]) -> Iterable[Flow]:
        """Yield the flows that have the shape of one."""
        for line in lines:
            flow = read_flow(line, self._finder)
            if flow is not None:
                yield flow

    def _give_up(self, server: Server, error: SinkholeError) -> None:
        """Go on without a log."""
        self.trouble = str(error)
        self._server = None
        self._sinkhole.lost(server)


def _listen(folder: Path) -> socket.socket:
    """Return a listening socket `app.sock`; its path may be longer than what the kernel takes at once."""
    listener = socket.socket(socket.AF_UNIX)
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        listener.bind(f"/proc/self/fd/{descriptor}/app.sock")
        listener.listen(_MAX_WAITING)
    except OSError:
        listener.close()
        raise
    finally:
        os.close(descriptor)
    return listener
