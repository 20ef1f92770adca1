"""Shards and chunks are exact partitions, whatever the sizes."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from farm.model.batch import AppId, AppRef, InspectionId, Work
from farm.model.inspection import Suite
from farm.planning import ChunkPolicy, ShardPolicy, chunk, plan_shards

SIZES = some.lists(some.integers(0, 6_000_000_000), max_size=60)
SHARDS = some.builds(ShardPolicy, apps=some.integers(1, 9), bytes=some.integers(1, 8_000_000_000))
CHUNKS = some.builds(ChunkPolicy, target_s=some.floats(0.001, 50), works=some.integers(1, 9))
WORKS = some.lists(some.tuples(some.integers(0, 2_000_000_000), some.sampled_from(Suite), some.booleans()), max_size=60)


def _works(rows: list[tuple[int, Suite, bool]]) -> list[Work]:
    """Return inspections of these sizes and suites."""
    return [
        Work(
            inspection_id=InspectionId(number),
            app_id=AppId(number),
            app=AppRef(url=f"s3://b/{number}", size=size),
            suite=suite,
            alone=alone,
            tool_attempts=0,
            lone_deaths=0,
            infra_attempts=0,
            not_before=0.0,
        )
        for number, (size, suite, alone) in enumerate(rows)
    ]


@given(sizes=SIZES, policy=SHARDS)
def test_every_app_is_in_exactly_one_shard(sizes: list[int], policy: ShardPolicy) -> None:
    """Laid end to end, the shards are the manifest."""
    refs = [AppRef(url=f"s3://b/{number}", size=size) for number, size in enumerate(sizes)]
    shards = list(plan_shards(refs, policy))

    assert refs == [ref for shard in shards for ref in shard]
    assert all(shards)


@given(sizes=SIZES, policy=SHARDS)
def test_a_shard_keeps_its_bounds_and_is_cut_only_by_them(sizes: list[int], policy: ShardPolicy) -> None:
    """A shard is over its bytes only with a single app, and could not have taken the next one."""
    refs = [AppRef(url=f"s3://b/{number}", size=size) for number, size in enumerate(sizes)]
    shards = list(plan_shards(refs, policy))
    weights = [sum(ref.size for ref in shard) for shard in shards]

    assert all(len(shard) <= policy.apps for shard in shards)
    assert all(weight <= policy.bytes or len(shard) == 1 for shard, weight in zip(shards, weights, strict=True))
    for shard, weight, after in zip(shards, weights, shards[1:], strict=False):
        assert len(shard) == policy.apps or weight + after[0].size > policy.bytes


@given(rows=WORKS, policy=CHUNKS)
def test_every_inspection_is_in_exactly_one_chunk(rows: list[tuple[int, Suite, bool]], policy: ChunkPolicy) -> None:
    """None is lost and none is sent twice."""
    works = _works(rows)
    chunks = chunk(works, policy)

    assert sorted(work.inspection_id for work in works) == sorted(w.inspection_id for c in chunks for w in c)
    assert all(chunks)


@given(rows=WORKS, policy=CHUNKS)
def test_a_chunk_keeps_its_bounds(rows: list[tuple[int, Suite, bool]], policy: ChunkPolicy) -> None:
    """One suite; suspects alone; no longer than the target unless it is one app; the longest chunk first."""
    chunks = chunk(_works(rows), policy)
    seconds = [sum(policy.predictor.seconds(work.app.size, work.suite) for work in members) for members in chunks]

    for members, taken in zip(chunks, seconds, strict=True):
        assert 1 == len({work.suite for work in members})
        assert len(members) <= policy.works
        assert len(members) == 1 or not any(work.alone for work in members)
        assert len(members) == 1 or taken <= policy.target_s * 1.000001
    assert all(first >= second * 0.999999 for first, second in pairwise(seconds))
