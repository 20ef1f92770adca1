"""Code that is not in the dex files of the app: class loaders, and code hidden among its files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from workers.data.attribution import attribution_for
from workers.data.matching import find_uses
from workers.model.bounded import Rows, text
from workers.model.evidence import JSON
from workers.model.fact import API, CALLER, SDK, Fact
from workers.static.readers.archive import Entry
from workers.static.readers.file import BIG
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
        "not_looked_at": "members judged by name alone: in a file over 8 MiB only the 32 most suspect are looked at",
    },
)
"""What this module tells."""

_OWN_DEX = re.compile(r"classes\d*\.dex")
_NO_CODE = ("lib/", "META-INF/", "res/layout", "res/drawable")
_LOOKED_AT = 20_000
"""Members whose first bytes are looked at."""
_LOOKED_AT_BIG = 32
"""The same in a big file, the most suspect ones: each look may cost a request, and another 128 KiB of the file."""
_ROW_LIMIT = 500
_BY_NAME = {".dex": "dex", ".apk": "apk", ".jar": "jar", ".aar": "jar", ".odex": "dex", ".vdex": "dex"}
_HEAD = 8
_COMMON = frozenset({
    "aac", "bmp", "crt", "css", "csv", "frag", "fsh", "gif", "glsl", "htm", "html", "ico", "java", "jpeg", "jpg",
    "js", "json", "kotlin_builtins", "kotlin_metadata", "kotlin_module", "kt", "lua", "m4a", "md", "mp3", "mp4",
    "ogg", "otf", "pem", "plist", "png", "pom", "properties", "proto", "strings", "svg", "ttc", "ttf", "txt",
    "vert", "vsh", "wav", "webm", "webp", "woff", "woff2", "xml", "yaml", "yml",
})  # fmt: skip
"""Extensions of pictures, sounds, fonts and texts: code can hide behind them, but seldom does."""
_NAMED = 1
"""Rank of what says by its name that it is code."""
_RANKS = {**{f".{suffix}": 2 for suffix in _COMMON}, **dict.fromkeys(_BY_NAME, _NAMED)}
"""How innocent an extension is; 0 for all others."""
_MAGICS = {b"dex\n": "dex", b"\x7fELF": "elf", b"PK\x03\x04": "zip"}
_FIRSTS = bytes(magic[0] for magic in _MAGICS)
_ZIP_NAMES = (".zip", ".jar", ".apk", ".aar", ".docx", ".xlsx", ".pptx", ".obb", ".epub", ".wgt", ".srcjar", ".bundle")


def extract(view: StaticView) -> JSON:
    """Return the callers of class loaders and the members that hold code.

    `kind` of a member: `dex`, `apk`, `jar`, `elf` (native code outside lib/), `zip` (an archive under another name).
    `not_looked_at` counts the members that were judged by their name alone, of which a big file may have many.
    """
    attribution = attribution_for(view.manifest.package)
    found = {(use.api.member, use.caller) for use in find_uses(view.code) if use.api.pi_kind == "dynamic_code"}
    rows: list[JSON] = []
    for member, caller in sorted(found):
        sdk = attribution.of_method(caller)
        rows.append({"api": member, "caller": text(caller), "sdk": sdk.name if sdk else None})
    candidates = _candidates(view.archive.entries)
    chosen = _looked_at(candidates, view.size)
    heads = dict(zip(map(id, chosen), view.archive.read_heads(chosen, _HEAD, _FIRSTS), strict=True))
    telling = {id(entry): entry for entry in (*chosen, *candidates[_NAMED])}
    embedded = [(entry, kind) for entry in telling.values() if (kind := _kind(entry, heads.get(id(entry)))) is not None]
    embedded.sort(key=lambda each: (each[0].name, each[0].header_offset))
    return {
        "loaders": Rows(rows, limit=_ROW_LIMIT),
        "embedded": Rows(
            ({"name": text(entry.name, 500), "kind": kind, "bytes": entry.size} for entry, kind in embedded),
            limit=_ROW_LIMIT,
        ),
        "not_looked_at": sum(map(len, candidates)) - len(chosen),
    }


def looked_at(entries: Sequence[Entry], file_bytes: int) -> list[Entry]:
    """Return the members whose first bytes are looked at: all that can hold code, or of a big file the most suspect."""
    return _looked_at(_candidates(entries), file_bytes)


def _candidates(entries: Sequence[Entry]) -> tuple[list[Entry], list[Entry], list[Entry]]:
    """Return the members that can hold code that is not the app's own dex file or library, up to a limit, by rank.

    The first have no common extension, the next a name that says anyway that they are code, the last are pictures and
    the like.
    """
    ranks: tuple[list[Entry], list[Entry], list[Entry]] = ([], [], [])
    for entry in entries[:_LOOKED_AT]:
        if entry.size >= _HEAD and not (name := entry.name).startswith(_NO_CODE) and not name.endswith("/"):
            suffix = entry.suffix
            if suffix != ".dex" or not _OWN_DEX.fullmatch(name):
                ranks[_RANKS.get(suffix, 0)].append(entry)
    return ranks


def _looked_at(candidates: tuple[list[Entry], ...], file_bytes: int) -> list[Entry]:
    """Return those whose first bytes are worth a look in a file of that size, in the order in which they are looked at.

    Of a big file these are the first of all ranks, and of those the largest. The choice depends on the directory alone,
    so that it is the same however much of the file is in memory.
    """
    if file_bytes <= BIG:
        return sorted(chain(*candidates), key=lambda entry: entry.name)
    chosen: list[Entry] = []
    for entries in candidates:
        chosen += _largest(entries, _LOOKED_AT_BIG - len(chosen))
    return chosen


def _largest(entries: list[Entry], count: int) -> list[Entry]:
    """Return the `count` largest members, the largest first; of the same size by name and place."""
    if len(entries) > count:
        # Most of thousands are small: only what can be among the largest is put in order.
        least = sorted((entry.size for entry in entries), reverse=True)[max(count - 1, 0)]
        entries = [entry for entry in entries if entry.size >= least]
    return sorted(entries, key=lambda entry: (-entry.size, entry.name, entry.header_offset))[:count]


def _kind(entry: Entry, head: bytes | None) -> str | None:
    """Return what code a member holds, by its first bytes (None if they cannot be read) and its name."""
    # Encrypted payloads keep their name: worth a look, whatever is inside.
    by_name = _BY_NAME.get(entry.suffix)
    found = _MAGICS.get(head[:4]) if head else None
    if found == "zip":
        return by_name or (None if entry.name.lower().endswith(_ZIP_NAMES) else "zip")
    return found or by_name
