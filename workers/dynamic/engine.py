"""Play the phases one after the other, each in its share of the time, and survive what the app does in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from workers.dynamic.agreement import agree
from workers.dynamic.backend import BackendEndedError, BackendTimeoutError, Cost
from workers.dynamic.budget import Budget, Slice
from workers.dynamic.event import Phase
from workers.dynamic.outcome import Ending
from workers.dynamic.phases import background, cold_start, explore, forced, refuse, self_start
from workers.dynamic.run import Done, Run
from workers.model.evidence import JSON

_MAX_RECOVERIES = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One phase in the table."""

    phase: Phase
    play: Callable[[Run, Slice], Done]
    most_s: float
    """Wall time that it may take."""
    keep_s: float
    """Wall time that the phases before it leave for it."""
    needs_launcher: bool = False


STEPS = (
    Step(phase=Phase.COLD_START, play=cold_start.play, most_s=40, keep_s=0),
    Step(phase=Phase.EXPLORE, play=explore.play, most_s=15, keep_s=10, needs_launcher=True),
    Step(phase=Phase.BACKGROUND, play=background.play, most_s=12, keep_s=6, needs_launcher=True),
    Step(phase=Phase.SELF_START, play=self_start.play, most_s=6, keep_s=3),
    Step(phase=Phase.FORCED, play=forced.play, most_s=15, keep_s=4),
    Step(phase=Phase.REFUSE, play=refuse.play, most_s=20, keep_s=12, needs_launcher=True),
)
"""All phases in order. The first five share one start of the app; refusing needs a start of its own."""


@dataclass(kw_only=True, slots=True)
class Engine:
    """Plays the table; afterwards `records` and `ending` say how it went."""

    run: Run
    budget: Budget
    records: list[JSON] = field(default_factory=list)
    """One per phase that applies, as in the document."""
    ending: Ending = field(default_factory=Ending)
    """How the cold start was broken off."""
    cpu_s: float = 0.0
    peak_mb: int = 0
    measured: bool = False
    """Whether the backend could tell its cost at all."""
    _recoveries: int = 0
    _boot_cpu_s: float = 0.0
    """What the present boot had used when it was last asked."""
    _lost: str = ""
    """Why no phase can be played any more."""

    def play(self) -> None:
        """Play all phases that apply to the app."""
        for number, step in enumerate(STEPS):
            if not self._applies(step):
                continue
            if self._lost and step.phase is not Phase.REFUSE:
                self._record(step, Done(cut=self._lost), started=self.budget.clock(), told=self.run.recorder.told)
                continue
            later = [item for item in STEPS[number + 1 :] if self._applies(item)]
            if step.phase is Phase.EXPLORE and any(item.phase is Phase.REFUSE for item in later):
                self.run.backend.prepare()  # Refusing needs a start of its own.
            self._play(step, self.budget.slice(most=step.most_s, keep=sum(item.keep_s for item in later)))
            if step.phase is Phase.COLD_START and (self.ending.message or not self.run.application):
                self._lost = "The app did not start."
                return

    def _applies(self, step: Step) -> bool:
        """Return whether a phase makes sense for the app."""
        if step.needs_launcher and self.run.declared.launcher is None:
            return False
        if step.phase is not Phase.REFUSE:
            return True
        seen = self.run.consent
        return seen is not None and seen.phase is Phase.COLD_START and seen.request.refuse is not None

    def _play(self, step: Step, time: Slice) -> None:
        """Play one phase and record it."""
        run, started, told = self.run, self.budget.clock(), self.run.recorder.told
        run.recorder.phase, run.recorder.going_on = step.phase, None
        boots = step.phase in {Phase.COLD_START, Phase.REFUSE}
        sim_ms = 0 if boots else run.sim_ms
        if boots:
            self._boot_cpu_s = 0.0
        before = self.cpu_s
        try:
            done = step.play(run, time)
        except BackendEndedError as error:
            done = Done(cut=str(error))
            self._broken(step, error)
        else:
            self._measure()
        run.network.drain(run.recorder, run.sim_ms)
        self._record(
            step, done, started=started, told=told, sim_ms=max(0, run.sim_ms - sim_ms), cpu_s=self.cpu_s - before
        )

    def _broken(self, step: Step, error: BackendEndedError) -> None:
        """Note that a phase was broken off, and go on with a new start of the app if there is one to go on with."""
        if step.phase is Phase.COLD_START:
            self.ending = Ending(timed_out=isinstance(error, BackendTimeoutError), message=str(error))
            return
        if step.phase in {Phase.FORCED, Phase.REFUSE}:
            return  # Nothing comes after it that needs this start.
        self._recoveries += 1
        if self._recoveries > _MAX_RECOVERIES or self.budget.clock() >= self.budget.until:
            self._lost = "The app's process was lost."
            return
        self._boot_cpu_s = 0.0
        consent = self.run.recorder.consent
        try:
            self.run.boot()
            if self.run.declared.launcher is not None:
                self.run.launch()
                agree(self.run)
        except BackendEndedError:
            self._lost = "The app's process was lost, and it did not start again."
        self.run.recorder.consent = consent

    def _measure(self) -> None:
        """Take in what the present boot has used."""
        try:
            cost: Cost | None = self.run.backend.cost()
        except BackendEndedError:
            return
        if cost is not None:
            self.measured = True
            self.cpu_s += max(0.0, cost.cpu_s - self._boot_cpu_s)
            self._boot_cpu_s = cost.cpu_s
            self.peak_mb = max(self.peak_mb, cost.peak_mb)

    def _record(
        self, step: Step, done: Done, *, started: float, told: int, sim_ms: int = 0, cpu_s: float = 0.0
    ) -> None:
        """Add the record of one phase."""
        record: dict[str, JSON] = {
            "phase": step.phase.value,
            "sim_ms": sim_ms,
            "events": self.run.recorder.told - told,
            "cpu_s": round(cpu_s, 2) if self.measured else None,
            "wall_s": round(self.budget.clock() - started, 2),
            "cut": bool(done.cut),
            "reason": done.cut,
        }
        if done.clicks is not None:
            record["clicks"] = done.clicks
        self.records.append(record)
