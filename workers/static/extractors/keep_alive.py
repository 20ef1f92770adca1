"""Means to stay alive, or to be started again, when the user is done with the app."""

from __future__ import annotations

from collections import Counter

from workers.data.attribution import attribution_for
from workers.data.persistence import keep_alive_members, wake_up_actions
from workers.model.bounded import Rows, text, texts
from workers.model.evidence import JSON
from workers.static.readers.manifest_model import Component, ComponentKind
from workers.static.view import StaticView

_ROW_LIMIT = 500
_BACKGROUND = frozenset({ComponentKind.SERVICE, ComponentKind.RECEIVER, ComponentKind.PROVIDER})


def extract(view: StaticView) -> JSON:
    """Return members with their callers by trick, components that wake other apps' components, further processes."""
    attribution = attribution_for(view.manifest.package)
    tricks = keep_alive_members()
    rows: list[JSON] = []
    counts: Counter[str] = Counter()
    for member, caller in sorted({(member, caller) for caller, member in view.code.callers_of(tricks)}):
        sdk = attribution.of_method(caller)
        rows.append({"trick": tricks[member], "api": member, "caller": text(caller), "sdk": sdk.name if sdk else None})
        counts[tricks[member]] += 1
    wakers = [row for item in view.manifest.components for row in _wake_ups(item)]
    processes = {item.process for item in view.manifest.components if item.process and item.kind in _BACKGROUND}
    return {
        "callers_by_trick": {trick: counts[trick] for trick in sorted(counts)},
        "callers": Rows(rows, limit=_ROW_LIMIT),
        "wake_ups": Rows(wakers, limit=_ROW_LIMIT),
        "processes": texts(sorted(processes), limit=100),
    }


def _wake_ups(item: Component) -> list[JSON]:
    """Return a row for each action by which other apps with the same SDK can start a component."""
    actions = wake_up_actions()
    if not (item.exported and item.enabled):
        return []
    return [
        {"component": text(item.name), "action": text(action), "sdk": actions[action]}
        for action in sorted(item.actions & actions.keys())
    ]
