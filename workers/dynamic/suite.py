"""The dynamic suite on one APK: cold start in the sandbox, told as one document."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workers.data.attribution import Attribution
from workers.dynamic.confinement import command
from workers.dynamic.event import Event, EventKind, Phase
from workers.dynamic.job import properties
from workers.dynamic.members import kind_of
from workers.dynamic.process import Line, SandboxEndedError, SandboxProcess, SandboxTimeoutError
from workers.dynamic.screen import read_screen
from workers.dynamic.toolkit import BackendMissingError, find_toolkit
from workers.model.errors import InspectionError
from workers.model.evidence import JSON
from workers.static.extractors import packer
from workers.static.view import StaticView

ENGINE = "dynamic-1"
COLD_START_MS = 30_000
"""Simulated time in which nothing is touched."""
SECONDS = 120.0
"""Wall time of one run."""
_KINDS = frozenset(kind.value for kind in EventKind)
_MAX_EVENTS = 20_000
_MAX_TEXT = 400
# Frames of these are the platform's: the first other frame is whose call it is.
_PLATFORM = ("java.", "javax.", "android.", "com.android.internal.", "dalvik.", "libcore.", "sun.")


@dataclass(kw_only=True, slots=True)
class _Run:
    """What one run has shown so far."""

    attribution: Attribution
    out: Path
    started_ms: int | None = None
    events: list[Event] = field(default_factory=list)
    components: list[dict[str, JSON]] = field(default_factory=list)
    screenshots: list[JSON] = field(default_factory=list)
    screens: list[JSON] = field(default_factory=list)
    application: bool = False
    resumed: bool = False
    ended_itself: bool = False
    fault: str = ""
    """What made the sandbox itself give up."""
    cost: dict[str, JSON] = field(default_factory=dict)
    """As the sandbox itself has measured it; empty if it did not come that far."""

    def line(self, line: Line) -> None:
        """Take one line of the sandbox; what has the wrong shape is left out, since the app may have written it."""
        match line:
            case {"type": "event", "op": str(op), "kind": str(kind)} if len(self.events) < _MAX_EVENTS:
                if kind in _KINDS:
                    self._tell(line, EventKind(kind), op)
            case {"type": "component", "kind": str(kind), "name": str(name), "ok": bool(ok)}:
                trace = _texts(line.get("trace"))
                step = str(line.get("step", "start"))[:_MAX_TEXT]
                self.components.append(
                    {"kind": kind[:_MAX_TEXT], "name": name[:_MAX_TEXT], "step": step, "ok": ok, "trace": list(trace)}
                )
            case {"type": "fault", "cause": str(cause)}:
                self.fault = cause[:_MAX_TEXT]
            case _:
                pass  # Of no known shape.

    def _tell(self, line: Line, kind: EventKind, op: str) -> None:
        """Keep the event of one line, if its call is one that counts."""
        args, stack = _texts(line.get("args")), _texts(line.get("stack"))
        told, pi_kind = kind_of(op, args)
        if not told:
            return
        event = Event(
            sim_ms=self.since_start(line),
            phase=Phase.COLD_START,
            kind=kind,
            op=op[:_MAX_TEXT],
            pi_kind=pi_kind,
            args=args,
            stack=stack,
            subject=self._subject(stack),
            backend="sandbox",
            grade="simulated",
        )
        self.events.append(event)

    def since_start(self, line: Line) -> int:
        """Return the simulated time of a line, counted from the first one."""
        value = line.get("sim_ms")
        now = value if isinstance(value, int) else 0
        if self.started_ms is None:
            self.started_ms = now
        return now - self.started_ms

    def _subject(self, stack: Sequence[str]) -> str:
        """Return whose call it is: the innermost frame that is not the platform's."""
        frame = next((text for text in stack if not text.startswith(_PLATFORM)), "")
        sdk = self.attribution.of_java_name(frame.partition(":")[0].rpartition(".")[0])
        return sdk.name if sdk is not None else "app"

    def measured(self, reply: Line) -> None:
        """Keep what the sandbox says that it has used."""
        match reply.get("cost"):
            case {"cpu_s": int() | float() as cpu, "peak_mb": int(peak)}:
                self.cost = {"cpu_s": round(float(cpu), 2), "peak_mb": peak}
            case _:
                pass  # Not told.

    def screen(self, name: str, reply: Line) -> None:
        """Keep a screen: the tree in the document, the picture as a file."""
        if not isinstance(reply.get("screen"), dict):
            return
        screen = read_screen(reply["screen"])
        if screen.png:
            (self.out / f"{name}.png").write_bytes(screen.png)
            self.screenshots.append(f"{name}.png")
        self.screens.append({"label": name, "phase": Phase.COLD_START.value, **screen.as_json()})


def _texts(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever stood in the line
    """Return the texts of a list, bounded in number and length."""
    return tuple(str(item)[:_MAX_TEXT] for item in value[:64]) if isinstance(value, list) else ()


def run(apk: Path, view: StaticView, out: Path, *, seconds: float = SECONDS) -> dict[str, JSON]:
    """Run the app of `apk` and return the dynamic document; screenshots become files in the folder `out`.

    `view` is of the same file. Never raises because of what the app does: how far it came is the outcome, and what
    could not be seen is `unknown`, never clean.
    """
    manifest = view.manifest
    state = _Run(attribution=Attribution(manifest.package), out=out)
    started = time.monotonic()
    targets = {item.name: item.target for item in manifest.components if item.target}
    launcher = next((targets.get(name, name) for name in manifest.launchers), None)
    try:
        toolkit = find_toolkit()
    except BackendMissingError as error:
        return _document(state, "backend_missing", str(error), {})
    with tempfile.NamedTemporaryFile("w", prefix="apkfarm-", suffix=".properties", encoding="ascii") as job:
        Path(job.name).chmod(0o644)
        job.write(properties(package=manifest.package or "", target_sdk=manifest.target_sdk or 1, launcher=launcher))
        job.flush()
        outcome, reason = _cold_start(state, command(toolkit, apk=apk, job=Path(job.name)), launcher, seconds)
    cost: dict[str, JSON] = {**state.cost, "wall_s": round(time.monotonic() - started, 2)}
    shell = _shell(view) if outcome in {"inspected", "crashed_at_launch"} else None
    if shell is not None:
        outcome, reason = "packed", f"The app's own code is hidden by the packer {shell}."
    return _document(state, outcome, reason, cost)


def _shell(view: StaticView) -> str | None:
    """Return the name of the packer that hides the app's code; None if none does, or the code cannot be read."""
    try:
        found = packer.extract(view)
    except InspectionError:
        return None  # The static suite tells what is wrong with the file.
    return str(found["name"]) if isinstance(found, dict) and found.get("shell") else None


def _cold_start(state: _Run, argv: Sequence[str], launcher: str | None, seconds: float) -> tuple[str, str]:
    """Start the app and let it lie for 30 simulated seconds; return the outcome and a sentence on it."""
    try:
        with SandboxProcess(argv, seconds=seconds, on_line=state.line) as process:
            process.wait_for("ready")
            state.application = process.ask("load").get("application") is True
            if launcher is None:
                process.ask("idle", str(COLD_START_MS))
                state.measured(process.ask("cost"))
                return "no_launcher", "The app has no activity that a user could start."
            state.resumed = process.ask("launch").get("resumed") is True
            process.ask("idle", "1000")
            state.screen("cold-start-1s", process.ask("screen"))
            state.ended_itself = process.ask("idle", str(COLD_START_MS - 1000)).get("exited") is True
            state.screen("cold-start-30s", process.ask("screen"))
            state.measured(process.ask("cost"))
    except SandboxTimeoutError as error:
        return "timeout", str(error)
    except SandboxEndedError as error:
        return "crashed_at_launch", f"The sandbox failed: {state.fault}" if state.fault else str(error)
    if state.resumed:
        return "inspected", ""
    failed = next((c for c in state.components if not c["ok"]), None)
    return "crashed_at_launch", f"{failed['name']} failed." if failed else "The launcher activity was not shown."


def _document(state: _Run, outcome: str, reason: str, cost: dict[str, JSON]) -> dict[str, JSON]:
    """Return the document; see docs/reference/dynamic.md."""
    tried = [c for c in state.components if c["step"] in {"start", "attach"}]
    limits = sorted({event.op for event in state.events if event.kind is EventKind.LIMIT})
    return {
        "engine": ENGINE,
        "backend": "sandbox",
        "grade": "simulated",
        "outcome": outcome,
        "reason": reason,
        "reached": {"application": state.application, "launcher_resumed": state.resumed},
        "ended_itself": state.ended_itself,
        "components": {
            "tried": len(tried),
            "ok": sum(c["ok"] is True for c in tried),
            "failures": [_failure(c) for c in state.components if not c["ok"]],
        },
        "consent": None,
        "phases": [{"phase": Phase.COLD_START.value, "sim_ms": COLD_START_MS}] if state.application else [],
        "events": [event.as_json() for event in state.events],
        "screens": state.screens,
        "screenshots": state.screenshots,
        "not_seen": [*limits],
        "cost": cost,
    }


def _failure(component: dict[str, JSON]) -> JSON:
    """Return one failure with its cause and whose fault it is.

    `input` if the class of the component is not in the APK, `app` if a frame of the app raised it, else `sandbox`.
    """
    trace = component["trace"]
    lines = [str(line) for line in trace] if isinstance(trace, list) else []
    first = next((line.strip() for line in lines[1:2]), "")
    ours = not first or first.startswith((*_PLATFORM, "org.robolectric.", "apkfarm."))
    absent = lines[:1] == [f"java.lang.ClassNotFoundException: {component['name']}"]
    fault = "input" if absent else "sandbox" if ours else "app"
    return {**{k: component[k] for k in ("kind", "name", "step")}, "cause": "\n".join(lines), "fault": fault}
