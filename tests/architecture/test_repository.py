"""Habits of the repository that a machine can hold."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}


def _tracked() -> list[Path]:
    """Return the files that git tracks (all files, where this is no checkout)."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in done.stdout.split("\0") if name]


def test_the_lock_names_public_hosts_only() -> None:
    """Nobody's private index is in the lock."""
    hosts = set(re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text("utf-8")))

    assert hosts <= PUBLIC_HOSTS


def test_the_only_binaries_are_our_own_small_apps() -> None:
    """Everything else is text, and nothing is large."""
    binaries = [p for p in _tracked() if p.is_file() and b"\0" in p.read_bytes()[:4096]]
    others = [str(p.relative_to(ROOT)) for p in binaries if "examples/apps" not in p.as_posix()]

    assert [] == [name for name in others if not name.endswith(".png")]
    assert max(p.stat().st_size for p in binaries) < 300_000


def test_no_module_is_longer_than_a_reader_likes() -> None:
    """Modules stay under 400 lines."""
    product = [p for p in _tracked() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in {"farm", "workers"}]
    long = [str(p.relative_to(ROOT)) for p in product if p.is_file() and p.read_text("utf-8").count("\n") > 400]

    assert [] == long
