"""S3 Inventory: a manifest.json that names gzipped CSV or Parquet files listing a bucket.

Format: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_plus

from farm.manifest.addresses import Base
from farm.manifest.files import ListFile, open_local, open_remote
from farm.manifest.listing import is_apk, kind_of
from farm.manifest.rows import BadRow, Row, RowReader, read_rows
from farm.manifest.tables import Lines, csv_lines, parquet_lines
from farm.model.errors import SourceError
from farm.ports import Stores

_ORC_STEP = "Configure the inventory for CSV or Parquet."
_NO_INVENTORY_STEP = "Submit the manifest.json that S3 Inventory wrote, or a list as CSV, Parquet or JSONL."

_NAMES = {
    "lastmodifieddate": "last_modified_date",
    "versionid": "version_id",
    "islatest": "is_latest",
    "isdeletemarker": "is_delete_marker",
    "storageclass": "storage_class",
}
"""CSV schemas write names in another way than Parquet files."""

_KEPT = frozenset({"bucket", "key", "version_id", "size", "etag", "e_tag"})
"""Other columns say nothing of the app and would make two inventories of the same objects two batches."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inventory:
    """What a manifest.json says."""

    file: ListFile
    bucket: str
    """Bucket that holds the data files."""
    format: str
    """`CSV` or `Parquet`."""
    columns: tuple[str, ...]
    """Columns of the data files, in their order."""
    files: tuple[tuple[str, str], ...]
    """Key and MD5 of each data file."""


def read_inventory(file: ListFile) -> Inventory:
    """Return what a manifest.json says; raises SourceError if it is none, or is in a format that is not read."""
    try:
        found = json.loads(file.whole())
        file_format = str(found["fileFormat"])
        schema = str(found["fileSchema"])
        bucket = str(found["destinationBucket"]).rpartition(":")[2]
        files = tuple((str(one["key"]), str(one["MD5checksum"]).lower()) for one in found["files"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceError(f"{file.label} is not an S3 Inventory manifest.", next_step=_NO_INVENTORY_STEP) from error
    if file_format == "ORC":
        raise SourceError(f"{file.label} lists ORC files, which are not read.", next_step=_ORC_STEP)
    if file_format not in {"CSV", "Parquet"}:
        raise SourceError(f"{file.label} has the unknown format {file_format[:20]!r}.", next_step=_ORC_STEP)
    columns = tuple(_column(name) for name in schema.split(",")) if file_format == "CSV" else ()
    if file_format == "CSV" and not {"bucket", "key"} <= set(columns):
        raise SourceError(f"The inventory {file.label} has no Bucket and Key in its schema.", next_step=_ORC_STEP)
    return Inventory(file=file, bucket=bucket, format=file_format, columns=columns, files=files)


def inventory_rows(inventory: Inventory, stores: Stores, left_out: Counter[str]) -> Iterator[Row | BadRow]:
    """Yield the APKs of an inventory; other objects, old versions and delete markers are counted in `left_out`."""
    for key, md5 in inventory.files:
        file = _data_file(inventory, key, stores)
        if hashlib.md5(file.whole(), usedforsecurity=False).hexdigest() != md5:
            raise SourceError(
                f"{file.label} is not the file that {inventory.file.label} lists: its MD5 differs.",
                next_step="Fetch it again, or submit a newer inventory.",
            )
        name = key.rpartition("/")[2]
        columns, lines = _lines(inventory, file, name)
        kept = [column for column in columns if column in _KEPT]
        yield from read_rows(RowReader(kept, Base(place="s3://")), _chosen(lines, kept, left_out), file=name)


def _data_file(inventory: Inventory, key: str, stores: Stores) -> ListFile:
    """Return a data file: beside a local manifest where it was copied along, else from the inventory's bucket."""
    if isinstance(inventory.file.content, Path):
        folder, name = inventory.file.content.absolute().parent, Path(key).name
        for path in (folder / name, folder / "data" / name, folder.parent / "data" / name):
            if path.is_file():
                return open_local(path)
    return open_remote(f"s3://{inventory.bucket}/{key}", stores)


def _lines(inventory: Inventory, file: ListFile, name: str) -> tuple[tuple[str, ...], Lines]:
    """Return the columns and the rows of a data file."""
    if inventory.format == "CSV":
        return inventory.columns, _csv_lines(inventory, file, name)
    columns, lines = parquet_lines(file)
    renamed = tuple(_column(column) for column in columns)
    if not {"bucket", "key"} <= set(renamed):
        raise SourceError(f"The inventory file {file.label} has no bucket and key.", next_step=_ORC_STEP)
    return renamed, (
        (line, dict(zip(renamed, row.values(), strict=True)) if isinstance(row, Mapping) else row)
        for line, row in lines
    )


def _csv_lines(inventory: Inventory, file: ListFile, name: str) -> Lines:
    """Yield the rows of a gzipped CSV file without a header, whose keys are URL-encoded."""
    try:
        with file.binary() as raw:
            text = io.TextIOWrapper(raw, encoding="utf-8", errors="surrogateescape", newline="")
            try:
                for line, row in csv_lines(csv.reader(text, strict=True), inventory.columns, file=name):
                    if isinstance(row, BadRow):
                        yield line, row
                    else:
                        yield line, {**row, "key": unquote_plus(str(row["key"]), errors="surrogateescape")}
            finally:
                text.detach()
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(
            f"{file.label} cannot be read ({str(error)[:200]}).",
            next_step="Fetch it again, or submit a newer inventory.",
        ) from error


def _chosen(lines: Lines, kept: list[str], left_out: Counter[str]) -> Lines:
    """Yield the rows of current APKs with the columns that matter."""
    for line, row in lines:
        if isinstance(row, BadRow):
            yield line, row
        elif _is(row.get("is_delete_marker"), "true"):
            left_out["delete markers"] += 1
        elif _is(row.get("is_latest"), "false"):
            left_out["old versions"] += 1
        elif not is_apk(key := str(row.get("key") or "")):
            left_out[kind_of(key)] += 1
        else:
            yield line, {column: row.get(column) for column in kept}


def _is(value: object, word: str) -> bool:
    """Return whether a flag, text in CSV and boolean in Parquet, has a value."""
    return str(value).lower() == word


def _column(name: str) -> str:
    """Return a column's name as Parquet inventories write it."""
    lower = name.strip().lower()
    return _NAMES.get(lower, lower)
