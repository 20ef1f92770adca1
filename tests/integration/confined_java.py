"""Compiles a Java class of the tests and gives the command that runs it behind the walls of an app."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from workers.dynamic.confinement import java, walls
from workers.dynamic.toolkit import BackendMissingError, Toolkit, find_toolkit

SOURCES = Path(__file__).parent / "java"


def toolkit_or_skip(*, sinkhole: bool = False) -> Toolkit:
    """Return the toolkit; skips the test, with the reason, where it cannot run."""
    try:
        toolkit = find_toolkit()
    except BackendMissingError as error:
        pytest.skip(f"The dynamic suite cannot run here. {error}")
    if shutil.which("javac") is None:
        pytest.skip("The test's client is written in Java: it needs javac.")
    if sinkhole and toolkit.sinkhole is None:
        pytest.skip("The sinkhole is not installed: make sandbox.")
    return toolkit


def compiled(toolkit: Toolkit, name: str, out: Path) -> Path:
    """Compile one class of the tests into the folder `out` and return the folder."""
    subprocess.run(
        ["javac", "-cp", str(toolkit.runtime / "classes"), "-d", str(out), str(SOURCES / f"{name}.java")],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return out


def confined_class(toolkit: Toolkit, classes: Path, name: str, *words: str, sink: Path | None = None) -> list[str]:
    """Return the command that runs a class with the JVM's options and behind the walls of an app."""
    inside = walls(toolkit, bound={classes: "/client"} | ({} if sink is None else {sink: "/in/sink"}))
    *options, class_path = java(toolkit)
    return [*inside, "--", *options, f"/client:{class_path}", name, *words]
