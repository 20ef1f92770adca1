"""Which permissions the app asks for, with Android's protection and group."""

from __future__ import annotations

from workers.data.tables import Permission, Protection, permissions
from workers.model.bounded import Rows, text
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
        "[].max_sdk": "last API level on which it is asked for; null: all",
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
    # Of two elements for one permission the wider one counts: no limit beats a limit.
    widest: dict[str, UsedPermission] = {}
    for used in manifest.permissions:
        before = widest.get(used.name)
        if before is None or _reach(used) > _reach(before):
            widest[used.name] = used
    return Rows(_row(used, table.get(name), own.get(name)) for name, used in sorted(widest.items()))


def _reach(used: UsedPermission) -> int:
    """Return the last API level on which the permission is asked for."""
    return 1_000_000 if used.max_sdk is None else used.max_sdk


def _row(used: UsedPermission, known: Permission | None, own_level: str | None) -> JSON:
    """Return the row of one permission."""
    return {
        "name": text(used.name),
        "max_sdk": used.max_sdk,
        "known": known is not None,
        "protection": None if known is None else known.protection.value,
        "dangerous": known is not None and known.protection is Protection.DANGEROUS,
        "group": known.group or None if known else None,
        "name_en": known.name_en if known else None,
        "name_zh": known.name_zh if known else None,
        "defined_here": own_level is not None,
    }
