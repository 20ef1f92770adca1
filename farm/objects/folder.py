"""A folder as an object store: whole objects or none, nothing outside the root, etag = SHA-256 of the content."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from farm.model.errors import ObjectChangedError, ObjectMissingError, StoreError
from farm.objects.naming import check_key
from farm.ports import PIECE, ObjectInfo
from workers.model.errors import OverSizeLimitError

_INCOMING = ".incoming"
"""Folder below the root for objects that are being written; never listed."""

_MISSING_STEP = "Put it back, or submit again without it."
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR})

_ETAGS_KEPT = 100_000
_etags: dict[tuple[str, int, int, int], str] = {}
"""SHA-256 by (path, inode, size, mtime_ns): a changed file gets another entry. Only a cache, so it may be emptied."""


@dataclass(frozen=True, slots=True)
class FolderStore:
    """Objects as files below `root`; the root is made by the first `put`."""

    root: str
    """Absolute path, with its symbolic links resolved (see `open_folder`)."""

    @property
    def url(self) -> str:
        """Root as `file:///path`."""
        return Path(self.root).as_uri()

    def get(
        self, key: str, *, etag: str | None = None, version_id: str | None = None, limit: int | None = None
    ) -> bytes:
        """Return an object whole; a folder keeps no versions, so `version_id` is refused."""
        self._refuse_version(key, version_id)
        descriptor, size = self._open(key)
        with os.fdopen(descriptor, "rb") as file:
            if limit is not None and size > limit:
                raise OverSizeLimitError(f"The object has {size} bytes; the limit is {limit}.")
            try:
                data = file.read()
            except OSError as error:
                self._refuse(error, key)
        if etag is not None and hashlib.sha256(data).hexdigest() != etag:
            raise self._changed(key)
        return data

    def stream(
        self, key: str, *, etag: str | None = None, version_id: str | None = None, limit: int | None = None
    ) -> Generator[bytes, None, None]:
        """Yield an object in pieces; whether it has the etag is known, and said, when all of it was read."""
        self._refuse_version(key, version_id)
        descriptor, size = self._open(key)
        digest = hashlib.sha256()
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            if limit is not None and size > limit:
                raise OverSizeLimitError(f"The object has {size} bytes; the limit is {limit}.")
            try:
                while piece := file.read(PIECE):
                    digest.update(piece)
                    yield piece
            except OSError as error:
                self._refuse(error, key)
        if etag is not None and digest.hexdigest() != etag:
            raise self._changed(key)

    def get_range(
        self,
        key: str,
        start: int,
        length: int,
        *,
        etag: str | None = None,
        version_id: str | None = None,
        size: int | None = None,
    ) -> bytes:
        """Return at most `length` bytes from `start`; a negative start counts from the end.

        Under an `etag` the file is hashed where it lies, once in the life of a process as long as it does not change.
        """
        if length < 0:
            raise ValueError(f"length is {length}; it must not be negative")
        self._refuse_version(key, version_id)
        descriptor, found = self._open(key)
        with os.fdopen(descriptor, "rb") as file:
            try:
                if size not in {None, found} or (etag is not None and self._etag(descriptor, self._path(key)) != etag):
                    raise self._changed(key)
                file.seek(max(found + start, 0) if start < 0 else start)
                return file.read(length)
            except OSError as error:
                self._refuse(error, key)

    def head(self, key: str) -> ObjectInfo | None:
        """Return size and SHA-256 of an object, or None if there is none."""
        try:
            descriptor, size = self._open(key)
        except ObjectMissingError:
            return None
        try:
            return ObjectInfo(key=key, size=size, etag=self._etag(descriptor, self._path(key)))
        except OSError as error:
            self._refuse(error, key)
        finally:
            os.close(descriptor)

    def put(
        self,
        key: str,
        data: bytes,
        *,
        if_absent: bool = False,
        content_type: str = "application/octet-stream",  # noqa: ARG002 -- a file has no content type
    ) -> bool:
        """Write an object whole or not at all: a synced temporary file, then one link or rename."""
        path = self._path(key)
        if if_absent and os.path.lexists(path):
            return False
        incoming = Path(self.root, _INCOMING, secrets.token_hex(16))
        try:
            incoming.parent.mkdir(parents=True, exist_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                _write_synced(incoming, data)
                return _publish(incoming, path, if_absent=if_absent)
            finally:
                with suppress(FileNotFoundError):
                    incoming.unlink()
        except OSError as error:
            if error.errno in _ABSENT:
                # Nobody has asked for a file that is missing: there is no place to put one.
                raise StoreError(
                    f"{self._name(key)} cannot be written: {error.strerror}.",
                    next_step=f"Make the folder {self.root}, or set FARM_STORE to one that can be made.",
                ) from error
            self._refuse(error, key)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield all objects whose key starts with `prefix`, sorted by key; symbolic links are not listed."""
        if prefix:
            check_key(prefix.rstrip("/") or "/", strict_slashes=True)
        folder = prefix.rpartition("/")[0]
        below = f"{folder}/" if folder else ""
        try:
            for key in _walk(self._path(folder) if folder else Path(self.root), below):
                if key.startswith(prefix) and (info := self.head(key)) is not None:
                    yield info
        except OSError as error:
            self._refuse(error, prefix)

    def _path(self, key: str) -> Path:
        """Return where a key lies; raises StoreError if that is, by name or by a symbolic link, outside the root."""
        check_key(key, strict_slashes=True)
        if key.split("/", 1)[0] == _INCOMING:
            raise StoreError(f"Keys below {_INCOMING} are reserved.", next_step="Choose another key.")
        path = Path(self.root, key)
        try:
            real = os.path.realpath(path)
        except OSError as error:
            self._refuse(error, key)
        if os.path.commonpath([real, self.root]) != self.root:
            raise StoreError(
                f"{self._name(key)} is a symbolic link that leads out of {self.root}.",
                next_step="Put a copy of the file in its place; links out of a store are never followed.",
            )
        return path

    def _open(self, key: str) -> tuple[int, int]:
        """Return a descriptor and the size of a regular file."""
        path = self._path(key)
        try:
            # Without O_NONBLOCK a FIFO that somebody left in the folder would stop the reader for ever.
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as error:
            self._refuse(error, key)
        known = os.fstat(descriptor)
        if not stat.S_ISREG(known.st_mode):
            os.close(descriptor)
            raise ObjectMissingError(f"{self._name(key)} is not a file.", next_step=_MISSING_STEP)
        return descriptor, known.st_size

    def _etag(self, descriptor: int, path: Path) -> str:
        """Return the SHA-256 of an open file, from the cache if the file has not changed."""
        known = os.fstat(descriptor)
        entry = (str(path), known.st_ino, known.st_size, known.st_mtime_ns)
        etag = _etags.get(entry)
        if etag is None:
            with os.fdopen(os.dup(descriptor), "rb") as file:
                etag = hashlib.file_digest(file, "sha256").hexdigest()
            if len(_etags) >= _ETAGS_KEPT:
                _etags.clear()
            _etags[entry] = etag
        return etag

    def _refuse_version(self, key: str, version_id: str | None) -> None:
        """Raise ObjectMissingError if a version was asked for."""
        if version_id is not None:
            raise ObjectMissingError(
                f"{self._name(key)} has no version {version_id!r}: a folder keeps no versions.", next_step=_MISSING_STEP
            )

    def _name(self, key: str) -> str:
        """Return a key as messages show it."""
        return f"{self.root}/{key}"

    def _changed(self, key: str) -> ObjectChangedError:
        """Return the error for a file whose SHA-256 is another one."""
        return ObjectChangedError(
            f"{self._name(key)} has changed since it was listed.", next_step="Submit the folder again."
        )

    def _refuse(self, error: OSError, key: str) -> NoReturn:
        """Raise the store's error for what the file system said."""
        name = self._name(key)
        if error.errno in _ABSENT:
            raise ObjectMissingError(f"There is no file {name}.", next_step=_MISSING_STEP) from error
        if error.errno in _FULL:
            raise StoreError(
                f"The disk that holds {self.root} is full ({error.strerror}); {name} was not written.",
                next_step="Free some space or set FARM_STORE to another place, then go on; no half object was left.",
            ) from error
        if error.errno in _FORBIDDEN:
            raise StoreError(
                f"{name} cannot be used: {error.strerror}.",
                next_step=f"Give this user the right to read and write below {self.root}, or set FARM_STORE.",
            ) from error
        raise StoreError(
            f"{name} cannot be used: {error.strerror}.", next_step=f"Check the folder {self.root} and its disk."
        ) from error


def open_folder(path: str | Path) -> FolderStore:
    """Return the store in a folder, which need not exist yet; links on the way to the folder itself are followed."""
    return FolderStore(os.path.realpath(Path(path).expanduser().absolute()))


def _write_synced(path: Path, data: bytes) -> None:
    """Write a new file and wait until the disk has it, so that a power cut cannot leave a published empty object."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _publish(incoming: Path, path: Path, *, if_absent: bool) -> bool:
    """Give a written file its name in one step; return whether it got it."""
    if not if_absent:
        incoming.replace(path)
        return True
    try:
        os.link(incoming, path)  # Unlike a rename, a link fails if the name is taken: one winner, however many try.
    except FileExistsError:
        return False
    return True


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    """Yield the keys of the regular files below a folder, sorted by their bytes as S3 sorts them."""
    try:
        with os.scandir(folder) as found:
            entries = [(entry, entry.is_dir(follow_symlinks=False)) for entry in found if not entry.is_symlink()]
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry, is_folder in sorted(entries, key=lambda item: os.fsencode(item[0].name + "/" * item[1])):
        if not prefix and entry.name == _INCOMING:
            continue
        if is_folder:
            yield from _walk(Path(entry.path), f"{prefix}{entry.name}/")
        elif entry.is_file(follow_symlinks=False):
            yield prefix + entry.name
