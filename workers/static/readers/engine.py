"""Which engine reads hostile bytes: the native one where it is installed, else the reference in Python.

Both give the same facts; `tests/integration/test_engines_agree.py` holds them to it. `APKFARM_ENGINE=reference` (or
`native`) decides by hand.
"""

from __future__ import annotations

import os
from enum import StrEnum
from types import ModuleType

try:
    import apkfarm_native as _module
except ImportError:
    _installed: ModuleType | None = None
else:
    _installed = _module

NEEDED = "0.4.0"
"""Version of the native engine that this code speaks to."""
VARIABLE = "APKFARM_ENGINE"


class Engine(StrEnum):
    """The two engines."""

    NATIVE = "native"
    """Rust, in `native/`; `make setup` builds it where cargo is."""
    REFERENCE = "reference"
    """Python and numpy, in `workers/static/readers`; several times slower."""


class EngineMissingError(RuntimeError):
    """The native engine was asked for by hand, but is not there."""


def installed() -> str | None:
    """Return the version of the native engine that is installed, or None."""
    return None if _installed is None else str(_installed.__version__)


def in_force() -> Engine:
    """Return the engine that reads the next app.

    Raises:
        EngineMissingError: `APKFARM_ENGINE` asks for the native engine, but it is not installed in the version needed.
    """
    wanted = os.environ.get(VARIABLE, "")
    if wanted == Engine.REFERENCE:
        return Engine.REFERENCE
    if installed() == NEEDED:
        return Engine.NATIVE
    if wanted == Engine.NATIVE:
        raise EngineMissingError(f"The native engine {NEEDED} is not installed; there is {installed() or 'none'}.")
    return Engine.REFERENCE


def native() -> ModuleType | None:
    """Return the native engine if it is in force, else None."""
    return _installed if in_force() is Engine.NATIVE else None
