"""Faults on demand for whole-command tests: an APK whose bytes end in a marker makes its worker misbehave.

Python imports this module at start when its folder is on PYTHONPATH; the product knows nothing of it.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Sequence
from types import ModuleType

MARKER = b"APKFARM-FAULT:"
PATCHED = {"workers.inspect": "inspect_apk", "workers.cross_check": "cross_check"}
"""The function of each module that is wrapped."""
_WHILE_CHECKED = "checked-"
"""Begins a fault of the second reading; all others are of the first one."""


class _Loader(importlib.abc.Loader):
    """Loads the real module, then wraps its entry point."""

    def __init__(self, real: importlib.abc.Loader) -> None:
        self._real = real

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """Leave it to the real loader."""
        return self._real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module and put the faults in front of its function."""
        self._real.exec_module(module)
        name = PATCHED[module.__name__]
        real = getattr(module, name)

        def wrapped(data: bytes, **options: object) -> object:
            how = bytes(data[-64:]).partition(MARKER)[2].decode()
            if how.startswith(_WHILE_CHECKED) == (name == "cross_check"):
                misbehave(how.removeprefix(_WHILE_CHECKED))
            return real(data, **options)

        setattr(module, name, wrapped)


def misbehave(how: str) -> None:
    """Do what the marker says: `kill`, `hang`, `slow:SECONDS` or `raise`; nothing without one."""
    word, _, value = how.partition(":")
    if word == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "hang":
        signal.setitimer(signal.ITIMER_REAL, 0)
        time.sleep(3600)
    if word == "slow":
        time.sleep(float(value))
    if word == "raise":
        raise RuntimeError("a fault on demand")


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules that are patched."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the real spec with the wrapping loader."""
        del target
        if fullname not in PATCHED:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


sys.meta_path.insert(0, _Finder())
