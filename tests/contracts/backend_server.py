"""Plays a scripted app over the line protocol, in place of the sandbox: `python -m tests.contracts.backend_server`."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping
from typing import Any

from tests.contracts.backend_app import APP
from workers.dynamic.backend import ComponentKind, Pending, Profile, Reply
from workers.dynamic.scripted import ScriptedBackend
from workers.dynamic.tree import Screen

_METHODS = {"return": "come_back", "memory": "low_memory"}
_ESCAPED = {"\\": "\\", "t": "\t", "n": "\n"}


def main() -> None:
    """Obey until the pipe is closed."""
    backend = ScriptedBackend(APP)
    _send({"type": "ready"})
    for line in sys.stdin:
        words = [_unescaped(word) for word in line.rstrip("\n").split("\t")]
        if words[0] == "cost":
            cost = backend.cost()
            _send({"type": "reply", "cost": {"cpu_s": cost.cpu_s, "peak_mb": cost.peak_mb} if cost else None})
        else:
            _send({"type": "reply", **_fields(_obey(backend, words))})


def _obey(backend: ScriptedBackend, words: list[str]) -> Reply:  # noqa: C901 - one case per command
    """Do what a line says."""
    match words:
        case ["load"]:
            return backend.boot(Profile(), _send)
        case ["idle", millis]:
            return backend.idle(int(millis))
        case ["screen", *tree]:
            return backend.screen(with_picture=tree != ["tree"])
        case ["tap" | "scroll" as how, n]:
            return backend.tap(int(n)) if how == "tap" else backend.scroll(int(n))
        case ["type", n, text]:
            return backend.write(int(n), text)
        case ["grant"]:
            return backend.grant_denied()
        case ["permission", answer]:
            return backend.permission(grant=answer == "grant")
        case ["broadcast", action]:
            return backend.broadcast(action)
        case ["run", what]:
            return backend.run(Pending(what))
        case ["force", kind, name]:
            return backend.force(ComponentKind(kind), name)
        case ["return" | "memory" | "launch" | "back" | "home" | "rotate" | "restart" as name]:
            reply: Reply = getattr(backend, _METHODS.get(name, name))()
            return reply
        case _:
            raise ValueError(words)


def _fields(reply: Reply) -> dict[str, Any]:
    """Return the fields of a reply as the sandbox names them."""
    told: dict[str, Any] = {
        "sim_ms": reply.sim_ms,
        "exited": reply.exited,
        "shown": reply.shown,
        "pending": [list(names) for names in reply.pending],
        "application": reply.done,
        "receivers": reply.count,
    }
    if reply.screen is not None:
        told["screen"] = _screen(reply.screen) | {"png": base64.b64encode(reply.picture).decode()}
    return told


def _screen(screen: Screen) -> dict[str, Any]:
    """Return a screen with the numbers of its nodes."""
    windows = [
        {"type": window.type, "nodes": [node.as_json() | {"n": node.n} for node in window.nodes]}
        for window in screen.windows
    ]
    return {"activity": screen.activity, "windows": windows}


def _unescaped(word: str) -> str:
    """Return a word as it was before it was written to the pipe."""
    parts = iter(word)
    return "".join(_ESCAPED[next(parts)] if part == "\\" else part for part in parts)


def _send(line: Mapping[str, Any]) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
