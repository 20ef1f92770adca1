"""Ledgers to test against: an empty one per test, in a SQLite file and in a real PostgreSQL.

Modules ask for it with `pytest_plugins = ["tests.contracts.ledger_fixtures"]`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, text

from farm.ledger.sql import SqlLedger
from tests.contracts.ledger_samples import empty
from tests.postgres import PostgresUnavailableError, postgres

_numbers = itertools.count(1)


def _run_alone(url: str, statement: str) -> None:
    """Run a statement that PostgreSQL allows only outside of a transaction."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Yield the URL of a running PostgreSQL that does not wait for the disk; skip if none can be started."""
    try:
        with postgres() as url:
            _run_alone(url, "ALTER SYSTEM SET fsync = off")
            _run_alone(url, "ALTER SYSTEM SET synchronous_commit = off")
            _run_alone(url, "SELECT pg_reload_conf()")
            yield url
    except PostgresUnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture
def empty_postgres(postgres_server: str) -> str:
    """Return the URL of an empty database."""
    name = f"empty{next(_numbers)}"
    _run_alone(postgres_server, f"CREATE DATABASE {name}")
    return _database(postgres_server, name)


@pytest.fixture(scope="session")
def postgres_ledger(postgres_server: str) -> Iterator[SqlLedger]:
    """Yield a ledger in a real PostgreSQL, which the tests share."""
    _run_alone(postgres_server, "CREATE DATABASE farm")
    with SqlLedger.open(_database(postgres_server, "farm")) as opened:
        yield opened


@pytest.fixture(scope="session")
def sqlite_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlLedger]:
    """Yield a ledger in a SQLite file, which the tests share."""
    with SqlLedger.open(f"sqlite:///{tmp_path_factory.mktemp('ledger')}/ledger.db") as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest) -> SqlLedger:
    """Return an empty ledger, once of each kind; emptying one is faster than making one."""
    shared = request.getfixturevalue(f"{request.param}_ledger")
    assert isinstance(shared, SqlLedger)
    empty(shared)
    return shared
