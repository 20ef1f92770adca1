"""From URLs to stores: a small value that workers receive and turn into clients on their own side."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from farm.model.errors import ConfigError, SourceError
from farm.objects.folder import open_folder
from farm.ports import ObjectStore

_SCHEMES_STEP = "Use s3://bucket/key or file:///path."


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreConfig:
    """Where objects are; without credentials, which come from the usual AWS variables of each process."""

    home: str
    """The farm's own store: `s3://bucket/prefix`, `file:///path` or a folder."""
    s3_endpoint: str | None = None
    """URL of an S3 server other than AWS, for all buckets."""
    s3_region: str = "us-east-1"
    """Region to sign for."""


@dataclass(frozen=True, slots=True)
class UrlStores:
    """Finds the store of a URL (ports.Stores)."""

    config: StoreConfig

    def locate(self, url: str) -> tuple[ObjectStore, str]:
        """Return the store and key of `s3://bucket/key` or `file:///path`; raises SourceError for other schemes.

        The store of an S3 URL is its bucket, the store of a file its folder. In S3 URLs the key stands as it is; in
        file URLs it is percent-encoded, as `Path.as_uri` writes it. The key may be empty or end in a slash.
        """
        scheme, separator, rest = url.partition("://")
        if separator and scheme.lower() == "s3":
            bucket, _, key = rest.partition("/")
            if not bucket:
                raise SourceError(f"{url!r} names no bucket.", next_step=_SCHEMES_STEP)
            return self._bucket(bucket, ""), key
        if separator and scheme.lower() == "file":
            path = _file_path(url, rest)
            return open_folder(path.parent), path.name
        raise SourceError(f"{url!r} is not a URL that the farm can read.", next_step=_SCHEMES_STEP)

    def farm(self) -> ObjectStore:
        """Return the farm's own store; raises ConfigError if its address cannot be used."""
        home = self.config.home
        scheme, separator, rest = home.partition("://")
        if not separator:
            if not home or "\0" in home:
                raise ConfigError(f"store is {home!r}; it must be s3://bucket/prefix or a folder.")
            return open_folder(home)
        if scheme.lower() == "s3":
            bucket, _, prefix = rest.partition("/")
            if not bucket:
                raise ConfigError(f"store is {home!r}, which names no bucket.")
            return self._bucket(bucket, prefix.strip("/"))
        if scheme.lower() == "file":
            return open_folder(_file_path(home, rest))
        raise ConfigError(f"store is {home!r}; it must be s3://bucket/prefix or a folder.")

    def _bucket(self, bucket: str, prefix: str) -> ObjectStore:
        """Return the store in a bucket."""
        from farm.objects.s3 import S3Store  # noqa: PLC0415 -- botocore, which a folder never needs

        return S3Store(
            bucket=bucket, prefix=prefix, endpoint=self.config.s3_endpoint or None, region=self.config.s3_region
        )


def _file_path(url: str, rest: str) -> Path:
    """Return the path of a file URL; raises SourceError if it is not a plain absolute one of this machine."""
    path = os.fsdecode(unquote_to_bytes(rest.removeprefix("localhost")))
    if not path.startswith("/") or "\0" in path or {"..", "."} & set(path.split("/")):
        raise SourceError(f"{url!r} is not an absolute path without '.' and '..'.", next_step=_SCHEMES_STEP)
    return Path(path)
