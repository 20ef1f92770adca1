"""Find the APK signing block: the pairs of id and value right before the central directory.

Layout: "APK Signing Block format" on source.android.com (apksigning/v2).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from workers.static.readers.archive import Archive

_MAGIC = b"APK Sig Block 42"
_FOOTER = 24
_PAIRS_MAX = 256

SCHEME_IDS = {0x7109871A: "v2", 0xF05368C0: "v3", 0x1B93AD61: "v3.1"}
"""Ids of the signature schemes."""
STAMP_IDS = frozenset({0x2B09189E, 0x6DFF800D})
"""Ids of the source stamp, versions 1 and 2."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningBlock:
    """The block and the ids in it."""

    raw: bytes
    """The whole block, its size fields included."""
    ids: tuple[int, ...]
    """Ids of the pairs, in file order."""
    broken: bool
    """Whether a pair does not fit into the block, or the two sizes differ."""


def find_signing_block(archive: Archive) -> SigningBlock | None:
    """Return the signing block of `archive`, or None if there is none."""
    file, end = archive.file, archive.directory_offset
    if end < _FOOTER + 8:
        return None
    footer = bytes(file.read(end - _FOOTER, _FOOTER))
    if not footer.endswith(_MAGIC):
        return None
    (size,) = struct.unpack_from("<Q", footer)
    start = end - size - 8
    if size < _FOOTER or start < 0:
        return SigningBlock(raw=b"", ids=(), broken=True)
    raw = bytes(file.read(start, end - start))
    ids: list[int] = []
    at, stop = 8, len(raw) - _FOOTER
    broken = struct.unpack_from("<Q", raw)[0] != size
    while at + 12 <= stop and len(ids) < _PAIRS_MAX:
        length, number = struct.unpack_from("<QI", raw, at)
        if length < 4 or at + 8 + length > stop:
            broken = True
            break
        ids.append(number)
        at += 8 + length
    return SigningBlock(raw=raw, ids=tuple(ids), broken=broken)
