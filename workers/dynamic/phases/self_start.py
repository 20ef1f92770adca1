"""Self-start: the system and other apps broadcast, and the app may wake up."""

from __future__ import annotations

from workers.dynamic.budget import Slice
from workers.dynamic.event import Phase
from workers.dynamic.run import STEP_MS, Done, Run
from workers.model.evidence import JSON


def play(run: Run, time: Slice) -> Done:
    """Send each broadcast that may wake the app, and tell which of its components started."""
    for sent, action in enumerate(run.declared.actions):
        if time.over:
            return Done(cut=f"The wall time was used up after {sent} of {len(run.declared.actions)} broadcasts.")
        before = len(run.recorder.components)
        reached = run.note(run.backend.broadcast(action)).count
        # What a broadcast sets off comes with it; a timer of the background that fires meanwhile is no start.
        run.recorder.going_on = Phase.BACKGROUND
        run.note(run.backend.idle(STEP_MS))
        run.recorder.going_on = None
        started: list[JSON] = [
            {"kind": item.kind, "name": item.name, "ok": item.ok}
            for item in run.recorder.components[before:]
            if item.step == "start"
        ]
        if reached or started:
            run.self_starts.append({"action": action[:400], "receivers": reached, "started": started})
    return Done()
