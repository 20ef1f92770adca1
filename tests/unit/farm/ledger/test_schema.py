"""Opening a ledger: migration, speed, and what is said when it cannot be opened."""

from __future__ import annotations

import multiprocessing
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, make_url
from sqlalchemy.exc import OperationalError

from farm.ledger.database import parse
from farm.ledger.explain import explain
from farm.ledger.schema import MIGRATIONS
from farm.ledger.sql import SqlLedger
from farm.ledger.tables import HEAD, METADATA
from farm.model.errors import ConfigError, LedgerError
from tests.contracts.ledger_samples import NOW, ref, submit, take

pytest_plugins = ["tests.contracts.ledger_fixtures"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a ledger may be put."""
    return tmp_path / "ledger.db"


def _definitions(path: Path) -> dict[str, list[str]]:
    """Return the parts of each table and index of a SQLite file, whatever their layout and order."""
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    parts = {name: re.sub(r"\s+", "", sql.partition("(")[2].rpartition(")")[0]) for name, sql in found}
    ends = {name: sql.rpartition(")")[2].strip() for name, sql in found}
    return {
        name: [*sorted(re.split(r",(?![^()]*\))", parts[name])), ends[name]]
        for name in parts
        if name != "alembic_version"
    }


def _open_and_close(url: str) -> None:
    SqlLedger.open(url).close()


class TestMigration:
    """The migrations and the declaration of the tables say the same."""

    def test_the_code_knows_the_newest_revision(self) -> None:
        """`HEAD` is the last of the migrations, and there is one last."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))

        assert ScriptDirectory.from_config(config).get_heads() == [HEAD]

    def test_leads_to_the_declared_tables(self, path: Path, tmp_path: Path) -> None:
        """From nothing to head gives exactly what the declaration gives."""
        _open_and_close(f"sqlite:///{path}")
        declared = tmp_path / "declared.db"
        engine = create_engine(f"sqlite:///{declared}")
        METADATA.create_all(engine)
        engine.dispose()

        assert _definitions(path) == _definitions(declared)

    def test_leads_to_the_declared_tables_in_postgresql(self, empty_postgres: str) -> None:
        """Alembic finds no difference there either."""
        _open_and_close(empty_postgres)
        engine = create_engine(parse(empty_postgres))
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": True}
            )
            differences = compare_metadata(context, METADATA)
            indexes = {index["name"] for name in METADATA.tables for index in inspect(connection).get_indexes(name)}
        engine.dispose()

        assert differences == []
        assert {index.name for table in METADATA.sorted_tables for index in table.indexes} <= indexes

    def test_happens_once_when_several_begin(self, path: Path) -> None:
        """Processes that open a new ledger at the same moment all succeed."""
        context = multiprocessing.get_context("spawn")
        processes = [context.Process(target=_open_and_close, args=(f"sqlite:///{path}",)) for _ in range(2)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()

        assert [process.exitcode for process in processes] == [0, 0]

    def test_waits_while_the_new_file_is_locked(self, path: Path) -> None:
        """A file that another process is about to make a ledger of cannot be turned to WAL mode for a moment."""
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("CREATE TABLE first (name)")
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.2, other.execute, ["ROLLBACK"])
        release.start()

        _open_and_close(f"sqlite:///{path}")
        release.join()
        other.close()
        assert path.read_bytes()[18:20] == b"\2\2", "the header of the file says WAL (SQLite file format, 1.3.3)"

    def test_keeps_what_is_there(self, path: Path) -> None:
        """Opening again changes nothing."""
        with SqlLedger.open(f"sqlite:///{path}") as ledger:
            batch = submit(ledger, [[ref("a")]])
        with SqlLedger.open(f"sqlite:///{path}") as ledger:
            assert ledger.batches() == [batch]

    def test_an_open_ledger_needs_no_alembic(self, path: Path) -> None:
        """Where the tables are in place, nothing of Alembic is imported."""
        _open_and_close(f"sqlite:///{path}")
        code = (
            "import sys; from farm.ledger.sql import SqlLedger; "
            f"SqlLedger.open('sqlite:///{path}').close(); print('alembic' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

        assert done.stdout == "False\n"


class TestTroubles:
    """One clear message for each reason why a ledger cannot be used."""

    @pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "sqlite:///:memory:", "ledger.db", "", "s3://b"])
    def test_other_places_are_refused(self, url: str) -> None:
        """A ledger is a SQLite file or a PostgreSQL database."""
        with pytest.raises(ConfigError) as caught:
            SqlLedger.open(url)
        assert "FARM_LEDGER" in caught.value.next_step

    def test_the_folder_is_made(self, tmp_path: Path) -> None:
        """A path of folders that are not there is no obstacle."""
        _open_and_close(f"sqlite:///{tmp_path}/a/b/ledger.db")

        assert (tmp_path / "a" / "b" / "ledger.db").is_file()

    def test_a_folder_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        """A file where the folder should be."""
        (tmp_path / "file").write_bytes(b"")

        with pytest.raises(LedgerError, match="folder of the ledger cannot be created"):
            SqlLedger.open(f"sqlite:///{tmp_path}/file/ledger.db")

    def test_a_folder_is_no_ledger(self, tmp_path: Path) -> None:
        """The URL names a folder."""
        with pytest.raises(LedgerError, match="cannot be opened"):
            SqlLedger.open(f"sqlite:///{tmp_path}")

    def test_another_file_is_no_ledger(self, path: Path) -> None:
        """The URL names a file that is something else, which stays as it is."""
        path.write_bytes(b"PK\3\4" * 1000)

        with pytest.raises(LedgerError, match="is not a ledger"):
            SqlLedger.open(f"sqlite:///{path}")
        assert path.read_bytes() == b"PK\3\4" * 1000

    def test_a_file_that_cannot_be_written_is_told(self, path: Path) -> None:
        """A reader that is refused by the database sees why."""
        with SqlLedger.open(f"sqlite:///{path}") as ledger:
            submit(ledger, [[ref("a")]])
            with ledger._database.read() as connection:
                connection.exec_driver_sql("PRAGMA query_only = ON")
            with pytest.raises(LedgerError, match="cannot be written"):
                take(ledger)

    def test_a_newer_ledger_is_refused(self, path: Path) -> None:
        """Tables of a revision that this version does not know are not touched."""
        _open_and_close(f"sqlite:///{path}")
        connection = sqlite3.connect(path)
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
        connection.close()

        with pytest.raises(LedgerError, match="newer version of apkfarm") as caught:
            SqlLedger.open(f"sqlite:///{path}")
        assert "Update apkfarm" in caught.value.next_step

    def test_a_lock_that_lasts_is_told(self, path: Path) -> None:
        """A writer that waited in vain says so; a reader is not held up at all."""
        with SqlLedger.open(f"sqlite:///{path}", busy_timeout_s=0.05) as ledger:
            batch = submit(ledger, [[ref("a")]])
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(LedgerError, match="is locked"):
                take(ledger)
            assert ledger.batches() == [batch]
            other.execute("ROLLBACK")
            other.close()
            assert take(ledger).ordinal == 0

    def test_a_lock_on_a_new_file_that_lasts_is_told(self, path: Path) -> None:
        """Waiting for the change to WAL mode ends with the same words."""
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("CREATE TABLE first (name)")
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(LedgerError, match="is locked"):
            SqlLedger.open(f"sqlite:///{path}", busy_timeout_s=0.05)
        other.close()

    @pytest.mark.parametrize(("free", "said"), [(0, "disk is full"), (1 << 30, "disk reports an error")])
    def test_a_log_that_cannot_grow_is_told_from_a_broken_disk(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, free: int, said: str
    ) -> None:
        """SQLite calls both an input/output error; the room that is left decides."""
        failure = sqlite3.OperationalError("disk I/O error")
        failure.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
        monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
        told = explain(OperationalError("", {}, failure), make_url(f"sqlite:///{path}"))

        assert said in str(told)

    def test_a_full_disk_loses_nothing(self, path: Path) -> None:
        """A commit that does not fit is undone whole, and what was there can be read."""
        with SqlLedger.open(f"sqlite:///{path}") as ledger:
            batch = submit(ledger, [[ref("a")]])
            with ledger._database.read() as connection:
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
                connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            with pytest.raises(LedgerError, match="disk is full") as caught:
                submit(ledger, [[ref(f"b{number}") for number in range(2000)]], name="large")
            assert "Nothing that was committed is lost" in caught.value.next_step
            assert ledger.batches() == [batch]
            assert ledger.status(batch.batch_id, now=NOW).batch == batch

    def test_an_unreachable_server_is_told_without_the_password(self) -> None:
        """Nobody listens there; the message has the address, the way out, and no secret."""
        with pytest.raises(LedgerError, match=r"127\.0\.0\.1:9/.* cannot be reached") as caught:
            SqlLedger.open("postgresql://farm:s3cret@127.0.0.1:9/farm")
        assert "s3cret" not in str(caught.value)
        assert "FARM_LEDGER" in caught.value.next_step

    def test_a_missing_database_is_told(self, postgres_server: str) -> None:
        """The server answers, but has no such database."""
        with pytest.raises(LedgerError, match="does not exist"):
            SqlLedger.open(postgres_server.replace("/postgres?", "/nowhere?"))


@pytest.fixture
def large(path: Path) -> Iterator[SqlLedger]:
    """Yield a ledger with a batch of some shards."""
    with SqlLedger.open(f"sqlite:///{path}") as ledger:
        submit(ledger, [[ref(f"a{shard}-{app}") for app in range(20)] for shard in range(10)])
        yield ledger


class TestSpeed:
    """What is asked every few seconds reads indexes, not tables."""

    @pytest.mark.parametrize("question", ["status", "shards", "totals", "unfinished", "next_due", "lease", "counted"])
    def test_questions_do_not_scan(self, large: SqlLedger, question: str) -> None:
        """SQLite's plan of every statement of the question goes through no whole table of apps or inspections."""
        [batch] = large.batches()
        statements: list[str] = []
        with large._database.read() as connection:
            driver = connection.connection.dbapi_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.set_trace_callback(statements.append)
        {
            "status": lambda: large.status(batch.batch_id, now=NOW),
            "shards": lambda: large.shards(batch.batch_id),
            "totals": large.totals,
            "unfinished": large.unfinished,
            "next_due": large.next_due,
            "lease": lambda: take(large),
            "counted": lambda: large.counted(batch.created_at, batch.created_at.replace(year=2028)),
        }[question]()
        driver.set_trace_callback(None)
        plans = [
            str(step[3])
            for statement in statements
            if statement.startswith(("SELECT", "UPDATE"))
            for step in driver.execute("EXPLAIN QUERY PLAN " + statement)
        ]

        assert plans
        assert [
            plan for plan in plans if re.search(r"SCAN (app|inspection|attempt|finding|counted|shard)\b", plan)
        ] == []
