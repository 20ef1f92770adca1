"""How a worker reads an app: small ones whole, of big ones it keeps what the suite needs, and whose hash it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from itertools import chain

import structlog

from farm.cluster.sieve import sift
from farm.model.errors import FarmError, ObjectChangedError, RangesIgnoredError
from farm.model.execution import Task
from farm.model.inspection import Suite
from farm.ports import ObjectStore
from workers.model.errors import OverSizeLimitError, UnreadError
from workers.model.limits import Limits
from workers.static.ranges import START, foreseen, read_ahead, tail
from workers.static.readers.file import BIG, RangedFile, Span

log = structlog.get_logger()

AT_ONCE = 128 << 20
"""Bytes of a big app that are brought into memory before its inspection; the rest comes when it is asked for."""
CHECKED = 32
"""Of so many big apps whose SHA-256 is only claimed, one is sent whole and hashed."""
_REQUESTS = 8
"""Ranges that one worker asks for at the same time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known of an app's SHA-256 before any of it is read."""

    sha256: str | None
    """None if nothing is known."""
    hashed: bool = False
    """Whether the farm or the store itself has computed it, under the etag that the read will be bound to."""

    @property
    def claimed(self) -> bool:
        """Whether it is only the word of a list."""
        return self.sha256 is not None and not self.hashed


@dataclass(frozen=True, kw_only=True, slots=True)
class App:
    """An app that can be inspected."""

    data: bytes | RangedFile
    sha256: str
    hashed: bool
    """Whether its SHA-256 was computed, now or before, rather than claimed."""

    @property
    def held(self) -> int:
        """Bytes of it that are in memory."""
        return self.data.held if isinstance(self.data, RangedFile) else len(self.data)


class Meter:
    """Counts the bytes that are read for one task."""

    def __init__(self) -> None:
        """Nothing was read."""
        self.bytes = 0
        """From the store, evidence included."""
        self.object_bytes = 0
        """Size of the app's object, once any of it was read."""


def known(task: Task) -> Known:
    """Return what is known of the SHA-256 of an app; raises ObjectChangedError if the list contradicts the farm."""
    listed = task.app.sha256
    if task.known_sha256 is not None:
        if listed not in {None, task.known_sha256}:
            raise ObjectChangedError(_ANOTHER_HASH)
        return Known(sha256=task.known_sha256, hashed=True)
    # A folder's etag is the SHA-256 that the farm computed; a store that answers under it has compared it.
    return Known(sha256=listed, hashed=listed is not None and listed == task.app.etag)


def in_part(task: Task) -> bool:
    """Return whether only parts of the app will be in memory; that needs an etag, which holds them together."""
    return task.suite is Suite.STATIC and task.app.size > BIG and task.app.etag is not None


def by_ranges(task: Task, told: Known) -> bool:
    """Return whether only parts of the app will be sent: its SHA-256, which nobody can compute of parts, is known."""
    if not in_part(task) or told.sha256 is None:
        return False
    return told.hashed or not _to_be_checked(task.app.etag or "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One app that is to be read, and where from."""

    task: Task
    told: Known
    store: ObjectStore
    key: str
    limits: Limits
    meter: Meter

    def whole(self) -> tuple[bytes, str]:
        """Return all bytes of the app, and their SHA-256.

        Raises StoreError and its kinds (ObjectChangedError also for a hash that is not the listed one),
        OverSizeLimitError.
        """
        version = self.task.app.version_id
        data = self.store.get(self.key, etag=self._etag, version_id=version, limit=self.limits.file_bytes)
        self.meter.bytes += len(data)
        self.meter.object_bytes = len(data)
        return data, self._hashed(hashlib.sha256(data).hexdigest())

    def pieces(self) -> Iterator[bytes]:
        """Yield all bytes of the app in pieces; raises as `whole`, for another hash than the listed one at the end."""
        digest, size, version = hashlib.sha256(), 0, self.task.app.version_id
        stream = self.store.stream(self.key, etag=self._etag, version_id=version, limit=self.limits.file_bytes)
        with closing(stream) as pieces:
            for piece in pieces:
                digest.update(piece)
                self.meter.bytes += len(piece)
                size += len(piece)
                yield piece
        self.meter.object_bytes = size
        self._hashed(digest.hexdigest())

    def needed(self, *, most: int = AT_ONCE, hashed: bool = False) -> App:
        """Return the app with the bytes that the suite needs; raises as `whole`.

        Of parts at most `most` bytes are brought into memory. With `hashed` no claim is taken for its SHA-256.
        """
        size = self.task.app.size
        if not in_part(self.task):
            return self._in_memory()
        if size > self.limits.file_bytes:
            raise OverSizeLimitError(f"The object has {size} bytes; the limit is {self.limits.file_bytes}.")
        try:
            if self.told.sha256 is None or not by_ranges(self.task, self.told) or (hashed and self.told.claimed):
                return self._stream(most)
            return App(data=self._ranges(most), sha256=self.told.sha256, hashed=self.told.hashed)
        except UnreadError as error:
            # Another size than the list says, or no ranges: as a whole it can be read all the same, or says what is
            # wrong.
            if error.__cause__ is None or isinstance(error.__cause__, RangesIgnoredError | ObjectChangedError):
                log.info("object.read_whole", url=self.task.app.url, detail=str(error))
                return self._in_memory()
            raise error.__cause__ from None

    def _in_memory(self) -> App:
        """Return the app with all its bytes; raises as `whole`."""
        data, sha256 = self.whole()
        return App(data=data, sha256=sha256, hashed=True)

    @property
    def _etag(self) -> str | None:
        """The etag that the whole app is asked for under.

        None where it is the hash itself, which is compared anyway: a folder would hash the app a second time to do it.
        """
        etag = self.task.app.etag
        return None if self.told.sha256 == etag else etag

    def _hashed(self, sha256: str) -> str:
        """Return the SHA-256 that was computed; raises ObjectChangedError if another one was told."""
        if self.told.sha256 not in {None, sha256}:
            raise ObjectChangedError(_ANOTHER_HASH)
        return sha256

    def _ranges(self, most: int) -> RangedFile:
        """Return the app with what is needed of it, of which nothing else is sent; raises UnreadError."""
        file = RangedFile(self.task.app.size, self._fetch)
        read_ahead(file, limits=self.limits, most=most)
        return file

    def _stream(self, most: int) -> App:
        """Return the app with what is needed of it; all of it is sent, and hashed, but never in memory at once.

        Raises UnreadError if its end cannot be had, else as `whole`.
        """
        app = self.task.app
        file = RangedFile(app.size, self._fetch)
        file.load([tail(app.size)])
        stream = self.store.stream(self.key, etag=app.etag, version_id=app.version_id, limit=self.limits.file_bytes)
        with closing(stream) as pieces:
            first = next(pieces, b"")
            file.insert(0, first[:START])
            spans = foreseen(file, limits=self.limits, most=most)
            sha256 = sift(file, spans, chain([first], pieces))
        self.meter.bytes += app.size
        self.meter.object_bytes = app.size
        return App(data=file, sha256=self._hashed(sha256), hashed=True)

    def _fetch(self, spans: Sequence[Span]) -> list[bytes]:
        """Return ranges of the object; raises UnreadError with what hindered it as its cause."""
        # In threads also where it is one: the alarm of a time limit interrupts the waiting, never the client's inside.
        asked = [_threads().submit(self._fetch_one, span) for span in spans]
        parts: list[bytes] = []
        try:
            for one in asked:
                parts.append(one.result())
                # Here and not in the threads: two of them that add at once would lose what one has added.
                self.meter.bytes += len(parts[-1])
                self.meter.object_bytes = self.task.app.size
        except (FarmError, MemoryError) as error:
            raise UnreadError(str(error)) from error
        finally:
            # Of an app that is given up nothing more is asked for: the next one would wait behind it.
            for one in asked:
                one.cancel()
        return parts

    def _fetch_one(self, span: Span) -> bytes:
        """Return a range of the object."""
        (start, end), app = span, self.task.app
        return self.store.get_range(
            self.key, start, end - start, etag=app.etag, version_id=app.version_id, size=app.size
        )


_ANOTHER_HASH = "The object's SHA-256 is not the one in the manifest."


@cache
def _threads() -> ThreadPoolExecutor:
    """Return this process's threads for ranges."""
    return ThreadPoolExecutor(_REQUESTS, thread_name_prefix="ranges")


def _to_be_checked(etag: str) -> bool:
    """Return whether an object belongs to the sample that is hashed; the same ones in every run."""
    return int.from_bytes(hashlib.sha256(etag.encode("utf-8", "backslashreplace")).digest()[:4]) % CHECKED == 0
