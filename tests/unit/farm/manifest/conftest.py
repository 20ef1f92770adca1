"""Buckets for lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.farm.manifest.places import FolderBuckets


@pytest.fixture
def buckets(tmp_path: Path) -> FolderBuckets:
    """A bucket `crawl` and nothing else."""
    (tmp_path / "buckets" / "crawl").mkdir(parents=True)
    return FolderBuckets(tmp_path / "buckets")
