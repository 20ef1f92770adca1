"""Temporary folders of runs: gone at the end, gone after a kill, never another's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from workers.scratch import scratch


def test_it_is_gone_afterwards_whatever_happens(tmp_path: Path) -> None:
    """With everything in it."""

    def use() -> None:
        with scratch(tmp_path) as folder:
            (folder / "file").write_text("x")
            raise KeyError

    with pytest.raises(KeyError):
        use()

    assert [] == list(tmp_path.iterdir())


def test_two_at_once_leave_each_other_alone(tmp_path: Path) -> None:
    """The sweep of the second finds the first one locked."""
    with scratch(tmp_path) as first, scratch(tmp_path) as second:
        assert first != second
        assert {first, second} == set(tmp_path.iterdir())


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    """Its lock went with it."""
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom workers.scratch import scratch\n"
        "with scratch(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'app.apk').write_bytes(b'x')\n    print('ready', flush=True)\n    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"ready\n" == process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    (left,) = tmp_path.iterdir()

    with scratch(tmp_path):
        assert not left.exists()


def test_a_link_of_that_name_is_not_followed(tmp_path: Path) -> None:
    """Anybody can put one into a shared temporary folder."""
    (tmp_path / "precious").mkdir()
    (tmp_path / "apkfarm-run-x").symlink_to(tmp_path / "precious")

    with scratch(tmp_path):
        assert (tmp_path / "precious").is_dir()
