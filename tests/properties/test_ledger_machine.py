"""Any sequence of what drivers and people do leaves the ledger as a tiny model says it must be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from farm.ledger.sql import SqlLedger
from farm.model.batch import AppId, BatchId, InspectionId, Lease, ShardState, Work
from farm.model.errors import IllegalTransitionError, LeaseLostError
from farm.model.inspection import FAILED_STATES, State, Suite
from farm.ports import RerunFilter
from tests.contracts.ledger_samples import NOW, attempted, empty, kept, query, recount, ref, submit
from workers.model.outcome import Outcome, OutcomeClass

pytest_plugins = ["tests.contracts.ledger_fixtures"]

OUTCOMES = (
    *[Outcome.INSPECTED] * 5,
    Outcome.NOT_AN_APK,
    Outcome.PACKED,
    Outcome.TIMEOUT,
    Outcome.WORKER_DIED,
    Outcome.WORKER_LOST,
    Outcome.STORE_UNAVAILABLE,
)
FILTERS = (
    RerunFilter(failed=True),
    RerunFilter(shard=0),
    RerunFilter(suite=Suite.STATIC),
    RerunFilter(outcome_class=OutcomeClass.CANCELLED),
)
STEPS = (*["work"] * 5, *["wait"] * 3, *["lease", "begin", "commit", "release", "rerun"] * 2, "renew", "cancel")
"""What may happen next, the likely more often."""

NEED_A_LEASE = frozenset({"begin", "commit", "release", "renew"})
CONTENTS = {"a": "one", "b": "two", "c": "three", "d": "one"}
"""Two of the four objects have the same bytes."""


@dataclass(slots=True)
class Inspection:
    """What the model knows of an inspection."""

    work: Work
    content: str
    state: State = State.PENDING
    outcome: Outcome | None = None
    not_before: float = 0.0
    attempts: int = 0


@dataclass(slots=True)
class Shard:
    """What the model knows of a shard."""

    batch: BatchId
    ordinal: int
    inspections: list[Inspection]
    state: ShardState = ShardState.PENDING
    fence: int = 0
    until: float = 0.0

    def pending(self) -> list[Inspection]:
        """Return its pending inspections."""
        return [item for item in self.inspections if item.state is State.PENDING]

    def due(self) -> float:
        """Return when its earliest pending inspection may be tried."""
        return min(item.not_before for item in self.pending())

    def give_back(self) -> None:
        """Make what runs pending, and the shard pending or done."""
        for item in self.inspections:
            if item.state is State.RUNNING:
                item.state = State.PENDING
        self.state = ShardState.PENDING if self.pending() else ShardState.DONE


@dataclass(slots=True)
class Model:
    """The whole ledger, in as few words as possible."""

    shards: list[Shard]
    counted: set[str] = field(default_factory=set)


class LedgerMachine(RuleBasedStateMachine):
    """Drivers lease, begin, commit and die; people cancel and re-run; time passes."""

    def __init__(self, ledger: SqlLedger) -> None:
        """Submit two batches of two shards each to an empty ledger."""
        super().__init__()
        self.ledger = ledger
        empty(ledger)
        self.now = NOW
        self.leases: list[Lease] = []
        batches = [
            submit(ledger, [[ref("a"), ref("b")], [ref("c")]], name="one", suites=(Suite.STATIC, Suite.DYNAMIC)),
            submit(ledger, [[ref("d")]], name="two"),
        ]
        self.batches = [batch.batch_id for batch in batches]
        self.model = Model(shards=[self._shard(*row) for row in self._rows()])

    def _rows(self) -> list[tuple[int, str, int]]:
        return [
            (int(shard), str(batch), int(ordinal))
            for shard, batch, ordinal in query(
                self.ledger,
                "SELECT s.id, b.batch_id, s.ordinal FROM shard s JOIN batch b ON b.id = s.batch ORDER BY s.id",
            )
        ]

    def _shard(self, shard: int, batch: str, ordinal: int) -> Shard:
        found = query(
            self.ledger,
            "SELECT i.id, i.app, i.suite, a.url FROM inspection i JOIN app a ON a.id = i.app "
            f"WHERE i.shard = {shard} ORDER BY a.position, i.id",
        )
        works = [
            Work(
                inspection_id=InspectionId(number),
                app_id=AppId(app),
                app=ref(url[-5]),
                suite=Suite(suite),
                alone=False,
                tool_attempts=0,
                lone_deaths=0,
                infra_attempts=0,
                not_before=0.0,
            )
            for number, app, suite, url in found
        ]
        inspections = [Inspection(work=work, content=CONTENTS[work.app.url[-5]]) for work in works]
        return Shard(batch=BatchId(batch), ordinal=ordinal, inspections=inspections)

    def _held(self, lease: Lease) -> Shard | None:
        """Return the shard of a lease if its fence still stands."""
        [shard] = [each for each in self.model.shards if (each.batch, each.ordinal) == (lease.batch_id, lease.ordinal)]
        return shard if shard.state is ShardState.LEASED and shard.fence == lease.fence else None

    def _any_lease(self, data: st.DataObject) -> Lease:
        """Return the newest lease most often: the others are mostly worth nothing any more."""
        return data.draw(st.sampled_from([*self.leases, *[self.leases[-1]] * len(self.leases)]), label="lease")

    def _some(self, data: st.DataObject, shard: Shard) -> list[Inspection]:
        """Return some inspections of a shard, most often in a state that makes sense."""
        chosen = data.draw(st.sets(st.sampled_from(range(len(shard.inspections))), min_size=1), label="inspections")
        return [shard.inspections[place] for place in sorted(chosen)]

    @rule(data=st.data(), step=st.sampled_from(STEPS))
    def step(self, data: st.DataObject, step: str) -> None:
        """Do one step. One rule for all, because rules of their own would be drawn evenly, and cancelling ends all."""
        if step in NEED_A_LEASE and not self.leases:
            return
        getattr(self, step)(data)

    def wait(self, data: st.DataObject) -> None:
        """Let time pass; leases last a hundred seconds."""
        self.now += data.draw(st.sampled_from([1.0, 50.0, 100.0]), label="seconds")

    def lease(self, data: st.DataObject) -> None:
        """Ask for a shard."""
        self._lease(data.draw(st.sampled_from([None, 0, 1]), label="batch"))

    def _lease(self, batch: int | None) -> Lease | None:
        wanted = None if batch is None else self.batches[batch]
        ours = [shard for shard in self.model.shards if wanted in {None, shard.batch}]
        for shard in ours:
            if shard.state is ShardState.LEASED and shard.until <= self.now:
                shard.give_back()
        free = [shard for shard in ours if shard.state is ShardState.PENDING and shard.due() <= self.now]
        lease = self.ledger.lease(owner="driver", now=self.now, seconds=100.0, batch=wanted)
        if not free:
            assert lease is None
            return None
        assert lease is not None
        free[0].state, free[0].fence, free[0].until = ShardState.LEASED, free[0].fence + 1, self.now + 100.0
        assert (lease.batch_id, lease.ordinal, lease.fence) == (free[0].batch, free[0].ordinal, free[0].fence)
        assert [work.inspection_id for work in self.ledger.pending(lease)] == [
            item.work.inspection_id for item in free[0].pending()
        ]
        self.leases.append(lease)
        return lease

    def work(self, data: st.DataObject) -> None:
        """Do what a driver does all day: lease, begin, report some results, and perhaps give the shard back."""
        lease = self._lease(None)
        shard = None if lease is None else self._held(lease)
        if lease is None or shard is None:
            return
        begun = shard.pending()
        self._begin(lease, begun)
        self._commit(
            lease, [item for item in begun if data.draw(st.sampled_from([True, True, False]), label="ended")], data
        )
        if data.draw(st.booleans(), label="finish"):
            self._release(lease, shard)

    def renew(self, data: st.DataObject) -> None:
        """Prolong a lease, be it an old one."""
        lease = self._any_lease(data)
        shard = self._held(lease)
        if shard is None:
            with pytest.raises(LeaseLostError):
                self.ledger.renew(lease, now=self.now, seconds=100.0)
        else:
            self.ledger.renew(lease, now=self.now, seconds=100.0)
            shard.until = self.now + 100.0

    def begin(self, data: st.DataObject) -> None:
        """Open attempts, allowed or not."""
        lease = self._any_lease(data)
        shard = self._held(lease)
        if shard is None:
            with pytest.raises(LeaseLostError):
                self.ledger.begin(lease, [], now=self.now)
            return
        chosen = shard.pending() if data.draw(st.booleans(), label="only pending") else self._some(data, shard)
        ids = [item.work.inspection_id for item in chosen]
        if any(item.state is not State.PENDING for item in chosen):
            with pytest.raises(IllegalTransitionError):
                self.ledger.begin(lease, ids, now=self.now)
            return
        self._begin(lease, chosen)

    def _begin(self, lease: Lease, chosen: list[Inspection]) -> None:
        self.ledger.begin(lease, [item.work.inspection_id for item in chosen], now=self.now)
        for item in chosen:
            item.state = State.RUNNING
            item.attempts += 1

    def commit(self, data: st.DataObject) -> None:
        """Report results, allowed or not."""
        lease = self._any_lease(data)
        shard = self._held(lease)
        if shard is None:
            with pytest.raises(LeaseLostError):
                self.ledger.commit(lease, [], now=self.now)
            return
        running = [item for item in shard.inspections if item.state is State.RUNNING]
        sensible = data.draw(st.booleans(), label="only running")
        self._commit(lease, running if sensible else self._some(data, shard), data)

    def _commit(self, lease: Lease, chosen: list[Inspection], data: st.DataObject) -> None:
        told = []
        for item in chosen:
            outcome = data.draw(st.sampled_from(OUTCOMES), label="outcome")
            # The ledger's own history of the inspection is compared elsewhere; here any second chance will do.
            tries = replace(item.work, tool_attempts=item.attempts - 1)
            pause = data.draw(st.sampled_from([0.0, 0.0, 150.0]), label="pause")
            told.append(attempted(tries, outcome, content=item.content, not_before=self.now + pause))
        if any(item.state is not State.RUNNING for item in chosen):
            with pytest.raises(IllegalTransitionError):
                self.ledger.commit(lease, told, now=self.now)
            return
        self.ledger.commit(lease, told, now=self.now)
        for item, result in zip(chosen, told, strict=True):
            item.state = result.state
            item.outcome = result.result.outcome
            item.not_before = result.not_before
            if item.state is State.DONE:
                self.model.counted.add(item.content)

    def release(self, data: st.DataObject) -> None:
        """Give a shard back, be it with an old lease."""
        lease = self._any_lease(data)
        shard = self._held(lease)
        if shard is None:
            with pytest.raises(LeaseLostError):
                self.ledger.release(lease, now=self.now)
        else:
            self._release(lease, shard)

    def _release(self, lease: Lease, shard: Shard) -> None:
        self.ledger.release(lease, now=self.now)
        shard.give_back()

    def cancel(self, data: st.DataObject) -> None:
        """Cancel a batch."""
        batch = data.draw(st.sampled_from([0, 0, 1]), label="batch")
        count = 0
        for shard in self._shards_of(batch):
            stopped = [item for item in shard.inspections if not item.state.is_terminal]
            for item in stopped:
                item.state, item.outcome = State.CANCELLED, Outcome.CANCELLED
            count += len(stopped)
            if shard.state in {ShardState.PENDING, ShardState.LEASED}:
                shard.state = ShardState.CANCELLED if stopped else ShardState.DONE
                shard.fence += 1
        assert self.ledger.cancel(self.batches[batch], now=self.now) == count

    def rerun(self, data: st.DataObject) -> None:
        """Run part of a batch again."""
        batch = data.draw(st.sampled_from([0, 0, 1]), label="batch")
        chosen = data.draw(st.sampled_from(FILTERS), label="filter")
        count = 0
        for shard in self._shards_of(batch):
            again = [item for item in shard.inspections if self._matches(shard, item, chosen)]
            for item in again:
                item.state, item.not_before = State.PENDING, 0.0
            count += len(again)
            if again and shard.state is not ShardState.LEASED:
                shard.state = ShardState.PENDING
        assert self.ledger.preview_rerun(self.batches[batch], chosen).inspections == count
        assert self.ledger.rerun(self.batches[batch], chosen, now=self.now) == count

    def _shards_of(self, batch: int) -> list[Shard]:
        return [shard for shard in self.model.shards if shard.batch == self.batches[batch]]

    @staticmethod
    def _matches(shard: Shard, item: Inspection, chosen: RerunFilter) -> bool:
        if chosen.outcome_class is not None:
            fits = item.outcome is not None and item.outcome.outcome_class is chosen.outcome_class
        else:
            fits = True
        return (
            item.state.is_terminal
            and fits
            and (not chosen.failed or item.state in FAILED_STATES)
            and chosen.shard in {None, shard.ordinal}
            and chosen.suite in {None, item.work.suite}
        )

    @invariant()
    def states_are_right_and_add_up(self) -> None:
        """No inspection is ever lost, and each is where the model has it."""
        for number, batch in enumerate(self.batches):
            items = [item for shard in self._shards_of(number) for item in shard.inspections]
            status = self.ledger.status(batch, now=self.now)
            assert dict(status.states) == dict.fromkeys(State, 0) | Counter(item.state for item in items)
            assert sum(status.states.values()) == len(items)
            assert sum(status.outcomes.values()) == sum(item.state.is_terminal for item in items)
            assert dict(status.shards) == dict.fromkeys(ShardState, 0) | Counter(
                shard.state for shard in self._shards_of(number)
            )

    @invariant()
    def attempts_are_never_lost(self) -> None:
        """Each inspection has the attempts it ever had, and an open one exactly while it is running."""
        rows = query(
            self.ledger,
            "SELECT i.id, count(a.number), count(a.number) - count(a.ended_at) "
            "FROM inspection i LEFT JOIN attempt a ON a.inspection = i.id GROUP BY i.id ORDER BY i.id",
        )
        items = [item for shard in self.model.shards for item in shard.inspections]
        assert rows == [
            (item.work.inspection_id, item.attempts, int(item.state is State.RUNNING))
            for item in sorted(items, key=lambda item: item.work.inspection_id)
        ]

    @invariant()
    def counts_are_right(self) -> None:
        """What was done once counts once for ever, and the totals are what a recount gives."""
        [(apps,)] = query(self.ledger, "SELECT count(*) FROM counted")
        [(by_day,)] = query(self.ledger, "SELECT coalesce(sum(apps), 0) FROM counted_day")
        assert (apps, by_day) == (len(self.model.counted), len(self.model.counted))
        assert kept(self.ledger) == recount(self.ledger)

    @invariant()
    def what_is_left_is_known(self) -> None:
        """A driver is told whether to come back, and when."""
        times = [shard.until for shard in self.model.shards if shard.state is ShardState.LEASED]
        times += [shard.due() for shard in self.model.shards if shard.state is ShardState.PENDING]
        assert self.ledger.next_due() == min(times, default=None)
        left = [i for shard in self.model.shards for i in shard.inspections if not i.state.is_terminal]
        assert self.ledger.unfinished() == len(left)


def test_any_sequence_keeps_the_promises(sqlite_ledger: SqlLedger) -> None:
    """Hypothesis looks for a sequence of steps after which the ledger and the model differ."""
    run_state_machine_as_test(
        lambda: LedgerMachine(sqlite_ledger),  # type: ignore[arg-type] # it calls whatever it is given
        settings=settings(
            max_examples=20,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
            database=None,
        ),
    )
