"""Writes zip files that depend on nothing but their content."""

from __future__ import annotations

import hashlib
import io
import zipfile  # noqa: TID251 - writes and reads what this builder made, nothing hostile
from pathlib import Path

TIMESTAMP = (1981, 1, 1, 1, 1, 2)
"""The time of every entry, the one that Android's own build tools use."""
STORED = frozenset({"resources.arsc"})
"""Entries that Android maps into memory and that are therefore not compressed."""


def noise(name: str, size: int) -> bytes:
    """Return `size` pseudo-random bytes that depend on `name` alone."""
    blocks = (hashlib.sha256(f"{name}:{index}".encode()).digest() for index in range(-(-size // 32)))
    return b"".join(blocks)[:size]


def read_zip(path: Path) -> dict[str, bytes]:
    """Return the entries of a zip that one of our own tools wrote."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_bytes(entries: dict[str, bytes]) -> bytes:
    """Return a zip of `entries`: manifest first, the rest by name, one time stamp, no trace of this machine."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(entries, key=lambda name: (name != "AndroidManifest.xml", name)):
            info = zipfile.ZipInfo(name, TIMESTAMP)
            info.create_system = 0
            info.compress_type = zipfile.ZIP_STORED if name in STORED else zipfile.ZIP_DEFLATED
            archive.writestr(info, entries[name], compresslevel=9)
    return buffer.getvalue()
