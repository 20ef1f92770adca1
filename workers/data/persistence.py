"""How apps keep themselves alive and wake each other: the tables `keep_alive.tsv` and `wake_ups.tsv`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from workers.data.tables import rows_of, source_of


@cache
def keep_alive_members() -> Mapping[str, str]:
    """Return the trick behind each member, as `alarm` for `Landroid/app/AlarmManager;->setRepeating`."""
    return _column("keep_alive.tsv", "member", "trick")


@cache
def wake_up_actions() -> Mapping[str, str]:
    """Return the SDK behind each action by which apps with that SDK start each other."""
    return _column("wake_ups.tsv", "action", "sdk")


def _column(table: str, key: str, value: str) -> Mapping[str, str]:
    """Return one column by another; each row must name its source."""
    found: dict[str, str] = {}
    for row in rows_of(table):
        source_of(row)
        found[row[key]] = row[value]
    return found
