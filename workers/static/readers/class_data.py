"""Read all class_data_items of a DEX file at once: which methods have code, and where.

A class_data_item is a run of ULEB128 numbers, and each number ends at its first byte below 0x80. So the positions of
those bytes number all ULEB128s of the file, and number n of a class is found without reading the ones before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.static.readers.dex_error import DexError

_ULEB_MAX = 5
_WINDOW = 1 << 16
_METHOD_BYTES = 3
"""The fewest bytes of one encoded method: three ULEB128 numbers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EncodedMethods:
    """The encoded methods of all classes, as parallel columns."""

    method: NDArray[np.int64]
    """Method id; not yet checked against the method table."""
    code: NDArray[np.int64]
    """Offset of the code item; 0 for abstract and native methods."""
    virtual: NDArray[np.bool_]
    """Whether it stands in the list of virtual methods."""


def read_methods(octets: NDArray[np.uint8], offsets: NDArray[Any]) -> EncodedMethods:
    """Return the methods of the class_data_items at `offsets` (0 for a class without one); shared items count once.

    Raises:
        DexError: an item runs out of the file, or the items together have more methods than the file has room for.
    """
    starts = np.unique(offsets[offsets != 0]).astype(np.int64)
    if starts.size == 0:
        return EncodedMethods(method=np.zeros(0, np.int64), code=np.zeros(0, np.int64), virtual=np.zeros(0, np.bool_))
    if int(starts.max()) >= octets.size:
        raise DexError("A class has its data outside the file.")
    ends, direct, methods, first_method = _lists(octets, starts)
    if int(methods.sum()) * _METHOD_BYTES > octets.size:
        raise DexError("Its classes together define more methods than it has room for.")

    rank = np.arange(int(methods.sum())) - np.repeat(np.cumsum(methods) - methods, methods)
    number = np.repeat(first_method, methods) + 3 * rank
    difference = _numbers(octets, ends, number)
    # Ids are differences within each list; the direct methods are one list, the virtual ones the next.
    starts_list = (rank == 0) | (rank == np.repeat(direct, methods))
    total = np.cumsum(difference)
    before_list = (total - difference)[starts_list]
    method = total - before_list[np.cumsum(starts_list) - 1] if total.size else total
    _numbers(octets, ends, number + 1)  # access flags, for their length only
    code = _numbers(octets, ends, number + 2)
    return EncodedMethods(method=method, code=code, virtual=rank >= np.repeat(direct, methods))


def _lists(
    octets: NDArray[np.uint8], starts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the ends of all numbers, and for each class its direct methods, all methods and the first one's number.

    How far the last class goes is not known before, and the file behind may be huge: the window grows until it fits.
    """
    low, high = int(starts.min()), int(starts.max()) + _WINDOW
    while True:
        ends = np.flatnonzero(octets[low:high] < 0x80) + low
        first = np.searchsorted(ends, starts)
        if int(first.max()) + 4 <= ends.size:
            static, instance, direct, virtual = (
                _numbers(octets, ends, first + i, starts if i == 0 else None) for i in range(4)
            )
            methods = direct + virtual
            first_method = first + 4 + 2 * (static + instance)
            if int((first_method + 3 * methods).max()) <= ends.size:
                return ends, direct, methods, first_method
        if high >= octets.size:
            raise DexError("A class has data that goes on after the file.")
        high = low + 2 * (high - low)


def _numbers(
    octets: NDArray[np.uint8],
    ends: NDArray[np.int64],
    number: NDArray[np.int64],
    start: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Return the values of the ULEB128s that `number` counts; they start after the one before, or at `start`."""
    begin = ends[number - 1] + 1 if start is None else start
    length = ends[number] - begin + 1
    if length.size and int(length.max()) > _ULEB_MAX:
        raise DexError("A class has a number of more than five bytes.")
    value = (octets[begin] & 0x7F).astype(np.int64)
    longer = np.flatnonzero(length > 1)
    for i in range(1, _ULEB_MAX):
        if longer.size == 0:
            break
        value[longer] |= (octets[begin[longer] + i] & 0x7F).astype(np.int64) << (7 * i)
        longer = longer[length[longer] > i + 1]
    return value & 0xFFFFFFFF
