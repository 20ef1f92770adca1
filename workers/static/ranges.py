"""Which parts of a big APK the suite reads: they are brought into memory before it starts, in a few requests.

A guess that is wrong costs a request and nothing else: what is missing is fetched when it is asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from workers.model.errors import InspectionError
from workers.model.limits import Limits
from workers.static.extractors import dynamic_code, library_versions
from workers.static.readers.archive import MANIFEST, Archive, open_apk
from workers.static.readers.code import dex_members
from workers.static.readers.directory import Entry
from workers.static.readers.file import NEAR, RangedFile, Span, coalesce
from workers.static.readers.libraries import RESOURCES, signature_names

START = 4 << 10
"""Bytes of the start that are read at once: what stands in front of the first member."""
_TAIL = 128 << 10
"""Bytes of the end that are read at once: end record, most directories and signing blocks."""
_BEFORE_DIRECTORY = 32 << 10
"""Room for the signing block; the largest seen has 12 KiB."""
_LOCAL = 30
"""Fixed part of a local header (APPNOTE.TXT 6.3.10, section 4.3.7)."""
_EXTRA = 64
"""Room for the extra field of a local header where nothing else says where a member ends."""
_NETWORK_CONFIG = "res/xml/network_security_config.xml"
"""The usual name of this file (developer.android.com, "Network security configuration"); half of those seen have it."""
_HEAD = 512
"""Packed bytes of a member's head; deflate's tables come first."""


def read_ahead(file: RangedFile, *, limits: Limits, most: int) -> None:
    """Bring at most about `most` bytes into memory that the suite will ask for.

    What is wrong with the app is not told here: its inspection will meet it.

    Raises:
        UnreadError: the bytes could not be had. What the file's `fetch` raises passes through.
    """
    file.load([(0, START), tail(file.size)])
    file.load(foreseen(file, limits=limits, most=most))


def tail(size: int) -> Span:
    """Return the range at the end of a file of `size` bytes that is read first."""
    return max(size - _TAIL, 0), size


def foreseen(file: RangedFile, *, limits: Limits, most: int) -> list[Span]:
    """Return at most about `most` bytes, as ranges, that the suite will ask for; start and end were read before.

    They are ascending, and apart from each other. Raises as `read_ahead`.
    """
    try:
        archive = open_apk(file, limits=limits)
    except InspectionError:
        return []
    room = most
    chosen: list[Span] = []
    for start, end in coalesce(wanted(archive), near=NEAR):
        room -= end - start
        if room < 0:
            break
        chosen.append((max(start, 0), min(end, file.size)))
    return chosen


def wanted(archive: Archive) -> Iterator[Span]:
    """Yield the ranges that the suite reads of an app, in no order."""
    yield archive.directory_offset - _BEFORE_DIRECTORY, archive.directory_offset
    starts = sorted({entry.header_offset for entry in archive.entries} | {archive.directory_offset})
    for name in _whole(archive):
        entry = archive.entry(name)
        if entry is not None and entry.size <= archive.limits.member_bytes:
            yield _span(entry, starts)
    for entry in dynamic_code.looked_at(archive.entries, archive.file.size):
        start, end = _span(entry, starts)
        yield start, min(end, start + _LOCAL + len(entry.name.encode()) + _EXTRA + _HEAD)


def _whole(archive: Archive) -> Iterator[str]:
    """Yield the names of the members that are read as a whole, but for the icon, whose name the manifest tells."""
    yield from (MANIFEST, RESOURCES, _NETWORK_CONFIG)
    yield from (name for _, name in dex_members(archive.names))
    yield from signature_names(archive.names)
    yield from (member for _, _, member in library_versions.told(archive.names))


def _span(entry: Entry, starts: list[int]) -> Span:
    """Return the range of a member with its local header, as the directory tells it."""
    start = entry.header_offset
    end = start + _LOCAL + len(entry.name.encode()) + _EXTRA + entry.compressed_size
    after = bisect_right(starts, start)
    if after < len(starts) and starts[after] - start >= _LOCAL + entry.compressed_size:
        # Alignment can make the extra field long; the next member says where this one ends at the latest.
        return start, min(starts[after], end + NEAR)
    return start, end
