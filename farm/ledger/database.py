"""Connections and transactions: the one place that knows how SQLite and PostgreSQL are opened."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import sqlalchemy.exc
from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from farm.ledger.explain import explain, place
from farm.model.errors import ConfigError, LedgerError

CHUNK = 500
"""Most values in one IN list."""

_WRITE = "farm_ledger_write"
_POSTGRES_DRIVER = "postgresql+psycopg"
_WAL_RETRY_S = 0.005

Upsert = sqlite.Insert | postgresql.Insert
T = TypeVar("T")


def parse(url: str) -> URL:
    """Return the URL of a ledger; raises ConfigError if it is neither a SQLite file nor PostgreSQL."""
    next_step = "Set FARM_LEDGER to sqlite:////path/to/ledger.db or postgresql://user@host/database."
    try:
        parsed = make_url(url)
    except sqlalchemy.exc.ArgumentError:
        raise ConfigError("The URL of the ledger cannot be read.", next_step=next_step) from None
    if parsed.drivername in {"postgres", "postgresql", _POSTGRES_DRIVER}:
        return parsed.set(drivername=_POSTGRES_DRIVER)
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        if parsed.database in {None, "", ":memory:"}:
            raise ConfigError("A SQLite ledger needs a file: several processes use it.", next_step=next_step)
        return parsed
    raise ConfigError(f"A ledger cannot be kept in {parsed.drivername!r}.", next_step=next_step)


class Database:
    """A SQLite file or a PostgreSQL database, for any number of threads and processes."""

    def __init__(self, url: str, *, busy_timeout_s: float) -> None:
        """Take the ledger's URL and how long a writer waits for another one; nothing is opened yet."""
        self.url = parse(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._make_folder()
            self._engine = _sqlite_engine(self.url, busy_timeout_s)
            self._reader = self._engine
        else:
            self._engine = _postgres_engine(self.url, busy_timeout_s)
            # Several statements of one reader must see one state, as they do in SQLite.
            self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ")
        self._writer = self._engine.execution_options(**{_WRITE: True})

    def _make_folder(self) -> None:
        folder = Path(self.url.database or "").parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerError(
                f"The folder of the ledger cannot be created: {folder}: {error.strerror}.",
                next_step="Choose another place with FARM_LEDGER or FARM_HOME.",
            ) from error

    @contextlib.contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        try:
            with engine.begin() as connection:
                yield connection
        except sqlalchemy.exc.IntegrityError:
            raise
        except sqlalchemy.exc.DBAPIError as error:
            raise explain(error, self.url) from error
        except sqlalchemy.exc.TimeoutError as error:
            raise LedgerError(f"{place(self.url)} is used by too many threads of this process at once.") from error

    def read(self) -> contextlib.AbstractContextManager[Connection]:
        """Return a transaction that only reads, and sees one state."""
        return self._transaction(self._reader)

    def write(self) -> contextlib.AbstractContextManager[Connection]:
        """Return a transaction that is committed whole, or not at all if anything is raised."""
        return self._transaction(self._writer)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _sqlite_engine(url: URL, busy_timeout_s: float) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": busy_timeout_s})

    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        """Take transactions into our own hands and set what SQLite keeps per connection."""
        assert isinstance(connection, sqlite3.Connection)  # noqa: S101 (narrows the type for the checker)
        connection.isolation_level = None
        _keep_a_write_ahead_log(connection, busy_timeout_s)
        # In WAL mode NORMAL keeps the file consistent whatever happens and loses nothing when a process dies. A power
        # cut may take back the last commits whole: their inspections are pending again, and neither an attempt nor
        # a count remains of them. FULL would cost a disk flush for each commit to save a few seconds of work.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -65536")

    def begin(connection: Connection) -> None:
        """Begin: a writer takes the lock at once, because an upgrade later could only fail."""
        writes = connection.get_execution_options().get(_WRITE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _keep_a_write_ahead_log(connection: sqlite3.Connection, busy_timeout_s: float) -> None:
    """Turn on WAL mode, which a file keeps for good.

    Of several processes that open a new file at once one can turn it on. SQLite tells the others that the file is
    locked without waiting, whatever the timeout, because it holds a read lock there that it cannot raise; so the
    waiting is done here.
    """
    deadline = time.monotonic() + busy_timeout_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(_WAL_RETRY_S)
        else:
            return


def _postgres_engine(url: URL, busy_timeout_s: float) -> Engine:
    options = f"-c lock_timeout={int(busy_timeout_s * 1000)}"
    try:
        return create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10, "options": options},
        )
    except ModuleNotFoundError as error:
        raise LedgerError(
            "PostgreSQL needs the package psycopg.", next_step="Install it: pip install 'apkfarm[postgres]'."
        ) from error


def upsert(connection: Connection, table: Table) -> Upsert:
    """Return an INSERT that can say what happens to a row that is there already."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield slices that fit into one IN list."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
