"""What can be done on a screen, named so that it is found again on the next screen of the same structure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from workers.data.consent_texts import Role, is_a
from workers.dynamic.tree import Node, Screen, Window

_DIGITS = re.compile(r"\d+")
_FIRST_ROWS = 3
MAX_SCROLLS = 3
"""Pages that one list is scrolled by in one state."""


class Kind(StrEnum):
    """How a node is touched."""

    TAP = "tap"
    SCROLL = "scroll"
    BACK = "back"
    """The key, no node."""


class Rank(StrEnum):
    """When an action is tried; members stand in that order."""

    FIRST = "0"
    ROWS = "1"
    """Rows of a list beyond the first few: more of the same."""
    SCROLL = "2"
    LEAVING = "3"
    """Ends the session or the app, or refuses: afterwards nothing is as it was."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One thing to do."""

    kind: Kind
    type_name: str = ""
    id: str = ""
    label: str = ""
    """Text of the node without digits, since counters change; for a scroll, which page."""
    ordinal: int = 0
    """Place among the nodes of the same class and id."""
    row: bool = False
    """Whether it stands in a list, where places mean nothing."""


BACK = Action(kind=Kind.BACK)


def offers(screen: Screen) -> dict[Action, Rank]:
    """Return what can be done on `screen`, in the order of its nodes."""
    window = screen.top
    found: dict[Action, Rank] = {}
    rows: Counter[str] = Counter()
    for place, node, action in _taps(window):
        rank = Rank.FIRST
        if any(is_a(role, window.labels[node]) for role in (Role.LEAVE, Role.REFUSE, Role.INSIST)):
            rank = Rank.LEAVING
        elif window.in_list(place):
            rows[node.shape()] += 1
            rank = Rank.FIRST if rows[node.shape()] <= _FIRST_ROWS else Rank.ROWS
        found[action] = rank
    found |= dict.fromkeys(scrolls(window, page=1), Rank.SCROLL)
    return found


def scrolls(window: Window, *, page: int) -> tuple[Action, ...]:
    """Return the scrolls to the given page."""
    counts: Counter[tuple[str, str]] = Counter()
    found = []
    for node in window.scrollables:
        key = (node.type_name, node.id)
        found.append(
            Action(kind=Kind.SCROLL, type_name=node.type_name, id=node.id, label=str(page), ordinal=counts[key])
        )
        counts[key] += 1
    return tuple(found)


def find(screen: Screen, action: Action) -> Node | None:
    """Return the node of an action; None if it is not there."""
    window = screen.top
    if action.kind is Kind.SCROLL:
        same = [node for node in window.scrollables if (node.type_name, node.id) == (action.type_name, action.id)]
        return same[action.ordinal] if action.ordinal < len(same) else None
    taps = [
        (node, item) for _, node, item in _taps(window) if (item.type_name, item.id) == (action.type_name, action.id)
    ]
    exact = [node for node, item in taps if item.label == action.label]
    if exact and action.label:
        return next((node for node, item in taps if item == action), exact[0])
    if action.row:
        return None  # The list shows other rows now.
    return next((node for node, item in taps if item.ordinal == action.ordinal), None)


def _taps(window: Window) -> list[tuple[int, Node, Action]]:
    """Return place, node and action of everything that can be clicked."""
    buttons = set(window.buttons)
    counts: Counter[tuple[str, str]] = Counter()
    found = []
    for place, node in enumerate(window.nodes):
        if node not in buttons or node.web:
            continue
        key = (node.type_name, node.id)
        action = Action(
            kind=Kind.TAP,
            type_name=node.type_name,
            id=node.id,
            label=_DIGITS.sub("", window.labels[node]).strip(),
            ordinal=counts[key],
            row=window.in_list(place),
        )
        counts[key] += 1
        found.append((place, node, action))
    return found
