"""The image and the systemd units run without root, from the lock file, and confined."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from farm.model.errors import InterruptedByUserError
from tests.architecture import deploy_files as files
from tests.architecture.deploy_files import DEPLOY
from tests.tools_path import ROOT

each_unit = pytest.mark.parametrize("unit", files.UNITS, ids=lambda path: path.name)


def test_image_is_not_root() -> None:
    """The image runs as a numbered user, which is set before the command and made in the same stage."""
    words = [instruction.word for instruction in files.dockerfile()]
    uid, gid = files.last_user().split(":")

    assert int(uid) > 0
    assert int(gid) > 0
    assert len(words) - 1 - words[::-1].index("FROM") < words.index("USER") < words.index("CMD")


def test_image_installs_from_the_lock() -> None:
    """Everything comes from the lock file, with what a cluster needs, and nothing that only tests need."""
    syncs = [i.rest for i in files.dockerfile() if i.word == "RUN" and "uv sync" in i.rest]

    assert len(syncs) == 2
    assert {"cluster", "postgres"} == files.project()["optional-dependencies"].keys()
    for sync in syncs:
        for option in ("--frozen", "--no-default-groups", "--extra cluster", "--extra postgres"):
            assert option in sync


def test_image_builds_dependencies_before_the_code() -> None:
    """The code is copied after the dependencies are installed, so that a change of code does not install them anew."""
    words = [f"{instruction.word} {instruction.rest}" for instruction in files.dockerfile()]
    first_sync = next(number for number, line in enumerate(words) if "uv sync" in line)

    assert words.index("COPY pyproject.toml uv.lock ./") < first_sync < words.index("COPY farm farm")


def test_image_uses_the_uv_of_the_makefile() -> None:
    """Image and Makefile use the same uv."""
    (made,) = re.findall(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)

    assert f"UV_VERSION={made}" in [i.rest for i in files.dockerfile() if i.word == "ARG"]


def test_image_copies_what_the_context_has() -> None:
    """Everything that is copied is there and let through by .dockerignore, and nothing else is let through."""
    copied = {
        source
        for i in files.dockerfile()
        if i.word == "COPY" and not i.rest.startswith("--from")
        for source in i.rest.split()[:-1]
    }
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_through = {line[1:] for line in lines if line.startswith("!")}

    assert "*" in lines
    assert copied == let_through
    assert all((ROOT / source).exists() for source in copied)


def test_image_says_whether_it_is_healthy() -> None:
    """The health check asks a page that the console has, on the port that the console listens on."""
    (check,) = [i.rest for i in files.dockerfile() if i.word == "HEALTHCHECK"]
    (port,) = [i.rest for i in files.dockerfile() if i.word == "EXPOSE"]

    assert f"http://127.0.0.1:{port}/healthz" in check
    assert '"/healthz"' in (ROOT / "farm/web/app.py").read_text("utf-8")


@each_unit
def test_unit_is_confined(unit: Path) -> None:
    """Every unit runs as its own user, keeps to its state folder and cannot gain privileges."""
    lines = unit.read_text("utf-8").splitlines()
    wanted = {
        "User=apkfarm",
        "StateDirectory=apkfarm",
        "EnvironmentFile=-/etc/apkfarm/farm.env",
        "NoNewPrivileges=true",
        "ProtectSystem=strict",
        "ProtectHome=true",
        "PrivateTmp=true",
        "CapabilityBoundingSet=",
    }

    assert wanted <= set(lines)


def test_units_end_cleanly() -> None:
    """The driver's exit code after SIGTERM counts as success, and it has time to end."""
    text = (DEPLOY / "systemd/farm-run.service").read_text("utf-8")

    assert f"SuccessExitStatus={InterruptedByUserError.exit_code}" in text
    assert "TimeoutStopSec=180" in text


def systemd_analyze() -> str:
    """Return systemd-analyze; skip if it is not there."""
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("systemd-analyze is not on this machine")
    return found


@each_unit
def test_systemd_accepts_the_unit(unit: Path, tmp_path: Path) -> None:
    """`systemd-analyze verify` has nothing to say about the unit, once its program is there."""
    (tmp_path / unit.name).write_text(unit.read_text("utf-8").replace("/opt/apkfarm/bin/farm", sys.executable), "utf-8")
    run = subprocess.run(
        [systemd_analyze(), "verify", "--man=no", str(tmp_path / unit.name)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (run.returncode, unit.name in run.stderr) == (0, False), run.stderr


@each_unit
def test_systemd_finds_the_unit_confined(unit: Path) -> None:
    """`systemd-analyze security` gives an exposure of at most 2.5 of 10."""
    run = subprocess.run(
        [systemd_analyze(), "security", "--no-pager", "--offline=true", "--threshold=25", str(unit)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if "unrecognized option" in run.stderr:
        pytest.skip("this systemd-analyze cannot judge unit files offline")

    assert run.returncode == 0, run.stdout[-200:] + run.stderr
