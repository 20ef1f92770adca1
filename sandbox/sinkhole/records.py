"""What the sinkhole keeps of each connection until the worker takes it, within bounds that no app can exceed."""

# ruff: noqa: INP001 - runs inside mitmproxy, as a script
from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_FLOWS = 2_000
MAX_BODY = 256 << 10
"""Bytes of one body that are handed on; its digest is of the whole."""
MAX_BODIES = 24 << 20
"""Bytes of all bodies that wait to be taken."""
_MAX_HEADERS = 100
_MAX_TEXT = 4_096


@dataclass(kw_only=True, slots=True)
class Session:
    """What one app has sent so far and nobody has taken."""

    flows: list[dict[str, Any]] = field(default_factory=list)
    dropped: int = 0
    _body_bytes: int = 0
    _told: int = 0

    def add(self, flow: dict[str, Any], body: bytes) -> None:
        """Keep a flow, as far as there is room."""
        if self._told >= MAX_FLOWS:
            self.dropped += 1
            return
        self._told += 1
        kept = body[: min(MAX_BODY, max(0, MAX_BODIES - self._body_bytes))]
        self._body_bytes += len(kept)
        digest = hashlib.sha256(body).hexdigest() if body else ""
        content = base64.b64encode(kept).decode()
        self.flows.append({**flow, "body_sha256": digest, "body_bytes": len(body), "body": content})

    def take(self) -> list[dict[str, Any]]:
        """Return what is there and forget it."""
        taken, self.flows = self.flows, []
        self._body_bytes = 0
        return taken


@dataclass(kw_only=True, slots=True)
class Visit:
    """One connection of the app."""

    session: Session
    number: int
    host: str
    port: int
    sni: str = ""
    tls: bool = False
    """TLS was agreed on."""
    refused: bool = False
    """The app broke off the handshake after it had seen the certificate."""
    _told: bool = False

    def http(
        self, *, method: str, path: str, host: str, headers: Sequence[tuple[str, str]], body: bytes, tls: bool
    ) -> None:
        """Keep one request; `host` is the one that the request names."""
        kept = [[name[:_MAX_TEXT], value[:_MAX_TEXT]] for name, value in headers[:_MAX_HEADERS]]
        scheme = "https" if tls else "http"
        self._tell("http", body, scheme=scheme, method=method[:32], path=path[:_MAX_TEXT], headers=kept, name=host)

    def raw(self, content: bytes, *, tls: bool) -> None:
        """Keep the bytes of a connection that is not HTTP."""
        self._tell("raw", content, scheme="tls" if tls else "tcp")

    def left(self) -> None:
        """Keep that the connection has ended, if nothing else is known of it."""
        if not self._told:
            kind = "tls" if self.tls or self.refused else "silent"
            self._tell(kind, b"", scheme="tls" if kind == "tls" else "tcp")

    def _tell(self, kind: str, body: bytes, *, name: str = "", **fields: Any) -> None:  # noqa: ANN401 - JSON
        """Hand one flow to the session."""
        self._told = True
        shared = {"kind": kind, "connection": self.number, "port": self.port, "tls_refused": self.refused}
        host = (name or self.sni or self.host)[:_MAX_TEXT]
        self.session.add({**shared, "host": host, "address": self.host, **fields}, body)
