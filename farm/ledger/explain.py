"""What an error of the database means to a person."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from farm.model.errors import LedgerError

FULL_BYTES = 64 << 10
"""Free bytes below which a disk counts as full: SQLite grows its files by pages of 4 KiB, several at a time."""

_SQLITE: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_BUSY: (
        "is locked: another process has been writing for too long",
        "Wait for it, or stop it; then try again. Nothing that was committed is lost.",
    ),
    sqlite3.SQLITE_LOCKED: (
        "is locked by another connection",
        "Try again. Nothing that was committed is lost.",
    ),
    sqlite3.SQLITE_READONLY: (
        "cannot be written",
        "Give this user write permission on the file and on its folder.",
    ),
    sqlite3.SQLITE_PERM: (
        "cannot be opened: permission denied",
        "Give this user write permission on the file and on its folder.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened",
        "Check that FARM_LEDGER names a file in a folder that this user may write.",
    ),
    sqlite3.SQLITE_FULL: (
        "cannot grow: the disk is full",
        "Make room and run the command again. Nothing that was committed is lost.",
    ),
    sqlite3.SQLITE_IOERR: (
        "cannot be read or written: the disk reports an error",
        "Check the disk. SQLite needs a local one: on a network share use PostgreSQL.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "is damaged",
        "Restore the file from a backup; evidence in the object store is not affected.",
    ),
    sqlite3.SQLITE_NOTADB: (
        "is not a ledger",
        "Choose another file with FARM_LEDGER.",
    ),
}

_POSTGRES: dict[str, tuple[str, str]] = {
    "53100": ("cannot grow: the server's disk is full", "Make room there. Nothing that was committed is lost."),
    "53300": ("refused: it has too many connections", "Stop other clients or raise max_connections."),
    "42501": ("refused: the user may not do this", "Grant the user all rights on the ledger's schema."),
    "25006": ("is read-only", "Use the primary server, not a replica."),
    "55P03": ("is locked by another session", "Try again. Nothing that was committed is lost."),
    "57014": ("gave up on a statement that took too long", "Try again. Nothing that was committed is lost."),
    "40P01": ("undid a deadlock", "Try again. Nothing that was committed is lost."),
}


def place(url: URL) -> str:
    """Return where a ledger is, for messages: a file name, or an address without its password."""
    if url.get_backend_name() == "sqlite":
        return f"The ledger {url.database}"
    return f"The ledger {url.set(drivername='postgresql').render_as_string(hide_password=True)}"


def _is_full(url: URL) -> bool:
    """Return whether the disk of a SQLite ledger has no room for another page or two."""
    try:
        return shutil.disk_usage(Path(url.database or ".").parent).free < FULL_BYTES
    except OSError:
        return False


def explain(error: DBAPIError, url: URL) -> LedgerError:
    """Return the error that tells a person what happened and what to do."""
    cause = error.orig
    first_line = (str(cause).strip().splitlines() or ["no message"])[0]
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_IOERR and _is_full(url):
            # The write-ahead log of a full disk fails as an input/output error.
            code = sqlite3.SQLITE_FULL
        if code in _SQLITE:
            happened, next_step = _SQLITE[code]
            return LedgerError(f"{place(url)} {happened}.", next_step=next_step)
        return LedgerError(f"{place(url)} failed: {first_line}.")
    state = getattr(cause, "sqlstate", None)
    if state in _POSTGRES:
        happened, next_step = _POSTGRES[state]
        return LedgerError(f"{place(url)} {happened}.", next_step=next_step)
    if state is None or state.startswith(("08", "28", "3D", "57P")):
        return LedgerError(
            f"{place(url)} cannot be reached: {first_line}",
            next_step="Check FARM_LEDGER, the server, the user and the password.",
        )
    return LedgerError(f"{place(url)} failed ({state}): {first_line}")
