"""Whatever is damaged in an app, its inspection ends in an outcome about the app, with facts that can be kept."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines import choose
from tests.hostile.seeds import seeds
from tests.unit.workers.readers.build import Member, zip_bytes
from workers.inspect import inspect_apk
from workers.model.limits import Limits
from workers.model.outcome import Outcome, OutcomeClass
from workers.static.readers.archive import open_apk
from workers.static.readers.engine import Engine, native

SAMPLES = Path(__file__).parents[2] / "examples" / "apps" / "built"
SPEAKING = {
    outcome for outcome in Outcome if outcome.outcome_class in {OutcomeClass.OK, OutcomeClass.INPUT, OutcomeClass.APP}
}
"""Outcomes that are about the app; all others would be a fault of ours."""
ENGINES = [Engine.REFERENCE, *([Engine.NATIVE] if native() else [])]

places = st.floats(0, 1, exclude_max=True)
changes = st.lists(st.tuples(places, st.binary(min_size=1, max_size=4)), min_size=1, max_size=8)
"""Where bytes are replaced, as a share of the file, and by what."""


@cache
def apps() -> list[bytes]:
    """Return the small ones of the hostile files and the sample apps."""
    return [seed for target, seed in seeds() if target == "archive" and len(seed) <= 32 << 10]


@cache
def members(name: str) -> dict[str, bytes]:
    """Return the members of a sample app by name."""
    data = (SAMPLES / name).read_bytes()
    archive = open_apk(memoryview(data), limits=Limits())
    return {member: archive.read(member) for member in archive.names}


def damage(data: bytes, replaced: list[tuple[float, bytes]]) -> bytes:
    """Return bytes of the same length with some replaced."""
    damaged = bytearray(data)
    for place, value in replaced:
        at = int(place * len(damaged))
        damaged[at : at + len(value)] = value[: len(damaged) - at]
    return bytes(damaged)


def check(app: bytes, engine: Engine) -> None:
    """Inspect an app: the right kind of outcome, a reason where not all was seen, facts that can be written."""
    with pytest.MonkeyPatch.context() as patch:
        choose(patch, engine)
        evidence = inspect_apk(app)
    assert evidence.outcome in SPEAKING, evidence.reason
    assert bool(evidence.reason) is (evidence.outcome is not Outcome.INSPECTED)
    json.dumps(evidence.as_json(), allow_nan=False).encode("utf-8")


@settings(max_examples=200, deadline=None)
@given(
    which=st.integers(0, 10_000),
    replaced=changes,
    start=st.just(0) | st.integers(0, 400),
    lost=st.just(0) | st.integers(0, 400),
    engine=st.sampled_from(ENGINES),
)
def test_any_damage_of_a_hostile_file(
    which: int, replaced: list[tuple[float, bytes]], start: int, lost: int, engine: Engine
) -> None:
    """Bytes replaced anywhere, some cut off in front or behind."""
    app = damage(apps()[which % len(apps())], replaced) if apps()[which % len(apps())] else b""
    check(app[start : len(app) - lost], engine)


@settings(max_examples=200, deadline=None)
@given(
    sample=st.sampled_from(("clean.apk", "packed-looking.apk", "self-start.apk")),
    which=st.integers(0, 100),
    replaced=changes,
    engine=st.sampled_from(ENGINES),
)
def test_any_damage_inside_a_member(
    sample: str, which: int, replaced: list[tuple[float, bytes]], engine: Engine
) -> None:
    """The archive is sound, but its manifest, resources, signature or code is not."""
    sound = members(sample)
    chosen = sorted(sound)[which % len(sound)]
    broken = {**sound, chosen: damage(sound[chosen], replaced) if sound[chosen] else b""}
    check(zip_bytes([Member(name=name, content=content) for name, content in broken.items()]), engine)


@settings(max_examples=200, deadline=None)
@given(replaced=changes, engine=st.sampled_from(ENGINES))
def test_any_damage_of_the_manifest_alone(replaced: list[tuple[float, bytes]], engine: Engine) -> None:
    """Binary XML is the first thing that an attacker writes; half of the damage is in its first bytes."""
    sound = members("self-start.apk")
    near = [(place / 8 if i % 2 else place, value) for i, (place, value) in enumerate(replaced)]
    broken = {**sound, "AndroidManifest.xml": damage(sound["AndroidManifest.xml"], near)}
    check(zip_bytes([Member(name=name, content=content) for name, content in broken.items()]), engine)


@settings(max_examples=100, deadline=None)
@given(replaced=changes, engine=st.sampled_from(ENGINES))
def test_any_damage_of_a_signing_block(replaced: list[tuple[float, bytes]], engine: Engine) -> None:
    """The bytes in front of the directory, where signatures of schemes v2 and v3 are."""
    data = (SAMPLES / "clean.apk").read_bytes()
    end = open_apk(memoryview(data), limits=Limits()).directory_offset
    start = data.rindex(b"APK Sig Block 42") - 1_500
    check(data[:start] + damage(data[start:end], replaced) + data[end:], engine)
