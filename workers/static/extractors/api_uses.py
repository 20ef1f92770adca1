"""Uses of sensitive members, each with the calling method and the SDK that the method belongs to."""

from __future__ import annotations

from workers.data.attribution import attribution_for
from workers.data.matching import SensitiveUse, find_uses
from workers.data.tables import LAST_LEVEL, Category, Sdk, SensitiveApi
from workers.model.bounded import Rows, optional, text
from workers.model.evidence import JSON
from workers.model.fact import API, CALLER, SDK, Fact
from workers.static.view import StaticView

FACT = Fact(
    name="api_uses",
    what="uses of sensitive members: one method, one member, one kind of information, however often",
    source="calls and fields in dex; `workers/data/sensitive_apis.tsv`",
    blind="whether it runs, when, and with what result; names made at run time; native code",
    keys={
        "[].api": API,
        "[].caller": CALLER,
        "[].sdk": SDK,
        "[].pi_kind": "kind of information, a key of `workers/data/pi_kinds.tsv`",
        "[].permissions": "what the call needs on some level from the app's minimum on",
        "[].argument": "the constant near the call that made it count, or the permissions asked for",
        "[].argument_reaches": "whether that constant was followed to the call; null where none is asked for",
    },
)
"""What this module tells."""

_BULKY = frozenset({"reflection"})
"""Kinds that stand last, so that the limit on rows cuts them first."""


def extract(view: StaticView) -> JSON:
    """Return a row for each (member, caller, kind, argument): own and SDK code first, reflection last.

    `permissions` are those that the call needs on some API level from the app's minimum on.
    """
    attribution = attribution_for(view.manifest.package)
    lowest = min(view.manifest.min_sdk or 1, LAST_LEVEL)
    found = [(use, attribution.of_method(use.caller)) for use in find_uses(view.code)]
    found.sort(key=lambda pair: _order(*pair))
    # The rows of the table live as long as the process: their identity is a cheap key.
    needed: dict[int, list[str]] = {}
    for use, _ in found:
        if id(use.api) not in needed:
            needed[id(use.api)] = _permissions(use.api, lowest)
    return Rows(_row(use, sdk, needed[id(use.api)]) for use, sdk in found)


def _order(use: SensitiveUse, sdk: Sdk | None) -> tuple[bool, bool, str, str, str, str]:
    """Return the key that rows are sorted by."""
    platform = sdk is not None and sdk.category is Category.PLATFORM_LIBRARY
    kind = use.api.pi_kind
    return (kind in _BULKY, platform, kind, use.api.member, use.caller, use.argument or "")


def _permissions(api: SensitiveApi, lowest: int) -> list[str]:
    """Return what a call needs on some API level from `lowest` on."""
    return sorted({name for need in api.needs if need.max_level >= lowest for name in need.any_of})


def _row(use: SensitiveUse, sdk: Sdk | None, permissions: list[str]) -> JSON:
    """Return one use."""
    return {
        "api": use.api.member,
        "caller": text(use.caller),
        "sdk": sdk.name if sdk else None,
        "pi_kind": use.api.pi_kind,
        "permissions": [*permissions],
        "argument": optional(use.argument),
        "argument_reaches": use.reaches,
    }
