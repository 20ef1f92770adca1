"""The cold start: a fresh app is opened and nothing is touched."""

from __future__ import annotations

from workers.dynamic.budget import Slice
from workers.dynamic.run import STEP_MS, Done, Run

COLD_START_MS = 30_000
"""Simulated time in which nothing is touched."""
_TOO_SLOW = "The wall time was used up."


def play(run: Run, time: Slice) -> Done:
    """Open the app and watch; permission requests stay unanswered, as on a phone that lies on the table."""
    run.application = run.boot()
    if not run.application:
        return Done(cut="The app did not start.")
    if run.declared.launcher is None:
        return Done(cut="" if run.idle(COLD_START_MS, time) else _TOO_SLOW)
    run.resumed = run.launch()
    run.notice(run.look("cold-start-1s"), "cold-start-1s")
    whole = run.idle(COLD_START_MS - STEP_MS, time)
    run.ended_itself = run.now.exited
    screen = run.look("cold-start-30s")
    run.empty = screen.empty
    run.notice(screen, "cold-start-30s")
    return Done(cut="" if whole else _TOO_SLOW)
