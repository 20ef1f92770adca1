"""Explore an app breadth-first: try everything that can be touched, find the way back, stay within the budget."""

from __future__ import annotations

from workers.data.consent_texts import Role, is_a
from workers.dynamic.actions import BACK, MAX_SCROLLS, Action, Kind, Rank, find, scrolls
from workers.dynamic.agreement import agree
from workers.dynamic.atlas import Atlas, Goal, State
from workers.dynamic.budget import Slice
from workers.dynamic.consent import ConsentKind, agreement_boxes
from workers.dynamic.run import STEP_MS, Done, Run
from workers.dynamic.tree import Node, Screen

CLICKS = 40
"""How many touches are tried."""
_MAX_MOVES = 120
"""Touches that only lead back to where something is left to try."""
_MAX_PICTURES = 12
_MAX_ARRIVALS = 6
_CONSENT = "explore-consent"
"""Label of the screen of a request for consent that came only now."""


class Explorer:
    """One exploration; `play` runs it to its end or to the end of its budget."""

    def __init__(self, run: Run, time: Slice, *, clicks: int = CLICKS) -> None:
        """Take the run, the wall time and the number of touches."""
        self.run = run
        self.time = time
        self.atlas = Atlas()
        self.clicks = 0
        self.screen = Screen()
        """The newest screen: what is touched stands on it."""
        self._limit = clicks
        self._moves = 0
        self._pictures = 0
        self._filled: set[tuple[str, str]] = set()

    def play(self) -> Done:
        """Try what can be tried."""
        here = self.arrive()
        while here is not None:
            goal = self.atlas.next(here)
            if goal is None:
                return Done(clicks=self.clicks)
            if self.clicks >= self._limit or self._moves >= _MAX_MOVES:
                return Done(cut=f"{self.clicks} clicks were tried; more could be.", clicks=self.clicks)
            if self.time.over:
                return Done(cut=f"The wall time was used up after {self.clicks} clicks.", clicks=self.clicks)
            here = self._go(here, goal.state)
            if here is not None and here is not goal.state:
                goal.state.failures += 1
            elif here is not None:
                here = self._try(Goal(state=here, action=goal.action))
        return Done(cut="The app shows nothing any more.", clicks=self.clicks)

    def arrive(self, come_from: State | None = None, by: Action | None = None) -> State | None:
        """Look where the app is, after all that asks for an answer has got one; None if it shows nothing."""
        for _ in range(_MAX_ARRIVALS):
            screen = self.run.look()
            if self.run.gone or not screen.top.nodes:
                if come_from is not None and by is not None:
                    come_from.tried.add(by)
                come_from = by = None
                self.run.launch()
                self._filled.clear()
                continue
            if self.run.answer() or self._consent(screen):
                continue
            self.screen = self._fill(screen)
            state, new = self.atlas.enter(self.screen, come_from=come_from, by=by)
            if new and self._pictures < _MAX_PICTURES:
                self._pictures += 1
                # Numbers of nodes belong to the newest screen, so it is the one to go on with.
                self.screen = self.run.look(f"explore-{self._pictures:02d}")
            return state
        return None

    def restart(self) -> State | None:
        """Open the app anew."""
        self._filled.clear()
        self.run.restart()
        return self.arrive()

    def press(self, here: State, action: Action) -> State | None:
        """Do one action and return where it leads."""
        node = None if action.kind is Kind.BACK else find(self.screen, action)
        if action.kind is Kind.BACK:
            self.run.note(self.run.backend.back())
            self.run.note(self.run.backend.idle(STEP_MS))
        elif node is None:
            return here
        elif action.kind is Kind.SCROLL:
            self._scroll(node)
        else:
            self.run.tap(node)
        return self.arrive(here, action)

    def _try(self, goal: Goal) -> State | None:
        """Try an action; once more if a permission was denied on the way, so that it is asked for again and granted."""
        here, action = goal.state, goal.action
        self.atlas.try_out(goal)
        if find(self.screen, action) is None:
            return here
        denials, known = self.run.denials, len(here.offers)
        self.clicks += action.kind is Kind.TAP
        self._moves += action.kind is Kind.SCROLL
        there = self.press(here, action)
        if self.run.denials > denials and there is here and find(self.screen, action) is not None:
            self.clicks += 1
            there = self.press(here, action)
        if action.kind is Kind.SCROLL and there is here and len(here.offers) > known:
            page = int(action.label) + 1
            if page <= MAX_SCROLLS:
                here.offers |= dict.fromkeys(scrolls(self.screen.top, page=page), Rank.SCROLL)
        return there

    def _go(self, here: State, goal: State) -> State | None:
        """Go to a state by known ways, by the back key, or from the start; return where that ended."""
        at: State | None = here
        for attempt in range(3):
            if at is None or at is goal or self.time.over:
                return at
            path = self.atlas.path(at, goal)
            if path is None and attempt == 0 and at.depth > 0 and BACK not in at.leads:
                path = (BACK,)
            if path is None:
                self._moves += 1
                at = self.restart()
                if at is None or at is goal:
                    return at
                path = self.atlas.path(at, goal) or goal.route
            at = self._walk(at, path)
        return at

    def _walk(self, at: State, path: tuple[Action, ...]) -> State | None:
        """Follow a path as long as it leads where it led before."""
        for action in path:
            expected = at.leads.get(action)
            self._moves += 1
            following = self.press(at, action)
            if following is None or (expected is not None and following.signature != expected):
                return following
            at = following
        return at

    def _consent(self, screen: Screen) -> bool:
        """Agree if consent is asked for only now, or again; return whether anything was clicked."""
        request = self.run.notice(screen, _CONSENT)
        if request is None:
            return False
        if self.run.consent is not None and self.run.consent.label == _CONSENT:
            self.run.look(_CONSENT)
        if not request.testable or request.kind is ConsentKind.LOGIN:
            return False
        return agree(self.run) > 0

    def _fill(self, screen: Screen) -> Screen:
        """Write planted texts into all fields and tick what means agreement; return the screen afterwards."""
        changed = False
        for node in screen.top.fields:
            key = (screen.signature, f"{node.id}/{node.depth}/{node.n}")
            text = self._text(node)
            if text and text not in node.text and key not in self._filled and node.n is not None:
                self._filled.add(key)
                changed = self.run.note(self.run.backend.write(node.n, text)).done or changed
        for box in agreement_boxes(screen.top):
            if box.checked is False and box.clickable:
                changed = self.run.tap(box) or changed
                screen = self.run.look()
                break
        return self.run.look() if changed else screen

    def _text(self, node: Node) -> str:
        """Return what to write into a field."""
        values = self.run.profile.canaries
        if node.password:
            return values.get("password", "")
        text = values.get("input", "")
        wants_mail = any(is_a(Role.MAIL, told) for told in (node.id, node.hint))
        return f"{text}@example.com" if text and wants_mail else text

    def _scroll(self, node: Node) -> None:
        """Scroll a node of the newest screen."""
        if node.n is not None:
            self.run.note(self.run.backend.scroll(node.n))
            self.run.note(self.run.backend.idle(STEP_MS))
