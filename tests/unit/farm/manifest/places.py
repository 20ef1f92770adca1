"""Buckets kept in folders: the folder store under the URLs of S3, so that lists can be tested without a server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from farm.manifest.rows import BadRow, Row
from farm.manifest.source import open_source
from farm.model.batch import AppRef
from farm.model.errors import StoreError
from farm.objects.folder import open_folder
from farm.objects.stores import StoreConfig, UrlStores
from farm.ports import ObjectStore, Stores


@dataclass(frozen=True, slots=True)
class FolderBuckets:
    """Stores (the port) whose bucket `b` is the folder `b` below `root`; a bucket without a folder is missing."""

    root: Path

    def locate(self, url: str) -> tuple[ObjectStore, str]:
        """Return the folder of a bucket, or of a file."""
        if not url.startswith("s3://"):
            return UrlStores(StoreConfig(home=str(self.root))).locate(url)
        bucket, _, key = url.removeprefix("s3://").partition("/")
        if not (self.root / bucket).is_dir():
            raise StoreError(f"There is no bucket {bucket!r}.")
        return open_folder(self.root / bucket), key

    def farm(self) -> ObjectStore:
        """Return a folder of its own."""
        return open_folder(self.root / "farm")

    def put(self, bucket: str, key: str, data: bytes) -> None:
        """Write an object."""
        open_folder(self.root / bucket).put(key, data)


def listed(source: str | Path, stores: Stores) -> tuple[Sequence[AppRef], Sequence[BadRow], dict[str, int]]:
    """Return the apps, the bad rows and what was left out of a source."""
    found = open_source(str(source), stores)
    rows = list(found.rows)
    return (
        [row.ref for row in rows if isinstance(row, Row)],
        [row for row in rows if isinstance(row, BadRow)],
        {kind: count for kind, count in found.left_out.items() if count},
    )
