"""Which keys a store takes: a key must never lead out of the store, into a terminal or into a log."""

from __future__ import annotations

import re

from farm.model.errors import StoreError

MAX_KEY_BYTES = 1024
"""Longest key in UTF-8, as S3 has it."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def check_key(key: str, *, strict_slashes: bool) -> str:
    """Return `key`, or raise StoreError if it could mean something else than one object below the root.

    With `strict_slashes` (folders) empty parts are refused as well: S3 tells `a//b` from `a/b`, a folder does not.
    """
    parts = key.split("/")
    if not key or _CONTROL.search(key):
        raise StoreError(
            f"{key!r} is not a key: it is empty or has control characters.", next_step="Rename the object."
        )
    if ".." in parts or "." in parts or (strict_slashes and "" in parts):
        raise StoreError(
            f"{key!r} is not a key: its parts must not be empty, '.' or '..'.", next_step="Rename the object."
        )
    if len(key.encode("utf-8", "surrogateescape")) > MAX_KEY_BYTES:
        raise StoreError(
            f"The key {key[:40]!r}... has more than {MAX_KEY_BYTES} bytes.", next_step="Give the object a shorter name."
        )
    return key
