"""States of an inspection, the one transition table, and what an outcome leads to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from workers.model.outcome import Outcome, OutcomeClass


class Suite(StrEnum):
    """What is run on an app."""

    STATIC = "static"
    """Reads the APK's bytes."""
    DYNAMIC = "dynamic"
    """Runs the app's code."""


class State(StrEnum):
    """Where an inspection (one suite on one app of one batch) stands."""

    PENDING = "pending"
    """Waiting for a worker."""
    RUNNING = "running"
    """In a worker's hands."""
    DONE = "done"
    """Inspected; its evidence is stored and judged."""
    UNUSABLE = "unusable"
    """The object is not an app that anybody could inspect."""
    UNKNOWN = "unknown"
    """The app hides from this suite; nothing may be concluded."""
    QUARANTINED = "quarantined"
    """Our tool failed on it again and again; put aside with its history."""
    CANCELLED = "cancelled"
    """Stopped by a person."""

    @property
    def is_terminal(self) -> bool:
        """Whether nothing happens any more unless somebody re-runs it."""
        return self not in {State.PENDING, State.RUNNING}


TRANSITIONS: dict[State, frozenset[State]] = {
    State.PENDING: frozenset({State.RUNNING, State.CANCELLED}),
    State.RUNNING: frozenset(
        {State.PENDING, State.DONE, State.UNUSABLE, State.UNKNOWN, State.QUARANTINED, State.CANCELLED}
    ),
    State.DONE: frozenset({State.PENDING}),
    State.UNUSABLE: frozenset({State.PENDING}),
    State.UNKNOWN: frozenset({State.PENDING}),
    State.QUARANTINED: frozenset({State.PENDING}),
    State.CANCELLED: frozenset({State.PENDING}),
}
"""From each state, the states it may change to; terminal states change only by a re-run."""

FAILED_STATES = frozenset({State.QUARANTINED, State.UNUSABLE, State.UNKNOWN})
"""What `farm rerun --failed` takes: everything that ended without evidence of the whole suite."""


def may_change(old: State, new: State) -> bool:
    """Return whether the transition table allows `old` to become `new`."""
    return new in TRANSITIONS[old]


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryPolicy:
    """How often what is tried again."""

    tool_attempts: int = 3
    """Attempts with a TOOL outcome before the inspection is quarantined."""
    lone_deaths: int = 2
    """Deaths of a worker that had the app alone before it is quarantined at once."""
    infra_attempts: int = 10
    """Attempts with an INFRA outcome before the inspection is quarantined all the same."""
    backoff_s: float = 2.0
    """First pause after an INFRA outcome, in seconds; it doubles each time."""
    backoff_max_s: float = 300.0
    """Longest pause, in seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What the retry policy needs to know of an inspection's attempts since it was last made pending by a person."""

    tool: int = 0
    """Attempts that ended with a TOOL outcome."""
    lone_deaths: int = 0
    """Attempts that ended with `worker_died`."""
    infra: int = 0
    """Attempts that ended with an INFRA outcome."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What becomes of an inspection after an attempt."""

    state: State
    """The state it takes."""
    alone: bool = False
    """Whether its next attempt must have a worker for itself, so that blame is certain."""
    pause_s: float = 0.0
    """Seconds to wait before the next attempt."""


def decide(outcome: Outcome, before: History, policy: RetryPolicy) -> Decision:
    """Return what happens after `outcome`, given the attempts before it (DESIGN, section 5)."""
    match outcome.outcome_class:
        case OutcomeClass.OK:
            return Decision(state=State.DONE)
        case OutcomeClass.INPUT:
            return Decision(state=State.UNUSABLE)
        case OutcomeClass.APP:
            return Decision(state=State.UNKNOWN)
        case OutcomeClass.CANCELLED:
            return Decision(state=State.CANCELLED)
        case OutcomeClass.TOOL:
            deaths = before.lone_deaths + (outcome is Outcome.WORKER_DIED)
            if before.tool + 1 >= policy.tool_attempts or deaths >= policy.lone_deaths:
                return Decision(state=State.QUARANTINED)
            return Decision(state=State.PENDING, alone=True)
        case OutcomeClass.INFRA | OutcomeClass.DEVICE:
            if before.infra + 1 >= policy.infra_attempts:
                return Decision(state=State.QUARANTINED)
            if outcome is Outcome.WORKER_LOST:
                return Decision(state=State.PENDING, alone=True)
            pause = min(policy.backoff_s * 2.0**before.infra, policy.backoff_max_s)
            return Decision(state=State.PENDING, pause_s=pause)
        case _ as unreachable:
            assert_never(unreachable)
