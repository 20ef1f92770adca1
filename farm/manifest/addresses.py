"""Where the rows of a list point to: absolute URLs, and keys relative to the list's own place."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote_to_bytes

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_DOTS = frozenset({".", ".."})
_MAX_KEY_BYTES = 1024


class AddressError(ValueError):
    """What is wrong with an address."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """The place of a list: `s3://bucket/folder/` or an absolute folder path, ending in a slash."""

    place: str

    @property
    def in_s3(self) -> bool:
        """Whether the list lies in S3."""
        return self.place.startswith("s3://")

    def resolve(self, *, url: str | None, key: str | None, bucket: str | None) -> str:
        """Return the URL of the object that a row names; raises AddressError."""
        named = url or key
        if not named:
            raise AddressError("no url and no key")
        if not named.isprintable() and _CONTROL.search(named):
            raise AddressError("the key has control characters")
        if bucket and not url:
            return s3_url(bucket, named)
        match = _SCHEME.fullmatch(named)
        if match is None:
            return self._below(named)
        scheme, rest = match[1].lower(), match[2]
        if scheme == "s3":
            return s3_url(*rest.partition("/")[::2])
        if scheme != "file":
            raise AddressError(f"{scheme}:// is not s3:// or file://")
        if self.in_s3:
            raise AddressError("a list in S3 cannot name files of this machine")
        return file_url(os.fsdecode(unquote_to_bytes(rest.removeprefix("localhost"))))

    def _below(self, path: str) -> str:
        """Return the URL of a relative key (or, in a local list, of an absolute path)."""
        if not self.in_s3:
            return file_url(path if path.startswith("/") else self.place + path)
        if path.startswith("/"):
            raise AddressError("a key relative to the list must not begin with a slash")
        bucket, _, folder = self.place.removeprefix("s3://").partition("/")
        return s3_url(bucket, folder + path)


def s3_url(bucket: str, key: str) -> str:
    """Return `s3://bucket/key` with the key as it is; raises AddressError."""
    if not _is_bucket(bucket):
        raise AddressError("the bucket's name is not valid")
    _check_parts(key)
    if len(key) * 4 > _MAX_KEY_BYTES and len(key.encode()) > _MAX_KEY_BYTES:
        raise AddressError(f"the key has more than {_MAX_KEY_BYTES} bytes")
    return f"s3://{bucket}/{key}"


def file_url(path: str) -> str:
    """Return `file:///path`, percent-encoded; raises AddressError."""
    if not path.startswith("/"):
        raise AddressError("the path is not absolute")
    if _CONTROL.search(path):
        raise AddressError("the path has control characters")
    _check_parts(path)
    return Path(path).as_uri()


@lru_cache(maxsize=64)
def _is_bucket(name: str) -> bool:
    """Return whether a bucket can have this name; remembered, because a list names few buckets many times."""
    return _BUCKET.fullmatch(name) is not None


def _check_parts(path: str) -> None:
    """Raise AddressError for a path that means another one, or a folder."""
    if not _DOTS.isdisjoint(path.split("/")):
        raise AddressError("the key has a part '.' or '..'")
    if not path or path.endswith("/"):
        raise AddressError("the key is empty or names a folder")
