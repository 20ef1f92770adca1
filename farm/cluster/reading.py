"""How a worker reads an app: small ones whole, of big ones the parts that the suite needs, and whose hash it is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import structlog

from farm.model.errors import FarmError, ObjectChangedError, RangesIgnoredError
from farm.model.execution import Task
from farm.model.inspection import Suite
from farm.ports import ObjectStore
from workers.model.errors import OverSizeLimitError, UnreadError
from workers.model.limits import Limits
from workers.static.ranges import read_ahead
from workers.static.readers.file import BIG, RangedFile, Span

log = structlog.get_logger()

AT_ONCE = 128 << 20
"""Bytes of a big app that are brought into memory before its inspection; the rest comes when it is asked for."""
CHECKED = 32
"""Of so many big apps whose SHA-256 is only claimed, one is read whole and hashed."""
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


def by_ranges(task: Task, told: Known) -> bool:
    """Return whether only parts of the app will be read.

    That needs an etag, which holds the parts together, and a SHA-256, which nobody can compute of parts.
    """
    if task.suite is not Suite.STATIC or task.app.size <= BIG or task.app.etag is None or told.sha256 is None:
        return False
    return told.hashed or not _to_be_checked(task.app.etag)


def read(
    task: Task, told: Known, store: ObjectStore, key: str, *, limits: Limits, meter: Meter, whole: bool = False
) -> App:
    """Return the app, with its SHA-256; all of it if `whole`, else what is needed.

    Raises StoreError and its kinds (ObjectChangedError also for a hash that is not the listed one), OverSizeLimitError.
    """
    if not whole and told.sha256 is not None and by_ranges(task, told):
        if task.app.size > limits.file_bytes:
            raise OverSizeLimitError(f"The object has {task.app.size} bytes; the limit is {limits.file_bytes}.")
        file = _in_part(task, store, key, limits=limits, meter=meter)
        if file is not None:
            return App(data=file, sha256=told.sha256, hashed=told.hashed)
    # An etag that is the hash itself is compared below: a folder would hash the app a second time to do it.
    etag = None if told.sha256 == task.app.etag else task.app.etag
    data = store.get(key, etag=etag, version_id=task.app.version_id, limit=limits.file_bytes)
    meter.bytes += len(data)
    meter.object_bytes = len(data)
    sha256 = hashlib.sha256(data).hexdigest()
    if told.sha256 not in {None, sha256}:
        raise ObjectChangedError(_ANOTHER_HASH)
    return App(data=data, sha256=sha256, hashed=True)


_ANOTHER_HASH = "The object's SHA-256 is not the one in the manifest."


def _in_part(task: Task, store: ObjectStore, key: str, *, limits: Limits, meter: Meter) -> RangedFile | None:
    """Return the app with the parts in memory that the suite needs; None if it can only be read whole."""
    app = task.app

    def fetch_one(span: Span) -> bytes:
        start, end = span
        part = store.get_range(key, start, end - start, etag=app.etag, version_id=app.version_id, size=app.size)
        meter.bytes += len(part)
        meter.object_bytes = app.size
        return part

    def fetch(spans: Sequence[Span]) -> list[bytes]:
        # In threads also where it is one: the alarm of a time limit interrupts the waiting, never the client's inside.
        asked = [_threads().submit(fetch_one, span) for span in spans]
        try:
            return [one.result() for one in asked]
        except (FarmError, MemoryError) as error:
            raise UnreadError(str(error)) from error

    file = RangedFile(app.size, fetch)
    try:
        read_ahead(file, limits=limits, most=AT_ONCE)
    except UnreadError as error:
        # Another size than the list says, or no ranges: as a whole it can be read all the same, or says what is wrong.
        if error.__cause__ is None or isinstance(error.__cause__, RangesIgnoredError | ObjectChangedError):
            log.info("object.read_whole", url=app.url, detail=str(error))
            return None
        raise error.__cause__ from None
    return file


@cache
def _threads() -> ThreadPoolExecutor:
    """Return this process's threads for ranges."""
    return ThreadPoolExecutor(_REQUESTS, thread_name_prefix="ranges")


def _to_be_checked(etag: str) -> bool:
    """Return whether an object belongs to the sample that is hashed; the same ones in every run."""
    return int.from_bytes(hashlib.sha256(etag.encode("utf-8", "backslashreplace")).digest()[:4]) % CHECKED == 0
