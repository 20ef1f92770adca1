"""Whatever a file is made like, its inspection ends soon, in little memory and in the right outcome."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.engines import needs_native
from workers.static.readers.engine import VARIABLE, Engine

_SECONDS = 2.0
_PEAK_MB = 512


@pytest.fixture(scope="module", params=[pytest.param(Engine.NATIVE, marks=needs_native), Engine.REFERENCE])
def trials(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """What came of each kind with each engine."""
    command = [sys.executable, "-m", "tests.hostile"]
    environment = {**os.environ, VARIABLE: str(request.param)}
    done = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[2], env=environment)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_there_are_sixty_kinds(trials: list[dict[str, Any]]) -> None:
    """At least, and no name twice."""
    assert len({trial["kind"] for trial in trials}) == len(trials) >= 60


def test_each_kind_ends_in_the_right_outcome(trials: list[dict[str, Any]]) -> None:
    """None kills the process, none is an error of ours."""
    wrong = {trial["kind"]: trial["outcome"] for trial in trials if trial["outcome"] not in trial["right"]}

    assert wrong == {}


def test_each_kind_ends_soon(trials: list[dict[str, Any]]) -> None:
    """In CPU time, so that a machine that is busy with other things changes nothing."""
    slow = {trial["kind"]: trial["seconds"] for trial in trials if trial["seconds"] > _SECONDS}

    assert slow == {}


def test_each_kind_needs_little_memory(trials: list[dict[str, Any]]) -> None:
    """The peak of the whole process."""
    large = {trial["kind"]: trial["peak_mb"] for trial in trials if trial["peak_mb"] > _PEAK_MB}

    assert large == {}
