"""Read a screen, as it comes from the process of the app: any of it may be forged, none of it is trusted."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from workers.dynamic.tree import Bounds, Node, Screen, Window

_MAX_WINDOWS = 20
_MAX_NODES = 800
_MAX_TEXT = 2_000
_MAX_NAME = 300
_MAX_NUMBER = 1_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_FLAGS = ("clickable", "editable", "password", "scrollable", "drawn", "web")


def read_screen(screen: object) -> Screen | None:
    """Return the screen without what has another shape; None if it is none at all."""
    if not isinstance(screen, dict):
        return None
    windows = [_window(item) for item in _items(screen.get("windows"), _MAX_WINDOWS) if isinstance(item, dict)]
    return Screen(activity=_text(screen.get("activity"), _MAX_NAME), windows=tuple(windows))


def picture(screen: object) -> bytes:
    """Return the PNG file, empty if there is none."""
    if not isinstance(screen, dict):
        return b""
    try:
        content = base64.b64decode(str(screen.get("png") or ""), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return content if content.startswith(_PNG) else b""


def _window(window: dict[str, Any]) -> Window:
    """Return one window."""
    nodes = [_node(item) for item in _items(window.get("nodes"), _MAX_NODES) if isinstance(item, dict)]
    return Window(type=_number(window.get("type")), nodes=tuple(nodes))


def _node(node: dict[str, Any]) -> Node:
    """Return the known fields of one node."""
    checked = node.get("checked")
    return Node(
        depth=_number(node.get("depth")) or 0,
        type_name=_text(node.get("class"), _MAX_NAME),
        n=_number(node.get("n")),
        id=_text(node.get("id"), _MAX_NAME),
        text=_text(node.get("text"), _MAX_TEXT),
        hint=_text(node.get("hint"), _MAX_TEXT),
        bounds=_bounds(node.get("bounds")),
        checked=checked if isinstance(checked, bool) else None,
        enabled=node.get("enabled") is not False,
        **{name: node.get(name) is True for name in _FLAGS},
    )


def _bounds(value: object) -> Bounds | None:
    """Return a rectangle of four numbers."""
    sides = [_number(side) for side in _items(value, 5)]
    match sides:
        case [int(left), int(top), int(right), int(bottom)]:
            return Bounds(left=left, top=top, right=right, bottom=bottom)
        case _:
            return None


def _number(value: object) -> int | None:
    """Return a number of a sensible size; a truth value is none."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _MAX_NUMBER:
        return None
    return value


def _text(value: object, limit: int) -> str:
    """Return a text, cut; empty for anything else."""
    return value[:limit] if isinstance(value, str) else ""


def _items(value: object, limit: int) -> list[Any]:
    """Return the first items of a list; none of anything else."""
    return value[:limit] if isinstance(value, list) else []
