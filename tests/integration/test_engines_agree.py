"""The native engine and the reference in Python see the same in every app.

All APKs of a folder: `make engines APKS=folder`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.engines import choose, needs_native
from workers.inspect import inspect_apk
from workers.model.evidence import JSON
from workers.static.readers.engine import Engine

_ROOT = Path(__file__).parents[2]
_QUICK_MB = 4

pytestmark = needs_native


def _apks() -> list[Path]:
    """Return the APKs to compare: those of the folder that was named, else the sample apps and small real ones."""
    named = os.environ.get("APKFARM_APKS")
    if named:
        return sorted(Path(named).glob("*.apk"))
    real = [path for path in (_ROOT / ".cache" / "apks").glob("*.apk") if path.stat().st_size < _QUICK_MB << 20]
    return sorted(real) + sorted((_ROOT / "examples" / "apps" / "built").rglob("*.apk"))


def _document(path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> dict[str, JSON]:
    """Return the evidence that an engine gives."""
    choose(monkeypatch, engine)
    return inspect_apk(path.read_bytes()).as_json()


@pytest.mark.timeout(1_800)
def test_both_engines_give_the_same_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts, anomalies, outcome and sentence, word for word, of every app."""
    differ = [
        path.name
        for path in _apks()
        if _document(path, Engine.REFERENCE, monkeypatch) != _document(path, Engine.NATIVE, monkeypatch)
    ]

    assert differ == []
