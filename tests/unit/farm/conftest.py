"""The scene of `tests.unit.farm.service.scene` as fixtures: a ledger of its own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from farm.ledger.sql import SqlLedger
from tests.unit.farm.service.scene import make_template


@pytest.fixture(scope="session")
def scene_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The content of the scene's ledger file, made once: opening a new ledger takes longer than copying one."""
    return make_template(tmp_path_factory.mktemp("scene")).read_bytes()


@pytest.fixture
def scene_file(scene_template: bytes, tmp_path: Path) -> Path:
    """A copy of the scene's ledger file."""
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(scene_template)
    return path


@pytest.fixture
def scene(scene_file: Path) -> Iterator[SqlLedger]:
    """The scene's ledger."""
    with SqlLedger.open(f"sqlite:///{scene_file}") as opened:
        yield opened
