"""The console over the scene."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette

from farm.ledger.sql import SqlLedger
from farm.objects.folder import FolderStore
from farm.web.app import create_app
from tests.unit.farm.service.scene import HeldClock


@pytest.fixture
def console(scene: SqlLedger, tmp_path: Path) -> Starlette:
    """The console at the moment of the scene."""
    return create_app(
        scene, HeldClock(), FolderStore(str(tmp_path)), lambda: (b"farm_up 1\n", "text/plain; version=0.0.4")
    )
