"""A small writer of resource tables: one package, one type, any entries."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from tests.unit.workers.readers.build_axml import Ref, chunk, string_pool


class Several:
    """The value of a resource that has several, as an array or a style."""


Entry: TypeAlias = str | Ref | tuple[int, int] | Several | None
"""A text, a reference, any other kind with its data, several values, or nothing."""

FIRST = 0x7F010000
"""Number of the first resource."""
PLAIN, SPARSE, SHORT = 0, 1, 2
"""How a type's chunk tells where its entries are."""


def arsc(
    *variants: Sequence[Entry], layout: int = PLAIN, compact: bool = False, languages: Mapping[int, str] = {}
) -> bytes:
    """Return a table whose resources are those of `variants`, each for a configuration of its own.

    `languages` gives the language of a variant by its place; without one it is for all devices.
    """
    strings = [value for variant in variants for value in variant if isinstance(value, str)]
    types = b"".join(
        _type(variant, strings, layout, languages.get(number, ""), compact=compact)
        for number, variant in enumerate(variants)
    )
    names = string_pool(["xml"]) + string_pool(["arg"])
    head = struct.pack("<I256s5I", 0x7F, b"a\0", 288, 1, 288 + len(string_pool(["xml"])), 1, 0)
    package = chunk(0x0200, 288, head + names + types)
    return chunk(0x0002, 12, struct.pack("<I", 1) + string_pool(strings) + package)


def _type(values: Sequence[Entry], strings: Sequence[str], layout: int, language: str, *, compact: bool) -> bytes:
    """Return the chunk of a type."""
    entries, offsets = b"", []
    for value in values:
        offsets.append(None if value is None else len(entries))
        if isinstance(value, Several):
            entries += struct.pack("<2H3I", 16, 1, 0, 0, 0)
        elif value is not None:
            kind, data = _value(value, strings)
            plain = struct.pack("<2HIH2BI", 8, 0, 0, 8, 0, kind, data)
            entries += struct.pack("<2HI", 0, 8 | kind << 8, data) if compact else plain
    if layout == SPARSE:
        pairs = [(number, at // 4) for number, at in enumerate(offsets) if at is not None]
        table, count = b"".join(struct.pack("<2H", *pair) for pair in pairs), len(pairs)
    elif layout == SHORT:
        table = b"".join(struct.pack("<H", 0xFFFF if at is None else at // 4) for at in offsets)
        table, count = table + bytes(-len(table) % 4), len(offsets)
    else:
        table = b"".join(struct.pack("<I", 0xFFFFFFFF if at is None else at) for at in offsets)
        count = len(offsets)
    configuration = struct.pack("<I4x2s54x", 64, language.encode())
    head = struct.pack("<2BH2I", 1, layout, 0, count, 84 + len(table)) + configuration
    return chunk(0x0201, 84, head + table + entries)


def _value(entry: str | Ref | tuple[int, int], strings: Sequence[str]) -> tuple[int, int]:
    """Return kind and data of an entry."""
    if isinstance(entry, Ref):
        return 0x01, entry.number
    return (0x03, strings.index(entry)) if isinstance(entry, str) else entry
