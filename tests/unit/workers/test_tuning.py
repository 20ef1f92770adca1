"""A settled process inspects as before."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

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
