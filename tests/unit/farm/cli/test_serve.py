"""Tests of what `farm serve` refuses, and of what its driver is told."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from farm.cli.serve import child_environ
from farm.config import load
from farm.model.errors import ConfigError, UsageError
from tests.unit.farm.cli.command import Terminal


def test_a_taken_port(terminal: Terminal) -> None:
    """A port that another process has is an error that says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        said = terminal.farm("serve", "--no-driver", "--port", str(other.getsockname()[1]))

    assert isinstance(said.error, ConfigError)
    assert "is taken" in str(said.error)
    assert "--port" in said.error.next_step


def test_an_address_that_is_not_ours(terminal: Terminal) -> None:
    """An address of another machine cannot be listened on."""
    said = terminal.farm("serve", "--no-driver", "--allow-remote", "--host", "192.0.2.1")

    assert isinstance(said.error, ConfigError)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "farm.internal"])
def test_other_machines_are_kept_out_by_default(terminal: Terminal, host: str) -> None:
    """Without authentication, nobody listens for the network by accident."""
    said = terminal.farm("serve", "--no-driver", "--host", host)

    assert isinstance(said.error, UsageError)
    assert "no authentication" in str(said.error)


def test_a_cluster_without_a_driver(terminal: Terminal) -> None:
    """--address says where the driver works, so there must be one."""
    assert isinstance(terminal.farm("serve", "--no-driver", "--address", "auto").error, UsageError)


def test_the_driver_gets_our_flags(tmp_path: Path) -> None:
    """A flag of ours is a variable of the driver's; other settings it finds where we did."""
    environ = child_environ(load({"ledger": "sqlite:///x.db"}, environ={"FARM_HOME": str(tmp_path)}, folder=tmp_path))

    assert environ["FARM_LEDGER"] == "sqlite:///x.db"
    assert environ.get("FARM_STORE") == os.environ.get("FARM_STORE")
