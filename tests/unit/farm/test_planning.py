"""Shards, chunks and deadlines at their edges; the properties are in tests/properties."""

from __future__ import annotations

import pytest

from farm.model.batch import AppId, AppRef, InspectionId, Work
from farm.model.inspection import Suite
from farm.planning import ChunkPolicy, Predictor, ShardPolicy, chunk, deadline_s, plan_shards, shares


def _refs(*sizes: int) -> list[AppRef]:
    """Return apps of these sizes."""
    return [AppRef(url=f"s3://b/{number}", size=size) for number, size in enumerate(sizes)]


def _work(number: int, size: int, *, suite: Suite = Suite.STATIC, alone: bool = False) -> Work:
    """Return one inspection."""
    return Work(
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


def _sizes(shards: list[tuple[AppRef, ...]]) -> list[list[int]]:
    """Return the sizes in each shard."""
    return [[ref.size for ref in shard] for shard in shards]


def test_a_shard_is_full_at_256_apps() -> None:
    """The 257th app begins the next one."""
    assert [256, 256, 1] == [len(shard) for shard in plan_shards(_refs(*[1] * 513))]


def test_a_shard_is_full_at_its_bytes() -> None:
    """An app that would go over begins the next one; exactly full is still full."""
    policy = ShardPolicy(apps=10, bytes=10)

    assert [[4, 6], [7], [4, 3]] == _sizes(list(plan_shards(_refs(4, 6, 7, 4, 3), policy)))


def test_an_app_larger_than_a_shard_has_one_for_itself() -> None:
    """It is neither dropped nor does it make an empty shard."""
    policy = ShardPolicy(apps=10, bytes=10)

    assert [[99], [1, 1], [50]] == _sizes(list(plan_shards(_refs(99, 1, 1, 50), policy)))


def test_nothing_has_no_shards() -> None:
    """An empty list gives none."""
    assert [] == list(plan_shards([]))


def test_a_chunk_holds_about_a_second_and_a_half() -> None:
    """Ten-megabyte apps at 0.12 s each go twelve at a time."""
    chunks = chunk([_work(number, 10_000_000) for number in range(25)])

    assert [12, 12, 1] == [len(members) for members in chunks]


def test_small_apps_go_64_at_a_time() -> None:
    """However little they take."""
    chunks = chunk([_work(number, 0) for number in range(100)], ChunkPolicy(target_s=1e9))

    assert [64, 36] == [len(members) for members in chunks]


def test_the_longest_goes_first() -> None:
    """So that no worker begins a large app when all others are done."""
    chunks = chunk([_work(1, 1_000_000), _work(2, 200_000_000), _work(3, 148_000_000)])

    assert [[2], [3], [1]] == [[work.inspection_id for work in members] for members in chunks]


def test_a_suspect_is_alone() -> None:
    """Whatever it weighs, so that blame is certain."""
    chunks = chunk([_work(1, 10), _work(2, 10, alone=True), _work(3, 10), _work(4, 10, alone=True)])

    assert [[1, 3], [2], [4]] == sorted([work.inspection_id for work in members] for members in chunks)


def test_suites_are_never_mixed() -> None:
    """A dynamic inspection needs another worker, and takes longer than a chunk."""
    works = [_work(1, 10), _work(2, 10, suite=Suite.DYNAMIC), _work(3, 10), _work(4, 10, suite=Suite.DYNAMIC)]

    assert [[2], [4], [1, 3]] == [[work.inspection_id for work in members] for members in chunk(works)]


@pytest.mark.parametrize(
    ("size", "suite", "seconds"),
    [(0, Suite.STATIC, 0.02), (10_000_000, Suite.STATIC, 0.12), (10_000_000, Suite.DYNAMIC, 12.0)],
)
def test_time_is_predicted_from_size(size: int, suite: Suite, seconds: float) -> None:
    """By the megabyte for the static suite, flat for the dynamic one."""
    assert seconds == pytest.approx(Predictor().seconds(size, suite))


@pytest.mark.parametrize(
    ("wanted", "cpus", "room", "expected"),
    [
        ("static", 4, 4, {"static": 4}),
        ("dynamic", 4, 4, {"dynamic": 4}),
        ("dynamic", 4, 3, {"dynamic": 3}),
        ("static dynamic", 4, 4, {"static": 1, "dynamic": 3}),
        ("static dynamic", 4, 2, {"static": 2, "dynamic": 2}),
        ("static dynamic", 2, 2, {"static": 1, "dynamic": 1}),
        ("static dynamic", 1, 1, {"static": 1}),
        ("static dynamic", 4, 0, {"static": 4}),
        ("dynamic", 4, 0, {}),
        ("", 4, 4, {}),
        ("static dynamic", 0, 0, {}),
    ],
)
def test_cpus_go_to_the_suites_that_are_wanted(wanted: str, cpus: int, room: int, expected: dict[str, int]) -> None:
    """Sandboxes get what memory allows, and one worker keeps reading."""
    assert expected == shares({Suite(word) for word in wanted.split()}, cpus=cpus, room=room)


def test_a_deadline_lies_beyond_the_limit_of_one_app() -> None:
    """It counts from the last result, so that a chunk of many apps has no more than one app needs."""
    one = deadline_s([_work(1, 0)], 10)

    assert 10 < one < 20
    assert one == deadline_s([_work(number, 0) for number in range(64)], 10)
    assert one + 100 == deadline_s([_work(1, 0), _work(2, 1_000_000_000)], 10)
