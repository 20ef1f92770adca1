"""Look up a resource by its number in `resources.arsc`.

Libraries look it up by name, which is not enough: shrinkers give one name to all resources of a type. Layouts:
`ResourceTypes.h` of androidfw. Nothing that the bytes say costs more than a look at each chunk.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cached_property

from workers.static.readers.axml import CHUNK, string

_TABLE, _POOL, _PACKAGE, _TYPE = 0x0002, 0x0001, 0x0200, 0x0201
_SPARSE, _SHORT_OFFSETS = 0x01, 0x02
"""Flags of a type's chunk."""
_COMPLEX, _COMPACT = 0x0001, 0x0008
"""Flags of an entry."""
_REFERENCE, _STRING, _DECIMAL, _HEXADECIMAL, _BOOLEAN = 0x01, 0x03, 0x10, 0x11, 0x12
_TYPE_BYTES = 46
"""What a type's chunk has at least, up to the Android version of its configuration."""
_KINDS_AT, _KEYS_AT = 268, 276
"""Where a package's header tells the pools with the names of its types and of its resources."""
_CONFIGURATION = struct.Struct("<I4xI6xH4xH")
"""Of a type's configuration: its bytes, language, density and Android version."""
_COLOURS = range(0x1C, 0x20)
_HOPS_MAX = 8
_CHUNKS_MAX = 20_000
_LOOKS_MAX = 200_000
"""Entries that are looked at for one app: as many as a manifest with 1,000 references to 200 languages needs."""


class Resources:
    """One resource table; nothing in it makes this raise, or take long."""

    def __init__(self, table: bytes) -> None:
        """Take the bytes of `resources.arsc`; none are a table without resources."""
        self._table = table
        self._looks = _LOOKS_MAX
        self._known: dict[int, str | None] = {}
        self._ordered: dict[int, list[memoryview]] = {}

    def text(self, number: int) -> str | None:
        """Return what the resource `number` stands for: text, a file, a number, a boolean or a colour, as written.

        The default configuration comes first, else that for the oldest devices. None if there is none, if it is
        anything else, or if it leads back to itself.
        """
        if number not in self._known:
            try:
                self._known[number] = self._followed(number)
            except struct.error:
                self._known[number] = None
        return self._known[number]

    def written(self, number: int) -> str | None:
        """Return what stands for a reference in XML: `text`, or where there is none its name, as `@array/fonts`."""
        found = self.text(number)
        if found is None:
            try:
                return self._name(number)
            except struct.error:
                return None
        return found

    def _name(self, number: int) -> str | None:
        """Return the name of a resource that is there; raises struct.error where the table is cut off."""
        package = self._packages.get(number >> 24)
        if package is None:
            return None
        found = ((chunk, _place(chunk, number & 0xFFFF)) for chunk in self._looked_at(number))
        chunk, place = next(((chunk, place) for chunk, place in found if place is not None), (None, None))
        if chunk is None or place is None:
            return None
        short, flags, key = struct.unpack_from("<2HI", chunk, place)
        kinds, keys = (struct.unpack_from("<I", self._table, package + at)[0] for at in (_KINDS_AT, _KEYS_AT))
        kind = string(self._table, package + kinds, (number >> 16 & 0xFF) - 1)
        name = string(self._table, package + keys, short if flags & _COMPACT else key)
        return f"@{kind}/{name}" if kind and name else None

    def _followed(self, number: int) -> str | None:
        """Return what a resource stands for, references followed; raises struct.error where the table is cut off."""
        for _ in range(_HOPS_MAX):
            value = self._value(number)
            if value is None:
                return None
            kind, data = value
            if kind != _REFERENCE:
                return _written(self._table, self._pool, kind, data)
            number = data
        return None

    def _value(self, number: int) -> tuple[int, int] | None:
        """Return kind and data of the value of a resource."""
        values = (_entry(chunk, number & 0xFFFF) for chunk in self._looked_at(number))
        return next((value for value in values if value is not None), None)

    def _looked_at(self, number: int) -> Iterator[memoryview]:
        """Yield the chunks in which a resource may stand, one for each configuration, the best first, up to a limit."""
        half = number >> 16
        chunks = self._ordered.get(half)
        if chunks is None:
            chunks = self._ordered[half] = sorted(self._types.get(half, ()), key=_rank)
        for chunk in chunks:
            self._looks -= 1
            if self._looks < 0:
                return
            yield chunk

    @cached_property
    def _pool(self) -> int | None:
        """Where the strings are."""
        return next((at for kind, at, _ in _chunks(self._table, 12, len(self._table)) if kind == _POOL), None)

    @cached_property
    def _packages(self) -> dict[int, int]:
        """Where each package starts, by the first byte of its numbers."""
        chunks = _chunks(self._table, 12, len(self._table))
        places = [at for kind, at, size in chunks if kind == _PACKAGE and size >= 12]
        return {struct.unpack_from("<I", self._table, at + 8)[0]: at for at in reversed(places)}

    @cached_property
    def _types(self) -> dict[int, list[memoryview]]:
        """The chunks of each type by the upper half of its numbers."""
        table, found = memoryview(self._table), dict[int, list[memoryview]]()
        for kind, at, size in _chunks(table, 12, len(table)):
            if kind == _PACKAGE and size >= 12:
                (header,) = struct.unpack_from("<H", table, at + 2)
                (package,) = struct.unpack_from("<I", table, at + 8)
                for inner, place, length in _chunks(table, at + header, at + size):
                    if inner == _TYPE and length >= _TYPE_BYTES:
                        found.setdefault(package << 8 | table[place + 8], []).append(table[place : place + length])
        return found


def _written(table: bytes, pool: int | None, kind: int, data: int) -> str | None:
    """Return a value as it is written in XML, or None for kinds that nobody asks for."""
    if kind == _STRING:
        return None if pool is None else string(table, pool, data)
    if kind == _BOOLEAN:
        return "true" if data else "false"
    if kind == _DECIMAL:
        return str((data ^ 0x80000000) - 0x80000000)
    if kind == _HEXADECIMAL:
        return f"0x{data:x}"
    return f"#{data:08x}" if kind in _COLOURS else None


def _chunks(table: bytes | memoryview, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and size of the chunks from `at` to `end`."""
    for _ in range(_CHUNKS_MAX):
        if at + 8 > end:
            return
        kind, header, size = CHUNK.unpack_from(table, at)
        if header < 8 or size < header or size > end - at:
            return
        yield kind, at, size
        at += size


def _entry(chunk: memoryview, index: int) -> tuple[int, int] | None:
    """Return kind and data of an entry of a type's chunk, or None if it has none or several values."""
    place = _place(chunk, index)
    if place is None:
        return None
    size, flags, data = struct.unpack_from("<2HI", chunk, place)
    if flags & _COMPACT:
        return flags >> 8, data
    if flags & _COMPLEX:
        return None
    _, _, kind, data = struct.unpack_from("<H2BI", chunk, place + size)
    return kind, data


def _place(chunk: memoryview, index: int) -> int | None:
    """Return where an entry of a type's chunk starts, or None if there is none."""
    header, _, _, flags, _, count, start = struct.unpack_from("<HIBBHII", chunk, 2)
    if flags & _SPARSE:
        pairs = chunk[header : header + 4 * count]
        offset = next((4 * at for key, at in struct.iter_unpack("<2H", pairs) if key == index), None)
    elif index >= count:
        offset = None
    elif flags & _SHORT_OFFSETS:
        (short,) = struct.unpack_from("<H", chunk, header + 2 * index)
        offset = None if short == 0xFFFF else 4 * short
    else:
        (offset,) = struct.unpack_from("<I", chunk, header + 4 * index)
    return None if offset is None or offset == 0xFFFFFFFF else start + offset


def _rank(chunk: memoryview) -> tuple[bool, int, int, int]:
    """Return what orders the configurations of a type: for all devices, language, Android version, density."""
    size, locale, density, version = _CONFIGURATION.unpack_from(chunk, 20)
    return any(chunk[24 : 20 + min(size, 256)]), locale, version, density
