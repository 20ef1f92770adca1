"""Limits that hold whatever runs inside: processes, memory, output, files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.confined_java import compiled, confined_class, toolkit_or_skip
from workers.dynamic.backend import BackendEndedError, BackendTimeoutError, Line
from workers.dynamic.confinement import RUN_LIMITS
from workers.dynamic.limits import Means, limited, memory_means, tasks_means
from workers.dynamic.process import SandboxProcess
from workers.dynamic.toolkit import Toolkit


@pytest.fixture(scope="module")
def toolkit() -> Toolkit:
    """Return what the sandbox runs on."""
    return toolkit_or_skip()


@pytest.fixture(scope="module")
def classes(toolkit: Toolkit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the compiled program."""
    return compiled(toolkit, "Hog", tmp_path_factory.mktemp("hog"))


@contextmanager
def _hog(toolkit: Toolkit, classes: Path, *words: str, seconds: float = 60.0) -> Iterator[SandboxProcess]:
    """Run the program that takes without end, as an app is run."""
    seen: list[Line] = []
    with (
        limited(confined_class(toolkit, classes, "Hog", *words), RUN_LIMITS) as argv,
        SandboxProcess(argv) as process,
    ):
        process.begin(seconds=seconds, on_line=seen.append)
        yield process


def test_a_fork_bomb_ends_at_the_limit(toolkit: Toolkit, classes: Path) -> None:
    """Fewer processes than allowed come to be, and the rest is refused."""
    if tasks_means() is Means.NOTHING:
        pytest.skip("Nothing bounds the number of processes here: no control group can be made, and this is root.")
    with _hog(toolkit, classes, "processes") as process:
        line = process.wait_for("hog")
    assert 0 < line["count"] < RUN_LIMITS.tasks
    assert line["refused"] in {"java.io.IOException", "java.lang.OutOfMemoryError"}


def test_memory_of_all_processes_together_is_bounded(toolkit: Toolkit, classes: Path) -> None:
    """The folder in memory has its own bound; children that take a GB each are killed, or the whole run is."""
    if memory_means() is Means.JVM:
        pytest.skip("Nothing but the JVM's own options bounds memory here: no control group can be made.")
    with _hog(toolkit, classes, "files") as process:
        line = process.wait_for("hog")
        assert line["count"] <= 512
        assert "No space left" in line["refused"]
        try:
            codes = str(process.wait_for("children")["codes"])
        except BackendEndedError:
            return
        assert "137" in codes


def test_output_without_end_ends_the_run(toolkit: Toolkit, classes: Path) -> None:
    """A GB of lines: the worker reads no more than its bound."""
    with _hog(toolkit, classes, "output") as process, pytest.raises(BackendEndedError, match="more than may be read"):
        process.wait_for("reply")


def test_nothing_outside_is_seen_or_written(toolkit: Toolkit, classes: Path) -> None:
    """No home, no settings, no other process, no place to write but the folder in memory, no namespace within."""
    words = ["namespaces"] if toolkit.forbids_namespaces else []
    with _hog(toolkit, classes, "outside", *words) as process:
        line = process.wait_for("hog")
    assert line["refused"] == ""
    assert line["count"] <= 3, "bubblewrap and the JVM"


def test_a_run_out_of_time_leaves_no_process(toolkit: Toolkit, classes: Path) -> None:
    """Everything that was started dies with the run, and its groups can be removed."""
    with pytest.raises(BackendTimeoutError), _hog(toolkit, classes, "processes", seconds=5.0) as process:
        process.wait_for("reply")
    with limited(["/bin/true"], RUN_LIMITS) as argv:
        assert argv[-1] == "/bin/true"
