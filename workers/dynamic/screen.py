"""What a user would have seen, read from a line that the app may have forged."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from workers.model.evidence import JSON

_MAX_WINDOWS = 20
_MAX_NODES = 800
_MAX_TEXT = 2_000
_PNG = b"\x89PNG\r\n\x1a\n"
_FIELDS: dict[str, type] = {
    "depth": int,
    "class": str,
    "text": str,
    "drawn": bool,
    "clickable": bool,
    "checked": bool,
}
"""Type of each field of a node; `bounds` comes beside them."""


def tree(screen: dict[str, Any]) -> dict[str, JSON]:
    """Return the activity and the nodes of each window; what has another shape is left out."""
    windows = screen.get("windows")
    kept: list[JSON] = [_window(item) for item in _items(windows, _MAX_WINDOWS) if isinstance(item, dict)]
    return {"activity": str(screen.get("activity", ""))[:_MAX_TEXT], "windows": kept}


def picture(screen: dict[str, Any]) -> bytes:
    """Return the PNG file, empty if there is none."""
    try:
        content = base64.b64decode(str(screen.get("png") or ""), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return content if content.startswith(_PNG) else b""


def _window(window: dict[str, Any]) -> dict[str, JSON]:
    """Return one window."""
    kind = window.get("type")
    nodes: list[JSON] = [_node(item) for item in _items(window.get("nodes"), _MAX_NODES) if isinstance(item, dict)]
    return {"type": kind if isinstance(kind, int) else None, "nodes": nodes}


def _node(node: dict[str, Any]) -> dict[str, JSON]:
    """Return the known fields of one node."""
    kept: dict[str, JSON] = {}
    for name, kind in _FIELDS.items():
        value = node.get(name)
        if isinstance(value, kind) and isinstance(value, str | int):
            kept[name] = value[:_MAX_TEXT] if isinstance(value, str) else value
    bounds = _items(node.get("bounds"), 4)
    if len(bounds) == 4 and all(isinstance(side, int) for side in bounds):
        kept["bounds"] = bounds
    return kept


def _items(value: Any, limit: int) -> list[Any]:  # noqa: ANN401 - whatever stood in the line
    """Return the first items of a list; none of anything else."""
    return value[:limit] if isinstance(value, list) else []
