"""Lists as tables: CSV, JSONL and Parquet, read line by line."""

from __future__ import annotations

import csv
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from farm.manifest.files import ListFile
from farm.manifest.rows import BadRow, Row, RowReader, excerpt, read_rows
from farm.model.errors import SourceError

if TYPE_CHECKING:
    from _csv import Reader

Lines = Iterator[tuple[int, Mapping[str, object] | BadRow]]
"""Numbered rows by column, or what is wrong with a line."""

_BATCH_ROWS = 8192
_BOM16 = (b"\xff\xfe", b"\xfe\xff")


def csv_rows(file: ListFile) -> Iterator[Row | BadRow]:
    """Yield the rows of a CSV list with a header; raises SourceError if there is none."""
    with _text(file) as text:
        reader = csv.reader(text, strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
        except csv.Error as error:
            raise _unreadable(file, error) from error
        rows = RowReader(header, file.base)
        yield from read_rows(rows, csv_lines(reader, header))


def csv_lines(reader: Reader, columns: Sequence[str], *, file: str = "") -> Lines:
    """Yield the values of each record of a `csv.reader` by column; a record that is not CSV is a bad row."""
    while True:
        first = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            last = reader.line_num
            yield first, BadRow(line=first, text=f"lines {first} to {last}", reason=f"not CSV ({error})", file=file)
            continue
        if not values:
            continue
        if len(values) != len(columns):
            reason = f"{len(values)} values for {len(columns)} columns"
            yield first, BadRow(line=first, text=excerpt(",".join(values)), reason=reason, file=file)
            continue
        yield first, dict(zip(columns, values, strict=True))


def jsonl_rows(file: ListFile) -> Iterator[Row | BadRow]:
    """Yield the rows of a list of one JSON object per line; each may have columns of its own."""
    with _text(file) as text:
        readers: dict[tuple[str, ...], RowReader] = {}
        for line, found in _json_lines(text):
            if isinstance(found, BadRow):
                yield found
                continue
            columns = tuple(found)
            try:
                reader = readers.get(columns) or readers.setdefault(columns, RowReader(columns, file.base))
            except SourceError:
                yield BadRow(line=line, text=excerpt(found), reason="no url and no key")
                continue
            yield from read_rows(reader, [(line, found)])


def _json_lines(text: Iterable[str]) -> Lines:
    """Yield the object on each line that is not blank."""
    for line, raw in enumerate(text, start=1):
        if not raw.strip():
            continue
        try:
            found = json.loads(raw)
        except (ValueError, RecursionError) as error:
            yield line, BadRow(line=line, text=excerpt(raw), reason=f"not JSON ({str(error)[:80]})")
            continue
        if isinstance(found, dict):
            yield line, found
        else:
            yield line, BadRow(line=line, text=excerpt(raw), reason="not a JSON object")


def parquet_rows(file: ListFile) -> Iterator[Row | BadRow]:
    """Yield the rows of a Parquet list; lines are row numbers from 1."""
    columns, lines = parquet_lines(file)
    yield from read_rows(RowReader(columns, file.base), lines)


def parquet_lines(file: ListFile) -> tuple[Sequence[str], Lines]:
    """Return the columns of a Parquet file and its rows; raises SourceError if it is not Parquet."""
    try:
        with file.arrow() as source, pq.ParquetFile(source) as opened:
            columns: list[str] = list(opened.schema_arrow.names)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(file, error) from error
    return columns, _parquet_lines(file)


def _parquet_lines(file: ListFile) -> Lines:
    """Yield the rows batch by batch."""
    line = 0
    try:
        with file.arrow() as source, pq.ParquetFile(source) as opened:
            for batch in opened.iter_batches(batch_size=_BATCH_ROWS):
                names = batch.schema.names
                for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    line += 1
                    yield line, dict(zip(names, values, strict=True))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from error


@contextmanager
def _text(file: ListFile) -> Iterator[Iterable[str]]:
    """Open a list as UTF-8 text; bytes that are not UTF-8 become surrogates, which make their row a bad one."""
    try:
        with file.binary() as raw:
            start = raw.read(4)
            if start[:2] in _BOM16 or start == b"PAR1" or b"\0" in start:
                raise SourceError(
                    f"{file.label} is not UTF-8 text.", next_step="Save the list as CSV or JSONL in UTF-8."
                )
            raw.seek(0)
            text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="")
            try:
                yield chain(text)
            finally:
                text.detach()
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(file, error) from error


def _unreadable(file: ListFile, error: Exception) -> SourceError:
    """Return the error for a list that is not what its name says, or is damaged."""
    told = " ".join(str(error).split())[:200]
    return SourceError(
        f"{file.label} cannot be read ({told}).", next_step="Check that it is whole and what its name says."
    )
