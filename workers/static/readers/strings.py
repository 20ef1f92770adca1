"""The string table of a DEX file, decoded."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.static.readers import mutf8
from workers.static.readers.dex_error import DexError

_CAP = 2
"""Bytes of all strings together, in multiples of the file: ids may share a string, but not to explode it."""
_BYTES_MAX = 1 << 31


def read_strings(data: bytes, octets: NDArray[np.uint8], offsets: NDArray[Any]) -> list[str]:
    """Return all strings, decoded; their bytes together are capped, since all ids may point to one long string."""
    if offsets.size == 0:
        return []
    starts = offsets.astype(np.int64)
    pending = np.arange(starts.size)
    for _ in range(5):  # skip the ULEB128 length in front: its last byte is below 0x80
        if int(starts.max()) >= octets.size:
            raise DexError("A string lies outside the file.")
        longer = octets[starts[pending]] >= 0x80
        starts[pending] += 1
        pending = pending[longer]
        if pending.size == 0:
            break
    return _slice_strings(data, octets, starts)


def _slice_strings(data: bytes, octets: NDArray[np.uint8], starts: NDArray[np.int64]) -> list[str]:
    """Return the zero-terminated strings at `starts`."""
    low = int(starts.min())
    last = data.find(b"\0", int(starts.max()), octets.size)
    if last < 0:
        raise DexError("A string does not end before the file does.")
    zeros = np.flatnonzero(octets[low : last + 1] == 0) + low
    ends = zeros[np.searchsorted(zeros, starts)]
    if int((ends - starts).sum()) > _CAP * octets.size:
        raise DexError("Its strings together are larger than the file.")
    # One pass over the block as Latin-1 and slices of it cost a fifth of decoding each string.
    block = str(data[low : int(ends.max())], "latin-1")
    strings = [block[a:b] for a, b in zip((starts - low).tolist(), (ends - low).tolist(), strict=True)]
    for i, text in enumerate(strings):
        if not text.isascii():
            strings[i] = mutf8.decode(text.encode("latin-1"))
    return strings
