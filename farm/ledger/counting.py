"""Counting: an app counts once in a calendar year, whatever is retried, re-run or submitted again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select

from farm.ledger import rows
from farm.ledger.database import upsert
from farm.ledger.tables import COUNTED, COUNTED_DAY, TARGET
from farm.model.target import Target

_DAY = timedelta(days=1)


def count(connection: Connection, sha256s: Iterable[str], *, batch: int, now: float) -> None:
    """Count apps whose inspection ended in state done; those that count already this year are left alone."""
    at = rows.utc(now)
    # Sorted, so that two writers with the same apps wait for each other only one way round.
    listed = [{"sha256": sha256, "year": at.year, "at": now, "batch": batch} for sha256 in sorted(set(sha256s))]
    if not listed:
        return
    added = connection.execute(
        upsert(connection, COUNTED).on_conflict_do_nothing().returning(COUNTED.c.sha256), listed
    ).all()
    if added:
        statement = upsert(connection, COUNTED_DAY).values(day=_name(at), apps=len(added))
        apps = COUNTED_DAY.c.apps + statement.excluded.apps
        connection.execute(
            statement.on_conflict_do_update(index_elements=[COUNTED_DAY.c.day], set_={COUNTED_DAY.c.apps: apps})
        )


def _name(day: datetime) -> str:
    return day.astimezone(UTC).strftime("%Y-%m-%d")


def _midnight(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def counted(connection: Connection, start: datetime, end: datetime) -> int:
    """Return the apps counted from `start` up to, but not including, `end`.

    Whole days are summed from one row each; only the pieces of days at the two ends are looked up app by app.
    """
    if end <= start:
        return 0
    first_day = _midnight(start) if _midnight(start) == start else _midnight(start) + _DAY
    last_day = _midnight(end)
    if first_day > last_day:
        return _counted_between(connection, start, end)
    days = connection.execute(
        select(func.coalesce(func.sum(COUNTED_DAY.c.apps), 0)).where(
            COUNTED_DAY.c.day >= _name(first_day), COUNTED_DAY.c.day < _name(last_day)
        )
    ).scalar_one()
    return int(days) + _counted_between(connection, start, first_day) + _counted_between(connection, last_day, end)


def _counted_between(connection: Connection, start: datetime, end: datetime) -> int:
    if end <= start:
        return 0
    return connection.execute(
        select(func.count()).where(COUNTED.c.at >= start.timestamp(), COUNTED.c.at < end.timestamp())
    ).scalar_one()


def set_target(connection: Connection, target: Target) -> None:
    """Create or change a target."""
    values = {"apps": target.apps, "start_at": target.start.timestamp(), "end_at": target.end.timestamp()}
    connection.execute(
        upsert(connection, TARGET)
        .values(name=target.name, **values)
        .on_conflict_do_update(index_elements=[TARGET.c.name], set_=values)
    )


def targets(connection: Connection) -> list[Target]:
    """Return all targets by start."""
    found = connection.execute(select(TARGET).order_by(TARGET.c.start_at, TARGET.c.name))
    return [
        Target(name=row.name, apps=row.apps, start=rows.utc(row.start_at), end=rows.utc(row.end_at)) for row in found
    ]
