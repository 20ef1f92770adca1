"""Permissions that Android gives without being asked: the table `implied_permissions.tsv`."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from workers.data.tables import ANDROID_PREFIX, Source, rows_of, source_of

_EVERY_APP = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class ImpliedPermission:
    """A permission that comes with another one, or with a low target level alone."""

    asked: str | None
    """The one that has to be asked for; None: none has to."""
    given: str
    below: int | None
    """The app's target level has to be lower; None: any does."""
    source: Source

    def applies(self, asked: AbstractSet[str], target: int) -> bool:
        """Return whether an app that asks for `asked` and was made for the level `target` gets it."""
        return (self.asked is None or self.asked in asked) and (self.below is None or target < self.below)


@cache
def implied_permissions() -> tuple[ImpliedPermission, ...]:
    """Return the rows in the order of the table."""
    return tuple(
        ImpliedPermission(
            asked=None if row["asked"] == _EVERY_APP else ANDROID_PREFIX + row["asked"],
            given=ANDROID_PREFIX + row["given"],
            below=int(row["below"]) or None,
            source=source_of(row),
        )
        for row in rows_of("implied_permissions.tsv")
    )


def with_implied(asked: AbstractSet[str], target: int) -> frozenset[str]:
    """Return the permissions that an app made for the API level `target` gets when it asks for `asked`."""
    held = frozenset(asked)
    while True:
        more = held | {row.given for row in implied_permissions() if row.applies(held, target)}
        if more == held:
            return held
        held = more
