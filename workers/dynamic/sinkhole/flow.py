"""One thing that an app sent over the network, as the sinkhole saw it."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from workers.model.evidence import JSON

_MAX_TEXT = 4_096
_MAX_HEADERS = 100
_MAX_DECODED = 4 << 20
"""An app may send a bomb."""
_DIGEST = re.compile(r"[0-9a-f]{64}|")


class Finder(Protocol):
    """Knows the planted values of a run."""

    def find(self, content: bytes | str, /) -> Sequence[str]:
        """Return the kinds of the planted values that stand in `content`, in clear or encoded."""
        ...


class FlowKind(StrEnum):
    """What came over a connection."""

    HTTP = "http"
    """A request, in clear or inside TLS."""
    RAW = "raw"
    """Bytes that are not HTTP, in clear or inside TLS."""
    TLS = "tls"
    """A TLS handshake and nothing after it: refused (pinning), or not used."""
    SILENT = "silent"
    """A connection without a byte."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """One request, or one connection that carried none."""

    kind: FlowKind
    connection: int
    """Number of the connection, as the sandbox counts them in its events; an app can forge it."""
    host: str
    """The name that the request asks for, else that of the TLS handshake, else the one that was connected to."""
    address: str
    """What was connected to: a name if the app looked one up, else an address."""
    port: int
    scheme: str
    """`http`, `https`, `tcp` or `tls`."""
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body_sha256: str
    """Of the bytes as they were sent; empty if there were none."""
    body_bytes: int
    canaries: tuple[str, ...]
    """Kinds of the planted values that were found in host, path, headers or body."""
    tls_refused: bool
    """The app did not accept the sinkhole's certificate: what it wanted to send is unknown."""

    def as_json(self) -> dict[str, JSON]:
        """Return the flow as it stands in the document: digests in place of bodies."""
        return {
            "kind": self.kind.value,
            "connection": self.connection,
            "host": self.host,
            "address": self.address,
            "port": self.port,
            "scheme": self.scheme,
            "method": self.method,
            "path": self.path,
            "headers": [[name, value] for name, value in self.headers],
            "body_sha256": self.body_sha256,
            "body_bytes": self.body_bytes,
            "canaries": list(self.canaries),
            "tls_refused": self.tls_refused,
        }


def read_flow(line: Mapping[str, Any], finder: Finder) -> Flow | None:
    """Return the flow of one line of the sinkhole; None if it has not the shape of one."""
    match line:
        case {
            "kind": str(kind),
            "connection": int(connection),
            "host": str(host),
            "address": str(address),
            "port": int(port),
            "scheme": str(scheme),
            "body": str(body),
            "body_sha256": str(digest),
            "body_bytes": int(size),
            "tls_refused": bool(refused),
        } if kind in _KINDS and _DIGEST.fullmatch(digest):
            pass
        case _:
            return None
    method, path = str(line.get("method", ""))[:32], str(line.get("path", ""))[:_MAX_TEXT]
    headers = _headers(line.get("headers"))
    try:
        content = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return None
    told: list[str | bytes] = [host, path, *(value for _, value in headers), content, *_decoded(content, headers)]
    found = {kind for text in told for kind in finder.find(text)}
    return Flow(
        kind=FlowKind(kind),
        connection=connection,
        host=host[:_MAX_TEXT],
        address=address[:_MAX_TEXT],
        port=port,
        scheme=scheme[:8],
        method=method,
        path=path,
        headers=headers,
        body_sha256=digest,
        body_bytes=size,
        canaries=tuple(sorted(found)),
        tls_refused=refused,
    )


_KINDS = frozenset(kind.value for kind in FlowKind)


def _headers(value: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401 - whatever stood in the line
    """Return the headers of a line, bounded in number and length."""
    if not isinstance(value, list):
        return ()
    pairs = [pair for pair in value[:_MAX_HEADERS] if isinstance(pair, list) and len(pair) == 2]
    return tuple((str(name)[:_MAX_TEXT], str(content)[:_MAX_TEXT]) for name, content in pairs)


def _decoded(content: bytes, headers: Sequence[tuple[str, str]]) -> tuple[bytes, ...]:
    """Return what a compressed body says, as far as it can be read and no further than the bound."""
    encodings = {value.lower() for name, value in headers if name.lower() == "content-encoding"}
    if not (content[:2] == b"\x1f\x8b" or content[:1] == b"\x78" or encodings & {"gzip", "deflate"}):
        return ()
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):  # gzip or zlib; what some call deflate has no header.
        try:
            return (zlib.decompressobj(window).decompress(content, _MAX_DECODED),)
        except zlib.error:
            continue
    return ()
