"""Choose what the sinkhole answers to one HTTP request: a canned reply, else something empty and well-formed."""

# ruff: noqa: INP001 - runs inside mitmproxy, as a script
from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""One transparent pixel."""
_IMAGE = re.compile(r"\.(?:png|jpe?g|gif|webp|bmp|ico)$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An answer."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class CannedReply:
    """A row of the table: which requests it answers, and how."""

    host_suffix: str
    path_prefix: str
    reply: Reply


def read_canned(table: Path) -> tuple[CannedReply, ...]:
    """Return the rows of a table; raises ValueError if one has not six fields, or a status that is no number."""
    lines = table.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith(("#", "host_suffix\t"))]
    return tuple(
        CannedReply(
            host_suffix=host,
            path_prefix=path,
            reply=Reply(status=int(status), content_type=content_type, body=body.encode()),
        )
        for host, path, status, content_type, body, _source in rows
    )


def choose(
    canned: Sequence[CannedReply], *, host: str, path: str, method: str, accept: str, content_type: str
) -> Reply:
    """Return the answer to one request; the first row that fits wins."""
    for row in canned:
        if path.startswith(row.path_prefix) and (host == row.host_suffix or host.endswith("." + row.host_suffix)):
            return row.reply
    first = accept.partition(",")[0].strip().lower()
    plain = path.partition("?")[0].lower()
    if first.startswith("image/") or _IMAGE.search(plain):
        return Reply(status=200, content_type="image/gif", body=_GIF)
    json = "json" in accept.lower() or "json" in content_type.lower() or plain.endswith(".json")
    # What is sent is most often answered with JSON, whatever its sender says that it accepts.
    if json or method in {"POST", "PUT", "PATCH"}:
        return Reply(status=200, content_type="application/json; charset=utf-8", body=b"{}")
    return Reply(status=200, content_type="text/html; charset=utf-8", body=b"")
