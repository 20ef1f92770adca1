"""What `farm submit` takes: tell the kind of a source, and list it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from farm.manifest.addresses import AddressError, file_url, s3_url
from farm.manifest.files import MISSING_STEP, ListFile, open_local, open_remote
from farm.manifest.inventory import inventory_rows, read_inventory
from farm.manifest.listing import folder_rows, is_apk, prefix_rows
from farm.manifest.pinning import pin
from farm.manifest.rows import BadRow, Row, distinct
from farm.manifest.tables import csv_rows, jsonl_rows, parquet_rows
from farm.model.batch import AppRef
from farm.model.errors import SourceError
from farm.ports import Stores

_READERS = {
    ".csv": csv_rows,
    ".csv.gz": csv_rows,
    ".jsonl": jsonl_rows,
    ".jsonl.gz": jsonl_rows,
    ".ndjson": jsonl_rows,
    ".parquet": parquet_rows,
}
"""What reads a list, by the end of its name."""

_KINDS = "a folder, s3://bucket/prefix/, an S3 Inventory manifest.json, .csv, .jsonl (both also .gz), .parquet or .apk"


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedSource:
    """A source whose rows can be read once."""

    address: str
    """The source as messages show it."""
    name: str
    """Last part of its address without the extension: what a batch is named after."""
    rows: Iterable[Row | BadRow]
    """Its rows: distinct, and pinned to size and etag. Raises SourceError and StoreError on the way."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Objects of folders, prefixes and inventories that are not APKs, by kind; complete after the rows."""

    def empty_error(self) -> SourceError:
        """Return the error for a source without any app."""
        others = ", ".join(f"{count} {kind}" for kind, count in sorted(self.left_out.items()) if count)
        if others:
            return SourceError(
                f"{self.address} has no .apk; it has {others}.",
                next_step="To submit objects with other names, list them as CSV, Parquet or JSONL.",
            )
        return SourceError(f"{self.address} is empty: there is nothing to inspect.", next_step=MISSING_STEP)


def open_source(source: str, stores: Stores) -> ListedSource:
    """Return what a source lists; raises SourceError if there is no such source or its kind is not known.

    A source is a folder (every .apk below it), `s3://bucket/prefix/` (the same), the manifest.json of an S3 Inventory,
    a list as CSV, JSONL or Parquet, or one .apk; all of them on this machine or in S3.
    """
    if not source or not source.isprintable():
        raise SourceError(f"{source!r} is not a source.", next_step=f"Give {_KINDS}.")
    scheme, separator, rest = source.partition("://")
    left_out: Counter[str] = Counter()
    if not separator:
        rows = _local_rows(Path(source).expanduser(), stores, left_out)
    elif scheme.lower() == "s3":
        source = f"s3://{rest}"
        rows = _remote_rows(source, stores, left_out)
    elif scheme.lower() == "file":
        rows = _local_rows(Path(unquote(rest.removeprefix("localhost"))), stores, left_out)
    else:
        raise SourceError(f"{source} is on {scheme}://, which is not read.", next_step=f"Give {_KINDS}.")
    return ListedSource(address=source, name=_name(source), rows=pin(distinct(rows), stores), left_out=left_out)


def _local_rows(path: Path, stores: Stores, left_out: Counter[str]) -> Iterable[Row | BadRow]:
    """Return the rows of a source of this machine."""
    if path.is_dir():
        return folder_rows(path.resolve(), left_out)
    if not path.exists():
        raise SourceError(f"There is no file or folder {path}.", next_step=MISSING_STEP)
    if is_apk(path.name):
        return _one(file_url, str(path.resolve()))
    if _kind(path.name) is None:
        raise _unknown_kind(str(path))
    return _list_rows(open_local(path), stores, left_out)


def _remote_rows(url: str, stores: Stores, left_out: Counter[str]) -> Iterable[Row | BadRow]:
    """Return the rows of a source in S3; what has no known extension is a prefix."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    if not bucket:
        raise SourceError(f"{url} names no bucket.", next_step=MISSING_STEP)
    if is_apk(key):
        return _one(lambda named: s3_url(bucket, named), key)
    if _kind(key) is not None:
        return _list_rows(open_remote(url, stores), stores, left_out)
    if Path(key).suffix.lower() in {".xapk", ".apks", ".zip", ".txt", ".xlsx", ".orc", ".tsv"}:
        raise _unknown_kind(url)
    return prefix_rows(url if not key or url.endswith("/") else f"{url}/", stores, left_out)


def _one(address: Callable[[str], str], path: str) -> Iterator[Row]:
    """Yield the row of a single APK."""
    try:
        yield Row(line=1, ref=AppRef(url=address(path)))
    except AddressError as error:
        raise SourceError(f"{path!r} cannot be submitted: {error}.", next_step="Rename it.") from error


def _list_rows(file: ListFile, stores: Stores, left_out: Counter[str]) -> Iterable[Row | BadRow]:
    """Return the rows of a list."""
    kind = _kind(file.name)
    if kind == ".json":
        return inventory_rows(read_inventory(file), stores, left_out)
    return _READERS[kind or ".csv"](file)


def _kind(name: str) -> str | None:
    """Return the end of a list's name, or None if it is not a list's."""
    lower = name.lower()
    return next((end for end in (*_READERS, ".json") if lower.endswith(end)), None)


def _unknown_kind(address: str) -> SourceError:
    """Return the error for a file that is neither a list nor an APK."""
    return SourceError(f"{address} is not a kind of source that is read.", next_step=f"Give {_KINDS}.")


def _name(source: str) -> str:
    """Return the last part of an address without a known extension; an inventory is called after its configuration."""
    parts = [part for part in source.partition("://")[2 if "://" in source else 0].split("/") if part not in {"", "."}]
    if not parts:
        return Path(source).resolve().name if "://" not in source else ""
    last = parts[-1]
    if last.lower() == "manifest.json" and len(parts) >= 3:
        return parts[-3]
    ends = (*_READERS, ".json", ".apk")
    end = max((end for end in ends if last.lower().endswith(end)), key=len, default="")
    return last[: len(last) - len(end)]
