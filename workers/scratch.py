"""A temporary folder that does not outlive its process: what a killed worker left behind, the next one removes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "apkfarm-run-"


@contextlib.contextmanager
def scratch(parent: Path | None = None) -> Iterator[Path]:
    """Make a folder of one's own (under `parent`, or the system's temporary folder) and remove it at the end.

    The owner holds a lock on the folder. A folder that nobody locks belonged to a process that was killed.

    Raises:
        OSError: The folder cannot be made.
    """
    home = parent if parent is not None else Path(tempfile.gettempdir())
    _sweep(home)
    folder, lock = _locked(home)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _locked(home: Path) -> tuple[Path, int]:
    """Return a new folder and the descriptor that holds its lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home))
        try:
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            continue  # Another process took it for abandoned before it could be locked.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            return folder, lock
        os.close(lock)


def _sweep(home: Path) -> None:
    """Remove the folders of processes that are gone; those of other users stay."""
    for folder in home.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            _remove_if_free(folder)


def _remove_if_free(folder: Path) -> None:
    """Remove the folder unless somebody holds its lock; raises OSError if somebody does, or it is not ours."""
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        return
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)
