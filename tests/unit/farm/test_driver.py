"""The driver: feeding, blame, deadlines, stopping; over a real ledger and a scripted executor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from farm.ledger.sql import SqlLedger
from farm.model.batch import AppRef, Batch, BatchId, BatchStatus
from farm.model.errors import ClusterError, StoreError
from farm.model.execution import Task
from farm.model.inspection import State, Suite
from farm.ports import RerunFilter
from farm.service.run import Driver, DriverPolicy
from farm.testing import FrozenClock, Mishap, ScriptedExecutor
from workers.model.outcome import Outcome

Script = Callable[[Task], Outcome | Mishap]


class World:
    """A ledger with one batch, a clock, and drivers."""

    def __init__(self, path: Path) -> None:
        """Open an empty ledger."""
        self.clock = FrozenClock()
        self.ledger = SqlLedger.open(f"sqlite:///{path / 'ledger.sqlite'}")
        self.executor = ScriptedExecutor(lambda task: Outcome.INSPECTED)

    def submit(self, *names: str, shard: int = 100, suites: tuple[Suite, ...] = (Suite.STATIC,)) -> BatchId:
        """Submit a batch of apps with these names."""
        refs = [AppRef(url=f"s3://b/{name}", size=1000, etag=name) for name in names]
        batch = Batch(
            batch_id=BatchId("0123456789abcdef"),
            name="test",
            manifest_sha256="0" * 64,
            manifest_key="manifests/0",
            suites=suites,
            apps=len(refs),
            bytes=1000 * len(refs),
            created_at=datetime.fromtimestamp(self.clock.now(), UTC),
        )
        return self.ledger.create_batch(batch, [refs[i : i + shard] for i in range(0, len(refs), shard)]).batch_id

    def driver(self, script: Script, *, workers: int = 2, policy: DriverPolicy | None = None) -> Driver:
        """Return a driver whose workers follow the script."""
        self.executor = ScriptedExecutor(script, workers=workers, clock=self.clock)
        return Driver(ledger=self.ledger, executor=self.executor, clock=self.clock, owner="test:1", policy=policy)

    def status(self) -> BatchStatus:
        """Return where the batch stands."""
        return self.ledger.status(BatchId("0123456789abcdef"), now=self.clock.now())

    def states(self) -> dict[State, int]:
        """Return the states that occur."""
        return {state: n for state, n in self.status().states.items() if n}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world of its own."""
    world = World(tmp_path)
    yield world
    world.ledger.close()


def _by_name(**acts: Outcome | Mishap) -> Script:
    """Return a script that acts by the last part of the URL; others are inspected."""
    return lambda task: acts.get(task.app.url.rpartition("/")[2], Outcome.INSPECTED)


def test_every_app_of_every_shard_is_done(world: World) -> None:
    """Three shards, all inspected, all counted."""
    world.submit(*(f"a{n}" for n in range(25)), shard=10)
    world.driver(_by_name()).run()

    assert {State.DONE: 25} == world.states()
    assert 25 == world.status().counted


def test_outcomes_lead_where_the_policy_says(world: World) -> None:
    """INPUT is unusable, APP is unknown, TOOL is quarantined after three attempts."""
    world.submit("ok", "bad", "packed", "bug")
    world.driver(_by_name(bad=Outcome.MALFORMED, packed=Outcome.PACKED, bug=Outcome.ENGINE_ERROR)).run()

    assert {State.DONE: 1, State.UNUSABLE: 1, State.UNKNOWN: 1, State.QUARANTINED: 1} == world.states()
    assert 6 == world.status().attempts


def test_only_the_killer_is_blamed(world: World) -> None:
    """Suspects of a lost chunk are run alone; neighbours end done, the killer after three executions quarantined."""
    world.submit("a", "b", "killer", "c", "d")
    world.driver(_by_name(killer=Mishap.DIE), workers=1).run()
    runs = sum(1 for tasks in world.executor.started for task in tasks if task.app.url.endswith("killer"))
    last = [tasks for tasks in world.executor.started if any(t.app.url.endswith("killer") for t in tasks)][1:]

    assert {State.DONE: 4, State.QUARANTINED: 1} == world.states()
    assert 3 == runs
    assert all(1 == len(tasks) for tasks in last)
    assert {"inspected": 4, "worker_died": 1} == dict(world.status().outcomes)


def test_a_hang_is_killed_at_the_deadline_and_blamed_when_alone(world: World) -> None:
    """The first time the chunk is suspect, then the app alone is timed out until it is quarantined."""
    world.submit("a", "hang", "b")
    world.driver(_by_name(hang=Mishap.HANG), policy=DriverPolicy(app_seconds=1.0, lease_s=1e6)).run()

    assert {State.DONE: 2, State.QUARANTINED: 1} == world.states()
    assert 1 == world.status().outcomes["timeout"]


def test_a_lost_node_blames_nobody(world: World) -> None:
    """NODE_LOST leads to another attempt after a pause, and never to quarantine by itself."""
    world.submit("a", "b", "c")
    lost: list[Task] = []

    def script(task: Task) -> Outcome | Mishap:
        if len(lost) < 2 and task.app.url.endswith("b"):
            lost.append(task)
            return Mishap.NODE
        return Outcome.INSPECTED

    world.driver(script).run()

    assert {State.DONE: 3} == world.states()


def test_nothing_but_store_failures_stops_the_driver(world: World) -> None:
    """The driver ends with a StoreError and everything is pending."""
    world.submit(*(f"a{n}" for n in range(60)))

    with pytest.raises(StoreError, match="pending"):
        world.driver(_by_name(**{f"a{n}": Outcome.STORE_UNAVAILABLE for n in range(60)})).run()

    assert {State.PENDING: 60} == world.states()


def test_a_cancelled_batch_stops_and_late_results_are_refused(world: World) -> None:
    """Cancelling moves the fence: what the driver still has in hand is not committed."""
    batch = world.submit(*(f"a{n}" for n in range(10)))

    def script(task: Task) -> Outcome | Mishap:
        if task.app.url.endswith("a3"):
            world.ledger.cancel(batch, now=world.clock.now())
        return Outcome.INSPECTED

    world.driver(script, workers=1).run()

    assert {State.CANCELLED: 10} == world.states()


def test_stop_lets_nothing_run_and_loses_nothing(world: World) -> None:
    """After `stop` inside the grace period the hanging chunk is given up as `driver_restarted`."""
    world.submit("a", "hang")
    driver = world.driver(_by_name(hang=Mishap.HANG), policy=DriverPolicy(grace_s=1.0, app_seconds=1e6))
    world.executor._script = lambda task: (driver.stop(), Mishap.HANG)[1]  # type: ignore[func-returns-value]
    driver.run()

    assert {State.PENDING: 2} == world.states()


def test_a_rerun_of_the_quarantined_runs_them_alone_again(world: World) -> None:
    """Re-running keeps attempts and gives the app a fresh count of attempts."""
    batch = world.submit("a", "bug")
    world.driver(_by_name(bug=Outcome.ENGINE_ERROR)).run()
    world.ledger.rerun(batch, RerunFilter(failed=True), now=world.clock.now())
    world.driver(_by_name()).run()

    assert {State.DONE: 2} == world.states()
    assert 5 == world.status().attempts


def test_an_expired_lease_is_taken_over(world: World) -> None:
    """What a dead driver had running is pending again for the next one."""
    batch = world.submit("a", "b")
    lease = world.ledger.lease(owner="dead:1", now=world.clock.now(), seconds=5.0)
    assert lease is not None
    world.ledger.begin(lease, [w.inspection_id for w in world.ledger.pending(lease)], now=world.clock.now())
    world.clock.advance(6)
    world.driver(_by_name()).run()

    assert {State.DONE: 2} == world.states()
    assert 4 == world.status().attempts
    assert 0 == world.ledger.unfinished(batch)


def test_leases_of_a_driver_known_to_be_dead_need_not_expire(world: World) -> None:
    """Once buried, its shards are free at once, and only its own."""
    world.submit("a", "b", shard=1)
    first = world.ledger.lease(owner="dead:1", now=world.clock.now(), seconds=1e6)
    second = world.ledger.lease(owner="alive:2", now=world.clock.now(), seconds=1e6)
    world.ledger.bury("dead:1", now=world.clock.now())
    taken = world.ledger.lease(owner="test:1", now=world.clock.now(), seconds=60)
    more = world.ledger.lease(owner="test:1", now=world.clock.now(), seconds=60)

    assert first is not None
    assert second is not None
    assert taken is not None
    assert first.shard_id == taken.shard_id
    assert more is None


BOTH = (Suite.STATIC, Suite.DYNAMIC)


def _by_suite(static: Outcome | Mishap, dynamic: Outcome | Mishap) -> Script:
    """Return a script that acts by the suite."""
    return lambda task: dynamic if task.suite is Suite.DYNAMIC else static


def test_an_app_with_two_suites_has_two_inspections_and_counts_once(world: World) -> None:
    """Chunks have one suite each, and the executor is told what waits."""
    world.submit(*(f"a{n}" for n in range(5)), suites=BOTH)
    world.driver(_by_suite(Outcome.INSPECTED, Outcome.INSPECTED)).run()

    assert {State.DONE: 10} == world.states()
    assert 5 == world.status().counted
    assert all(1 == len({task.suite for task in tasks}) for tasks in world.executor.started)
    assert any(Suite.DYNAMIC in waiting for waiting in world.executor.waiting)


def test_an_app_that_hides_from_one_suite_counts_by_the_other(world: World) -> None:
    """It was inspected, though not wholly; the state of each inspection says so."""
    world.submit("a", suites=BOTH)
    world.driver(_by_suite(Outcome.INSPECTED, Outcome.LOGIN_WALL)).run()

    assert {State.DONE: 1, State.UNKNOWN: 1} == world.states()
    assert 1 == world.status().counted


def test_without_a_backend_the_static_work_is_done_and_the_rest_waits(world: World) -> None:
    """The driver ends with what is missing, quarantines nobody, and a later one goes on."""
    world.submit(*(f"a{n}" for n in range(20)), shard=5, suites=BOTH)
    script = _by_suite(Outcome.INSPECTED, Outcome.BACKEND_MISSING)

    with pytest.raises(ClusterError, match="backend_missing Nothing is lost"):
        world.driver(script).run()

    assert {State.DONE: 20, State.PENDING: 20} == world.states()
    world.clock.advance(100)
    world.driver(_by_suite(Outcome.INSPECTED, Outcome.INSPECTED)).run()
    assert {State.DONE: 40} == world.states()


def test_one_machine_without_a_backend_stops_nothing(world: World) -> None:
    """An inspection that another machine could do is done there."""
    world.submit(*(f"a{n}" for n in range(9)), suites=(Suite.DYNAMIC,))
    asked: list[Task] = []

    def script(task: Task) -> Outcome | Mishap:
        asked.append(task)
        return Outcome.BACKEND_MISSING if len(asked) % 3 == 0 else Outcome.INSPECTED

    world.driver(script).run()

    assert {State.DONE: 9} == world.states()


def test_a_dynamic_inspection_has_its_own_deadline(world: World) -> None:
    """Longer than the static one's."""
    world.submit("a", suites=BOTH)
    driver = world.driver(
        _by_suite(Mishap.HANG, Mishap.HANG), policy=DriverPolicy(app_seconds=1.0, dynamic_seconds=50.0, lease_s=1e6)
    )
    deadlines: dict[Suite, float] = {}
    submit = world.executor.submit
    world.executor.submit = lambda chunk: (deadlines.setdefault(chunk.suite, chunk.deadline_s), submit(chunk))[1]  # type: ignore[method-assign] # looks on
    driver.run()

    assert deadlines[Suite.DYNAMIC] > 50 > deadlines[Suite.STATIC]
    assert {State.QUARANTINED: 2} == world.states()


def test_a_dead_sandbox_worker_is_blamed_on_its_one_app(world: World) -> None:
    """A dynamic chunk has one app, so blame is certain at once; two deaths are enough."""
    world.submit("a", "killer", suites=(Suite.DYNAMIC,))
    world.driver(_by_name(killer=Mishap.DIE)).run()

    assert {State.DONE: 1, State.QUARANTINED: 1} == world.states()
    assert {"inspected": 1, "worker_died": 1} == dict(world.status().outcomes)
    assert 3 == world.status().attempts


def test_a_rerun_takes_only_the_failed_suite(world: World) -> None:
    """What the other suite saw stays."""
    batch = world.submit("a", "b", suites=BOTH)
    world.driver(_by_suite(Outcome.INSPECTED, Outcome.CRASHED_AT_LAUNCH)).run()
    preview = world.ledger.preview_rerun(batch, RerunFilter(failed=True))
    world.ledger.rerun(batch, RerunFilter(failed=True), now=world.clock.now())
    world.driver(_by_suite(Outcome.ENGINE_ERROR, Outcome.INSPECTED)).run()

    assert ({"crashed_at_launch": 2}, 2) == (dict(preview.by_outcome), preview.inspections)
    assert {State.DONE: 4} == world.states()
    assert {Suite.DYNAMIC} == {task.suite for tasks in world.executor.started for task in tasks}


def test_static_work_runs_ahead_of_dynamic_work_by_a_few_shards(world: World) -> None:
    """Workers of one kind must not make the driver lease the whole batch."""
    world.submit(*(f"a{n}" for n in range(20)), shard=1, suites=BOTH)
    driver = world.driver(_by_suite(Outcome.INSPECTED, Mishap.HANG), workers=3, policy=DriverPolicy(hands=4))
    idle = world.executor.idle
    world.executor.idle = lambda suite: min(idle(suite), 1) if suite is Suite.STATIC else 0  # type: ignore[method-assign] # no sandboxes
    for _ in range(20):
        driver._tick()

    assert 4 == len(world.executor.started)
