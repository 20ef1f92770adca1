"""A settled process inspects as before."""

from __future__ import annotations

import gc
import os
import platform
import subprocess
import sys

import pytest

from tests.engines import needs_native
from tests.unit.workers.readers.build import Class, DexFile, Member, apk_bytes
from workers.static.readers.engine import VARIABLE, Engine


def test_a_settled_process_collects_seldom() -> None:
    """In a process of its own, since it lasts."""
    code = (
        "import gc; from workers.tuning import settle; settle(); "
        "print(gc.get_threshold()[0], gc.get_freeze_count() > 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["50000", "True"]
    assert gc.get_freeze_count() == 0


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries keep memory in ways of their own")
def test_memory_between_objects_that_live_is_given_back() -> None:
    """Half of 64 MB is free, but in pieces that are not at the end of the heap."""
    code = """
from pathlib import Path
from workers.tuning import give_back, settle
def resident(): return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]) // 1024
settle()
blocks = [bytearray(b"x" * (1 << 20)) for _ in range(64)]
del blocks[::2]
before = resident()
give_back()
print(before - resident() >= 24, len(blocks))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ["True", "32"] == done.stdout.split()


@needs_native
def test_no_fact_of_the_native_engine_needs_numpy() -> None:
    """It would take 17 MB of each worker."""
    code = (
        "import sys; from workers.inspect import inspect_apk; "
        "facts = inspect_apk(sys.stdin.buffer.read()).facts; print(len(facts) > 20, 'numpy' in sys.modules)"
    )
    app = apk_bytes([Member(name="classes.dex", content=DexFile(classes=[Class(name="La/A;")]).as_bytes())])
    environment = {**os.environ, VARIABLE: Engine.NATIVE}
    done = subprocess.run([sys.executable, "-c", code], input=app, capture_output=True, check=True, env=environment)

    assert done.stdout.split() == [b"True", b"False"]
