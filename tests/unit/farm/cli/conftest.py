"""A terminal on the scene's ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.farm.cli.command import Terminal, hold_time


@pytest.fixture
def terminal(scene_file: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal whose commands see the scene."""
    hold_time(monkeypatch)
    return Terminal(file=scene_file)
