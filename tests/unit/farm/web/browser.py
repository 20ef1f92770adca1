"""Asks the console one thing, in this process and without a socket."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the console answered."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The JSON document in the body."""
        return json.loads(self.text)

    @property
    def page(self) -> Page:
        """The body as a parsed page."""
        page = Page()
        page.feed(self.text)
        page.close()
        return page


class Page(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Keep a piece of text."""
        self._pieces.append(data)

    @property
    def text(self) -> str:
        """All text, with white space as one blank."""
        return re.sub(r"\s+", " ", html.unescape(" ".join(self._pieces))).strip()

    @property
    def tags(self) -> set[str]:
        """The names of all elements."""
        return {tag for tag, _ in self.elements}

    @property
    def links(self) -> list[str]:
        """Where the page leads to."""
        return [attributes["href"] for tag, attributes in self.elements if tag == "a"]


def ask(
    app: ASGIApp, path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, host: str = "127.0.0.1"
) -> Answer:
    """Send one request and return the answer."""
    place, _, query = path.partition("?")
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": place,
        "raw_path": quote(place).encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", host.encode())] * bool(host)
        + [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
        "server": ("127.0.0.1", 8420),
        "client": ("127.0.0.1", 50000),
    }
    return asyncio.run(_exchange(app, scope))


async def _exchange(app: ASGIApp, scope: Scope) -> Answer:
    """Play the server's part."""
    messages: list[Message] = []

    async def receive() -> Message:
        """Send an empty body."""
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        """Keep a message."""
        messages.append(message)

    await app(scope, receive, send)
    start = next(message for message in messages if message["type"] == "http.response.start")
    body = b"".join(message.get("body", b"") for message in messages if message["type"] == "http.response.body")
    return Answer(
        status=start["status"],
        headers={name.decode().lower(): value.decode() for name, value in start["headers"]},
        text=body.decode("utf-8"),
    )
