"""How the platform calls back into an app's classes: the table `callbacks.tsv`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from workers.data.tables import Source, rows_of, source_of

OTHER = "callback"
"""The kind of what no row names."""


class CallbackKind(StrEnum):
    """Why the platform calls back; an instance of several types has the first kind."""

    THREAD = "thread"
    TIMER = "timer"
    HANDLER = "handler"
    """Messages and binders."""
    OBSERVER = "observer"
    """Changes of data, connections and life cycles."""
    LISTENER = "listener"
    """What the user does, and devices."""
    WEB = "web"
    VIEW = "view"
    """Drawing and laying out."""
    PROXY = "proxy"
    """Reflection and class loading."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackType:
    """One type of the platform that apps extend or implement to be called back."""

    descriptor: str
    """As `Ljava/lang/Thread;`."""
    kind: CallbackKind
    source: Source


@cache
def callback_types() -> tuple[CallbackType, ...]:
    """Return the types in the order of the table."""
    rows = rows_of("callbacks.tsv")
    return tuple(
        CallbackType(descriptor=row["type"], kind=CallbackKind(row["kind"]), source=source_of(row)) for row in rows
    )


@cache
def kind_numbers() -> Mapping[str, int]:
    """Return the rank of the kind of each type descriptor."""
    ranks = list(CallbackKind)
    return {each.descriptor: ranks.index(each.kind) for each in callback_types()}


def kind_name(number: int) -> str:
    """Return the kind of a rank."""
    ranks = list(CallbackKind)
    return ranks[number].value if number < len(ranks) else OTHER
