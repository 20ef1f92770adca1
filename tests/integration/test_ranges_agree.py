"""What is seen of an app does not depend on how much of it was in memory.

All APKs of a folder: `APKFARM_APKS=folder pytest tests/integration/test_ranges_agree.py`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from farm.cluster.sieve import sift
from farm.ports import PIECE
from tests.engines import choose
from tests.hostile import archives
from tests.hostile.making import KINDS
from tests.unit.workers.readers.build import Member, apk_bytes
from workers.inspect import inspect_apk
from workers.model.evidence import JSON
from workers.model.limits import Limits
from workers.static.ranges import START, foreseen, read_ahead, tail
from workers.static.readers.engine import Engine, installed
from workers.static.readers.file import BIG, RangedFile, Span

_ROOT = Path(__file__).parents[2]
_QUICK_MB = {Engine.NATIVE: 4, Engine.REFERENCE: 1}
_SHA256 = "0" * 64


def _apks(most_mb: int) -> list[Path]:
    """Return the APKs to compare: those of the folder that was named, else the sample apps and small real ones."""
    named = os.environ.get("APKFARM_APKS")
    if named:
        return sorted(Path(named).rglob("*.apk"))
    real = [path for path in (_ROOT / ".cache" / "apks").glob("*.apk") if path.stat().st_size < most_mb << 20]
    return sorted(real) + sorted((_ROOT / "examples" / "apps" / "built").rglob("*.apk"))


def _by_ranges(data: bytes, *, ahead: bool) -> tuple[dict[str, JSON], int]:
    """Return the evidence on an app that is read by ranges, and how many bytes that took."""

    def fetch(spans: Sequence[Span]) -> list[bytes]:
        return [data[start:end] for start, end in spans]

    file = RangedFile(len(data), fetch)
    if ahead:
        read_ahead(file, limits=Limits(), most=len(data))
    return inspect_apk(file, sha256=_SHA256).as_json(), file.held


def _sifted(data: bytes) -> dict[str, JSON]:
    """Return the evidence on an app that goes by once, as one whose hash is not known."""
    file = RangedFile(len(data), lambda spans: [data[start:end] for start, end in spans])
    file.load([tail(len(data)), (0, START)], near=0)
    spans = foreseen(file, limits=Limits(), most=len(data))
    pieces = (data[start : start + PIECE] for start in range(0, len(data), PIECE))

    assert hashlib.sha256(data).hexdigest() == sift(file, spans, pieces)
    return inspect_apk(file, sha256=_SHA256).as_json()


def _differ(data: bytes, *ways: bool) -> bool:
    """Return whether reading ahead, not reading ahead, or sifting sees something else than reading the whole."""
    whole = inspect_apk(data, sha256=_SHA256).as_json()
    return _sifted(data) != whole or any(_by_ranges(data, ahead=ahead)[0] != whole for ahead in ways)


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("engine", Engine)
def test_ranges_give_the_same_evidence(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    """Facts, anomalies, outcome and sentence, of every app, whether its ranges were foreseen or not."""
    if engine is Engine.NATIVE and installed() is None:
        pytest.skip("the native engine is not installed; it needs cargo")
    choose(monkeypatch, engine)

    assert [] == [path.name for path in _apks(_QUICK_MB[engine]) if _differ(path.read_bytes(), True, False)]


@pytest.mark.timeout(600)
def test_hostile_files_are_seen_the_same() -> None:
    """Offsets that lie, members on top of each other, bombs: no hole is taken for zeros."""
    kinds = [kind for kind in KINDS if kind.make.__module__ == archives.__name__]

    assert len(kinds) >= 30
    assert [] == [kind.name for kind in kinds if _differ(kind.make(), True)]


def test_a_big_app_is_not_read_whole() -> None:
    """Its large members are left where they are, but for those that may hide code; the facts are those of the whole."""
    ballast = [Member(name=f"assets/{number}.mp4", content=os.urandom(300_000), method=0) for number in range(100)]
    hidden = Member(name="assets/x", content=b"dex\n035\0" + os.urandom(200_000), method=0)
    data = apk_bytes([*ballast[:50], hidden, *ballast[50:]])
    whole = inspect_apk(data, sha256=_SHA256).as_json()
    seen, held = _by_ranges(data, ahead=True)
    facts = whole["facts"]
    assert isinstance(facts, dict)
    code = facts["dynamic_code"]

    assert seen == whole
    assert BIG < len(data)
    assert held < len(data) / 5
    assert isinstance(code, dict)
    assert [{"name": "assets/x", "kind": "dex", "bytes": 200_008}] == code["embedded"]
    assert 102 - 32 == code["not_looked_at"]
