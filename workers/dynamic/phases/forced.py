"""Forced: every component alone, to see what code can do that nothing led to."""

from __future__ import annotations

from workers.dynamic.budget import Slice
from workers.dynamic.event import Consent
from workers.dynamic.run import STEP_MS, Done, Run

_MAX_COMPONENTS = 60


def play(run: Run, time: Slice) -> Done:
    """Start each component of the manifest alone: those that have not run yet, then those that failed, then the rest.

    At the end the app is opened once more: it may tell what they have left in its memory.
    """
    run.recorder.consent = Consent.FORCED
    ran = {item.name: item.ok for item in run.recorder.components}
    order = {None: 0, False: 1, True: 2}
    # Sorting keeps the order of the manifest within each part.
    components = sorted(run.declared.components, key=lambda item: order[ran.get(item[1])])
    for tried, (kind, name) in enumerate(components):
        if tried == _MAX_COMPONENTS:
            return Done(cut=f"{_MAX_COMPONENTS} of {len(components)} components were started.")
        if time.over:
            return Done(cut=f"The wall time was used up after {tried} of {len(components)} components.")
        if run.note(run.backend.force(kind, name)).exited and run.declared.launcher is not None:
            run.launch()  # The app ended its process: the next component needs one.
    run.note(run.backend.idle(STEP_MS))
    if run.declared.launcher is not None:
        run.restart()
    return Done()
