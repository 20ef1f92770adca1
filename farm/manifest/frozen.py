"""The frozen manifest: one sorted Parquet file, the same bytes for the same apps in whatever order they came.

The SHA-256 of the file is the batch's identity. It is stable for one version of pyarrow; another version may write the
same table in other bytes, and then the same list is another batch (whose apps are all cache hits).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from farm.model.batch import AppRef
from farm.model.errors import SourceError
from farm.model.inspection import Suite

_BLOCK = 16_384
"""Rows that are held as objects at a time."""

_SUITES_KEY = b"apkfarm.suites"
_VERSION_KEY = b"apkfarm.manifest"
_VERSION = b"1"

_SCHEMA = pa.schema(
    [
        pa.field("url", pa.string(), nullable=False),
        pa.field("etag", pa.string()),
        pa.field("version_id", pa.string()),
        pa.field("size", pa.int64(), nullable=False),
        pa.field("sha256", pa.string()),
        pa.field("package", pa.string()),
        pa.field("version", pa.string()),
        pa.field("channel", pa.string()),
        pa.field("category", pa.string()),
        pa.field("developer", pa.string()),
        pa.field("extra", pa.string()),
    ]
)
"""Columns as in AppRef; `extra` is a JSON object or null."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FrozenManifest:
    """A list of apps that never changes again."""

    data: bytes
    """The Parquet file."""
    sha256: str
    """SHA-256 of the file: the batch's identity."""
    apps: int
    """Rows."""
    bytes_total: int
    """Sum of the apps' sizes."""


def freeze(refs: Iterable[AppRef], suites: Sequence[Suite]) -> FrozenManifest:
    """Return the manifest of a batch: sorted by URL, with the suites in its metadata. URLs must be distinct."""
    rows = iter(refs)
    blocks = []
    while block := list(islice(rows, _BLOCK)):
        blocks.append(_as_block(block))
    table = pa.Table.from_batches(blocks, schema=_SCHEMA)
    # One chunk, so that nothing of the order in which the rows came is left in the file.
    table = table.sort_by("url").combine_chunks()
    named = b",".join(suite.value.encode() for suite in Suite if suite in suites)
    table = table.replace_schema_metadata({_SUITES_KEY: named, _VERSION_KEY: _VERSION})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", compression_level=3, version="2.6", row_group_size=65_536)
    data = sink.getvalue().to_pybytes()
    return FrozenManifest(
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        apps=table.num_rows,
        bytes_total=pc.sum(table["size"]).as_py() or 0,
    )


def thaw(data: bytes) -> Iterator[AppRef]:
    """Yield the apps of a manifest in its order; raises SourceError if the bytes are no manifest."""
    try:
        with pq.ParquetFile(pa.BufferReader(data)) as file:
            _check_version(file)
            for batch in file.iter_batches(batch_size=_BLOCK):
                yield from map(_as_ref, zip(*(batch[name].to_pylist() for name in _SCHEMA.names), strict=True))
    except (pa.ArrowException, KeyError) as error:
        raise SourceError(f"The manifest is damaged: {error}", next_step="Submit the batch again.") from error


def suites_of(data: bytes) -> tuple[Suite, ...]:
    """Return the suites that a manifest was frozen for; raises SourceError if the bytes are no manifest."""
    try:
        with pq.ParquetFile(pa.BufferReader(data)) as file:
            _check_version(file)
            named = file.schema_arrow.metadata[_SUITES_KEY].decode()
    except (pa.ArrowException, KeyError) as error:
        raise SourceError(f"The manifest is damaged: {error}", next_step="Submit the batch again.") from error
    return tuple(Suite(name) for name in named.split(",") if name)


def _check_version(file: pq.ParquetFile) -> None:
    """Raise SourceError for a Parquet file that is not a manifest of this version."""
    found = (file.schema_arrow.metadata or {}).get(_VERSION_KEY)
    if found != _VERSION:
        raise SourceError("This Parquet file is not a manifest of this version.", next_step="Submit the batch again.")


def _as_block(refs: Sequence[AppRef]) -> pa.RecordBatch:
    """Return apps as columns."""
    columns = [[getattr(ref, name) for ref in refs] for name in _SCHEMA.names[:-1]]
    columns.append([_extra_text(ref) for ref in refs])
    return pa.RecordBatch.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)], schema=_SCHEMA
    )


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _extra_text(ref: AppRef) -> str | None:
    """Return the unknown columns as canonical JSON."""
    return _canonical(dict(ref.extra)) if ref.extra else None


def _as_ref(values: tuple[Any, ...]) -> AppRef:
    """Return one row as an app."""
    url, etag, version_id, size, sha256, package, version, channel, category, developer, extra = values
    return AppRef(
        url=url,
        etag=etag,
        version_id=version_id,
        size=size,
        sha256=sha256,
        package=package,
        version=version,
        channel=channel,
        category=category,
        developer=developer,
        extra=json.loads(extra) if extra else {},
    )
