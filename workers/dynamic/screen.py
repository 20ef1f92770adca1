"""What a user would have seen, read from a line that the app may have forged."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workers.model.evidence import JSON

Bounds = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels of the whole screen."""
_MAX_WINDOWS = 20
_MAX_NODES = 800
_MAX_TEXT = 2_000
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One view, or a part that a view draws itself."""

    n: int
    """Number by which the backend knows it until the next screen; -1 if it cannot be touched."""
    depth: int = 0
    cls: str = ""
    """Class name, such as `android.widget.Button`."""
    id: str = ""
    """Name of its resource id, such as `btn_agree`; empty if it has none."""
    text: str = ""
    """Text, or the description for accessibility services."""
    hint: str = ""
    bounds: Bounds = (0, 0, 0, 0)
    clickable: bool = False
    checked: bool | None = None
    """None if it cannot be ticked."""
    editable: bool = False
    password: bool = False
    scrollable: bool = False
    enabled: bool = True
    drawn: bool = False
    """Drawn by the view around it, which tells of it to accessibility services, as all of Compose."""
    web: bool = False
    """Shows web content, which the sandbox does not run."""

    def as_json(self) -> dict[str, JSON]:
        """Return the node as it stands in the document: what is false or empty is left out."""
        told: dict[str, JSON] = {"depth": self.depth, "class": self.cls, "bounds": list(self.bounds)}
        for name in ("id", "text", "hint", "clickable", "editable", "password", "scrollable", "drawn", "web"):
            value: str | bool = getattr(self, name)
            if value:
                told[name] = value
        if self.checked is not None:
            told["checked"] = self.checked
        if not self.enabled:
            told["enabled"] = False
        return told


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """An activity's window, a dialog or a pop-up."""

    type: int | None
    """Android's window type: 1 is an activity's own, 2 a dialog."""
    nodes: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Screen:
    """The windows from back to front."""

    activity: str
    """Class name of the activity that is shown; empty if none is."""
    windows: tuple[Window, ...] = ()
    png: bytes = b""
    """Picture; empty if none was asked for or drawn."""

    @property
    def nodes(self) -> Iterator[Node]:
        """Every node, the front window last."""
        return (node for window in self.windows for node in window.nodes)

    @property
    def top(self) -> tuple[Node, ...]:
        """The nodes of the front window: what a user can touch."""
        return self.windows[-1].nodes if self.windows else ()

    @property
    def signature(self) -> tuple[object, ...]:
        """What tells two states of an app apart: the tree without texts, so that clocks do not count."""
        shape = tuple(
            (node.depth, node.cls, node.id, node.clickable, node.drawn and node.text[:40])
            for node in self.top
            if node.clickable or node.editable or node.scrollable or node.id or node.drawn
        )
        return (self.activity, len(self.windows), shape)

    def as_json(self) -> dict[str, JSON]:
        """Return the tree as it stands in the document."""
        windows: list[JSON] = [{"type": w.type, "nodes": [node.as_json() for node in w.nodes]} for w in self.windows]
        return {"activity": self.activity, "windows": windows}


def read_screen(value: Any) -> Screen:  # noqa: ANN401 - whatever stood in the line
    """Return the screen of a reply; what has another shape than expected is left out."""
    screen = value if isinstance(value, dict) else {}
    windows = tuple(_window(item) for item in _items(screen.get("windows"), _MAX_WINDOWS) if isinstance(item, dict))
    return Screen(activity=_text(screen.get("activity")), windows=windows, png=_picture(screen.get("png")))


def _picture(value: Any) -> bytes:  # noqa: ANN401 - whatever stood in the line
    """Return a PNG file; empty for anything else."""
    try:
        content = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        return b""
    return content if content.startswith(_PNG) else b""


def _window(window: dict[str, Any]) -> Window:
    """Return one window."""
    nodes = tuple(_node(item) for item in _items(window.get("nodes"), _MAX_NODES) if isinstance(item, dict))
    return Window(type=_number(window.get("type"), None), nodes=nodes)


def _node(node: dict[str, Any]) -> Node:
    """Return the known fields of one node."""
    sides = [_number(side, 0) or 0 for side in _items(node.get("bounds"), 4)]
    bounds: Bounds = (sides[0], sides[1], sides[2], sides[3]) if len(sides) == 4 else (0, 0, 0, 0)
    checked = node.get("checked")
    return Node(
        n=-1 if (number := _number(node.get("n"), -1)) is None else number,
        depth=_number(node.get("depth"), 0) or 0,
        cls=_text(node.get("class")),
        id=_text(node.get("id")),
        text=_text(node.get("text")),
        hint=_text(node.get("hint")),
        bounds=bounds,
        clickable=node.get("clickable") is True,
        checked=checked if isinstance(checked, bool) else None,
        editable=node.get("editable") is True,
        password=node.get("password") is True,
        scrollable=node.get("scrollable") is True,
        enabled=node.get("enabled") is not False,
        drawn=node.get("drawn") is True,
        web=node.get("web") is True,
    )


def _text(value: Any) -> str:  # noqa: ANN401 - whatever stood in the line
    """Return a bounded text; empty for anything else."""
    return value[:_MAX_TEXT] if isinstance(value, str) else ""


def _number(value: Any, otherwise: int | None) -> int | None:  # noqa: ANN401 - whatever stood in the line
    """Return an integer of a sane size."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53 else otherwise


def _items(value: Any, limit: int) -> list[Any]:  # noqa: ANN401 - whatever stood in the line
    """Return the first items of a list; none of anything else."""
    return value[:limit] if isinstance(value, list) else []
