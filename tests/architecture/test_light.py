"""The command starts quickly and loads nothing heavy before it is needed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("ray", "boto3", "botocore", "androguard", "sqlalchemy", "pyarrow", "numpy", "pydantic", "rich", "alembic")

_HELP = """
import contextlib, io
from farm.cli.main import main
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main({words})
"""


def _loaded(statement: str) -> set[str]:
    """Return the top-level modules that are loaded after a statement in a fresh interpreter."""
    code = f"{statement}\nimport sys, json; print(json.dumps(sorted(m.partition('.')[0] for m in sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_help_loads_no_heavy_library() -> None:
    """`farm --help` is a matter of click alone."""
    statement = _HELP.format(words=["--help"])

    assert set() == _loaded(statement) & set(HEAVY)


def test_a_worker_loads_neither_cluster_nor_store_nor_ledger() -> None:
    """`python -m workers` works where only the suite is installed."""
    assert set() == _loaded("import workers.inspect, workers.__main__") & {"ray", "boto3", "sqlalchemy", "farm"}


def test_a_worker_loads_no_androguard() -> None:
    """It takes 30 MB to be loaded; a second reading has a process of its own."""
    app = Path(__file__).parents[2] / "examples" / "apps" / "built" / "clean.apk"
    statement = f"""
from pathlib import Path
from workers.cross_check import cross_check
from workers.inspect import inspect_apk
from workers.model.limits import Limits
data = Path({str(app)!r}).read_bytes()
inspect_apk(data)
assert not cross_check(data, limits=Limits()).failure
"""

    assert set() == _loaded(statement) & {"androguard", "loguru", "lxml"}


@pytest.mark.parametrize(
    "command", ["submit", "run", "status", "rerun", "cancel", "report", "inspect", "target", "serve", "doctor"]
)
def test_each_command_has_help_without_ray(command: str) -> None:
    """Help of a command imports its words, not its work."""
    statement = _HELP.format(words=[command, "--help"])

    assert set() == _loaded(statement) & {"ray", "boto3", "androguard"}
