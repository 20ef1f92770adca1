"""The benchmark of reading measures the worker's own requests, and refuses ranges that see something else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.reading import Requests, Row, measure, running, table
from tests.unit.workers.readers.build import Member, apk_bytes


def test_a_big_app_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was sent for it, over its size."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"):
        monkeypatch.setenv(name, "set here so that it is put back")
    films = [Member(name=f"assets/{number}.mp4", content=os.urandom(1 << 20), method=0) for number in range(10)]
    path = tmp_path / "big.apk"
    path.write_bytes(apk_bytes(films))
    with running("moto") as server:
        row = measure(path, server, Requests(server.endpoint))

    assert path.stat().st_size == row.size
    assert 0 < row.read < row.size / 4
    assert 2 <= row.requests <= 20


def test_the_table_ends_with_all_of_them() -> None:
    """Bytes are added up, shares are not."""
    rows = [
        Row(name="a", size=1_000_000, read=500_000, requests=3, cpu_ms=1, whole_cpu_ms=2),
        Row(name="b", size=9_000_000, read=1_000_000, requests=4, cpu_ms=1, whole_cpu_ms=2),
    ]

    assert "| **2 APKs** | 10.0 MB | **15.0%** | 7 | 2 ms | 4 ms |" == table(rows).splitlines()[-1]
