"""Read the strings that static fields start with: encoded arrays of the DEX format.

Layouts: `class_data_item`, `encoded_array` and `encoded_value` of "Dalvik executable format" on source.android.com.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import Any

from numpy.typing import NDArray

_FIELDS_MAX = 4_096
"""Most fields of a class that are looked at."""
_ULEB_MAX = 5
_STRING = 0x17
_SIZED = frozenset((0x00, 0x02, 0x03, 0x04, 0x06, 0x10, 0x11, *range(0x15, 0x1C)))
"""Kinds of values whose bytes are counted in their head: numbers and ids."""
_BARE = frozenset((0x1E, 0x1F))
"""null and booleans: the head is all."""


class _EndedError(Exception):
    """A class cannot be read any further."""


def initial_strings(
    octets: memoryview, data_at: int, values_at: int, owners: NDArray[Any], strings: int
) -> Iterator[tuple[int, int, int]]:
    """Yield field id, id of its class and string id of each static field of a class that starts with a string.

    The class has its data at `data_at` of `octets`, the values of its fields at `values_at`; `owners` has the class of
    each field id, and there are `strings` strings. What cannot be read ends it; what stands before counts.
    """
    try:
        fields, at = _uleb(octets, data_at)
        for _ in repeat(None, 3):  # instance fields and methods
            _, at = _uleb(octets, at)
        values, value_at = _uleb(octets, values_at)
        field = 0
        for _ in range(min(fields, values, _FIELDS_MAX)):
            difference, at = _uleb(octets, at)
            field += difference
            _, at = _uleb(octets, at)  # access flags
            if field >= len(owners) or value_at >= len(octets):
                return
            head, start = octets[value_at], value_at + 1
            value_at = start + _payload(head)
            if value_at > len(octets):
                return
            if head & 0x1F == _STRING:
                string = int.from_bytes(octets[start:value_at], "little")
                if string >= strings:
                    return
                yield field, int(owners[field]), string
    except _EndedError:
        return


def _payload(head: int) -> int:
    """Return how many bytes follow the head of a value."""
    kind = head & 0x1F
    if kind in _SIZED:
        return (head >> 5) + 1
    if kind in _BARE:
        return 0
    raise _EndedError


def _uleb(octets: memoryview, at: int) -> tuple[int, int]:
    """Return the number at `at` and the position behind it."""
    value = 0
    for i, byte in enumerate(octets[at : at + _ULEB_MAX]):
        value |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:
            return value & 0xFFFFFFFF, at + i + 1
    raise _EndedError
