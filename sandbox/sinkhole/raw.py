"""Takes what an app sends in a protocol that is not HTTP, and ends the connection without an answer."""

# ruff: noqa: INP001 - runs inside mitmproxy, as a script
from __future__ import annotations

from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from records import MAX_BODY, Visit

_QUIET_SECONDS = 0.3
"""Who has sent something and nothing more for so long waits for an answer."""


class RawLayer(layer.Layer):
    """The innermost layer of such a connection, in clear or inside TLS."""

    def __init__(self, context: Context, visit: Visit) -> None:
        """What is sent is kept by `visit`."""
        super().__init__(context)
        self._visit = visit
        self._content = bytearray()
        self._last: commands.RequestWakeup | None = None
        self._ended = False

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Take bytes; end after silence, or when the app ends."""
        if self._ended:
            return
        match event:
            case events.DataReceived():
                self._content += event.data[: MAX_BODY - len(self._content)]
                self._last = commands.RequestWakeup(_QUIET_SECONDS)
                yield self._last
            case events.Wakeup() if event.command is not self._last:
                pass  # More has come since then.
            case events.Wakeup() | events.ConnectionClosed():
                self._ended = True
                self._visit.raw(bytes(self._content), tls=self._visit.tls)
                yield commands.CloseConnection(self.context.client)
            case _:
                pass  # The start.
