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
PATCHED = "workers.inspect"


class _Loader(importlib.abc.Loader):
    """Loads the real module, then wraps its entry point."""

    def __init__(self, real: importlib.abc.Loader) -> None:
        self._real = real

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """Leave it to the real loader."""
        return self._real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module and put the faults in front of `inspect_apk`."""
        self._real.exec_module(module)
        real = module.inspect_apk

        def inspect_apk(data: bytes, **options: object) -> object:
            tail = bytes(data[-64:])
            if MARKER in tail:
                misbehave(tail.partition(MARKER)[2].decode())
            return real(data, **options)

        module.inspect_apk = inspect_apk  # type: ignore[attr-defined] # that is the point


def misbehave(how: str) -> None:
    """Do what the marker says: `kill`, `hang`, `slow:SECONDS` or `raise`."""
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
    """Finds the one module that is patched."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the real spec with the wrapping loader."""
        del target
        if fullname != PATCHED:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


sys.meta_path.insert(0, _Finder())
