"""The tables of the ledger: one declaration for SQLite and PostgreSQL.

Times are POSIX seconds (UTC) in double precision, which keeps microseconds. Names of states, suites and outcomes are
stored as their words, so that plain SQL reads well.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

HEAD = "0001"
"""Revision that this code reads and writes; the newest file in `migrations/versions`."""

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

# SQLite numbers rows by itself only where the type is exactly INTEGER.
ROW_ID = BigInteger().with_variant(Integer(), "sqlite")

BATCH = Table(
    "batch",
    METADATA,
    Column("id", ROW_ID, primary_key=True),
    Column("batch_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, unique=True),
    Column("manifest_sha256", Text, nullable=False),
    Column("manifest_key", Text, nullable=False),
    Column("suites", Text, nullable=False),
    Column("apps", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("cancelled", Boolean, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("findings", BigInteger, nullable=False),
    Column("first_attempt_at", Double),
    Column("last_commit_at", Double),
)
"""What was submitted. `id` is the order of submission; `attempts` and `findings` are kept by each transaction."""

SHARD = Table(
    "shard",
    METADATA,
    Column("id", ROW_ID, primary_key=True),
    Column("batch", ForeignKey("batch.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text),
    Column("lease_until", Double),
    Column("leased_at", Double),
    Column("due", Double, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("leases", Integer, nullable=False),
    UniqueConstraint("batch", "ordinal"),
    Index("ix_shard_state", "state", "batch", "ordinal"),
)
"""A slice of a batch. `due` is the earliest `not_before` of its pending inspections, right while it is pending."""

APP = Table(
    "app",
    METADATA,
    Column("id", ROW_ID, primary_key=True),
    Column("batch", ForeignKey("batch.id"), nullable=False),
    Column("shard", ForeignKey("shard.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("etag", Text),
    Column("version_id", Text),
    Column("object_hash", BigInteger),
    Column("size", BigInteger, nullable=False),
    Column("listed_sha256", Text),
    Column("listed_package", Text),
    Column("listed_version", Text),
    Column("channel", Text),
    Column("category", Text),
    Column("developer", Text),
    Column("extra", JSON, nullable=False),
    Column("sha256", Text),
    Column("identified", Boolean, nullable=False),
    Column("package", Text),
    Column("version_code", BigInteger),
    Column("version_name", Text),
    Column("label", Text),
    UniqueConstraint("batch", "position"),
    Index("ix_app_batch_sha256", "batch", "sha256"),
    Index("ix_app_object_hash", "object_hash"),
)
"""One listed object of a batch: as listed, and as identified by the latest inspection.

`sha256` is the listed one until `identified`, which says that the farm has hashed the object. `object_hash` is 64 bits
of (url, etag), because an index over the texts themselves would be as large as the table.
"""

INSPECTION = Table(
    "inspection",
    METADATA,
    Column("id", ROW_ID, primary_key=True),
    Column("app", ForeignKey("app.id"), nullable=False),
    Column("shard", ForeignKey("shard.id"), nullable=False),
    Column("suite", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("reason", Text, nullable=False),
    Column("alone", Boolean, nullable=False),
    Column("not_before", Double, nullable=False),
    Column("tool", Integer, nullable=False),
    Column("lone_deaths", Integer, nullable=False),
    Column("infra", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("started_at", Double),
    Column("evidence_key", Text),
    Column("evidence_sha256", Text),
    Column("cached", Boolean, nullable=False),
    UniqueConstraint("app", "suite"),
    Index("ix_inspection_shard", "shard", "state", "outcome", "cached"),
)
"""One suite on one app. `outcome` is set exactly while the state is terminal; `tool`, `lone_deaths` and `infra` count
since a person last made it pending; `attempts` is the number of its latest attempt."""

ATTEMPT = Table(
    "attempt",
    METADATA,
    Column("inspection", ForeignKey("inspection.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("fence", BigInteger, nullable=False),
    Column("worker", Text, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("outcome", Text),
    Column("reason", Text, nullable=False),
    Column("cached", Boolean, nullable=False),
    Column("seconds", Double, nullable=False),
    sqlite_with_rowid=False,
)
"""One execution of an inspection. Rows are added and ended, never deleted."""

FINDING = Table(
    "finding",
    METADATA,
    Column("app", ForeignKey("app.id"), primary_key=True),
    Column("suite", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject_name", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("summary_zh", Text, nullable=False),
    Column("summary_en", Text, nullable=False),
    Column("status", Text, nullable=False),
)
"""Rule x app x subject, pointing into the evidence of the suite."""

EVIDENCE = Table(
    "evidence",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Evidence documents that a commit has recorded."""

COUNTED = Table(
    "counted",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("batch", ForeignKey("batch.id"), nullable=False),
    Index("ix_counted_at", "at"),
    sqlite_with_rowid=False,
)
"""Apps counted toward a target: at most one row for an app in a calendar year. Starts with `sha256`, so that it also
answers whether an app ever counted."""

COUNTED_DAY = Table(
    "counted_day",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("apps", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Rows of `counted` by day (UTC, `YYYY-MM-DD`)."""

TARGET = Table(
    "target",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("apps", BigInteger, nullable=False),
    Column("start_at", Double, nullable=False),
    Column("end_at", Double, nullable=False),
)
"""How many apps are to be inspected in which period."""

DRIVER = Table(
    "driver",
    METADATA,
    Column("owner", Text, primary_key=True),
    Column("seen_at", Double, nullable=False),
    Column("workers", Integer, nullable=False),
    Column("busy", Integer, nullable=False),
)
"""Last sign of life of each driver."""

PACE = Table(
    "pace",
    METADATA,
    Column("batch", ForeignKey("batch.id"), primary_key=True),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("finished", BigInteger, nullable=False),
    Column("since", Double, nullable=False),
    Column("until", Double, nullable=False),
    sqlite_with_rowid=False,
)
"""Inspections finished in each ten seconds of a batch: `since` is the earliest start of their attempts, `until` the
latest commit."""

TALLY = Table(
    "tally",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("label", Text, primary_key=True),
    Column("value", Double, nullable=False),
    sqlite_with_rowid=False,
)
"""Totals for the exporter, changed by the transaction that changes what they count."""
