"""Read the screens that tests describe as text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workers.dynamic.tree import Bounds, Node, Screen, Window


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One screen and what is to be found on it."""

    name: str
    expected: tuple[str, ...]
    """Words after `expect`."""
    screen: Screen


def cases(path: Path) -> list[Case]:
    """Return the blocks of a file."""
    blocks = path.read_text(encoding="utf-8").split("\nscreen ")[1:]
    return [_case(block) for block in blocks]


def _case(block: str) -> Case:
    """Return one block."""
    name, expected, *lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
    windows: list[tuple[int, list[Node]]] = []
    for number, line in enumerate(lines):
        if line.startswith("window "):
            windows.append((int(line.removeprefix("window ")), []))
        else:
            windows[-1][1].append(_node(line, number))
    shown = tuple(Window(type=kind, nodes=tuple(nodes)) for kind, nodes in windows)
    words = expected.removeprefix("expect ").replace(" refuse=", "\0refuse=").replace(" links=", "\0links=")
    for word in (" agree=", " preticked", " smaller"):
        words = words.replace(word, f"\0{word.strip()}")
    return Case(name=name.strip(), expected=tuple(words.split("\0")), screen=Screen(activity="a.Main", windows=shown))


def _node(line: str, number: int) -> Node:
    """Return one node."""
    head, _, text = line.partition("|")
    type_name, *marks = head.split()
    box = next((mark.removeprefix("at=") for mark in marks if mark.startswith("at=")), "")
    sides = [int(side) for side in box.split(",")] if box else []
    ticks = {"tick": True, "untick": False}
    return Node(
        depth=(len(line) - len(line.lstrip())) // 2,
        type_name=type_name if "." in type_name else f"android.widget.{type_name}",
        n=number,
        text=text.strip(),
        bounds=Bounds(left=sides[0], top=sides[1], right=sides[2], bottom=sides[3]) if sides else None,
        clickable="click" in marks,
        checked=next((ticks[mark] for mark in marks if mark in ticks), None),
        editable="edit" in marks,
        drawn="drawn" in marks,
        web="web" in marks,
    )
