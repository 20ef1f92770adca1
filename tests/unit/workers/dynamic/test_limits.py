"""Limits of a run: control groups where they can be made, nothing claimed where they cannot."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from workers.dynamic import limits
from workers.dynamic.limits import Limits, Means, limited

SMALL = Limits(memory_bytes=64 << 20, tasks=32)


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make folders stand in for control groups: what is written there can be read."""
    parents = {name: tmp_path / name for name in ("memory", "pids")}
    for parent in parents.values():
        parent.mkdir()
    monkeypatch.setattr(limits, "_groups", lambda: limits._Groups(means=Means.CGROUP_V1, parents=parents))
    return tmp_path


def test_the_command_enters_its_groups_before_it_starts(groups: Path) -> None:
    """The limits are written, and the process is in each group when the program begins."""
    with limited(["/bin/echo", "ran"], SMALL) as argv:
        (memory,) = (groups / "memory").iterdir()
        (pids,) = (groups / "pids").iterdir()
        assert (memory / "memory.limit_in_bytes").read_text() == str(64 << 20)
        assert (pids / "pids.max").read_text() == "32"
        done = subprocess.run(argv, capture_output=True, text=True, check=True)
        assert done.stdout == "ran\n"
        assert [(group / "cgroup.procs").read_text() for group in (memory, pids)] == ["0\n", "0\n"]


def test_a_group_that_cannot_be_entered_keeps_the_program_from_starting(groups: Path) -> None:
    """Better no run than one without limits."""
    with limited(["/bin/echo", "ran"], SMALL) as argv:
        (pids,) = (groups / "pids").iterdir()
        (pids / "cgroup.procs").mkdir()
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (125, "")


def test_without_groups_no_more_is_claimed_than_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is then bounded by the JVM alone, and processes of root by nothing."""
    monkeypatch.setattr(limits, "_groups", lambda: None)
    monkeypatch.setattr(limits, "_nproc_holds", lambda: False)
    assert limits.memory_means() is Means.JVM
    assert limits.tasks_means() is Means.NOTHING
    monkeypatch.setattr(limits, "_nproc_holds", lambda: True)
    assert limits.tasks_means() is Means.RLIMIT
    with limited(["/bin/true"], SMALL) as argv:
        assert "--nproc=32" in argv


def test_the_groups_of_this_process_are_read_of_either_version() -> None:
    """Version 1 names controllers, version 2 has none."""
    text = "8:cpu,cpuacct:/a\n4:memory:/b:c\n0::/d\n"
    assert dict(limits._own_groups(text)) == {"cpu": "/a", "cpuacct": "/a", "memory": "/b:c", "": "/d"}
