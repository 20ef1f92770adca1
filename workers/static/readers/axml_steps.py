"""Read any small binary XML of an app step by step: starts of elements, texts, ends.

What it costs is bounded whatever the bytes say: strings are cut, parts are counted, nothing recurses.
Layouts: `ResourceTypes.h` of androidfw; which value counts: `XmlBlock.Parser` of the framework.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from workers.static.readers.axml import chunks, string

_XML, _STRING_POOL = 0x0003, 0x0001
_START_ELEMENT, _END_ELEMENT, _TEXT = 0x0102, 0x0103, 0x0104
_NONE = 0xFFFFFFFF
_REFERENCE, _STRING = 0x01, 0x03
_NUMBERS = range(0x10, 0x20)
"""Types of whole numbers and booleans (`TypedValue.TYPE_FIRST_INT` to `TYPE_LAST_INT`)."""
_STEPS_MAX = 50_000
_ATTRIBUTES_MAX = 32
_TEXT_BYTES = 512
"""Where strings are cut: the longest name of a domain has 253 letters (RFC 1035), of up to two bytes here."""


class XmlError(Exception):
    """The bytes are not the binary XML that was expected; the message is one sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """The value of an attribute."""

    text: str | None = None
    """As text, where it is written as such."""
    number: int | None = None
    """A whole number, or 0 for false and another one for true."""
    reference: int | None = None
    """Number of the resource that it points to."""

    def flag(self, *, default: bool) -> bool:
        """Return it as a boolean as Android does: whatever is no number is the default."""
        return default if self.number is None else self.number != 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """An element begins."""

    name: str
    attributes: Mapping[str, Attribute]
    """By name, without namespaces; of two with one name the last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """Text inside of an element."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """The innermost element ends."""


Step: TypeAlias = Start | Text | End


def steps(data: bytes) -> Iterator[Step]:
    """Yield what stands in binary XML, in order; raises XmlError if it is none, is cut off, or has too many steps."""
    if len(data) < 8 or struct.unpack_from("<H", data)[0] != _XML:
        raise XmlError("It is no binary XML.")
    pool = -1
    for number, (kind, at, size) in enumerate(chunks(data)):
        if number >= _STEPS_MAX:
            raise XmlError(f"It has more than {_STEPS_MAX} parts.")
        if kind == _STRING_POOL and pool < 0:
            pool = at
        elif kind in {_START_ELEMENT, _TEXT} and pool >= 0:
            body = data[at + struct.unpack_from("<H", data, at + 2)[0] : at + size]
            try:
                yield _start(data, pool, body) if kind == _START_ELEMENT else _text(data, pool, body)
            except struct.error:
                raise XmlError("An element is cut off.") from None
        elif kind == _END_ELEMENT:
            yield End()


def _start(data: bytes, pool: int, body: bytes) -> Start:
    """Return the start of an element."""
    _, name, first, stride, count = struct.unpack_from("<2I3H", body)
    attributes: dict[str, Attribute] = {}
    for number in range(min(count, _ATTRIBUTES_MAX)):
        _, key, raw, _, _, kind, value = struct.unpack_from("<3IH2BI", body, first + number * stride)
        index = raw if raw != _NONE else value
        attributes[_cut(data, pool, key)] = Attribute(
            text=_cut(data, pool, index) if raw != _NONE or kind == _STRING else None,
            number=value if kind in _NUMBERS else None,
            reference=value if kind == _REFERENCE else None,
        )
    return Start(name=_cut(data, pool, name), attributes=attributes)


def _text(data: bytes, pool: int, body: bytes) -> Text:
    """Return a text."""
    (index,) = struct.unpack_from("<I", body)
    return Text(text=_cut(data, pool, index))


def _cut(data: bytes, pool: int, index: int) -> str:
    """Return the beginning of a string."""
    return string(data, pool, index, most=_TEXT_BYTES)
