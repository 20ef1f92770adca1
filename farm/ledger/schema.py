"""Bringing a ledger to the revision that this code works with."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from farm.ledger.database import Database
from farm.ledger.explain import place
from farm.ledger.tables import HEAD
from farm.model.errors import LedgerError

MIGRATIONS = Path(__file__).parent / "migrations"
"""Where Alembic finds its scripts."""

_LOCK_KEY = 0x6661726D
"""Key of the advisory lock that lets one process at a time migrate; any fixed number does."""


def bring_to_head(database: Database) -> None:
    """Create or upgrade the tables; raises LedgerError if a newer version of the farm made them.

    Most commands find everything in place and pay for one small query: Alembic is imported only to migrate.
    """
    with database.read() as connection:
        if revision(connection) == HEAD:
            return
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        # Another process may have done it while this one waited for the lock.
        found = revision(connection)
        if found != HEAD:
            _upgrade(connection, found, place(database.url))


def revision(connection: Connection) -> str | None:
    """Return the revision of the tables; None if there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _upgrade(connection: Connection, found: str | None, where: str) -> None:
    from alembic import command  # noqa: PLC0415 (costs a third of a second that only a migration should pay)
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise LedgerError(
            f"{where} was written by a newer version of apkfarm (revision {found}, this version knows {HEAD}).",
            next_step="Update apkfarm on this machine, or choose another ledger with FARM_LEDGER.",
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
