"""Give the consent that is asked for, as a user does who reads nothing."""

from __future__ import annotations

from workers.dynamic.consent import Consent as ConsentRequest
from workers.dynamic.consent import ConsentKind, find_consent
from workers.dynamic.event import Consent
from workers.dynamic.run import Run

_MAX_ROUNDS = 3


def agree(run: Run) -> int:
    """Tick and click until no consent is asked for; return the number of clicks.

    Consent that is part of a login is not given here: the explorer logs in, if that is possible at all.
    """
    clicks = 0
    for _ in range(_MAX_ROUNDS):
        request = _request(run)
        while request is not None and (box := next((box for box in request.boxes if box.checked is False), None)):
            if clicks >= 2 * _MAX_ROUNDS or not run.tap(box):
                break
            clicks += 1
            request = _request(run)
        if request is None or request.agree is None:
            break
        before = run.recorder.consent
        run.recorder.consent = Consent.AGREED  # What the click sets off is after consent.
        if not run.tap(request.agree.node):
            run.recorder.consent = before
            break
        clicks += 1
    return clicks


def _request(run: Run) -> ConsentRequest | None:
    """Return the request on the screen that can be answered here."""
    request = find_consent(run.look())
    return None if request is None or not request.testable or request.kind is ConsentKind.LOGIN else request
