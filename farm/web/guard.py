"""The console's outer wall: answers only to its own names, only reads, and tells browsers to trust nothing else."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names of this machine for itself."""

HEADERS: dict[str, str] = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HostPolicy:
    """Which names of a `Host` header are ours; any other may be an attacker's name that resolves to this machine."""

    names: frozenset[str] = LOCAL_HOSTS
    """Host names and addresses, in lower case, without a port."""
    any_address: bool = False
    """Whether every literal IP address is ours too: rebinding needs a name, so an address cannot be forged by it."""

    @classmethod
    def bound_to(cls, host: str, more: Iterable[str] = ()) -> HostPolicy:
        """Return the policy of a server that listens on `host` and is known under `more` names."""
        names = {_plain(name) for name in (*more, host)} | LOCAL_HOSTS
        address = _address(_plain(host))
        return cls(names=frozenset(names), any_address=address is not None and not address.is_loopback)

    def allows(self, header: str | None) -> bool:
        """Return whether a `Host` header names us."""
        if not header:
            return False
        name = _plain(_without_port(header.strip()))
        return name in self.names or (self.any_address and _address(name) is not None)


class Guard:
    """ASGI middleware that refuses strange hosts and everything but GET and HEAD, and adds the headers."""

    def __init__(self, app: ASGIApp, policy: HostPolicy) -> None:
        """Wrap `app`."""
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        app = self._refusal(scope) or self._app
        await app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """Return the answer to a request that is not let in, or None."""
        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) != 1 or not self._policy.allows(hosts[0]):
            return PlainTextResponse("This is not a host name of this farm; see --allow-host.\n", status_code=421)
        if scope["method"] not in {"GET", "HEAD"}:
            return PlainTextResponse(
                "The console only answers; it changes nothing.\n", status_code=405, headers={"allow": "GET, HEAD"}
            )
        return None


def _without_port(header: str) -> str:
    """Return a `Host` header without its port; IPv6 addresses stand in brackets."""
    if header.startswith("["):
        return header.partition("]")[0] + "]"
    name, colon, port = header.rpartition(":")
    return name if colon and (port.isdigit() or not port) else header


def _plain(name: str) -> str:
    """Return a host name in the form it is compared in."""
    return name.strip().removeprefix("[").removesuffix("]").removesuffix(".").lower()


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the IP address that `name` is, or None."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
