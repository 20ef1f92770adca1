"""One row of a list, checked: an app the farm can address, or a bad row with its reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from farm.manifest.addresses import AddressError, Base
from farm.model.batch import AppRef
from farm.model.errors import BadRowsError, SourceError
from farm.model.text import visible

SHOWN = 20
"""Bad rows that an error lists; the others are counted."""

_ALIASES: dict[str, tuple[str, ...]] = {
    "url": ("url", "uri"),
    "key": ("key", "path", "object_key"),
    "bucket": ("bucket",),
    "etag": ("etag", "e_tag"),
    "version_id": ("version_id", "versionid"),
    "size": ("size", "bytes"),
    "sha256": ("sha256",),
    "package": ("package", "package_name", "packagename"),
    "version": ("version", "version_name", "versionname"),
    "channel": ("channel", "source", "store"),
    "category": ("category",),
    "developer": ("developer",),
}
"""For each field, the columns it is read from; the first one present counts, the others are kept as extra."""

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_SIZE = re.compile(r"([0-9]{1,18})(\.0+)?")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_LONGEST = 10_000
"""Characters in one value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row that names an object."""

    line: int
    """Line (CSV, JSONL), row (Parquet) or number in the listing, from 1."""
    ref: AppRef
    file: str = ""
    """Name of the file, where a list has several."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRow:
    """A row that cannot be used."""

    line: int
    """As in Row; 0 if the source is a folder or a prefix, which has no lines."""
    text: str
    """The beginning of the row, safe to show."""
    reason: str
    """What is wrong with it."""
    file: str = ""
    """As in Row."""

    def __str__(self) -> str:
        """Return the line that a user reads."""
        line = f"line {self.line}: " if self.line else ""
        return f"{self.file + ' ' if self.file else ''}{line}{self.reason}: {self.text}"


class RowError(ValueError):
    """What is wrong with a row."""


_COLUMNS_STEP = "Give each row a 'url' (s3://bucket/key), or a 'key' with or without a 'bucket'."


class RowReader:
    """Turns the rows of one list, all with the same columns, into apps."""

    def __init__(self, columns: Sequence[str], base: Base) -> None:
        """Take the list's columns and what its relative keys are relative to; raises SourceError without url or key."""
        lower = {name.strip().lower(): name for name in columns}
        if len(lower) != len(columns):
            raise SourceError(
                f"The list has a column twice: {', '.join(map(visible, columns))}.", next_step="Rename one of them."
            )
        self._columns: dict[str, str] = {}
        for field, aliases in _ALIASES.items():
            found = next((lower[alias] for alias in aliases if alias in lower), None)
            if found is not None:
                self._columns[field] = found
        if not columns:
            raise SourceError("The list is empty: it names no columns.", next_step=_COLUMNS_STEP)
        if not {"url", "key"} & set(self._columns):
            raise SourceError(
                f"The list has no column 'url' or 'key', only: {visible(', '.join(columns))}.", next_step=_COLUMNS_STEP
            )
        self._extra = [name for name in columns if name not in set(self._columns.values())]
        self._base = base

    def read(self, values: Mapping[str, object]) -> AppRef:
        """Return the app of one row; raises RowError with the reason if the row cannot be used."""
        known: dict[str, str | None] = {}
        for field, column in self._columns.items():
            value = values.get(column)
            # Nearly every value goes this way; the rest of the checks cost four times as much.
            if isinstance(value, str) and value.isprintable() and len(value) <= _LONGEST:
                known[field] = value.strip() or None
            else:
                known[field] = _text(column, value)
        extra = {name: text for name in self._extra if (text := _text(name, values.get(name))) is not None}
        get = known.get
        try:
            url = self._base.resolve(url=get("url"), key=get("key"), bucket=get("bucket"))
        except AddressError as error:
            raise RowError(str(error)) from None
        if get("url") and (key := get("key")):
            extra.setdefault("key", key)
        return AppRef(
            url=url,
            etag=_etag(get("etag")),
            version_id=None if (version := get("version_id")) == "null" else version,
            size=_size(get("size")),
            sha256=_sha256(get("sha256")),
            package=get("package"),
            version=get("version"),
            channel=get("channel"),
            category=get("category"),
            developer=get("developer"),
            extra=extra,
        )


def read_rows(
    reader: RowReader, lines: Iterable[tuple[int, Mapping[str, object] | BadRow]], *, file: str = ""
) -> Iterator[Row | BadRow]:
    """Yield a row or a bad row for each numbered line of a list."""
    for line, values in lines:
        if isinstance(values, BadRow):
            yield values
            continue
        try:
            yield Row(line=line, ref=reader.read(values), file=file)
        except RowError as error:
            yield BadRow(line=line, text=excerpt(values), reason=str(error), file=file)


def distinct(rows: Iterable[Row | BadRow]) -> Iterator[Row | BadRow]:
    """Yield the rows; one whose URL was there before is a bad row."""
    seen: dict[str, int] = {}
    for row in rows:
        if isinstance(row, Row) and (first := seen.setdefault(row.ref.url, row.line)) != row.line:
            reason = f"the same object as line {first}"
            yield BadRow(line=row.line, text=visible(row.ref.url, 120), reason=reason, file=row.file)
        else:
            yield row


def bad_rows_error(bad: Sequence[BadRow], *, next_step: str = "") -> BadRowsError:
    """Return the error that lists the first bad rows and counts the others."""
    lines = [f"  {row}" for row in bad[:SHOWN]]
    if len(bad) > SHOWN:
        lines.append(f"  ... and {len(bad) - SHOWN} more")
    listed = any(row.line for row in bad)
    one, several = ("row of the list", "rows of the list") if listed else ("app", "apps")
    count = f"{len(bad)} {one if len(bad) == 1 else several}"
    return BadRowsError("\n".join([f"{count} cannot be used, so nothing was submitted:", *lines]), next_step=next_step)


def excerpt(values: object) -> str:
    """Return the beginning of a row, safe to show."""
    if isinstance(values, Mapping):
        values = ",".join("" if value is None else str(value)[:200] for value in values.values())
    return visible(str(values)[:400], 120)


def _text(column: str, value: object) -> str | None:
    """Return a value as text, None where it is empty; raises RowError for what no database can hold."""
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
    elif isinstance(value, bytes):
        text = value.decode("utf-8", "surrogateescape").strip()
    elif isinstance(value, float) and value.is_integer():
        text = str(int(value))
    elif isinstance(value, date | datetime):
        text = value.isoformat()
    elif isinstance(value, list | dict | bool):
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    else:
        text = "" if value != value else str(value)  # noqa: PLR0124 -- pandas writes what is missing as NaN
    if len(text) > _LONGEST:
        raise RowError(f"{visible(column, 40)} has more than {_LONGEST} characters")
    if _UNSTORABLE.search(text):
        raise RowError(f"{visible(column, 40)} has a NUL or is not UTF-8")
    return text or None


def _size(text: str | None) -> int:
    """Return a size in bytes; 0 where it is not known."""
    if text is None:
        return 0
    if text.isdecimal() and text.isascii() and len(text) <= 18:
        return int(text)
    match = _SIZE.fullmatch(text)
    if match is None:
        raise RowError(f"size {visible(text, 40)} is not a number of bytes")
    return int(match[1])


def _sha256(text: str | None) -> str | None:
    """Return a SHA-256 in lower case."""
    if text is not None and not _SHA256.fullmatch(text):
        raise RowError(f"sha256 {visible(text, 80)} does not have 64 hexadecimal digits")
    return text.lower() if text else None


def _etag(text: str | None) -> str | None:
    """Return an entity tag without its quotes."""
    bare = text.removeprefix("W/").strip('"') if text else None
    if bare and not bare.isprintable():
        raise RowError("etag has control characters")
    return bare or None
