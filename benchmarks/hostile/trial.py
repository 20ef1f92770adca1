"""One hostile app in the sandbox, and everything that is wrong afterwards."""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema

from benchmarks.hostile.outside import Outside
from workers.dynamic.suite import run
from workers.static.view import StaticView

APPS = Path(__file__).resolve().parents[2] / "examples" / "apps"
GRACE_S = 10.0
"""Wall time that the worker may take beyond the time it gives an app."""
MAX_DOCUMENT_BYTES = 64 << 20
_SCHEMA = Path(__file__).with_name("document.schema.json")


@dataclass(frozen=True, kw_only=True, slots=True)
class HostileApp:
    """An app that attacks, and how its inspection may end."""

    name: str
    apk: Path
    allowed: frozenset[str]
    """Outcomes; more than one where the machine decides which limit is met first."""
    quick: bool
    """Whether the tests run it each time; the command runs all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """How it went."""

    app: HostileApp
    outcome: str
    reason: str
    wall_s: float
    problems: tuple[str, ...]


def hostile_apps(apps: Path = APPS) -> dict[str, HostileApp]:
    """Return all of them by name."""
    found = {}
    for path in sorted(apps.glob("hostile/*/expected.toml")):
        with path.open("rb") as file:
            table = tomllib.load(file)
        name = path.parent.name
        found[name] = HostileApp(
            name=name,
            apk=apps / "built" / "hostile" / f"{name}.apk",
            allowed=frozenset(table["allowed"]),
            quick=table.get("quick", False),
        )
    return found


def attempt(app: HostileApp, out: Path, outside: Outside, *, seconds: float) -> Trial:
    """Run one app for at most `seconds` of wall time; never raises because of what the app does, or it is a bug."""
    before = app.apk.read_bytes()
    view = StaticView(before)
    started = time.monotonic()
    document: dict[str, Any] = run(app.apk, view, out, seconds=seconds)
    wall_s = time.monotonic() - started
    problems = [*_told_wrong(app, document), *_left_behind(document, out), *outside.problems()]
    if wall_s > seconds + GRACE_S:
        problems.append(f"took {wall_s:.0f} s, {seconds:.0f} s were given")
    if app.apk.read_bytes() != before:
        problems.append("the APK was changed")
    reason = str(document.get("reason", ""))
    return Trial(app=app, outcome=str(document["outcome"]), reason=reason, wall_s=wall_s, problems=tuple(problems))


def _told_wrong(app: HostileApp, document: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the document."""
    if document["outcome"] not in app.allowed:
        yield f"outcome {document['outcome']}, not {' or '.join(sorted(app.allowed))}: {document.get('reason', '')}"
    validator = jsonschema.Draft202012Validator(json.loads(_SCHEMA.read_bytes()))
    for number, error in enumerate(validator.iter_errors(document)):
        if number < 3:
            yield f"document: {error.json_path}: {error.message[:200]}"
    try:
        # Halves of characters are written as escapes, as the evidence document does.
        size = len(json.dumps(document, allow_nan=False, ensure_ascii=False).encode("utf-8", "backslashreplace"))
    except ValueError as error:  # NaN or Infinity.
        yield f"document cannot be written: {error}"
    else:
        if size > MAX_DOCUMENT_BYTES:
            yield f"document of {size} bytes"


def _left_behind(document: dict[str, Any], out: Path) -> Iterator[str]:
    """Yield the files in the folder of the artefacts that the document does not name."""
    named = {str(name) for name in [*document["screenshots"], document.get("network", {}).get("log")]}
    yield from (f"file not named: {path.name}" for path in sorted(out.iterdir()) if path.name not in named)
