"""Lets the connections of apps in: a Unix-domain socket per app, whose connections go on to mitmproxy's SOCKS port."""

# ruff: noqa: INP001 - runs inside mitmproxy, as a script
from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

from records import Session, Visit

SOCKS_PORT = 1080
ADMITTED = b"\n"
"""What the sandbox waits for before it calls a connection made: somebody is here."""
_MAX_VISITS = 256
"""Connections of one app at a time."""
_HEADER_SECONDS = 5.0
_SILENT_SECONDS = 1.5
"""Who says nothing for so long waits for a greeting that nobody will send: SMTP, FTP, a database."""
_CHUNK = 1 << 16


class Gate:
    """The door of one app; open until `close`."""

    def __init__(self, listener: socket.socket, arrived: Callable[[int, Visit], None]) -> None:
        """`arrived` is told under which local port mitmproxy will see a visit."""
        self.session = Session()
        self._listener = listener
        self._arrived = arrived
        self._visits: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Accept what has queued up, and everything from now on."""
        self._server = await asyncio.start_unix_server(self._enter, sock=self._listener, limit=_CHUNK)

    async def close(self) -> None:
        """Let nobody in any more, and show out who is there."""
        if self._server is not None:
            self._server.close()
        for visit in tuple(self._visits):
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection; whatever happens to it, it is closed."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio calls this in a task
        if len(self._visits) >= _MAX_VISITS:
            self.session.dropped += 1
            writer.close()
            return
        self._visits.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError):
            pass  # Broken off by the app, or not spoken as the sandbox speaks: there is nobody to tell.
        finally:
            self._visits.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read where the app wanted to go, and carry its bytes."""
        header = await asyncio.wait_for(reader.readline(), _HEADER_SECONDS)
        visit = _visit(header, self.session)
        writer.write(ADMITTED)
        first = b""
        with contextlib.suppress(TimeoutError):
            first = await asyncio.wait_for(reader.read(_CHUNK), _SILENT_SECONDS)
        if not first:
            visit.left()
            return
        up, down = await asyncio.open_connection("127.0.0.1", SOCKS_PORT)
        try:
            self._arrived(down.get_extra_info("sockname")[1], visit)
            await _introduce(up, down, visit)
            down.write(first)
            await asyncio.gather(_pump(reader, down), _pump(up, writer))
        finally:
            down.close()


def _visit(header: bytes, session: Session) -> Visit:
    """Return what the first line says; raises ValueError if an app wrote something else."""
    number, port, host = header.decode("utf-8").removesuffix("\n").split(" ", 2)
    if not 0 <= int(number) < 1 << 31 or not 0 <= int(port) <= 65_535:
        raise ValueError(header)
    if not 0 < len(host) <= 255 or not host.isprintable():
        raise ValueError(header)
    return Visit(session=session, number=int(number), host=host, port=int(port))


async def _introduce(up: asyncio.StreamReader, down: asyncio.StreamWriter, visit: Visit) -> None:
    """Tell mitmproxy where the app wanted to go, in SOCKS 5."""
    down.write(b"\x05\x01\x00")
    await up.readexactly(2)
    name = visit.host.encode("idna" if not visit.host.isascii() else "ascii")[:255]
    down.write(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + visit.port.to_bytes(2, "big"))
    await up.readexactly(10)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until they end."""
    while content := await reader.read(_CHUNK):
        writer.write(content)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
