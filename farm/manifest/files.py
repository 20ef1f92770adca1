"""Bytes of a list, from this machine or from S3, plain or gzipped."""

from __future__ import annotations

import gzip
import io
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from farm.manifest.addresses import Base
from farm.model.errors import ObjectMissingError, SourceError
from farm.ports import Stores

MISSING_STEP = (
    "Check the address; a folder, s3://bucket/prefix/, CSV, Parquet, JSONL and manifest.json can be submitted."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListFile:
    """One file that lists objects."""

    label: str
    """Address as messages show it."""
    base: Base
    """What its relative keys are relative to."""
    content: Path | bytes
    """A path of this machine, or what S3 sent."""

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.label.rstrip("/").rpartition("/")[2]

    def binary(self) -> AbstractContextManager[BinaryIO]:
        """Return the bytes as a stream, ungzipped where the name ends in .gz."""
        raw: BinaryIO = io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")
        if not self.name.lower().endswith(".gz"):
            return raw
        return _Unzipped(raw)

    def arrow(self) -> AbstractContextManager[object]:
        """Return the bytes as pyarrow takes them."""
        if isinstance(self.content, bytes):
            return nullcontext(pa.BufferReader(self.content))
        return cast("AbstractContextManager[object]", pa.OSFile(str(self.content), "rb"))

    def whole(self) -> bytes:
        """Return all bytes as they are."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


class _Unzipped(AbstractContextManager[BinaryIO]):
    """A gzip stream that closes the file below it."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._stream = gzip.GzipFile(fileobj=raw)

    def __enter__(self) -> BinaryIO:
        return cast("BinaryIO", self._stream)

    def __exit__(self, *error: object) -> None:
        self._stream.close()
        self._raw.close()


def open_local(path: Path) -> ListFile:
    """Return a file of this machine; raises SourceError if it cannot be read."""
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.", next_step=MISSING_STEP) from error
    return ListFile(label=str(path), base=Base(place=f"{path.absolute().parent}/".replace("//", "/")), content=path)


def open_remote(url: str, stores: Stores) -> ListFile:
    """Return an object of S3; raises SourceError if there is none and StoreError if S3 cannot be asked."""
    store, key = stores.locate(url)
    try:
        data = store.get(key)
    except ObjectMissingError as error:
        raise SourceError(f"There is no object {url}.", next_step=MISSING_STEP) from error
    return ListFile(label=url, base=Base(place=url.rpartition("/")[0] + "/"), content=data)
