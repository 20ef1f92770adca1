"""The Ray executor on a real local cluster: results, deaths, hangs, and the cluster's own chatter."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import ray
from ray.exceptions import RayActorError

from farm.cluster.ray_pool import ALLOCATORS, RayExecutor, _Slot
from farm.model.batch import AppRef, InspectionId
from farm.model.errors import ClusterError
from farm.model.execution import Chunk, Ended, ExecutorEvent, LossCause, Lost, Progress, Result, Task
from farm.model.inspection import Suite
from farm.testing import result_of
from workers.model.outcome import Outcome


def act(task: Task, _following: Task | None) -> Result:
    """Do what the app's URL says."""
    word = task.app.url
    if word == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "die-later":
        time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "hang":
        time.sleep(3600)
    if word == "raise":
        raise RuntimeError("the worker's own error")
    if word == "slow":
        time.sleep(0.3)
    result = result_of(task, Outcome.INSPECTED)
    if word == "modules":
        import farm.cluster.task  # noqa: F401 - as the real inspection does

        return replace(result, reason=" ".join(sorted(sys.modules)))
    if word == "environment":
        return replace(result, reason=" ".join(os.environ.get(name, "") for name in ALLOCATORS))
    if word == "maps":
        return replace(result, reason=Path("/proc/self/maps").read_text("utf-8"))
    # Ray titles the process with the actor's class.
    return replace(result, reason=Path("/proc/self/cmdline").read_text("utf-8")) if word == "who" else result


@pytest.fixture(scope="module")
def executor() -> Iterator[RayExecutor]:
    """A local cluster with one worker."""
    executor = RayExecutor(act, address=None, workers=1)
    executor.start()
    yield executor
    executor.close()


def _run(
    executor: RayExecutor, number: int, *words: str, deadline_s: float = 60, suite: Suite = Suite.STATIC
) -> list[ExecutorEvent]:
    """Run one chunk to its end as a driver would, killing it at its deadline."""
    tasks = tuple(
        Task(inspection_id=InspectionId(n), app=AppRef(url=word), suite=suite) for n, word in enumerate(words)
    )
    executor.prepare({suite: 1})
    while not executor.idle(suite):
        executor.wait(0.1)
    executor.submit(Chunk(chunk_id=number, tasks=tasks, deadline_s=deadline_s))
    events: list[ExecutorEvent] = []
    touched = time.monotonic()
    while not (events and isinstance(events[-1], Ended | Lost)):
        new = executor.wait(0.1)
        events.extend(new)
        touched = time.monotonic() if new else touched
        if time.monotonic() - touched > deadline_s:
            executor.kill(number)
            touched = time.monotonic()
    return events


def _results(events: list[ExecutorEvent]) -> Mapping[int, Outcome]:
    """Return the outcomes by inspection."""
    return {r.inspection_id: r.outcome for e in events if isinstance(e, Progress) for r in e.results}


def _reason(events: list[ExecutorEvent]) -> str:
    """Return the reasons of all results."""
    return "".join(r.reason for e in events if isinstance(e, Progress) for r in e.results)


def test_results_stream_back_and_the_chunk_ends(executor: RayExecutor) -> None:
    """Three results, then the end."""
    events = _run(executor, 1, "slow", "slow", "ok")

    assert {0: Outcome.INSPECTED, 1: Outcome.INSPECTED, 2: Outcome.INSPECTED} == _results(events)
    assert Ended(chunk_id=1) == events[-1]


def test_a_worker_loads_neither_arrow_nor_numpy(executor: RayExecutor) -> None:
    """Ray would load both, into every worker, for datasets that none ever sees."""
    maps = _reason(_run(executor, 9, "maps"))

    assert "_raylet" in maps
    assert "pyarrow" not in maps
    assert "numpy" not in maps


def test_a_worker_loads_nothing_for_terminals_and_other_peoples_values(executor: RayExecutor) -> None:
    """The logging library would load one to colour tracebacks, Ray two to send values of theirs."""
    modules = _reason(_run(executor, 11, "modules")).split()

    assert {"structlog", "farm.rules.engine"} <= {*modules}
    assert not {"rich.console", "pydantic.main", "starlette.types"} & {*modules}


def test_a_local_cluster_tells_its_workers_allocators_to_be_thrifty(executor: RayExecutor) -> None:
    """They ask the environment before any code of ours runs."""
    assert " ".join(ALLOCATORS.values()) == _reason(_run(executor, 12, "environment"))


def test_a_dead_worker_loses_only_what_it_had_not_reported(executor: RayExecutor) -> None:
    """What was reported before the death stays; the worker is replaced."""
    events = _run(executor, 2, "slow", "die-later", "ok")
    after = _run(executor, 3, "ok")

    assert {0: Outcome.INSPECTED} == _results(events)
    assert isinstance(events[-1], Lost)
    assert LossCause.WORKER_DIED is events[-1].cause
    assert Ended(chunk_id=3) == after[-1]


def test_a_hang_is_killed(executor: RayExecutor) -> None:
    """The chunk comes back as lost at its deadline."""
    events = _run(executor, 4, "hang", deadline_s=1)

    assert isinstance(events[-1], Lost)
    assert LossCause.DEADLINE is events[-1].cause


def test_an_error_in_the_worker_costs_the_worker(executor: RayExecutor) -> None:
    """A task that raises is a lost chunk, never an error of the driver."""
    events = _run(executor, 5, "raise")

    assert isinstance(events[-1], Lost)
    assert "the worker's own error" in events[-1].detail


def test_workers_change_their_kind_with_the_work(executor: RayExecutor) -> None:
    """The one CPU goes to a sandbox worker and back; both die and hang like any other."""
    dynamic = _run(executor, 6, "who", suite=Suite.DYNAMIC)
    dead = _run(executor, 7, "die", suite=Suite.DYNAMIC)
    static = _run(executor, 8, "who")

    assert "::SandboxWorker" in _reason(dynamic)
    assert "::StaticWorker" in _reason(static)
    assert isinstance(dead[-1], Lost)
    assert LossCause.WORKER_DIED is dead[-1].cause


def test_a_cluster_without_memory_for_a_sandbox_says_so() -> None:
    """As soon as nothing but dynamic work waits; static work goes on."""
    executor = RayExecutor(act, address=None, workers=1, sandbox_bytes=1 << 60)
    executor._wanted = frozenset({Suite.STATIC})
    nodes = [{"Alive": True, "Resources": {"CPU": 2.0, "memory": 1e9}}]
    executor._slots = [_Slot(suite=Suite.STATIC, handle=None, greeting=None) for _ in range(2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ray, "nodes", lambda: nodes)
        executor.prepare({Suite.STATIC: 1, Suite.DYNAMIC: 1})
        assert 2 == executor.idle(Suite.STATIC)
        with pytest.raises(ClusterError, match="memory"):
            executor.prepare({Suite.DYNAMIC: 1})


@pytest.mark.parametrize(
    ("able", "starting", "idle"),
    [([True, False], 0, 1), ([False, False], 0, 2), ([False, False], 1, 0), ([True], 1, 1), ([], 0, 0)],
)
def test_machines_without_a_backend_get_dynamic_work_only_if_all_are(
    able: list[bool], starting: int, idle: int
) -> None:
    """One that fails at once would otherwise draw all work to itself."""
    executor = RayExecutor(act, address=None, workers=1)
    executor._slots = [
        *(_Slot(suite=Suite.DYNAMIC, handle=None, greeting=None, able=each) for each in able),
        *(_Slot(suite=Suite.DYNAMIC, handle=None, greeting="not yet") for _ in range(starting)),
    ]

    assert idle == len(executor._free(Suite.DYNAMIC))


def test_a_cluster_that_is_gone_when_a_worker_is_lost_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers what has become of the worker's machine."""

    def refuse() -> None:
        raise ConnectionError("nobody answers")

    def lost() -> Iterator[object]:
        raise RayActorError
        yield

    executor = RayExecutor(act, address=None, workers=1)
    task = Task(inspection_id=InspectionId(1), app=AppRef(url="a"), suite=Suite.STATIC)
    chunk = Chunk(chunk_id=1, tasks=(task,), deadline_s=60)
    executor._slots = [_Slot(suite=Suite.STATIC, handle=None, greeting=None, chunk=chunk, stream=lost())]
    executor._refreshed = time.monotonic()
    monkeypatch.setattr(ray, "wait", lambda streams, **_: (streams, []))
    monkeypatch.setattr(ray, "nodes", refuse)

    with pytest.raises(ClusterError, match="gone: nobody answers"):
        executor.wait(0)


@pytest.mark.parametrize("address", ["nonsense", "ray://127.0.0.1:10001", "127.0.0.1:1"])
def test_an_address_that_is_no_cluster_is_refused_at_once(address: str) -> None:
    """The error names the address."""
    with pytest.raises(ClusterError, match=r"127\.0\.0\.1|nonsense"):
        RayExecutor(act, address=address, workers=1).start()
