"""Limits of memory and processes for one run: a control group of its own, else what the kernel gives without."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_PREFIX = "apkfarm-"
_numbers = itertools.count()
_left: list[Path] = []
"""Groups whose processes were still dying when they were left."""

# Enters each group, so that nothing of the run is ever outside, and becomes the run.
_ENTER = 'while [ "$1" != -- ]; do echo 0 > "$1/cgroup.procs" || exit 125; shift; done; shift; exec "$@"'


class Means(StrEnum):
    """What holds a limit."""

    CGROUP_V2 = "cgroup v2"
    CGROUP_V1 = "cgroup v1"
    RLIMIT = "rlimit"
    JVM = "options of the JVM"
    """It bounds itself; native memory of the process is not bounded."""
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much one run may use."""

    memory_bytes: int
    """Everything of the run together, the files of its folder in memory included."""
    tasks: int
    """Processes and threads."""
    files: int = 4_096
    """Open files of a process."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Groups:
    """Where groups can be made, by controller; both are the same folder in version 2."""

    means: Means
    parents: Mapping[str, Path]


_V1_FILES = {"memory": "memory.limit_in_bytes", "pids": "pids.max"}
_V2_FILES = {"memory": "memory.max", "pids": "pids.max"}


@contextmanager
def limited(argv: Sequence[str], limits: Limits) -> Iterator[list[str]]:
    """Yield the command that runs `argv` within `limits`; leave after it has ended."""
    groups = _groups()
    made: list[Path] = []
    try:
        if groups is not None:
            made = _make(groups, limits)
        enter = ["/bin/sh", "-c", _ENTER, "sh", *map(str, made), "--"] if made else []
        yield [*enter, *_rlimits(limits), *argv]
    finally:
        _left.extend(made)
        _sweep()


def memory_means() -> Means:
    """Return what bounds the memory of a run."""
    groups = _groups()
    return groups.means if groups is not None and "memory" in groups.parents else Means.JVM


def tasks_means() -> Means:
    """Return what bounds the number of processes and threads of a run."""
    groups = _groups()
    if groups is not None and "pids" in groups.parents:
        return groups.means
    return Means.RLIMIT if _nproc_holds() else Means.NOTHING


def _make(groups: _Groups, limits: Limits) -> list[Path]:
    """Make the groups of one run; what cannot be made is left out."""
    files = _V2_FILES if groups.means is Means.CGROUP_V2 else _V1_FILES
    values = {"memory": str(limits.memory_bytes), "pids": str(limits.tasks)}
    name = f"{_PREFIX}{os.getpid()}-{next(_numbers)}"
    made: list[Path] = []
    for controller, parent in groups.parents.items():
        group = parent / name
        with contextlib.suppress(OSError):
            group.mkdir(exist_ok=True)
            if group not in made:
                made.append(group)
            (group / files[controller]).write_text(values[controller])
    return made


def _rlimits(limits: Limits) -> list[str]:
    """Return the command that sets what every process has of its own; empty where util-linux is not."""
    prlimit = shutil.which("prlimit")
    if prlimit is None:
        return []
    # Users namespaces count their own processes since Linux 5.14; before that, others' would be counted too.
    tasks = [f"--nproc={limits.tasks}"] if _nproc_holds() else []
    return [prlimit, "--core=0", f"--nofile={limits.files}", *tasks, "--"]


@cache
def _nproc_holds() -> bool:
    """Return whether the kernel refuses processes beyond RLIMIT_NPROC to the run alone: never to root's."""
    version = tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2] if part.isdigit())
    return os.getuid() != 0 and version >= (5, 14) and shutil.which("prlimit") is not None


@cache
def _groups() -> _Groups | None:
    """Return where groups can be made, tried once per process; None if nowhere."""
    try:
        own = dict(_own_groups(Path("/proc/self/cgroup").read_text()))
    except (OSError, ValueError):
        return None
    v1 = {name: _ROOT / name / own[name].lstrip("/") for name in _V1_FILES if name in own}
    found = {name: parent for name, parent in v1.items() if _works(parent, (_V1_FILES[name],))}
    if found:
        atexit.register(_sweep, 1.0)
        return _Groups(means=Means.CGROUP_V1, parents=found)
    if "" in own:
        group = _ROOT / own[""].lstrip("/")
        # A group with processes in it may have no groups with limits below it: then a sibling may do.
        for parent in (group, group.parent):
            if parent.is_relative_to(_ROOT) and _works(parent, tuple(_V2_FILES.values())):
                atexit.register(_sweep, 1.0)
                return _Groups(means=Means.CGROUP_V2, parents=dict.fromkeys(_V2_FILES, parent))
    return None


def _own_groups(text: str) -> Iterator[tuple[str, str]]:
    """Yield controller and path of each group that this process is in; the controller of version 2 is empty."""
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            yield controller, path


def _works(parent: Path, files: Sequence[str]) -> bool:
    """Return whether a group below `parent` can be made, limited and entered."""
    trial = parent / f"{_PREFIX}{os.getpid()}-trial"
    try:
        trial.mkdir()
    except OSError:
        return False
    try:
        for file in files:
            (trial / file).write_text(str(64 << 20) if file.startswith("memory") else "64")
        enter = ["/bin/sh", "-c", _ENTER, "sh", str(trial), "--", "/bin/true"]
        return subprocess.run(enter, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
    finally:
        _left.append(trial)
        _sweep()
        _remove_orphans(parent)


def _remove_orphans(parent: Path) -> None:
    """Remove the groups of workers that were killed; one with a process in it stays, the kernel sees to that."""
    for group in parent.glob(f"{_PREFIX}*-*"):
        owner = group.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            with contextlib.suppress(OSError):
                group.rmdir()


def _sweep(patience_s: float = 0.0) -> None:
    """Remove the groups that were left; one whose last process has not died yet is tried again next time."""
    deadline = time.monotonic() + patience_s
    while True:
        for group in tuple(_left):
            with contextlib.suppress(OSError):
                if group.exists():
                    group.rmdir()
                _left.remove(group)
        if not _left or time.monotonic() >= deadline:
            return
        time.sleep(0.01)
