"""Goes once through all bytes of an object: each is hashed, and those that are wanted stay in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from io import BytesIO

from farm.model.errors import ObjectChangedError
from workers.static.readers.file import RangedFile, Span, coalesce


def sift(file: RangedFile, wanted: Sequence[Span], pieces: Iterable[bytes]) -> str:
    """Put the wanted ranges of an object into a file; return the SHA-256 of the object.

    What the file holds already was read before, by itself: it must be the same here, so that what is inspected is what
    was hashed. `wanted` are ascending ranges of which none touch.

    Raises:
        ObjectChangedError: the object is another one than before. What `pieces` raises passes through.
    """
    held = [(start, start + len(data), memoryview(data)) for start, data in file.pieces()]
    # Room for what is held as well: one piece without another copy of it.
    runs = coalesce([*wanted, *((start, end) for start, end, _ in held)], near=0)
    kept = [(start, end, _room(end - start)) for start, end in runs if file.missing([(start, end)])]
    digest = hashlib.sha256()
    at = first = 0
    for piece in pieces:
        digest.update(piece)
        end = at + len(piece)
        for start, stop, data in held:
            if (
                start < end
                and stop > at
                and data[max(at - start, 0) : end - start] != piece[max(start - at, 0) : stop - at]
            ):
                raise ObjectChangedError(_CHANGED)
        while first < len(kept) and kept[first][1] <= at:
            first += 1
        for start, stop, room in kept[first:]:
            if start >= end:
                break
            room.write(memoryview(piece)[max(start - at, 0) : stop - at])
        at = end
    if at != file.size:
        raise ObjectChangedError(_CHANGED)
    for start, _, room in kept:
        file.insert(start, room.getvalue())
    return digest.hexdigest()


_CHANGED = "The object has changed while it was read."


def _room(size: int) -> BytesIO:
    """Return what takes so many bytes, and gives them away without a copy."""
    room = BytesIO()
    room.seek(size - 1)
    room.write(b"\0")
    room.seek(0)
    return room
