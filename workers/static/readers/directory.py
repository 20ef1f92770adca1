"""Find and read the central directory of a zip the way Android does: the last one wins, nothing is taken on trust.

Layouts: APPNOTE.TXT 6.3.10, sections 4.3.12 (central directory), 4.3.14 to 4.3.16 (end records), 4.5.3 (zip64 field).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Protocol

from workers.model.errors import MalformedError, NotAnApkError, OverEntryLimitError
from workers.static.readers.anomaly import Anomaly
from workers.static.readers.file import ApkFile

_END = struct.Struct("<4s4H2IH")
_END64_LOCATOR = struct.Struct("<4sIQI")
_END64 = struct.Struct("<4sQ2H2I4Q")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END_MAGIC = b"PK\x05\x06"
_END64_LOCATOR_MAGIC = b"PK\x06\x07"
_END64_MAGIC = b"PK\x06\x06"
_CENTRAL_MAGIC = b"PK\x01\x02"
_COMMENT_MAX = 0xFFFF
_CANDIDATES = 8
_NONE32 = 0xFFFFFFFF
_NONE16 = 0xFFFF

ENCRYPTED = 0x0001
"""General purpose flag: encrypted. Android ignores it, so packers set it to lock analysts out."""
DESCRIPTOR = 0x0008
"""General purpose flag: sizes follow the data; the local header holds zeros."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry as the central directory tells it; every figure may be a lie."""

    name: str
    """Name as UTF-8; bytes that are not UTF-8 stand as `\\xNN`."""
    method: int
    """0 stored, 8 deflated."""
    flags: int
    """General purpose flags."""
    compressed_size: int
    """Bytes in the file."""
    size: int
    """Bytes after inflating."""
    crc32: int
    header_offset: int
    """Where its local header starts, from the start of the file."""

    @property
    def suffix(self) -> str:
        """The extension of the name in small letters, with its dot; empty if there is none."""
        at = self.name.rfind(".")
        return self.name[at:].lower() if at >= 0 else ""


class ReadEntries(Protocol):
    """How the entries of a directory are read."""

    def __call__(
        self, file: ApkFile, start: int, stop: int, /, *, shift: int, max_entries: int
    ) -> tuple[list[Entry], int]:
        """Return the entries from `start` until they stop making sense, and where that is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Directory:
    """A central directory and where it was found."""

    entries: tuple[Entry, ...]
    """In the order of the directory, duplicates included."""
    offset: int
    """Where the directory starts, from the start of the file; the APK signing block ends here."""
    anomalies: tuple[Anomaly, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _End:
    """What an end record says."""

    position: int
    """Where the directory ends at the latest: the first end record's own offset."""
    count: int
    size: int
    offset: int
    trailing: int
    """Bytes after the record and its comment."""


def read_directory(file: ApkFile, *, max_entries: int, read_all: ReadEntries | None = None) -> Directory:
    """Return the last readable central directory of `file`; `read_all` reads its entries, by default `read_entries`.

    Raises:
        NotAnApkError: nothing in it looks like a zip.
        MalformedError: it looks like a zip, but has no readable directory.
        OverEntryLimitError: it has more than `max_entries` entries.
    """
    looks_like_zip = bytes(file.read(0, 2)) == b"PK"
    ends = _find_ends(file)
    for end in ends:
        found = _read(file, end, max_entries=max_entries, read_all=read_all or read_entries)
        if found is not None:
            return found
    if not looks_like_zip and not ends:
        raise NotAnApkError("The file is not a zip: it neither starts nor ends like one.")
    reason = "its central directory cannot be read" if ends else "it is cut off: no central directory at its end"
    raise MalformedError(f"The file starts or ends like a zip, but {reason}.")


def _find_ends(file: ApkFile) -> list[_End]:
    """Return the end records in the last 64 KiB, the last one first, at most a few."""
    start = max(0, file.size - _COMMENT_MAX - _END.size)
    tail = bytes(file.read(start, file.size - start))
    ends: list[_End] = []
    at = len(tail)
    while len(ends) < _CANDIDATES:
        at = tail.rfind(_END_MAGIC, 0, at + 3)
        if at < 0:
            break
        if at + _END.size <= len(tail):
            ends.append(_parse_end(file, start + at))
    return ends


def _parse_end(file: ApkFile, position: int) -> _End:
    """Return the end record at `position`, with the figures of its zip64 record where it points to one."""
    _, _, _, _, count, size, offset, comment = _END.unpack(file.read(position, _END.size))
    trailing = file.size - position - _END.size - comment
    locator_at = position - _END64_LOCATOR.size
    if _NONE32 in {size, offset} or count == _NONE16:
        end64 = _parse_end64(file, locator_at)
        if end64 is not None:
            position, count, size, offset = end64
    return _End(position=position, count=count, size=size, offset=offset, trailing=trailing)


def _parse_end64(file: ApkFile, locator_at: int) -> tuple[int, int, int, int] | None:
    """Return position, count, size and offset from the zip64 end record behind the locator, if both are there."""
    if locator_at < 0:
        return None
    magic, _, at, _ = _END64_LOCATOR.unpack(file.read(locator_at, _END64_LOCATOR.size))
    if magic != _END64_LOCATOR_MAGIC or at + _END64.size > locator_at:
        return None
    magic, *_, count, size, offset = _END64.unpack(file.read(at, _END64.size))
    if magic != _END64_MAGIC:
        return None
    return at, count, size, offset


def _read(file: ApkFile, end: _End, *, max_entries: int, read_all: ReadEntries) -> Directory | None:
    """Return the directory that `end` points to, or None if there is none."""
    anomalies: list[Anomaly] = []
    shift = 0
    start = end.offset
    if not _is_directory(file, start, end):
        # Bytes put in front without mending the offsets: the directory still lies right before its end record.
        start = end.position - end.size
        shift = start - end.offset
        if not _is_directory(file, start, end):
            return None
        anomalies.append(Anomaly(kind="zip.shifted", detail=f"all offsets are off by {shift} bytes"))
    entries, stop = read_all(file, start, end.position, shift=shift, max_entries=max_entries)
    if stop - start != end.size:
        anomalies.append(Anomaly(kind="zip.directory-size", detail=f"{stop - start} bytes read, {end.size} told"))
    if stop < end.position:
        anomalies.append(Anomaly(kind="zip.directory-gap", detail=f"{end.position - stop} bytes before the end record"))
    if len(entries) != end.count:
        anomalies.append(Anomaly(kind="zip.entry-count", detail=f"{len(entries)} entries read, {end.count} told"))
    if end.trailing != 0:
        anomalies.append(Anomaly(kind="zip.trailing-bytes", detail=f"{end.trailing} bytes after the end record"))
    return Directory(entries=tuple(entries), offset=start, anomalies=tuple(anomalies + _entry_anomalies(file, entries)))


def _is_directory(file: ApkFile, start: int, end: _End) -> bool:
    """Return whether a directory can start at `start`: an entry's magic, or nothing at all for an empty one."""
    if not 0 <= start <= end.position:
        return False
    if end.count == 0 and end.size == 0:
        return start == end.position
    # All of it is asked for at once: where a file is read by ranges, that is one request.
    return bytes(file.read(start, end.position - start)[:4]) == _CENTRAL_MAGIC


def read_entries(file: ApkFile, start: int, stop: int, *, shift: int, max_entries: int) -> tuple[list[Entry], int]:
    """Return the entries from `start` until they stop making sense, and where that is."""
    data = file.read(start, stop - start)
    entries: list[Entry] = []
    at = 0
    while at + _CENTRAL.size <= len(data):
        fields = _CENTRAL.unpack_from(data, at)
        magic, _, _, flags, method, _, _, crc, packed, size, name_size, extra_size, comment_size, _, _, _, offset = (
            fields
        )
        after = at + _CENTRAL.size + name_size + extra_size + comment_size
        if magic != _CENTRAL_MAGIC or after > len(data):
            break
        if len(entries) >= max_entries:
            raise OverEntryLimitError(f"The archive has more than {max_entries} entries.")
        name_end = at + _CENTRAL.size + name_size
        if _NONE32 in {packed, size, offset}:
            extra = bytes(data[name_end : name_end + extra_size])
            size, packed, offset = _zip64_sizes(extra, size, packed, offset)
        entries.append(
            Entry(
                name=str(data[at + _CENTRAL.size : name_end], "utf-8", "backslashreplace"),
                method=method,
                flags=flags,
                compressed_size=packed,
                size=size,
                crc32=crc,
                header_offset=offset + shift,
            )
        )
        at = after
    return entries, start + at


def _zip64_sizes(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Return size, compressed size and offset with those that are 0xffffffff taken from the zip64 extra field."""
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        if tag == 0x0001:
            room = min(length, len(extra) - at - 4)
            wide = [value for (value,) in struct.iter_unpack("<Q", extra[at + 4 : at + 4 + room // 8 * 8])]
            values = [wide.pop(0) if told == _NONE32 and wide else told for told in (size, packed, offset)]
            return values[0], values[1], values[2]
        at += 4 + length
    return size, packed, offset


def _entry_anomalies(file: ApkFile, entries: list[Entry]) -> list[Anomaly]:
    """Return what is odd in the entries, one anomaly a kind however many entries it concerns."""
    names = [entry.name for entry in entries]
    found = [
        ("zip.duplicate-name", _again(names)),
        ("zip.encrypted-flag", [entry.name for entry in entries if entry.flags & ENCRYPTED]),
        ("zip.unknown-method", [entry.name for entry in entries if entry.method not in {0, 8}]),
    ]
    anomalies = [Anomaly(kind=kind, subject=odd[0][:200], detail=f"{len(odd)} entries") for kind, odd in found if odd]
    # Build tools pad with local headers that the directory does not list; junk does not look like one.
    if (
        bytes(file.read(0, 4)) != b"PK\x03\x04"
        and (first := min((each.header_offset for each in entries), default=0)) > 0
    ):
        anomalies.append(Anomaly(kind="zip.prefix-bytes", detail=f"{first} bytes before the first entry"))
    return anomalies


def _again(names: list[str]) -> list[str]:
    """Return the names that stand there already, each time that they do."""
    if len(set(names)) == len(names):
        return []
    seen: set[str] = set()
    again: list[str] = []
    for name in names:
        (again.append if name in seen else seen.add)(name)
    return again
