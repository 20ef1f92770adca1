"""Explore: consent is given, permissions are denied and then granted, and everything is tried."""

from __future__ import annotations

from dataclasses import replace

from workers.dynamic.actions import BACK, Kind, Rank
from workers.dynamic.agreement import agree
from workers.dynamic.atlas import State
from workers.dynamic.backend import Pending
from workers.dynamic.budget import Slice
from workers.dynamic.event import Consent
from workers.dynamic.explorer import Explorer
from workers.dynamic.run import STEP_MS, Done, Run

_DENIED_MS = 3_000
_DENIALS = 4
_SETTLED_MS = 30_000
"""What an app does so long after it was opened last is still its start, not its background."""
_AGAIN = 8
"""Buttons of the first screen that are clicked once more at the end."""


def play(run: Run, time: Slice) -> Done:
    """Agree, answer, turn, leave and return, try everything, and leave by the back key."""
    if run.gone:
        run.launch()
    clicks = agree(run)
    if not clicks:
        run.recorder.consent = Consent.UNKNOWN  # From here on the app is used.
    _answer_first(run, time)
    if not run.resumed and run.grant_denied():
        run.restart()  # It came down for want of a permission that it had not asked for.
    explorer = Explorer(run, time)
    first = explorer.arrive()
    if first is not None and not time.over:
        _turn_and_return(run)
        done = explorer.play()
        run.login_wall = explorer.atlas.login_wall
        run.usable = any(state.offers for state in explorer.atlas.states.values())
        if run.grant_denied():
            explorer.restart()  # Who wants a function after all finds the way to the settings.
            explorer.play()
        if run.note(run.backend.run(Pending.NOTIFICATIONS)).count:
            explorer.play()  # They lead into the app.
        _once_more(run, time, explorer, first)
    else:
        done = Done(cut="The wall time was used up." if time.over else "The app shows nothing.")
    return replace(done, clicks=clicks + explorer.clicks)


def _answer_first(run: Run, time: Slice) -> None:
    """Deny what was asked for at the start, also if it is asked again at once; at the next start it is granted."""
    if run.answer(ever_grant=False, most=_DENIALS):
        run.idle(_DENIED_MS, time)
        run.restart()
        run.answer()
        if run.recorder.consent is Consent.AGREED:
            agree(run)  # It may not remember.


def _turn_and_return(run: Run) -> None:
    """Leave by the home key and return, twice, and turn the phone: life cycle and saved state, with the fields filled.

    The phone is short of memory meanwhile, so the app hears of that twice as well.
    """
    phone = run.backend
    for press in (*2 * (phone.home, phone.come_back, phone.low_memory), phone.rotate):
        run.note(press())
        run.note(phone.idle(STEP_MS))


def _once_more(run: Run, time: Slice, explorer: Explorer, first: State) -> None:
    """Click what is on the first screen again, now that all else was done, then leave in every way there is."""
    at: State | None = explorer.restart()
    if at is not None:
        for press in (run.backend.home, run.backend.come_back):
            run.note(press())
        at = explorer.arrive()
    again = [a for a, rank in first.offers.items() if a.kind is Kind.TAP and rank is Rank.FIRST][:_AGAIN]
    for action in again:
        if time.over or at is None:
            break
        if at is not first:
            at = explorer.press(at, BACK)
        if at is not None and at is not first:
            at = explorer.restart()
        if at is first:
            explorer.clicks += 1
            at = explorer.press(at, action)
    _turn_and_return(run)
    run.note(run.backend.back())
    run.note(run.backend.idle(STEP_MS))
    if run.gone:
        run.launch()  # What the next phase watches is an app in use; its start belongs to this one.
    run.idle(_SETTLED_MS, time)
