"""The sinkhole: a mitmproxy add-on that answers every request itself, keeps what apps sent, and obeys the worker."""

# ruff: noqa: INP001 - runs inside mitmproxy, as a script
from __future__ import annotations

import asyncio
import json
import os
import socket
from pathlib import Path
from typing import Any

from gate import Gate
from mitmproxy import ctx, http, tls
from mitmproxy.connection import Client
from mitmproxy.proxy import layer
from mitmproxy.proxy.layers import TCPLayer
from raw import RawLayer
from records import Visit
from replies import choose, read_canned

CONTROL_FD = int(os.environ["APKFARM_CONTROL_FD"])
CANNED = Path(os.environ["APKFARM_CANNED"])
_MAX_COMMAND = 256


class Sinkhole:
    """One per process; apps come and go."""

    def __init__(self) -> None:
        """Nothing runs before mitmproxy does."""
        self._canned = read_canned(CANNED)
        self._gates: dict[str, Gate] = {}
        self._visits: dict[int, Visit] = {}
        self._obeying: asyncio.Task[None] | None = None

    # The worker's commands.

    async def running(self) -> None:
        """Say that connections can come, and wait for commands."""
        self._obeying = asyncio.create_task(self._obey(socket.socket(fileno=CONTROL_FD)))

    async def _obey(self, control: socket.socket) -> None:
        """Answer each command of the worker until it goes away."""
        control.settimeout(0)
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(control, readable.set)
        await self._say(control, {"type": "ready"})
        while True:
            await readable.wait()
            readable.clear()
            try:
                message, descriptors, _, _ = socket.recv_fds(control, _MAX_COMMAND, 1)
            except BlockingIOError:
                continue
            if not message:
                os._exit(0)  # The worker is gone: nobody needs the rest.
            verb, session = message.decode().split()
            loop.remove_reader(control)
            await self._do(control, verb, session, descriptors)
            loop.add_reader(control, readable.set)

    async def _do(self, control: socket.socket, verb: str, session: str, descriptors: list[int]) -> None:
        """Carry out one command; its last line is of type `done`."""
        if verb == "begin":
            gate = Gate(socket.socket(fileno=descriptors[0]), self._visits.__setitem__)
            self._gates[session] = gate
            await gate.open()
        else:
            gate = self._gates[session]
            if verb == "end":
                await self._end(gate)
                del self._gates[session]
            for flow in gate.session.take():
                await self._say(control, {"type": "flow", **flow})
        await self._say(control, {"type": "done", "dropped": gate.session.dropped})

    async def _end(self, gate: Gate) -> None:
        """Close the door and wait, not for long, until mitmproxy has told the end of every connection."""
        await gate.close()
        for _ in range(100):
            if not any(visit.session is gate.session for visit in self._visits.values()):
                break
            await asyncio.sleep(0.005)

    @staticmethod
    async def _say(control: socket.socket, line: dict[str, Any]) -> None:
        """Send one line to the worker."""
        await asyncio.get_running_loop().sock_sendall(control, json.dumps(line).encode() + b"\n")

    # mitmproxy's hooks.

    def _visit(self, client: Client) -> Visit | None:
        """Return the visit of a connection; None if mitmproxy was reached by another way."""
        return self._visits.get(client.peername[1])

    def client_disconnected(self, client: Client) -> None:
        """Tell the end of a connection of which nothing else is known."""
        visit = self._visits.pop(client.peername[1], None)
        if visit is not None:
            visit.left()

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """Keep the name that the app asks for."""
        if (visit := self._visit(data.context.client)) is not None:
            visit.sni = data.client_hello.sni or ""

    def tls_established_client(self, data: tls.TlsData) -> None:
        """Keep that the app has trusted the sinkhole."""
        if (visit := self._visit(data.context.client)) is not None:
            visit.tls = True

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """Keep that the app has refused the sinkhole's certificate."""
        if (visit := self._visit(data.context.client)) is not None:
            visit.refused = True

    def next_layer(self, nextlayer: layer.NextLayer) -> None:
        """Take what is not HTTP away from the layer that would connect to the outside."""
        ctx.master.addons.get("nextlayer").next_layer(nextlayer)  # mitmproxy's own choice, made after ours otherwise.
        visit = self._visit(nextlayer.context.client)
        if visit is not None and isinstance(nextlayer.layer, TCPLayer):
            nextlayer.layer = RawLayer(nextlayer.context, visit)

    def request(self, flow: http.HTTPFlow) -> None:
        """Answer."""
        request = flow.request
        self._keep(flow)
        reply = choose(
            self._canned,
            host=request.pretty_host,
            path=request.path,
            method=request.method,
            accept=request.headers.get("accept", ""),
            content_type=request.headers.get("content-type", ""),
        )
        flow.response = http.Response.make(reply.status, reply.body, {"Content-Type": reply.content_type})

    def error(self, flow: http.HTTPFlow) -> None:
        """Keep a request that never came to its end."""
        if flow.response is None:
            self._keep(flow)

    def _keep(self, flow: http.HTTPFlow) -> None:
        """Hand a request to its visit."""
        visit = self._visit(flow.client_conn)
        if visit is None:
            return
        request = flow.request
        visit.http(
            method=request.method,
            path=request.path,
            host=request.pretty_host,
            headers=[(name, value) for name, value in request.headers.items(multi=True)],
            body=request.raw_content or b"",
            tls=request.scheme == "https",
        )


addons = [Sinkhole()]
