"""The transition table, as SQL asks for it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from farm.ledger.tables import SHARD
from farm.model.batch import Lease, ShardState
from farm.model.errors import IllegalTransitionError, LeaseLostError
from farm.model.inspection import State, may_change

TERMINAL = frozenset(state for state in State if state.is_terminal)
UNFINISHED = frozenset(State) - TERMINAL


def origins(new: State, among: Iterable[State] = State) -> list[str]:
    """Return those of the states `among` from which the transition table lets an inspection become `new`."""
    return [old.value for old in State if old in frozenset(among) and may_change(old, new)]


def hold(connection: Connection, lease: Lease, *, lock: bool = True) -> int:
    """Lock a leased shard for this transaction and return the row number of its batch; raises LeaseLostError.

    SQLite has one writer at a time and needs no lock; SQLAlchemy leaves `FOR UPDATE` out there.
    """
    query = select(SHARD.c.batch).where(
        SHARD.c.id == lease.shard_id, SHARD.c.fence == lease.fence, SHARD.c.state == ShardState.LEASED
    )
    batch = connection.execute(query.with_for_update() if lock else query).scalar()
    if batch is None:
        raise LeaseLostError(
            f"Shard {lease.ordinal} of batch {lease.batch_id} is no longer leased to {lease.owner}: "
            "the lease ran out and another driver took over, or the batch was cancelled.",
            next_step="Nothing to do: who has the shard now goes on with it.",
        )
    return int(batch)


def refuse(what: str, ids: Iterable[int]) -> IllegalTransitionError:
    """Return the error for inspections that are not where they would have to be."""
    listed = sorted(ids)
    shown = ", ".join(str(number) for number in listed[:5]) + (", ..." if len(listed) > 5 else "")
    return IllegalTransitionError(
        f"{what}: inspections {shown}. Nothing of this was written.",
        next_step="This is an error of the program; please report it.",
    )
