"""Lists of types in a DEX file: the parameters of prototypes, the interfaces of classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.static.readers.dex_error import DexError

_PARAMETERS_MAX = 255
_CAP = 16
"""Bytes of all prototypes written out, in multiples of the file."""
_PARAMETERS_CAP = 2
"""Parameters of all prototypes, in multiples of the file's bytes: they may share a list, but not to explode it."""


def read_prototypes(octets: NDArray[np.uint8], protos: NDArray[Any], types: list[str]) -> list[str]:
    """Return each prototype as `(params)ret`; all parameter lists are read at once."""
    at = protos["parameters"].astype(np.int64)
    some = at != 0
    if some.any() and int(at.max()) + 4 > octets.size:
        raise DexError("A parameter list lies outside the file.")
    count = np.where(some, _little_endian(octets, np.where(some, at, 0), 4), 0)
    if count.size and int(count.max()) > _PARAMETERS_MAX:
        raise DexError(f"A parameter list has {int(count.max())} entries.")
    if (at + 4 + 2 * count)[some].max(initial=0) > octets.size:
        raise DexError("A parameter list goes on after the file.")
    if int(count.sum()) > _PARAMETERS_CAP * octets.size:
        raise DexError("Its parameter lists together are larger than the file.")
    first = np.cumsum(count) - count
    rank = np.arange(int(count.sum())) - np.repeat(first, count)
    ids = _little_endian(octets, np.repeat(at + 4, count) + 2 * rank, 2)
    if ids.size and int(ids.max()) >= len(types):
        raise DexError("A parameter list points outside the type table.")
    if protos.size:
        sizes = np.array([_size(name) for name in types], np.int64)
        if int(sizes[ids].sum() + sizes[protos["result"].astype(np.int64)].sum()) > _CAP * octets.size:
            raise DexError("Its prototypes together are larger than the file.")
    names = [types[i] for i in ids.tolist()]
    rows = zip(protos["result"].tolist(), first.tolist(), (first + count).tolist(), strict=True)
    return [f"({''.join(names[a:b])}){types[result]}" for result, a, b in rows]


def _little_endian(octets: NDArray[np.uint8], at: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return the unsigned numbers of `size` bytes at any byte offsets `at`."""
    value = np.zeros(at.size, np.int64)
    for i in range(size):
        value |= octets[at + i].astype(np.int64) << (8 * i)
    return value


def read_interfaces(octets: NDArray[np.uint8], offsets: NDArray[Any], types: int) -> Sequence[Sequence[int]]:
    """Return the interfaces of each class; a list that cannot be right is taken for empty.

    All lists together have no more entries than the file has bytes: classes may share a list, but not to explode it.
    """
    room = int(octets.size)
    found: list[tuple[int, ...]] = []
    raw = octets.tobytes()
    for at in offsets.tolist():
        count = int.from_bytes(raw[at : at + 4], "little") if 0 < at <= len(raw) - 4 else 0
        if count > room or at + 4 + 2 * count > len(raw):
            count = 0
        room -= count
        ids = np.frombuffer(raw, "<u2", count=count, offset=at + 4).tolist() if count else ()
        found.append(tuple(each for each in ids if each < types))
    return found


def _size(name: str) -> int:
    """Return the bytes of a type descriptor in UTF-8, surrogates as they are."""
    return len(name) if name.isascii() else len(name.encode("utf-8", "surrogatepass"))
