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
_BY_NAME_ONLY = tuple(_BY_NAME)
_HEAD = 8
_MAGICS = {b"dex\n": "dex", b"\x7fELF": "elf", b"PK\x03\x04": "zip"}
_FIRSTS = bytes(magic[0] for magic in _MAGICS)
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
    entries = [entry for entry in view.archive.entries[:_LOOKED_AT] if _may_hold_code(entry)]
    heads = view.archive.read_heads(entries, _HEAD, _FIRSTS)
    kinds = [(entry, kind) for entry, head in zip(entries, heads, strict=True) if (kind := _kind(entry.name, head))]
    for entry, kind in sorted(kinds, key=lambda each: each[0].name):
        embedded.append({"name": text(entry.name, 500), "kind": kind, "bytes": entry.size})
    return {"loaders": Rows(rows, limit=_ROW_LIMIT), "embedded": Rows(embedded, limit=_ROW_LIMIT)}


def _may_hold_code(entry: Entry) -> bool:
    """Return whether a member can hold code that is not the app's own dex file or library."""
    name = entry.name
    if name.startswith(("lib/", "META-INF/", "res/layout", "res/drawable")) or name.endswith("/"):
        return False
    return entry.size >= _HEAD and not (name.endswith(".dex") and _OWN_DEX.fullmatch(name))


def _kind(name: str, head: bytes | None) -> str | None:
    """Return what code a member holds, by its first bytes (None if they cannot be read) and its name."""
    lower = name.lower()
    # Encrypted payloads keep their name: worth a look, whatever is inside.
    by_name = _BY_NAME[lower[lower.rfind(".") :]] if lower.endswith(_BY_NAME_ONLY) else None
    found = _MAGICS.get(head[:4]) if head else None
    if found == "zip":
        return by_name or (None if lower.endswith(_ZIP_NAMES) else "zip")
    return found or by_name
