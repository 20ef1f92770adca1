"""Code that is not in the dex files of the app: class loaders, and code hidden among its files."""

from __future__ import annotations

import re

from workers.data.attribution import Attribution
from workers.data.matching import find_uses
from workers.model.bounded import Rows, text
from workers.model.evidence import JSON
from workers.static.readers.archive import Entry, MemberError
from workers.static.view import StaticView

_OWN_DEX = re.compile(r"classes\d*\.dex")
_LOOKED_AT = 20_000
"""Members whose first bytes are looked at."""
_ROW_LIMIT = 500
_BY_NAME = {".dex": "dex", ".apk": "apk", ".jar": "jar", ".aar": "jar", ".odex": "dex", ".vdex": "dex"}
_HEAD = 8
_ZIP_NAMES = (".zip", ".jar", ".apk", ".aar", ".docx", ".xlsx", ".pptx", ".obb", ".epub", ".wgt", ".srcjar", ".bundle")


def extract(view: StaticView) -> JSON:
    """Return the callers of class loaders and the members that hold code.

    `kind` of a member: `dex`, `apk`, `jar`, `elf` (native code outside lib/), `zip` (an archive under another name).
    """
    attribution = Attribution(view.manifest.package)
    found = {(use.api.member, use.caller) for use in find_uses(view.code) if use.api.pi_kind == "dynamic_code"}
    rows: list[JSON] = []
    for member, caller in sorted(found):
        sdk = attribution.of_method(caller)
        rows.append({"api": member, "caller": text(caller), "sdk": sdk.name if sdk else None})
    embedded: list[JSON] = []
    for entry in sorted(view.archive.entries[:_LOOKED_AT], key=lambda each: each.name):
        kind = _kind(view, entry)
        if kind is not None:
            embedded.append({"name": text(entry.name, 500), "kind": kind, "bytes": entry.size})
    return {"loaders": Rows(rows, limit=_ROW_LIMIT), "embedded": Rows(embedded, limit=_ROW_LIMIT)}


def _kind(view: StaticView, entry: Entry) -> str | None:
    """Return what code the member holds, by its first bytes and its name; None for none."""
    if _OWN_DEX.fullmatch(entry.name) or entry.name.startswith(("lib/", "META-INF/", "res/layout", "res/drawable")):
        return None
    if entry.size < _HEAD or entry.name.endswith("/"):
        return None
    lower = entry.name.lower()
    by_name = next((kind for suffix, kind in _BY_NAME.items() if lower.endswith(suffix)), None)
    try:
        head = view.archive.read_head(entry, _HEAD)
    except MemberError:
        return by_name
    if head.startswith(b"dex\n"):
        return "dex"
    if head.startswith(b"\x7fELF"):
        return "elf"
    if head.startswith(b"PK\x03\x04"):
        return by_name or (None if lower.endswith(_ZIP_NAMES) else "zip")
    # Encrypted payloads keep their name: worth a look, whatever is inside.
    return by_name
