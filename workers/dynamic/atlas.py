"""The map that the explorer draws: states, what can be done in each, and which action leads where."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from workers.dynamic.actions import BACK, Action, Kind, Rank, offers
from workers.dynamic.login import belongs_to_login, is_login
from workers.dynamic.tree import Screen

_MAX_REPEATS = 10
_MAX_FAILURES = 2
Identity = tuple[str, ...]


@dataclass(kw_only=True, slots=True)
class State:
    """One state of the app, named by the signature of its screen."""

    signature: str
    activity: str
    depth: int
    """Actions between it and the first screen."""
    route: tuple[Action, ...]
    """Actions that led to it from the first screen."""
    login: bool
    outside: bool
    """Whether it can be reached without being logged in."""
    offers: dict[Action, Rank] = field(default_factory=dict)
    tried: set[Action] = field(default_factory=set)
    leads: dict[Action, str] = field(default_factory=dict)
    """Signature of the state that an action led to."""
    failures: int = 0
    """How often it could not be reached again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """Something that has not been tried yet."""

    state: State
    action: Action


@dataclass(kw_only=True, slots=True)
class Atlas:
    """All states in the order in which they were met."""

    states: dict[str, State] = field(default_factory=dict)
    _identities: set[Identity] = field(default_factory=set)
    """What has been tried in any state."""
    _repeats: int = 0

    def enter(self, screen: Screen, *, come_from: State | None, by: Action | None) -> tuple[State, bool]:
        """Return the state of a screen and whether it is new; what can be done there now is added to what could."""
        state = self.states.get(screen.signature)
        new = state is None
        if state is None:
            root = come_from is None or by is None
            state = State(
                signature=screen.signature,
                activity=screen.activity,
                depth=0 if root or come_from is None else come_from.depth + 1,
                route=() if root or come_from is None or by is None else (*come_from.route, by),
                login=is_login(screen),
                outside=belongs_to_login(screen),
            )
            self.states[screen.signature] = state
        for action, rank in offers(screen).items():
            state.offers.setdefault(action, rank)
        if come_from is not None and by is not None:
            come_from.leads[by] = state.signature
        return state, new

    def next(self, here: State) -> Goal | None:
        """Return what to try next: new things before repeated ones, near the first screen before far from it."""
        best: tuple[tuple[bool, str, int, bool], Goal] | None = None
        for state in self.states.values():
            if state.failures >= _MAX_FAILURES:
                continue
            for action, rank in state.offers.items():
                if action in state.tried:
                    continue
                again = _identity(state, action) in self._identities
                key = (again, rank.value, state.depth, state is not here)
                if (not again or self._repeats < _MAX_REPEATS) and (best is None or key < best[0]):
                    best = key, Goal(state=state, action=action)
        if best is None:
            return None
        goal = best[1]
        # The same button is on the screen that is shown: there is no need to go back for it.
        same = next((item for item in here.offers if _same(here, item, goal) and item not in here.tried), None)
        return goal if same is None else Goal(state=here, action=same)

    def try_out(self, goal: Goal) -> None:
        """Take an action as tried."""
        identity = _identity(goal.state, goal.action)
        self._repeats += identity in self._identities
        self._identities.add(identity)
        goal.state.tried.add(goal.action)

    def path(self, start: State, end: State) -> tuple[Action, ...] | None:
        """Return the shortest known way between two states; None if none is known."""
        ways: dict[str, tuple[Action, ...]] = {start.signature: ()}
        queue = deque([start])
        while queue:
            state = queue.popleft()
            if state is end:
                return ways[state.signature]
            for action, signature in state.leads.items():
                following = self.states.get(signature)
                if following is not None and signature not in ways:
                    ways[signature] = (*ways[state.signature], action)
                    queue.append(following)
        return None

    @property
    def login_wall(self) -> bool:
        """Whether the app begins with a login and nothing beyond it was reached."""
        states = list(self.states.values())
        return bool(states) and states[0].login and all(state.outside for state in states)


def _identity(state: State, action: Action) -> Identity:
    """Return what makes an action the same in two states of an activity; without a name it is the same nowhere."""
    if action.kind is not Kind.TAP or not (action.id or action.label):
        return (state.signature, action.kind.value, action.type_name, action.label, str(action.ordinal))
    return (state.activity, action.kind.value, action.type_name, action.id, action.label)


def _same(here: State, action: Action, goal: Goal) -> bool:
    """Return whether an action of this state is the one that is the goal elsewhere."""
    return (
        here is not goal.state and action is not BACK and _identity(here, action) == _identity(goal.state, goal.action)
    )
