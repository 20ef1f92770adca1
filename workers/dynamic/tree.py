"""What is on a screen: windows of nodes, told apart by their structure and never by their texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from workers.model.evidence import JSON

BASE_WINDOW = 1
"""Android's window type of an activity; dialogs have other types."""
_TOAST = 2005
_LISTS = ("ListView", "RecyclerView", "GridView", "Spinner", "ViewPager", "Lazy")
_MAX_LABEL = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """A rectangle in pixels of the whole screen."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """Square pixels; 0 if it is turned inside out."""
        return max(0, self.right - self.left) * max(0, self.bottom - self.top)

    def beside(self, other: Bounds) -> bool:
        """Return whether both share a line of the screen."""
        return self.top < other.bottom and other.top < self.bottom

    def as_json(self) -> list[JSON]:
        """Return left, top, right, bottom."""
        return [self.left, self.top, self.right, self.bottom]


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One view, or one part that a view draws itself."""

    depth: int
    type_name: str
    """Java class, such as `android.widget.Button`."""
    n: int | None = None
    """Number to tap it by, valid until the next screen; None if it cannot be reached."""
    id: str = ""
    """Resource entry, such as `btn_agree`."""
    text: str = ""
    hint: str = ""
    bounds: Bounds | None = None
    clickable: bool = False
    checked: bool | None = None
    """None if it cannot be ticked."""
    editable: bool = False
    password: bool = False
    scrollable: bool = False
    enabled: bool = True
    drawn: bool = False
    """Drawn by its view and told to accessibility services, as all of Compose."""
    web: bool = False
    """A page whose content cannot be read."""

    @property
    def visible(self) -> bool:
        """Whether it takes room; a node of unknown size may."""
        return self.bounds is None or self.bounds.area > 0

    def shape(self) -> str:
        """Return what tells it from other nodes, texts left out."""
        marks = "".join(
            mark
            for mark, holds in (
                ("c", self.clickable),
                ("e", self.editable),
                ("s", self.scrollable),
                ("t", self.checked is not None),
                ("w", self.web),
            )
            if holds
        )
        return f"{self.type_name}#{self.id}!{marks}"

    def as_json(self) -> dict[str, JSON]:
        """Return what is known, without what has its usual value."""
        told: dict[str, JSON] = {"depth": self.depth, "class": self.type_name}
        told |= {name: value for name, value in (("id", self.id), ("text", self.text), ("hint", self.hint)) if value}
        if self.bounds is not None:
            told["bounds"] = self.bounds.as_json()
        told["clickable"] = self.clickable
        if self.checked is not None:
            told["checked"] = self.checked
        for name in ("editable", "password", "scrollable", "drawn", "web"):
            if getattr(self, name):
                told[name] = True
        if not self.enabled:
            told["enabled"] = False
        return told


@dataclass(frozen=True, kw_only=True)
class Window:
    """One window; its nodes stand in the order in which a reader of the screen meets them, parents first."""

    type: int | None = None
    nodes: tuple[Node, ...] = ()

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """All texts that are not empty."""
        return tuple(node.text for node in self.nodes if node.text.strip() and node.visible)

    @cached_property
    def labels(self) -> dict[Node, str]:
        """Text of each node, or of what it holds: the text of a button may be a child of what is clicked."""
        found: dict[Node, str] = {}
        for place, node in enumerate(self.nodes):
            text = node.text.strip() or " ".join(
                child.text.strip() for child in self.within(place) if child.text.strip()
            )
            found[node] = text[:_MAX_LABEL]
        return found

    @property
    def buttons(self) -> tuple[Node, ...]:
        """What can be clicked now."""
        return tuple(
            node
            for node in self.nodes
            if node.clickable and node.enabled and node.visible and node.n is not None and not node.editable
        )

    @property
    def fields(self) -> tuple[Node, ...]:
        """What can be written into."""
        return tuple(node for node in self.nodes if node.editable and node.enabled and node.n is not None)

    @property
    def scrollables(self) -> tuple[Node, ...]:
        """What can be scrolled."""
        return tuple(node for node in self.nodes if node.scrollable and node.visible and node.n is not None)

    @property
    def bounds(self) -> Bounds | None:
        """Room that the window's nodes take together; None if no node tells."""
        known = [node.bounds for node in self.nodes if node.bounds is not None]
        if not known:
            return None
        return Bounds(
            left=min(item.left for item in known),
            top=min(item.top for item in known),
            right=max(item.right for item in known),
            bottom=max(item.bottom for item in known),
        )

    def within(self, place: int) -> Iterator[Node]:
        """Yield the nodes below the one at `place`."""
        depth = self.nodes[place].depth
        for node in self.nodes[place + 1 :]:
            if node.depth <= depth:
                return
            yield node

    def in_list(self, place: int) -> bool:
        """Return whether the node at `place` is a row of a list, or in one."""
        depth = self.nodes[place].depth
        for node in reversed(self.nodes[:place]):
            if node.depth < depth:
                depth = node.depth
                if _is_list(node):
                    return True
        return False

    def digest(self) -> str:
        """Return the structure as text; rows of a list that look alike count once, whatever their number."""
        # From the last node to the first, so that the children of a node are complete when it is met: no recursion,
        # since the depth is what the app says.
        done: list[tuple[int, str]] = []
        for node in reversed(self.nodes):
            children = []
            while done and done[-1][0] > node.depth:
                children.append(done.pop()[1])
            if _is_list(node):
                children = sorted(set(children))
            told = hashlib.sha256(f"{node.shape()}({','.join(children)})".encode(errors="replace")).hexdigest()[:16]
            done.append((node.depth, told))
        return ",".join(told for _, told in reversed(done))


@dataclass(frozen=True, kw_only=True)
class Screen:
    """The windows from back to front."""

    activity: str = ""
    """Class of the activity on top; empty if none is shown."""
    windows: tuple[Window, ...] = ()

    @cached_property
    def top(self) -> Window:
        """The window that takes the touches: the frontmost that is no toast."""
        shown = [window for window in self.windows if window.type != _TOAST and window.nodes]
        return shown[-1] if shown else Window()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to read, to click or to write into."""
        return not any(
            node.text.strip() or node.clickable or node.editable or node.web
            for window in self.windows
            for node in window.nodes
        )

    @cached_property
    def signature(self) -> str:
        """Name of the state: activity and structure of the window that takes the touches; counters do not change it."""
        told = f"{self.activity}|{self.top.type}|{self.top.digest()}"
        return hashlib.sha256(told.encode(errors="replace")).hexdigest()[:16]

    def as_json(self) -> dict[str, JSON]:
        """Return the tree as it stands in the document."""
        windows: list[JSON] = [
            {"type": window.type, "nodes": [node.as_json() for node in window.nodes]} for window in self.windows
        ]
        return {"activity": self.activity, "windows": windows}


def _is_list(node: Node) -> bool:
    """Return whether the children of a node are rows."""
    name = node.type_name.rpartition(".")[2]
    return any(word in name for word in _LISTS) or (node.scrollable and node.drawn)
