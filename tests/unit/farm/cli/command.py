"""Runs one `farm` command in this process, at the moment of the scene."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from farm import wiring
from farm.cli.main import cli
from farm.config import Settings
from farm.ledger.sql import SqlLedger
from farm.ports import Clock
from tests.unit.farm.service.scene import HeldClock


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    error: BaseException | None

    @property
    def json(self) -> Any:
        """The JSON document on standard output."""
        return json.loads(self.out)


@dataclass(frozen=True, kw_only=True, slots=True)
class Terminal:
    """Types commands against the ledger in `file`."""

    file: Path

    def farm(self, *words: str) -> Said:
        """Run `farm WORDS`; an error is returned, not raised."""
        result = CliRunner().invoke(cli, ["--ledger", f"sqlite:///{self.file}", *words])
        return Said(code=result.exit_code, out=result.stdout, error=result.exception)

    @contextmanager
    def ledger(self) -> Iterator[SqlLedger]:
        """Open the ledger beside the command."""
        with SqlLedger.open(f"sqlite:///{self.file}") as opened:
            yield opened


def hold_time(monkeypatch: pytest.MonkeyPatch, clock: Clock | None = None) -> None:
    """Let every command see the moment of the scene, and close its ledger when the test ends."""
    for name in [name for name in os.environ if name.startswith("FARM_")]:
        monkeypatch.delenv(name)

    def open_farm(settings: Settings) -> wiring.Farm:
        return wiring.Farm(
            settings=settings,
            ledger=SqlLedger.open(settings.ledger),
            stores=wiring.open_stores(settings),
            clock=clock or HeldClock(),
        )

    monkeypatch.setattr(wiring, "open_farm", open_farm)
