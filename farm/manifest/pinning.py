"""Pin what a list leaves open: size and etag of every object, so that a batch names bytes and not only keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from farm.manifest.parallel import in_order
from farm.manifest.rows import BadRow, Row
from farm.model.batch import AppRef
from farm.model.errors import StoreError
from farm.model.text import visible
from farm.ports import ObjectInfo, Stores

_THREADS = 16
_WINDOW = 256


def pin(rows: Iterable[Row | BadRow], stores: Stores) -> Iterator[Row | BadRow]:
    """Yield the rows with size and etag; asks the store for those that lack one, and only for those.

    An object that is missing, or is not the one that its row describes, is a bad row. Raises StoreError if S3 itself
    refuses (no bucket, no credentials, no answer): then every row would be bad.
    """
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="pin") as threads:
        yield from in_order(threads, lambda row: _pinned(row, stores), rows, window=_WINDOW, known=_settled)


def _settled(row: Row | BadRow) -> Row | BadRow | None:
    """Return a row about which the store need not be asked, else None."""
    return row if isinstance(row, BadRow) or (row.ref.etag and row.ref.size) else None


def _pinned(row: Row | BadRow, stores: Stores) -> Row | BadRow:
    """Return one row with size and etag."""
    if isinstance(row, BadRow):
        return row
    is_file = row.ref.url.startswith("file:")
    try:
        store, key = stores.locate(row.ref.url)
        info = store.head(key)
    except StoreError as error:
        if is_file:
            return _bad(row, str(error))
        raise
    if info is None:
        return _bad(row, "there is no such object")
    if reason := _difference(row.ref, info, is_file=is_file):
        return _bad(row, reason)
    sha256 = info.etag if is_file else row.ref.sha256
    return replace(row, ref=replace(row.ref, size=info.size, etag=info.etag, sha256=sha256))


def _difference(ref: AppRef, info: ObjectInfo, *, is_file: bool) -> str:
    """Return what the row says otherwise than the store; empty if nothing."""
    if ref.version_id is not None and ref.version_id != info.version_id:
        return "its version is not the current one; give its etag and size in the list"
    if ref.size and ref.size != info.size:
        return f"its size is {info.size}, not {ref.size}"
    if ref.etag and ref.etag != info.etag:
        return "its etag is another one"
    if is_file and ref.sha256 and ref.sha256 != info.etag:
        return "its sha256 is another one"
    return ""


def _bad(row: Row, reason: str) -> BadRow:
    """Return the row as a bad one."""
    return BadRow(line=row.line, text=visible(row.ref.url, 120), reason=reason, file=row.file)
