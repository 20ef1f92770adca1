"""Finds the real tools that `make test-tools` brings: on PATH, or unpacked under .cache."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""

_FOLDERS = (ROOT / ".cache/prometheus/usr/bin",)


def find(tool: str) -> str | None:
    """Return the path of a tool, or None if it is not there."""
    return shutil.which(tool) or next((str(f / tool) for f in _FOLDERS if (f / tool).is_file()), None)


def require(tool: str) -> str:
    """Return the path of a tool; skip the test if it is not there."""
    found = find(tool)
    if found is None:
        pytest.skip("run make test-tools first")
    return found
