"""Share the wall time of one run among its phases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]
"""Seconds that only grow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice:
    """The time of one phase."""

    until: float
    clock: Clock

    @property
    def over(self) -> bool:
        """Whether the phase must come to its end."""
        return self.clock() >= self.until


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """The time of one run."""

    until: float
    clock: Clock

    @classmethod
    def of(cls, seconds: float, clock: Clock) -> Budget:
        """Return a budget that begins now."""
        return cls(until=clock() + seconds, clock=clock)

    def slice(self, *, most: float, keep: float) -> Slice:
        """Return at most `most` seconds, so that `keep` are left for what follows."""
        now = self.clock()
        return Slice(until=max(now, min(now + most, self.until - keep)), clock=self.clock)
