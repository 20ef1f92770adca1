"""Code that is not in the dex files of the app: class loaders, and code hidden among its files."""

from __future__ import annotations

import re

from workers.data.attribution import attribution_for
from workers.data.matching import find_uses
from workers.model.bounded import Rows, text
from workers.model.evidence import JSON
from workers.model.fact import API, CALLER, SDK, Fact
from workers.static.readers.archive import Entry
from workers.static.view import StaticView

FACT = Fact(
    name="dynamic_code",
    what="code that is not in the dex files of the app; at most 500",
    source="calls in dex, first bytes of members",
    blind="code that is downloaded, or encrypted under an innocent name",
    keys={
        "loaders": "who makes class loaders",
        "loaders[].api": API,
        "loaders[].caller": CALLER,
        "loaders[].sdk": SDK,
        "embedded": "files that hold code",
        "embedded[].name": "name of the file",
        "embedded[].kind": "`dex`, `apk`, `jar`, `elf` (native code outside `lib/`), `zip` (a disguised archive)",
        "embedded[].bytes": "its size",
    },
)
"""What this module tells."""

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
    attribution = attribution_for(view.manifest.package)
    found = {(use.api.member, use.caller) for use in find_uses(view.code) if use.api.pi_kind == "dynamic_code"}
    rows: list[JSON] = []
    for member, caller in sorted(found):
        sdk = attribution.of_method(caller)
        rows.append({"api": member, "caller": text(caller), "sdk": sdk.name if sdk else None})
    embedded: list[JSON] = []
    entries = sorted(filter(_may_hold_code, view.archive.entries[:_LOOKED_AT]), key=lambda each: each.name)
    for entry, head in zip(entries, view.archive.read_heads(entries, _HEAD), strict=True):
        kind = _kind(entry, head)
        if kind is not None:
            embedded.append({"name": text(entry.name, 500), "kind": kind, "bytes": entry.size})
    return {"loaders": Rows(rows, limit=_ROW_LIMIT), "embedded": Rows(embedded, limit=_ROW_LIMIT)}


def _may_hold_code(entry: Entry) -> bool:
    """Return whether a member can hold code that is not the app's own dex file or library."""
    if entry.name.startswith(("lib/", "META-INF/", "res/layout", "res/drawable")) or _OWN_DEX.fullmatch(entry.name):
        return False
    return entry.size >= _HEAD and not entry.name.endswith("/")


def _kind(entry: Entry, head: bytes | None) -> str | None:
    """Return what code the member holds, by its first bytes (None if they cannot be read) and its name."""
    lower = entry.name.lower()
    suffix = lower[lower.rfind(".") :] if "." in lower else ""
    by_name = _BY_NAME.get(suffix)
    if head is None:
        return by_name
    if head.startswith(b"dex\n"):
        return "dex"
    if head.startswith(b"\x7fELF"):
        return "elf"
    if head.startswith(b"PK\x03\x04"):
        return by_name or (None if lower.endswith(_ZIP_NAMES) else "zip")
    # Encrypted payloads keep their name: worth a look, whatever is inside.
    return by_name
