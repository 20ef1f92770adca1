"""What a driver holds: shards under its lease, and chunks on workers."""

from __future__ import annotations

from dataclasses import dataclass, field

from farm.model.batch import Lease, Work
from farm.model.execution import Attempted, Chunk


@dataclass(slots=True)
class Hand:
    """A shard in the driver's hands."""

    lease: Lease
    ready: list[tuple[Work, ...]] = field(default_factory=list)
    """Chunks to be sent."""
    buffer: list[Attempted] = field(default_factory=list)
    """Results to be committed."""
    flying: int = 0
    renewed: float = 0.0


@dataclass(slots=True)
class Flight:
    """A chunk on a worker."""

    hand: Hand
    chunk: Chunk
    works: dict[int, Work]
    """Unfinished inspections by id."""
    alone: bool
    touched: float
    """When it last reported."""
    killed: bool = False
