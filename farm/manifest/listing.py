"""Sources that are places: a folder of this machine, and a prefix in S3."""

from __future__ import annotations

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from farm.manifest.addresses import AddressError, file_url, s3_url
from farm.manifest.parallel import in_order
from farm.manifest.rows import BadRow, Row, excerpt
from farm.model.batch import AppRef
from farm.model.errors import SourceError
from farm.model.text import visible
from farm.ports import Stores

_HASHERS = 4
"""Threads that hash files; SHA-256 releases the interpreter's lock."""


def is_apk(name: str) -> bool:
    """Return whether a name says that the object is an APK; split archives such as .xapk and .apks are not."""
    return name.lower().endswith(".apk")


def kind_of(name: str) -> str:
    """Return what an object that is left out is counted under: its extension."""
    last = name.rpartition("/")[2]
    if not last:
        return "folder markers"
    extension = last.rpartition(".")[2].lower() if "." in last else ""
    return f".{visible(extension, 12)}" if extension else "without extension"


def folder_rows(folder: Path, left_out: Counter[str]) -> Iterator[Row | BadRow]:
    """Yield the APKs below a folder with their SHA-256; other files and symbolic links are counted in `left_out`."""
    with ThreadPoolExecutor(_HASHERS, thread_name_prefix="hash") as threads:
        numbered = enumerate(_apks(folder, left_out), start=1)
        yield from in_order(threads, _hashed, numbered, window=4 * _HASHERS)


def prefix_rows(url: str, stores: Stores, left_out: Counter[str]) -> Iterator[Row | BadRow]:
    """Yield the APKs below `s3://bucket/prefix/`; other objects are counted in `left_out`."""
    store, prefix = stores.locate(url)
    bucket = url.removeprefix("s3://").partition("/")[0]
    line = 0
    for found in store.list(prefix):
        if not is_apk(found.key):
            left_out[kind_of(found.key)] += 1
            continue
        line += 1
        try:
            address = s3_url(bucket, found.key)
        except AddressError as error:
            yield BadRow(line=0, text=excerpt(found.key), reason=str(error))
            continue
        yield Row(line=line, ref=AppRef(url=address, etag=found.etag or None, size=found.size))


def _apks(folder: Path, left_out: Counter[str]) -> Iterator[Path]:
    """Yield the APKs below a folder, in the order of their names; raises SourceError for a folder that is closed."""
    for place, folders, files in os.walk(folder, onerror=_refuse):
        folders.sort()
        left_out["symbolic links"] += sum(Path(place, name).is_symlink() for name in folders)
        for name in sorted(files):
            path = Path(place, name)
            if path.is_symlink():
                left_out["symbolic links"] += 1
            elif is_apk(name):
                yield path
            else:
                left_out[kind_of(name)] += 1


def _refuse(error: OSError) -> None:
    """Raise SourceError: a folder that cannot be listed must not be left out in silence."""
    raise SourceError(
        f"{error.filename} cannot be listed: {error.strerror}.", next_step="Give this user the right to read it."
    ) from error


def _hashed(numbered: tuple[int, Path]) -> Row | BadRow:
    """Return a file with its size and SHA-256."""
    line, path = numbered
    try:
        url = file_url(str(path))
        # A FIFO or a device that is named like an APK must not stop or feed the reader for ever.
        if not stat.S_ISREG(path.lstat().st_mode):
            return BadRow(line=0, text=excerpt(path), reason="not a file")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except AddressError as error:
        return BadRow(line=0, text=excerpt(path), reason=str(error))
    except OSError as error:
        return BadRow(line=0, text=excerpt(path), reason=f"cannot be read ({error.strerror})")
    return Row(line=line, ref=AppRef(url=url, etag=digest, size=size, sha256=digest))
