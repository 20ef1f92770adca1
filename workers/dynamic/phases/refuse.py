"""Refuse: a fresh start in which consent is refused, and what the app does then, also when it is opened again."""

from __future__ import annotations

from workers.dynamic.budget import Slice
from workers.dynamic.consent import Button, ConsentKind, find_consent, find_second_refusal
from workers.dynamic.event import Consent
from workers.dynamic.run import STEP_MS, Done, Refusal, Run
from workers.dynamic.tree import Screen
from workers.model.evidence import JSON

OBSERVED_MS = 30_000
"""Simulated time after the refusal."""
_RESTARTED_MS = 10_000
_RESTARTS = 3
_MAX_WAIT_MS = 30_000
_MAX_REFUSALS = 4


def play(run: Run, time: Slice) -> Done:
    """Refuse, watch, open the app three times more, and watch again."""
    run.recorder.consent = Consent.NONE
    run.boot()
    run.launch()
    refuse = _wait(run, time)
    if refuse is None:
        return Done(cut="The request for consent did not come a second time.", clicks=0)
    run.look("refuse-before")
    run.recorder.consent = Consent.REFUSED
    outcome, clicks = _refuse(run, refuse)
    whole = run.idle(OBSERVED_MS, time) if not run.gone else True
    screen = run.look("refuse-after")
    outcome = _now(run, screen, outcome)
    restarts = []
    for number in range(1, _RESTARTS + 1):
        if time.over:
            whole = False
            break
        restarts.append(_restart(run, time, f"refuse-restart-{number}"))
    if outcome == "continues" and len(restarts) == _RESTARTS and all(item["asked"] for item in restarts):
        outcome = "asks_again"
    screens = ("refuse-before", "refuse-after", *(f"refuse-restart-{n}" for n in range(1, len(restarts) + 1)))
    run.refusal = Refusal(outcome=outcome, confirmations=max(0, clicks - 1), restarts=tuple(restarts), screens=screens)
    return Done(cut="" if whole else "The wall time was used up.", clicks=clicks)


def _wait(run: Run, time: Slice) -> Button | None:
    """Return the button that refuses, as soon as it is there."""
    for _ in range(0, _MAX_WAIT_MS, 2 * STEP_MS):
        request = find_consent(run.look())
        if request is not None and request.refuse is not None and request.kind is not ConsentKind.LOGIN:
            return request.refuse
        if not run.idle(2 * STEP_MS, time):
            return None
    return None


def _refuse(run: Run, button: Button) -> tuple[str, int]:
    """Refuse until the app gives way or shows the same for the third time; return the outcome so far and the clicks."""
    seen = [_shown(run.look())]
    for clicks in range(1, _MAX_REFUSALS + 1):
        # The numbers of nodes are those of the newest screen.
        run.tap(_again(run, button).node)
        run.answer(ever_grant=False)
        screen = run.look()
        again = None if run.gone else find_second_refusal(screen)
        if again is None:
            # The same request twice is asking again; another dialog asks whether one is sure.
            return "continues" if len(seen) == len(set(seen)) else "asks_again", clicks
        seen.append(_shown(screen))
        if seen.count(seen[-1]) == 3:
            return "loops", clicks
        button = again
    return "loops", _MAX_REFUSALS


def _shown(screen: Screen) -> tuple[str, ...]:
    """Return what tells two dialogs of the same structure apart."""
    return (screen.signature, *screen.top.texts)


def _again(run: Run, button: Button) -> Button:
    """Return the button as it stands on the screen now."""
    screen = run.look()
    request = find_consent(screen)
    if request is not None and request.refuse is not None and request.refuse.text == button.text:
        return request.refuse
    return find_second_refusal(screen) or button


def _now(run: Run, screen: Screen, outcome: str) -> str:
    """Return the outcome after the app was watched."""
    if run.gone:
        return "quits"
    if outcome == "continues" and find_consent(screen) is not None:
        return "asks_again"
    return outcome


def _restart(run: Run, time: Slice, label: str) -> dict[str, JSON]:
    """Open the app again and tell what it shows and does."""
    before = run.recorder.told
    run.restart()
    run.idle(_RESTARTED_MS - STEP_MS, time)
    request = find_consent(run.look(label))
    return {
        "asked": request is not None,
        "exited": run.gone,
        "shown": run.now.shown,
        "events": run.recorder.told - before,
    }
