"""Run a command in a process of its own and say what CPU time and memory it took.

Run as a program, it is a small process between the benchmark and the command: the peak that the system tells of a
command starts from the size of the process that started it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MOST_S = 1800
"""Seconds after which a command is ended. No limit of the system on its CPU time: with one, a process reads its own CPU
time in steps of 4 ms."""
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """What a command took, with everything that it started."""

    cpu_ms: float
    """User and system time, of all threads."""
    peak_mb: float
    """Largest size in memory of any one process."""
    code: int
    """Its exit code; of one that a signal ended, minus the number of that."""
    said: str
    """The last line that it printed."""


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Used:
    """Run a command; `folder` takes what it prints."""
    # Not at the top: this module is also the small process, which would be larger by it.
    import subprocess

    output = folder / "printed"
    between = [sys.executable, "-I", "-S", __file__, str(output), *command]
    settings = {**os.environ, **environment}
    done = subprocess.run(between, cwd=_ROOT, stdout=subprocess.PIPE, check=True, env=settings)
    found = json.loads(done.stdout)
    lines = output.read_bytes()[-200:].decode("utf-8", "replace").split("\n")
    return Used(
        cpu_ms=found["cpu_s"] * 1e3,
        peak_mb=found["peak_kb"] / 1024,
        code=os.waitstatus_to_exitcode(found["status"]),
        said=next((line for line in reversed(lines) if line), ""),
    )


def main() -> None:
    """Run the command of the arguments, with its output in the file of the first one."""
    writing = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    silence = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, sys.argv[1], writing, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ, file_actions=silence, setpgroup=0)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(pid, signal.SIGKILL))
    signal.alarm(MOST_S)
    _, status, used = os.wait4(pid, 0)
    print(json.dumps({"cpu_s": used.ru_utime + used.ru_stime, "peak_kb": used.ru_maxrss, "status": status}))


if __name__ == "__main__":
    main()
