"""Batches: creating them whole, finding them again, and what earlier ones teach about objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Row, insert, literal, or_, select

from farm.ledger import rows
from farm.ledger.database import chunks
from farm.ledger.tables import APP, BATCH, EVIDENCE, INSPECTION, SHARD
from farm.ledger.tallies import Tallies
from farm.model.batch import AppRef, Batch, BatchId, ShardState
from farm.model.errors import BatchNameTakenError, LedgerError, UnknownBatchError
from farm.model.inspection import State, Suite

SHORTEST_PREFIX = 4
"""Fewest digits of a batch's id that may stand for it."""


def create(connection: Connection, batch: Batch, shards: Iterable[Sequence[AppRef]]) -> Batch:
    """Write a batch with its shards, apps and pending inspections; return the present one if the id is there."""
    for row in connection.execute(
        select(BATCH).where(or_(BATCH.c.batch_id == batch.batch_id, BATCH.c.name == batch.name))
    ):
        if row.batch_id == batch.batch_id:
            return rows.batch(row)
        raise BatchNameTakenError(f"Batch {row.batch_id} is already called {batch.name!r}.")
    number = _number(connection.execute(insert(BATCH).values(rows.batch_row(batch))).inserted_primary_key)
    position = 0
    ordinal = 0
    for ordinal, apps in enumerate((apps for apps in shards if apps), start=1):
        shard = _create_shard(connection, batch=number, ordinal=ordinal - 1)
        listed = [
            rows.app_row(app, batch=number, shard=shard, position=position + offset) for offset, app in enumerate(apps)
        ]
        connection.execute(insert(APP), listed)
        position += len(listed)
    if position != batch.apps:
        raise LedgerError(
            f"The shards hold {position} apps, but the batch lists {batch.apps}. Nothing was written.",
            next_step="Submit the source again.",
        )
    for suite in batch.suites:
        _create_inspections(connection, number, suite)
    tallies = Tallies()
    tallies.shard_moved(None, ShardState.PENDING, by=ordinal)
    tallies.moved(None, State.PENDING, by=position * len(batch.suites))
    tallies.write(connection)
    return batch


def _number(key: Row[tuple[object, ...]] | None) -> int:
    """Return the number that the database gave to a new row."""
    assert key is not None  # noqa: S101 (the statement inserts one row into a table with a primary key)
    number = key[0]
    assert isinstance(number, int)  # noqa: S101 (the same)
    return number


def _create_shard(connection: Connection, *, batch: int, ordinal: int) -> int:
    values = {
        "batch": batch,
        "ordinal": ordinal,
        "state": ShardState.PENDING,
        "due": 0.0,
        "fence": 0,
        "leases": 0,
    }
    return _number(connection.execute(insert(SHARD).values(values)).inserted_primary_key)


def _create_inspections(connection: Connection, batch: int, suite: Suite) -> None:
    """Write a pending inspection for each app of a batch, inside the database."""
    initial: dict[str, object] = {
        "suite": suite.value,
        "state": State.PENDING.value,
        "reason": "",
        "alone": False,
        "not_before": 0.0,
        "tool": 0,
        "lone_deaths": 0,
        "infra": 0,
        "attempts": 0,
        "cached": False,
    }
    source = (
        select(APP.c.id, APP.c.shard, *(literal(value) for value in initial.values()))
        .where(APP.c.batch == batch)
        .order_by(APP.c.position)
    )
    connection.execute(insert(INSPECTION).from_select(["app", "shard", *initial], source))


def find(connection: Connection, reference: str) -> Batch:
    """Return the batch with this id, name, or unique beginning of an id; raises UnknownBatchError."""
    exact = connection.execute(select(BATCH).where(or_(BATCH.c.batch_id == reference, BATCH.c.name == reference))).all()
    # An id stands before a name that looks like one.
    for row in sorted(exact, key=lambda row: row.batch_id != reference):
        return rows.batch(row)
    if len(reference) >= SHORTEST_PREFIX:
        begun = connection.execute(
            select(BATCH).where(BATCH.c.batch_id.startswith(reference.lower(), autoescape=True)).limit(2)
        ).all()
        if len(begun) == 1:
            return rows.batch(begun[0])
        if begun:
            raise UnknownBatchError(f"More than one batch begins with {reference!r}.", next_step="Give more digits.")
    raise UnknownBatchError(f"There is no batch {reference!r}.")


def number_of(connection: Connection, batch: BatchId) -> int:
    """Return the row number of a batch; raises UnknownBatchError."""
    number = connection.execute(select(BATCH.c.id).where(BATCH.c.batch_id == batch)).scalar()
    if number is None:
        raise UnknownBatchError(f"There is no batch {batch!r}.")
    return int(number)


def newest_first(connection: Connection) -> list[Batch]:
    """Return all batches, newest first."""
    return [rows.batch(row) for row in connection.execute(select(BATCH).order_by(BATCH.c.id.desc()))]


def known_sha256(connection: Connection, refs: Sequence[AppRef]) -> Mapping[tuple[str, str], str]:
    """Return, by (url, etag), the SHA-256 of objects that were hashed before under the same etag."""
    wanted = {rows.object_hash(ref.url, ref.etag): (ref.url, ref.etag) for ref in refs if ref.etag is not None}
    known: dict[tuple[str, str], str] = {}
    for part in chunks(list(wanted)):
        found = connection.execute(
            select(APP.c.object_hash, APP.c.url, APP.c.etag, APP.c.sha256)
            .where(APP.c.object_hash.in_(part), APP.c.identified)
            .order_by(APP.c.id)
        )
        for row in found:
            if wanted[row.object_hash] == (row.url, row.etag):
                known[row.url, row.etag] = row.sha256
    return known


def with_evidence(connection: Connection, keys: Sequence[str]) -> frozenset[str]:
    """Return those of the evidence keys that a commit has recorded."""
    return frozenset(
        key
        for part in chunks(keys)
        for key in connection.execute(select(EVIDENCE.c.key).where(EVIDENCE.c.key.in_(part))).scalars()
    )
