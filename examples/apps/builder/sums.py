"""Lists of hashes by name, in the format of sha256sum."""

from __future__ import annotations

import hashlib
from pathlib import Path

NOT_BUILT_IN = frozenset({"README.md", "expected.toml"})
"""Files of an app's folder that its APK does not depend on."""


def read_sums(path: Path) -> dict[str, str]:
    """Return the hashes by name; none if there is no such file."""
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines if line)}


def write_sums(path: Path, sums: dict[str, str]) -> None:
    """Write the hashes, sorted by name."""
    path.write_text("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)), encoding="utf-8")


def digest_of_files(*folders: Path) -> str:
    """Return one hash over the names and contents of all files below `folders` that an APK is made of."""
    total = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name not in NOT_BUILT_IN:
                total.update(f"{path.relative_to(folder).as_posix()}\n".encode())
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
