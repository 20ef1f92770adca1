"""A settled process inspects as before."""

from __future__ import annotations

import gc
import subprocess
import sys


def test_a_settled_process_collects_seldom() -> None:
    """In a process of its own, since it lasts."""
    code = (
        "import gc; from workers.tuning import settle; settle(); "
        "print(gc.get_threshold()[0], gc.get_freeze_count() > 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["50000", "True"]
    assert gc.get_freeze_count() == 0
