"""Means to stay alive, or to be started again, when the user is done with the app."""

from __future__ import annotations

from collections import Counter

from workers.data.attribution import attribution_for
from workers.data.persistence import keep_alive_members, wake_up_actions
from workers.model.bounded import Rows, text, texts
from workers.model.evidence import JSON
from workers.model.fact import API, CALLER, SDK, Fact
from workers.static.readers.manifest_model import Component, ComponentKind
from workers.static.view import StaticView

FACT = Fact(
    name="keep_alive",
    what="means to stay alive, or to be started again; at most 500 rows of each kind",
    source="calls in dex, manifest; `workers/data/keep_alive.tsv`, `wake_ups.tsv`",
    blind="native daemons, and whether a trick is used for that",
    keys={
        "callers_by_trick": "how often each trick occurs",
        "callers_by_trick.*": "number of callers, by trick: `alarm`, `job`, `sync`, `wake_lock`, ...",
        "callers": "who uses which trick",
        "callers[].trick": "the trick",
        "callers[].api": API,
        "callers[].caller": CALLER,
        "callers[].sdk": SDK,
        "wake_ups": "components by which apps with one push SDK wake each other",
        "wake_ups[].component": "class of the component",
        "wake_ups[].action": "action that starts it",
        "wake_ups[].sdk": "the SDK",
        "processes": "processes of background components of their own",
    },
)
"""What this module tells."""

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
