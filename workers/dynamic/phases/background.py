"""The background: the home key is pressed, and the app's jobs, alarms and services go on."""

from __future__ import annotations

from workers.dynamic.backend import Pending
from workers.dynamic.budget import Slice
from workers.dynamic.event import Phase
from workers.dynamic.run import Done, Run

BACKGROUND_MS = 300_000
"""Simulated time in the background."""
_ROUND_MS = 30_000


def play(run: Run, time: Slice) -> Done:
    """Leave the app by the home key and let five minutes pass."""
    if run.gone:
        # To open the app is to use it: what it does then is not done in the background.
        run.recorder.phase = Phase.EXPLORE
        run.launch()
        run.recorder.phase = Phase.BACKGROUND
    run.note(run.backend.home())
    for passed in range(0, BACKGROUND_MS, _ROUND_MS):
        if not run.idle(_ROUND_MS, time, step=_ROUND_MS):
            return Done(cut=f"The wall time was used up after {passed // 1000} simulated seconds.")
        if passed % (2 * _ROUND_MS) == 0:
            for what in (Pending.JOBS, Pending.ALARMS):
                run.note(run.backend.run(what))
    return Done()
