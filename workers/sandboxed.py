"""The dynamic suite on the bytes of one APK: temporary files in; outcome, document, facts and artefacts out."""

from __future__ import annotations

import contextlib
import json
import math
import re
import time
from collections.abc import Mapping
from pathlib import Path

from workers.dynamic import suite
from workers.dynamic.document import missing
from workers.dynamic.pool import shared_pool
from workers.dynamic.toolkit import BackendMissingError, find_toolkit
from workers.dynamic_facts import facts
from workers.model.bounded import TEXT_LIMIT, text
from workers.model.evidence import JSON
from workers.model.limits import Limits
from workers.model.outcome import Outcome
from workers.model.services import DEFAULT_SERVICES, Services
from workers.model.told import Told
from workers.scratch import scratch
from workers.static.view import StaticView

RUN_SHARE = 0.85
"""Part of the time left that the run itself may take; the rest is for reading the app and for winding up."""
MAX_FILES = 64
MAX_FILE_BYTES = 8 << 20
MAX_FILES_BYTES = 64 << 20
MAX_DOCUMENT_BYTES = 16 << 20
"""Size of a document above which its last events are left out."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_OUTCOMES = {
    name: Outcome(name)
    for name in (
        "inspected", "inspected_partly", "packed", "native_code_needed", "crashed_at_launch", "login_wall",
        "no_launcher", "backend_missing", "timeout", "not_an_apk", "malformed", "out_of_memory",
    )
}  # fmt: skip
"""The words of a document that say how a run ended; any other one is a fault of ours."""


def keep_warm() -> None:
    """Start a sandbox before there is an app for it, and from then on have one ready; nothing where none can run."""
    with contextlib.suppress(BackendMissingError):
        shared_pool(find_toolkit()).keep_ahead()


def run(
    view: StaticView, data: bytes | bytearray | memoryview, limits: Limits, services: Services = DEFAULT_SERVICES
) -> Told:
    """Run the app `data`, of which `view` is, within the time of `limits`, on a phone with `services` or without.

    Raises:
        InspectionError: there is no archive or no manifest, so no app; or time or memory ran out.
    """
    deadline = time.monotonic() + limits.seconds
    # Without these two there is no app: their errors end the inspection before anything is started.
    _ = view.archive, view.manifest
    try:
        with scratch() as folder:
            apk, out = folder / "app.apk", folder / "out"
            apk.write_bytes(data)
            out.mkdir()
            seconds = max((deadline - time.monotonic()) * RUN_SHARE, 0.0)
            document = suite.run(apk, view, out, seconds=seconds, services=services)
            return _told(document, _artefacts(out))
    except OSError as error:
        reason = f"The temporary folder of this machine cannot be used: {error.strerror or error}."
        return Told(
            outcome=Outcome.BACKEND_MISSING, reason=reason, document=blank(Outcome.BACKEND_MISSING.value, reason)
        )


def blank(outcome: str, reason: str) -> dict[str, JSON]:
    """Return the document of an app that was not run: every field is there and empty."""
    return missing(reason) | {"outcome": outcome}


def _told(document: Mapping[str, JSON], artefacts: dict[str, bytes]) -> Told:
    """Return what a document of the suite comes to."""
    clean = _clean(dict(document))
    kept: dict[str, JSON] = clean if isinstance(clean, dict) else {}
    found = facts(kept)
    left_out = found.get("left_out")
    counts: dict[str, JSON] = dict(left_out) if isinstance(left_out, dict) else {}
    counts |= _shorten(kept)
    shots = kept.get("screenshots")
    if isinstance(shots, list):
        there: list[JSON] = [name for name in shots if name in artefacts]
        kept["screenshots"] = there
        if len(there) < len(shots):
            counts["artefacts"] = len(shots) - len(there)
    outcome, reason = _outcome(kept)
    return Told(
        outcome=outcome,
        reason=reason,
        document=kept,
        facts=found | ({"left_out": counts} if counts else {}),
        artefacts=artefacts,
    )


def _outcome(document: Mapping[str, JSON]) -> tuple[Outcome, str]:
    """Return the outcome that a document names, and the sentence on it."""
    word, reason = document.get("outcome"), document.get("reason")
    sentence = text(reason, 600) if isinstance(reason, str) else ""
    outcome = _OUTCOMES.get(word) if isinstance(word, str) else None
    if outcome is None:
        return Outcome.ENGINE_ERROR, f"The run ended in no known way: {text(str(word), 60)}. {sentence}".strip()
    not_seen = document.get("not_seen")
    if outcome is Outcome.INSPECTED and isinstance(not_seen, list) and not_seen:
        return Outcome.INSPECTED_PARTLY, f"It asked for what cannot run here: {_few(not_seen)}."
    return outcome, sentence


def _few(not_seen: list[JSON]) -> str:
    """Return the first things that could not run, and how many there are."""
    names = [text(item, 80) for item in not_seen[:3] if isinstance(item, str)]
    rest = len(not_seen) - len(names)
    return ", ".join(names) + (f" and {rest} more" if rest and names else f"{rest} things" if rest else "")


def _shorten(document: dict[str, JSON]) -> dict[str, JSON]:
    """Cut the last events off a document that is too large to be kept; return how many, by name."""
    events = document.get("events")
    size = _size(document)
    if size <= MAX_DOCUMENT_BYTES or not isinstance(events, list):
        return {}
    room = MAX_DOCUMENT_BYTES - (size - _size(events))
    number = 0
    while number < len(events) and (room := room - _size(events[number])) > 0:
        number += 1
    document["events"] = events[:number]
    return {"events": len(events) - number}


def _size(value: JSON) -> int:
    """Return how many characters a value takes as JSON."""
    return len(json.dumps(value, ensure_ascii=False))


def _clean(value: JSON) -> JSON:
    """Return `value` with printable, bounded texts and without the numbers that Python knows and JSON does not.

    The lines of a text stay lines: causes of failures have several.
    """
    if isinstance(value, str):
        lines = value[:TEXT_LIMIT].split("\n")
        return "\n".join(text(line) for line in lines) + ("…" if len(value) > TEXT_LIMIT else "")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {text(str(name)): _clean(item) for name, item in value.items()}
    return value


def _artefacts(folder: Path) -> dict[str, bytes]:
    """Return the files of a run by name, the bounded number and size that the farm keeps."""
    kept: dict[str, bytes] = {}
    room = MAX_FILES_BYTES
    for path in sorted(folder.iterdir()):
        if len(kept) == MAX_FILES or path.is_symlink() or not path.is_file() or not _NAME.fullmatch(path.name):
            continue
        size = path.stat().st_size
        if size <= min(MAX_FILE_BYTES, room):
            kept[path.name] = path.read_bytes()
            room -= size
    return kept
