"""What each page of the console shows, taken from the ledger; no HTML here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from farm.model.batch import ShardStatus
from farm.model.inspection import FAILED_STATES, State
from farm.model.text import file_name
from farm.ports import FailureRow, Ledger
from farm.service import status
from workers.model.outcome import Outcome, OutcomeClass

BATCHES_A_PAGE = 25
"""Batches on one page of the overview."""

SHARDS_A_PAGE = 50
"""Shards on one page of a batch."""

FAILURES_A_PAGE = 50
"""Failures on one page."""

FAILURES_KEPT = 5000
"""Failures of a batch that can be paged through; more are in its report."""

FIRST_FAILURES = 8
"""Failures shown on the page of a batch."""

Item = TypeVar("Item")


class NoSuchPageError(Exception):
    """The address asks for something that is not there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice(Generic[Item]):
    """One page of a list."""

    items: Sequence[Item]
    number: int
    """Number of this page, from 1."""
    pages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """One piece of a bar, in thousandths of its length."""

    state: State
    count: int
    start: float
    width: float


def page_number(text: str | None) -> int:
    """Return the page that `?page=` asks for; raises NoSuchPageError."""
    if text is None:
        return 1
    # Only short ASCII digits: int() takes much more than that.
    if not (text.isascii() and text.isdigit() and len(text) <= 7) or int(text) < 1:
        raise NoSuchPageError
    return int(text)


def cut(items: Sequence[Item], number: int, size: int) -> Slice[Item]:
    """Return one page of `items`; raises NoSuchPageError past the end."""
    pages = max(-(-len(items) // size), 1)
    if number > pages:
        raise NoSuchPageError
    return Slice(items=items[(number - 1) * size : number * size], number=number, pages=pages)


def segments(states: Mapping[State, int]) -> tuple[Segment, ...]:
    """Return the bar of inspections by state; a state that holds anything is never thinner than can be seen."""
    counts = [(state, states.get(state, 0)) for state in status.BAR_ORDER]
    present = [(state, count) for state, count in counts if count]
    least = 4.0
    total = sum(count for _, count in present)
    widths = [max(count / total * 1000, least) for _, count in present]
    scale = 1000 / sum(widths) if widths else 1.0
    pieces, start = [], 0.0
    for (state, count), width in zip(present, widths, strict=True):
        pieces.append(Segment(state=state, count=count, start=round(start, 2), width=round(width * scale, 2)))
        start += width * scale
    return tuple(pieces)


def overview(ledger: Ledger, now: float, number: int) -> dict[str, Any]:
    """Return what the first page shows."""
    found = status.survey(ledger, now, first=(number - 1) * BATCHES_A_PAGE, limit=BATCHES_A_PAGE)
    if number > 1 and not found.batches:
        raise NoSuchPageError
    pages = max(-(-(found.hidden + len(found.batches)) // BATCHES_A_PAGE), 1)
    unfinished = ledger.unfinished()
    return {
        "overview": found,
        "batches": Slice(items=found.batches, number=number, pages=pages),
        "unfinished": unfinished,
        "live": unfinished > 0,
    }


def batch(ledger: Ledger, reference: str, now: float, number: int) -> dict[str, Any]:
    """Return what the page of a batch shows; raises UnknownBatchError."""
    view = status.look(ledger, reference, now)
    shards = ledger.shards(view.batch.batch_id)
    rows = ledger.failures(view.batch.batch_id, limit=FIRST_FAILURES)
    outcomes = sorted(view.status.outcomes.items(), key=lambda item: (-item[1], item[0]))
    return {
        "view": view,
        "outcomes": [(Outcome(name), count) for name, count in outcomes if count],
        "shards": cut(shards, number, SHARDS_A_PAGE),
        "failures": rows,
        "live": view.unfinished > 0,
    }


def failures(ledger: Ledger, reference: str, now: float, *, outcome_class: str | None, number: int) -> dict[str, Any]:
    """Return what the list of failures shows; raises UnknownBatchError."""
    view = status.look(ledger, reference, now)
    chosen = _class(outcome_class)
    rows = ledger.failures(view.batch.batch_id, limit=FAILURES_KEPT)
    capped = len(rows) >= FAILURES_KEPT
    if chosen is not None:
        rows = [row for row in rows if row.outcome is not None and row.outcome.outcome_class is chosen]
    return {
        "view": view,
        "chosen": chosen,
        "classes": {k: n for k, n in view.failures_by_class.items() if k is not OutcomeClass.CANCELLED},
        "all": sum(view.status.states.get(state, 0) for state in FAILED_STATES),
        "failures": cut(rows, number, FAILURES_A_PAGE),
        "capped": FAILURES_KEPT if capped else None,
        "live": view.unfinished > 0,
    }


def history(ledger: Ledger, app_id: int) -> dict[str, Any]:
    """Return what the page of an app shows."""
    attempts = ledger.attempts(app_id)
    if not attempts:
        raise NoSuchPageError
    return {
        "app_id": app_id,
        "attempts": attempts,
        "live": any(attempt.ended_at is None for attempt in attempts),
    }


def shard_figures(row: ShardStatus) -> dict[str, int]:
    """Return how many inspections of a shard there are, have finished and have failed."""
    return {
        "total": sum(row.states.values()),
        "finished": sum(n for state, n in row.states.items() if state.is_terminal),
        "failed": sum(row.states.get(state, 0) for state in FAILED_STATES),
    }


def app_name(row: FailureRow) -> str:
    """Return what a person calls the app: its package, else the last part of its address."""
    return row.package or file_name(row.url)


def moment(now: float) -> datetime:
    """Return POSIX time as an instant."""
    return datetime.fromtimestamp(now, UTC)


def _class(text: str | None) -> OutcomeClass | None:
    """Return the class that `?class=` asks for; raises NoSuchPageError for one that is none."""
    if not text:
        return None
    try:
        return OutcomeClass(text)
    except ValueError:
        raise NoSuchPageError from None
