"""Watches the machine outside the sandbox: files with the hostile apps' mark, connections to sockets of ours."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

MARK = "apkfarm-hostile-mark"
"""Name of each file that a hostile app writes, and what it sends."""
PROCESS_MARK = b"1000.47831"
"""An argument of each process that a hostile app starts."""
PORT = 47831
"""Port at this machine that the hostile apps connect to."""


class Outside:
    """Context manager: listens while hostile apps run, and says what has come out of the sandbox."""

    def __init__(self, *folders: Path) -> None:
        """Watch `folders` too, besides the usual places for files."""
        usual = (Path(tempfile.gettempdir()), Path.home(), Path.cwd(), Path("/"), Path("/dev/shm"), Path("/var/tmp"))  # noqa: S108 - looked into only
        self._folders = sorted({path.resolve() for path in (*usual, *folders) if path.is_dir()})
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        """Begin to listen: TCP and UDP on the port, and a local socket."""
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            self._listen(socket.socket(socket.AF_INET, kind), ("127.0.0.1", PORT))
        local = Path(tempfile.gettempdir()) / f"{MARK}.sock"
        local.unlink(missing_ok=True)
        self._listen(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM), str(local))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        for each in self._sockets:
            each.close()
        (Path(tempfile.gettempdir()) / f"{MARK}.sock").unlink(missing_ok=True)

    def _listen(self, each: socket.socket, address: tuple[str, int] | str) -> None:
        """Bind one socket and keep it."""
        self._sockets.append(each)
        each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        each.bind(address)
        each.settimeout(0)
        if each.type == socket.SOCK_STREAM:
            each.listen()

    def problems(self) -> Iterator[str]:
        """Yield what has come out, one line each; nothing if all is well."""
        yield from (f"file outside: {path}" for path in self._marked())
        yield from (f"process left: {pid}" for pid in _processes())
        for each in self._sockets:
            with contextlib.suppress(BlockingIOError):
                yield f"connection to this machine from {_caller(each)}"

    def _marked(self) -> Iterator[Path]:
        """Yield the files with the mark in the watched folders and one level below."""
        for folder in self._folders:
            for place in (folder, *_folders_in(folder)):
                # A neighbour's folder may go while it is looked into.
                with contextlib.suppress(PermissionError, FileNotFoundError):
                    yield from (path for path in place.glob(f"{MARK}*") if path.suffix != ".sock")


def _folders_in(folder: Path) -> list[Path]:
    """Return the folders directly in a folder; none if it may not be read or is gone."""
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except (PermissionError, FileNotFoundError):
        return []


def _caller(each: socket.socket) -> object:
    """Return the address of whoever has connected or sent something.

    Raises:
        BlockingIOError: nobody has.
    """
    if each.type == socket.SOCK_DGRAM:
        return each.recvfrom(64)[1]
    connection, address = each.accept()
    connection.close()
    return address


def _processes() -> Iterator[int]:
    """Yield the processes that a hostile app has started and that are still there."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # It has ended meanwhile.
            if PROCESS_MARK in path.read_bytes():
                yield int(path.parent.name)
