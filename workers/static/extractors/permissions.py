"""Which permissions the app asks for, with Android's protection and group."""

from __future__ import annotations

from workers.data.tables import Permission, Protection, permissions
from workers.model.bounded import Rows, text, texts
from workers.model.evidence import JSON
from workers.model.fact import Fact
from workers.static.readers.manifest_model import UsedPermission
from workers.static.view import StaticView

FACT = Fact(
    name="permissions",
    what="the permissions that the app asks for, one row each",
    source="manifest; `workers/data/permissions.tsv`",
    blind="what is asked for at run time, and when",
    keys={
        "[].name": "name of the permission",
        "[].min_sdk": "first API level on which it is asked for; null: all",
        "[].max_sdk": "last API level on which it is asked for; null: all",
        "[].flags": "what the app promises: `neverForLocation`, `onlyForLocationButton`",
        "[].known": "whether the table has it",
        "[].protection": "`dangerous`, `special`, `normal`, `signature`; null if not known",
        "[].dangerous": "whether Android asks the user at run time",
        "[].group": "group that the user sees",
        "[].name_en": "name in English",
        "[].name_zh": "name in Chinese",
        "[].defined_here": "whether the app defines it itself",
    },
)
"""What this module tells."""


def extract(view: StaticView) -> JSON:
    """Return a row for each permission, by name; `known` is false for names that the table does not have."""
    manifest = view.manifest
    own = {item.name: item.protection_level or "normal" for item in manifest.declared_permissions}
    table = permissions()
    asked: dict[str, UsedPermission] = {}
    for used in manifest.permissions:
        asked[used.name] = _both(asked.get(used.name, used), used)
    return Rows(_row(used, table.get(name), own.get(name)) for name, used in sorted(asked.items()))


def _both(one: UsedPermission, other: UsedPermission) -> UsedPermission:
    """Return what two elements for one permission come to: all levels of either, and only what both promise."""
    first = None if one.min_sdk is None or other.min_sdk is None else min(one.min_sdk, other.min_sdk)
    last = None if one.max_sdk is None or other.max_sdk is None else max(one.max_sdk, other.max_sdk)
    flags = tuple(flag for flag in one.flags if flag in other.flags)
    return UsedPermission(name=one.name, min_sdk=first, max_sdk=last, flags=flags)


def _row(used: UsedPermission, known: Permission | None, own_level: str | None) -> JSON:
    """Return the row of one permission."""
    return {
        "name": text(used.name),
        "min_sdk": used.min_sdk,
        "max_sdk": used.max_sdk,
        "flags": texts(used.flags, limit=20, text_limit=100),
        "known": known is not None,
        "protection": None if known is None else known.protection.value,
        "dangerous": known is not None and known.protection is Protection.DANGEROUS,
        "group": known.group or None if known else None,
        "name_en": known.name_en if known else None,
        "name_zh": known.name_zh if known else None,
        "defined_here": own_level is not None,
    }
