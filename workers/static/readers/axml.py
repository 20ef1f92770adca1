"""Look at the names and values in binary XML before any text is made of it.

Libraries print binary XML as text without escaping element names, so an app could write elements that Android never
sees into the text. Android itself compares names and ignores the odd ones. And a string attribute stands twice, as raw
text and as typed value: build tools write the same, and readers take the one or the other, Android both (typed values
by `TypedArray`, raw ones by `XmlBlock.Parser.getAttributeValue`). Layouts: `ResourceTypes.h` of androidfw.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

_STRING_POOL, _START_ELEMENT = 0x0001, 0x0102
_UTF8 = 0x0100
_REFERENCE, _STRING_TYPE, _NONE = 0x01, 0x03, 0xFFFFFFFF
CHUNK = struct.Struct("<2HI")
"""Kind, bytes of the header and of all."""
_ELEMENT = struct.Struct("<4xI3H")
"""Of an element: name, where its attributes start, bytes and number of them."""
_ATTRIBUTE = struct.Struct("<4x2I3xBI")
"""Name, raw text, type and typed value."""
_POOL = struct.Struct("<H4xI4x2I")
"""Of a string pool, behind its kind: bytes of the header, number of strings, flags, where the strings start."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")
_ODD_MAX = 20
_CUT = 4_096
"""Bytes of a string that are looked at."""


class Odd(NamedTuple):
    """What is odd about a manifest, at most a few of each, and what its text will not tell."""

    names: tuple[str, ...]
    """Names of elements and attributes that are not plain identifiers."""
    values: tuple[tuple[str, str], ...]
    """String attributes whose raw text and typed value differ."""
    elements: int
    """Number of elements."""
    references: tuple[Reference, ...]
    """Attributes that point to a resource."""


class Reference(NamedTuple):
    """An attribute that points to a resource."""

    element: int
    """Number of its element, in the order of the file."""
    attribute: int
    """Number of it among the element's attributes."""
    name: str
    """Its name; may be empty, where its resource id counts."""
    resource: int


def oddities(data: bytes) -> Odd:
    """Return what is odd about the names and values of binary XML.

    Never raises: what cannot be followed ends the look; the library that reads it next will say so.
    """
    odd: dict[str, None] = {}
    values: dict[tuple[str, str], None] = {}
    names: dict[int, str] = {}
    references: list[Reference] = []
    pool, elements = -1, 0
    for kind, at, size in chunks(data):
        if kind == _STRING_POOL and pool < 0:
            pool = at
        elif kind == _START_ELEMENT and pool >= 0:
            for number, (index, raw, value_kind, typed) in enumerate(_ids(data, at, size), -1):
                if index not in names:
                    names[index] = string(data, pool, index, most=_CUT)
                    # Names of attributes may be empty: their resource id counts.
                    if names[index] and len(odd) < _ODD_MAX and not _PLAIN.fullmatch(names[index]):
                        odd[names[index]] = None
                name = names[index]
                if value_kind == _REFERENCE:
                    references.append(Reference(elements, number, name, typed))
                elif value_kind == _STRING_TYPE and raw not in {_NONE, typed} and len(values) < _ODD_MAX:
                    pair = string(data, pool, raw, most=_CUT), string(data, pool, typed, most=_CUT)
                    if pair[0] != pair[1]:
                        values[pair] = None
            elements += 1
    return Odd(tuple(odd), tuple(values), elements, tuple(references))


def pool_overflows(data: bytes) -> bool:
    """Return whether the string pool claims more bytes than there are: Android refuses that, libraries make room."""
    at = 8
    while at + 8 <= len(data):
        kind, header_size, size = CHUNK.unpack_from(data, at)
        if kind == _STRING_POOL:
            return bool(size > len(data) - at)
        if header_size < 8 or size < header_size:
            return False
        at += size
    return False


def chunks(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield kind, offset and size of each chunk below the root."""
    at = 8
    while at + 8 <= len(data):
        kind, header_size, size = CHUNK.unpack_from(data, at)
        if header_size < 8 or size < header_size:
            return
        yield kind, at, min(size, len(data) - at)
        at += size


def _ids(data: bytes, at: int, size: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the string ids of an element's name and of its attributes' names, with raw text, type and typed value."""
    (header_size,) = struct.unpack_from("<H", data, at + 2)
    extension = at + header_size
    end = at + size
    if extension + 14 > end:
        return
    name, start, stride, count = _ELEMENT.unpack_from(data, extension)
    yield name, _NONE, 0, 0
    for number in range(count):
        attribute = extension + start + number * stride
        if attribute + _ATTRIBUTE.size > end:
            if attribute + 8 <= end:
                yield struct.unpack_from("<I", data, attribute + 4)[0], _NONE, 0, 0
            return
        yield _ATTRIBUTE.unpack_from(data, attribute)


def string(data: bytes, pool: int, index: int, *, most: int = 1 << 31) -> str:
    """Return a string of the pool at `pool`, cut after some `most` bytes; empty if there is none."""
    try:
        header_size, count, flags, start = _POOL.unpack_from(data, pool + 2)
        if index >= count:
            return ""
        (offset,) = struct.unpack_from("<I", data, pool + header_size + 4 * index)
        at = pool + start + offset
        if flags & _UTF8:
            at += 2 if data[at] & 0x80 else 1
            length, wide = (data[at], 1) if not data[at] & 0x80 else ((data[at] & 0x7F) << 8 | data[at + 1], 2)
            return data[at + wide : at + wide + min(length, most)].decode("utf-8", "replace")
        (length,) = struct.unpack_from("<H", data, at)
        if length & 0x8000:
            length = (length & 0x7FFF) << 16 | struct.unpack_from("<H", data, at + 2)[0]
            at += 2
        return data[at + 2 : at + 2 + min(2 * length, most)].decode("utf-16-le", "replace")
    except (struct.error, IndexError):
        return ""
