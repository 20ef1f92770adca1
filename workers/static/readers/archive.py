"""Read the members of an APK: bounded inflating, and every disagreement between headers kept as evidence."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from workers.model.errors import NotAnApkError, OverEntryLimitError, OverInflateLimitError, OverSizeLimitError
from workers.model.limits import Limits
from workers.static.readers.anomaly import Anomaly
from workers.static.readers.directory import DESCRIPTOR, Directory, Entry, ReadEntries, read_directory, read_entries
from workers.static.readers.engine import native
from workers.static.readers.file import ApkFile, as_file

__all__ = ["MANIFEST", "Archive", "Entry", "MemberError", "open_apk"]

MANIFEST = "AndroidManifest.xml"
"""The member without which a zip is not an APK."""

_LOCAL = struct.Struct("<4s5H3I2H")
_LOCAL_MAGIC = b"PK\x03\x04"
STORED = 0
"""Method of a member that is not compressed."""
_DEFLATED = 8
_HEAD_PACKED = 512
"""Deflated bytes that are read first for the head of a member."""
_DEFLATE_RATIO = 1032
"""Deflate never makes more than this of one byte (zlib technical details, "Maximum Compression Factor")."""
_CHUNK = 1 << 20


class MemberError(Exception):
    """A member of the archive cannot be read; the message says why."""


class Archive:
    """A zip archive over a file, of which it reads no more than what it is asked for.

    Names that occur more than once mean their first entry, as in the loaders that a duplicate is meant to fool
    (CVE-2013-4787); current Android refuses such files.
    """

    def __init__(self, data: memoryview | ApkFile, *, limits: Limits) -> None:
        """Read the central directory; raises NotAnApkError, MalformedError or OverLimitError."""
        self.file: ApkFile = as_file(data)
        """The file, whole or in part."""
        if self.file.size > limits.file_bytes:
            told = f"The file has {self.file.size} bytes, more than the limit of {limits.file_bytes}."
            raise OverSizeLimitError(told)
        self.engine: ModuleType | None = native()
        """The native engine, if it is in force for this file."""
        read_all = _read_all_natively(self.engine) if self.engine else read_entries
        directory: Directory = read_directory(self.file, max_entries=limits.entries, read_all=read_all)
        self.directory_offset = directory.offset
        """Where the central directory starts."""
        self.entries: tuple[Entry, ...] = directory.entries
        """All entries in the order of the central directory, duplicates included."""
        self._by_name = _by_name(directory.entries)
        self.limits = limits
        """Caps that are kept."""
        self._counted: dict[int, Entry] = {}
        self._inflated = 0
        self._anomalies: dict[tuple[str, str], Anomaly] = {}
        for anomaly in directory.anomalies:
            self._note(anomaly.kind, anomaly.subject, anomaly.detail)

    @property
    def names(self) -> tuple[str, ...]:
        """Distinct names in the order of the central directory."""
        return tuple(self._by_name)

    @property
    def anomalies(self) -> tuple[Anomaly, ...]:
        """What was odd so far; a member's local header is only looked at when it is read."""
        return tuple(self._anomalies.values())

    @property
    def inflated(self) -> tuple[Entry, ...]:
        """The members that were read whole so far."""
        return tuple(self._counted.values())

    def __contains__(self, name: object) -> bool:
        """Return whether there is a member `name`."""
        return name in self._by_name

    def entry(self, name: str) -> Entry | None:
        """Return the entry called `name`, or None."""
        return self._by_name.get(name)

    def read(self, name: str) -> bytes:
        """Return the inflated bytes of the member `name`.

        Raises:
            MemberError: there is none, or its bytes cannot be found or inflated.
            OverInflateLimitError: it is larger than `Limits.member_bytes`, or all that were read than `inflated_bytes`.
        """
        entry = self._by_name.get(name)
        if entry is None:
            raise MemberError(f"There is no member {name!r}.")
        return self.read_entry(entry)

    def column(self, name: str) -> Any:  # noqa: ANN401 - a column of the native engine
        """Return what `read` returns as memory of the native engine, which copies it only where it must.

        The packed bytes may leave memory.
        """
        entry = self._by_name.get(name)
        if entry is None:
            raise MemberError(f"There is no member {name!r}.")
        content = self._content(entry)
        self.file.served(self.start(entry), entry.compressed_size)
        if self.engine is None or not isinstance(content, bytes):
            return content
        return self.engine.copy(content, 0, len(content))[0]

    def read_heads(self, entries: Sequence[Entry], size: int, firsts: bytes) -> Iterator[bytes | None]:
        """Yield at most the first `size` bytes of each member, as `read_head`; None where they cannot be had.

        Of a member whose first byte is none of `firsts` nothing is told.
        """
        quick = self._quick_heads(entries, size, firsts)
        for number, entry in enumerate(entries):
            # None where the local header says anything else than the directory: that is looked at slowly, and noted.
            head = quick.get(number)
            found = self._slow_head(entry, size) if head is None else head
            yield b"" if found and found[0] not in firsts else found

    def _quick_heads(self, entries: Sequence[Entry], size: int, firsts: bytes) -> dict[int, bytes]:
        """Return the first bytes that the native engine can tell, by the position of their entry in `entries`."""
        found: dict[int, bytes] = {}
        if self.engine is None:
            return found
        for start, piece in self.file.pieces():
            end = start + len(piece)
            inside = [number for number, entry in enumerate(entries) if start <= entry.header_offset < end]
            chosen = [entries[number] for number in inside]
            heads = self.engine.heads(piece, start, self.file.size, chosen, size, firsts)
            found.update((number, head) for number, head in zip(inside, heads, strict=True) if head is not None)
        return found

    def _slow_head(self, entry: Entry, size: int) -> bytes | None:
        """Return `read_head`, or None where it raises."""
        try:
            return self.read_head(entry, size)
        except MemberError:
            return None

    def read_head(self, entry: Entry, size: int) -> bytes:
        """Return at most the first `size` bytes of a member: enough for its magic, without inflating the rest.

        Raises:
            MemberError: its bytes cannot be found or inflated.
        """
        start, length = self._place(entry)
        if entry.method != _DEFLATED:
            return bytes(self.file.read(start, min(size, length)))
        most = _HEAD_PACKED
        while True:
            # Of a long stream whole chunks are read, so that one that breaks gives the same as if all of it were there.
            taken = min(length, most if most <= _CHUNK else length)
            head, ended = _inflate(self.file.read(start, taken), size, entry.name)
            if ended or len(head) >= size or taken == length:
                return head
            most *= 16

    def read_entry(self, entry: Entry) -> bytes:
        """Return the inflated bytes of `entry`; as `read`, for members with the same name."""
        return bytes(self._content(entry))

    def _content(self, entry: Entry) -> Any:  # noqa: ANN401 - bytes, or a column of the native engine
        """Return the inflated bytes of `entry`."""
        start, length = self._place(entry)
        cap = self._cap(entry, length)
        quick = self._quick_content(entry, start, length, cap)
        if quick is not None:
            return quick
        content = self._slow_content(entry, start, length, cap)
        self._check_sum(entry, zlib.crc32(content))
        self._count(entry, len(content))
        return content

    def _quick_content(self, entry: Entry, start: int, length: int, cap: int) -> Any:  # noqa: ANN401 - as above
        """Return the content of a member that is just what it claims to be, by the native engine; else None."""
        engine = self.engine
        if engine is None or entry.size > cap or not length:
            return None
        found = None
        if entry.method == _DEFLATED:
            piece, at = self.file.around(start, length)
            found = engine.inflate(piece, at, length, entry.size)
        elif entry.method == STORED and length == entry.size:
            piece, at = self.file.around(start, length)
            found = engine.copy(piece, at, entry.size)
        if found is None:
            return None
        content, crc = found
        self._check_sum(entry, crc)
        self._count(entry, entry.size)
        return content

    def _slow_content(self, entry: Entry, start: int, length: int, cap: int) -> bytes:
        """Return the content of any member, as far as it can be had."""
        if entry.method == _DEFLATED:
            content, ended = _inflate(self.file.read(start, length), min(entry.size, cap) + 1, entry.name)
            if not ended and len(content) <= entry.size:
                self._note("zip.truncated-member", entry.name, f"{len(content)} of {entry.size} bytes")
        elif entry.method == STORED:
            content = bytes(self.file.read(start, min(length, cap + 1)))
        else:
            content = self._guess(entry, start, length, cap)
        if len(content) > cap and entry.size > cap:
            raise OverInflateLimitError(f"The member {entry.name!r} inflates to more than {cap} bytes.")
        if len(content) != entry.size:
            told = f"{entry.size} bytes told, {'more' if len(content) > entry.size else len(content)} found"
            self._note("zip.size-mismatch", entry.name, told)
            content = content[: entry.size] if entry.method != STORED else content[:cap]
        return content

    def _check_sum(self, entry: Entry, crc: int) -> None:
        """Note a content that does not match its CRC-32."""
        if crc != entry.crc32:
            self._note("zip.bad-crc", entry.name, "content does not match its CRC-32")

    def start(self, entry: Entry) -> int:
        """Return where the bytes of `entry` start; its local header has been looked at."""
        at = entry.header_offset
        name_size, extra_size = struct.unpack("<2H", self.file.read(at + 26, 4))
        return at + _LOCAL.size + int(name_size) + int(extra_size)

    def _place(self, entry: Entry) -> tuple[int, int]:
        """Return where the bytes of `entry` start and how many there are; note where its local header disagrees."""
        at, end = entry.header_offset, self.file.size
        if not 0 <= at <= end - _LOCAL.size:
            raise MemberError(f"The member {entry.name!r} lies outside the file.")
        header = self.file.read(at, _LOCAL.size)
        magic, _, flags, method, _, _, _, packed, size, name_size, extra_size = _LOCAL.unpack(header)
        if magic != _LOCAL_MAGIC:
            raise MemberError(f"The member {entry.name!r} has no local header.")
        start = at + _LOCAL.size + name_size + extra_size
        name = str(self.file.read(at + _LOCAL.size, name_size), "utf-8", "backslashreplace")
        if name != entry.name:
            self._note("zip.header-conflict", entry.name, f"local header says name {name[:80]!r}")
        if method != entry.method:
            self._note(
                "zip.header-conflict", entry.name, f"local header says method {method}, directory {entry.method}"
            )
        if not flags & DESCRIPTOR and (packed, size) not in {
            (entry.compressed_size, entry.size),
            (0xFFFFFFFF, 0xFFFFFFFF),
        }:
            told = f"local header says {packed} to {size} bytes, directory {entry.compressed_size} to {entry.size}"
            self._note("zip.header-conflict", entry.name, told)
        if start > end:
            raise MemberError(f"The member {entry.name!r} starts after the end of the file.")
        if start + entry.compressed_size > end:
            self._note("zip.member-outside", entry.name, "it is said to go on after the end of the file")
        return start, min(entry.compressed_size, end - start)

    def _cap(self, entry: Entry, available: int) -> int:
        """Return how many bytes `entry` may have; refuse at once what is bound to have more."""
        cap = self.limits.member_bytes
        at_most = available if entry.method == STORED else available * _DEFLATE_RATIO
        if cap < entry.size <= at_most:
            told = f"The member {entry.name!r} has {entry.size} bytes, more than the limit of {cap}."
            raise OverInflateLimitError(told)
        return min(cap, self.limits.inflated_bytes)

    def _guess(self, entry: Entry, start: int, length: int, cap: int) -> bytes:
        """Return the content of an entry with an unknown method: stored if its CRC says so, else deflated, else stored.

        Android's readers take every method but 8 as stored; packers write a random one.
        """
        stored = bytes(self.file.read(start, min(entry.size, cap)))
        if zlib.crc32(stored) == entry.crc32:
            return stored
        try:
            content, ended = _inflate(self.file.read(start, length), min(entry.size, cap) + 1, entry.name)
        except MemberError:
            return stored
        return content if ended or len(content) == entry.size else stored

    def _count(self, entry: Entry, size: int) -> None:
        """Add `size` to what this app inflated to; each entry counts once."""
        if entry.header_offset in self._counted:
            return
        self._counted[entry.header_offset] = entry
        self._inflated += size
        if self._inflated > self.limits.inflated_bytes:
            told = f"The members inflate to more than {self.limits.inflated_bytes} bytes together."
            raise OverInflateLimitError(told)

    def _note(self, kind: str, subject: str, detail: str) -> None:
        """Keep an anomaly, once for each kind and subject."""
        anomaly = Anomaly(kind=kind, subject=subject[:200], detail=detail)
        self._anomalies.setdefault((kind, subject), anomaly)


def _by_name(entries: Sequence[Entry]) -> dict[str, Entry]:
    """Return the first entry of each name, in the order of the directory."""
    found = {entry.name: entry for entry in entries}
    if len(found) < len(entries):
        found = {}
        for entry in entries:
            found.setdefault(entry.name, entry)
    return found


def _read_all_natively(engine: ModuleType) -> ReadEntries:
    """Return how the native engine reads the entries of a directory: as `read_entries`."""

    def read_all(file: ApkFile, start: int, stop: int, /, *, shift: int, max_entries: int) -> tuple[list[Entry], int]:
        piece, at = file.around(start, stop - start)
        entries, after, too_many = engine.read_entries(piece, at, at + stop - start, shift, max_entries)
        if too_many:
            raise OverEntryLimitError(f"The archive has more than {max_entries} entries.")
        return entries, after - at + start

    return read_all


def open_apk(data: memoryview | ApkFile, *, limits: Limits) -> Archive:
    """Return the archive of an APK.

    Raises:
        NotAnApkError: it is no zip, or a zip without AndroidManifest.xml.
        MalformedError: it looks like a zip, but its central directory cannot be read.
        OverSizeLimitError: it has too many bytes.
        OverEntryLimitError: it has too many entries.
    """
    archive = Archive(data, limits=limits)
    if MANIFEST not in archive:
        raise NotAnApkError(f"The file is a zip, but not an app: it has no {MANIFEST}.")
    return archive


def _inflate(packed: memoryview, max_length: int, name: str) -> tuple[bytes, bool]:
    """Return at most `max_length` inflated bytes, and whether the stream ended there.

    A stream that breaks in the middle gives what came before; one that breaks at once raises MemberError.
    """
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    parts: list[bytes] = []
    room = max_length
    at = 0
    try:
        while room > 0 and not inflater.eof and (at < len(packed) or inflater.unconsumed_tail):
            tail = inflater.unconsumed_tail
            if not tail:
                tail = bytes(packed[at : at + _CHUNK])
                at += _CHUNK
            part = inflater.decompress(tail, room)
            parts.append(part)
            room -= len(part)
    except zlib.error as error:
        if not any(parts):
            raise MemberError(f"The member {name!r} cannot be inflated: {error}.") from None
    return b"".join(parts), inflater.eof
