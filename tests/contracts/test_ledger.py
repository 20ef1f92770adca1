"""What every ledger promises: one suite, run on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import dataclasses
import threading
from datetime import UTC, datetime, timedelta

import pytest

from farm.ledger.sql import SqlLedger
from farm.model.batch import BatchId, Lease, ShardState
from farm.model.errors import (
    BatchNameTakenError,
    IllegalTransitionError,
    LeaseLostError,
    LedgerError,
    UnknownBatchError,
    UsageError,
)
from farm.model.finding import Status
from farm.model.inspection import State, Suite
from farm.model.target import calendar_year
from farm.ports import DURATION_BUCKETS_S, DriverRow, Ledger, RerunFilter
from tests.contracts.ledger_samples import (
    LEASE_S,
    NOW,
    attempted,
    execute,
    finding,
    ids,
    kept,
    query,
    recount,
    ref,
    run_shard,
    sha256,
    submit,
    take,
)
from workers.model.cross_check import CrossCheck, CrossVerdict, Disagreement, Field
from workers.model.evidence import AppIdentity
from workers.model.outcome import Outcome, OutcomeClass

pytest_plugins = ["tests.contracts.ledger_fixtures"]

BOTH = (Suite.STATIC, Suite.DYNAMIC)
START_2026 = datetime(2026, 1, 1, tzinfo=UTC)
START_2027 = datetime(2027, 1, 1, tzinfo=UTC)


class TestBatches:
    """Batches are written whole and found again."""

    def test_a_ledger_is_the_port(self, ledger: SqlLedger) -> None:
        """The class has what the use cases ask for; the type checker compares the signatures."""
        port: Ledger = ledger

        assert port.batches() == []

    def test_comes_back_as_it_was_submitted(self, ledger: SqlLedger) -> None:
        """Every field of a batch and of its objects survives."""
        apps = [ref("a"), dataclasses.replace(ref("b"), etag=None, version_id=None, developer=None, extra={})]
        batch = submit(ledger, [apps], suites=BOTH)

        assert batch == ledger.batch(batch.batch_id)
        assert apps == [row.ref for row in ledger.apps(batch.batch_id)]

    def test_the_same_id_is_the_same_batch(self, ledger: SqlLedger) -> None:
        """A second submission of the same manifest returns the first and writes nothing."""
        first = submit(ledger, [[ref("a")]])
        again = ledger.create_batch(dataclasses.replace(first, name="other"), [[ref("a")]])

        assert first == again
        assert query(ledger, "SELECT (SELECT count(*) FROM app), (SELECT count(*) FROM inspection)") == [(1, 1)]

    def test_a_name_belongs_to_one_batch(self, ledger: SqlLedger) -> None:
        """Another manifest under the same name is refused, and nothing of it is written."""
        submit(ledger, [[ref("a")]])

        with pytest.raises(BatchNameTakenError, match="nov"):
            submit(ledger, [[ref("b")]])
        assert len(ledger.batches()) == 1

    def test_a_batch_must_hold_what_it_says(self, ledger: SqlLedger) -> None:
        """Shards that lack an app of the manifest are refused as a whole."""
        batch = submit(ledger, [[ref("a")]])
        other = dataclasses.replace(batch, batch_id=BatchId("f" * 16), name="other", apps=3)

        with pytest.raises(LedgerError, match="hold 2 apps"):
            ledger.create_batch(other, [[ref("x")], [ref("y")]])
        assert [batch] == ledger.batches()

    def test_an_error_of_the_source_leaves_nothing(self, ledger: SqlLedger) -> None:
        """If the list of shards breaks off, no part of the batch remains."""
        batch = submit(ledger, [[ref("a")]])

        with pytest.raises(ZeroDivisionError):
            ledger.create_batch(
                dataclasses.replace(batch, batch_id=BatchId("f" * 16), name="other"),
                ([ref("x")] for _ in range(1 // 0)),
            )
        assert ledger.unfinished() == 1

    def test_is_found_by_id_name_and_beginning(self, ledger: SqlLedger) -> None:
        """Three ways to name a batch."""
        batch = submit(ledger, [[ref("a")]])

        assert [batch] * 4 == [
            ledger.batch(reference)
            for reference in (batch.batch_id, "nov", batch.batch_id[:4], batch.batch_id[:9].upper())
        ]

    @pytest.mark.parametrize("reference", ["", "dec", "%", "____", "no", "zzzz"])
    def test_what_is_not_there_is_unknown(self, ledger: SqlLedger, reference: str) -> None:
        """Nothing else finds it: no wildcard, no beginning of a name."""
        submit(ledger, [[ref("a")]])

        with pytest.raises(UnknownBatchError):
            ledger.batch(reference)

    def test_a_short_beginning_is_not_enough(self, ledger: SqlLedger) -> None:
        """Three digits could mean anything."""
        batch = submit(ledger, [[ref("a")]])

        with pytest.raises(UnknownBatchError):
            ledger.batch(batch.batch_id[:3])

    def test_a_beginning_of_two_is_refused(self, ledger: SqlLedger) -> None:
        """Two batches that begin alike need more digits."""
        batch = submit(ledger, [[ref("a")]])
        twin = dataclasses.replace(batch, batch_id=BatchId(batch.batch_id[:8] + "z" * 8), name="twin")
        ledger.create_batch(twin, [[ref("b")]])

        with pytest.raises(UnknownBatchError, match="More than one"):
            ledger.batch(batch.batch_id[:8])

    def test_the_newest_comes_first(self, ledger: SqlLedger) -> None:
        """The list is in the reverse order of submission."""
        submit(ledger, [[ref("a")]], name="one")
        submit(ledger, [[ref("b")]], name="two")

        assert [batch.name for batch in ledger.batches()] == ["two", "one"]

    def test_every_method_knows_unknown_batches(self, ledger: SqlLedger) -> None:
        """A batch that is not there is an error everywhere, never an empty answer."""
        missing = BatchId(submit(ledger, [[ref("a")]]).batch_id[::-1])

        for ask in (
            lambda: ledger.status(missing, now=NOW),
            lambda: ledger.shards(missing),
            lambda: ledger.failures(missing, limit=1),
            lambda: list(ledger.apps(missing)),
            lambda: ledger.cancel(missing, now=NOW),
            lambda: ledger.rerun(missing, RerunFilter(failed=True), now=NOW),
            lambda: ledger.unfinished(missing),
            lambda: ledger.next_due(missing),
        ):
            with pytest.raises(UnknownBatchError):
                ask()


class TestLeases:
    """A shard is in one driver's hands at a time."""

    def test_goes_by_batch_and_ordinal(self, ledger: SqlLedger) -> None:
        """The batch submitted first is worked on first, shard by shard."""
        first = submit(ledger, [[ref("a")], [ref("b")]], name="one")
        second = submit(ledger, [[ref("c")]], name="two")
        order = [(lease.batch_id, lease.ordinal) for lease in (take(ledger) for _ in range(3))]

        assert [(first.batch_id, 0), (first.batch_id, 1), (second.batch_id, 0)] == order
        assert ledger.lease(owner="late", now=NOW, seconds=1) is None

    def test_can_be_for_one_batch(self, ledger: SqlLedger) -> None:
        """A driver that runs one batch takes nothing of another."""
        submit(ledger, [[ref("a")]], name="one")
        second = submit(ledger, [[ref("c")]], name="two")

        assert second.batch_id == take(ledger, batch=second.batch_id).batch_id
        assert ledger.lease(owner="x", now=NOW, seconds=1, batch=second.batch_id) is None

    def test_threads_get_different_shards(self, ledger: SqlLedger) -> None:
        """Four threads that lease at once never get the same shard, and get all of them."""
        submit(ledger, [[ref(f"a{number}")] for number in range(24)])
        taken: list[Lease] = []

        def work() -> None:
            while lease := ledger.lease(owner=threading.current_thread().name, now=NOW, seconds=LEASE_S):
                taken.append(lease)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert list(range(24)) == sorted(lease.ordinal for lease in taken)

    def test_an_expired_one_goes_to_another_driver(self, ledger: SqlLedger) -> None:
        """What the dead driver left open ends as driver_restarted, is pending again, and is remembered."""
        batch = submit(ledger, [[ref("a"), ref("b")]])
        dead = take(ledger)
        works = ledger.pending(dead)
        ledger.begin(dead, ids(works)[:1], now=NOW + 5)
        later = NOW + LEASE_S
        assert ledger.lease(owner="driver-2", now=later - 1, seconds=LEASE_S) is None
        lease = take(ledger, now=later, owner="driver-2")
        found = ledger.pending(lease)

        assert (lease.shard_id, dead.fence + 1, "driver-2") == (dead.shard_id, lease.fence, lease.owner)
        assert [work.infra_attempts for work in found] == [1, 0]
        [attempt] = ledger.attempts(found[0].app_id)
        assert (attempt.outcome, attempt.seconds) == (Outcome.DRIVER_RESTARTED, LEASE_S - 5)
        assert ledger.status(batch.batch_id, now=later).states[State.PENDING] == 2
        assert recount(ledger) == kept(ledger)

    def test_work_says_how_its_last_attempt_ended(self, ledger: SqlLedger) -> None:
        """A worker that died, a driver that died, and an inspection that came to its end and is run again."""
        batch = submit(ledger, [[ref("a")]])
        lease = take(ledger)
        [fresh] = ledger.pending(lease)
        ledger.begin(lease, [fresh.inspection_id], now=NOW)
        ledger.commit(lease, [attempted(fresh, Outcome.WORKER_LOST)], now=NOW)
        [lost] = ledger.pending(lease)
        ledger.begin(lease, [lost.inspection_id], now=NOW)
        lease = take(ledger, now=NOW + LEASE_S, owner="driver-2")
        [abandoned] = ledger.pending(lease)
        ledger.begin(lease, [abandoned.inspection_id], now=NOW + LEASE_S)
        ledger.commit(lease, [attempted(abandoned)], now=NOW + LEASE_S)
        ledger.release(lease, now=NOW + LEASE_S)
        ledger.rerun(batch.batch_id, RerunFilter(shard=0), now=NOW + LEASE_S)
        [again] = ledger.pending(take(ledger, now=NOW + LEASE_S))

        works = (fresh, lost, abandoned, again)
        assert [work.last for work in works] == [
            None,
            Outcome.WORKER_LOST,
            Outcome.DRIVER_RESTARTED,
            Outcome.INSPECTED,
        ]
        assert [work.unfinished for work in works] == [False, True, True, False]

    def test_an_expired_shard_that_was_finished_is_done(self, ledger: SqlLedger) -> None:
        """A driver that died after its last commit leaves nothing to lease."""
        batch = submit(ledger, [[ref("a")]])
        lease = take(ledger)
        [work] = ledger.pending(lease)
        ledger.begin(lease, [work.inspection_id], now=NOW)
        ledger.commit(lease, [attempted(work)], now=NOW)

        assert ledger.lease(owner="driver-2", now=NOW + LEASE_S, seconds=1) is None
        assert {state: count for state, count in ledger.status(batch.batch_id, now=NOW).shards.items() if count} == {
            ShardState.DONE: 1
        }
        assert recount(ledger) == kept(ledger)

    def test_a_renewed_one_lasts_longer(self, ledger: SqlLedger) -> None:
        """Renewal moves the end and keeps the fence."""
        submit(ledger, [[ref("a")]])
        lease = take(ledger)
        renewed = ledger.renew(lease, now=NOW + 300, seconds=LEASE_S)

        assert (lease.fence, NOW + 300 + LEASE_S) == (renewed.fence, renewed.until)
        assert ledger.lease(owner="x", now=NOW + LEASE_S + 1, seconds=1) is None

    def test_an_old_fence_is_refused_everywhere(self, ledger: SqlLedger) -> None:
        """A driver that lost its shard can neither read nor write in it, and changes nothing."""
        submit(ledger, [[ref("a")]])
        old = take(ledger)
        [work] = ledger.pending(old)
        ledger.begin(old, [work.inspection_id], now=NOW)
        new = take(ledger, now=NOW + LEASE_S, owner="driver-2")
        ledger.begin(new, [work.inspection_id], now=NOW + LEASE_S)
        before = recount(ledger)

        for ask in (
            lambda: ledger.renew(old, now=NOW, seconds=1),
            lambda: ledger.pending(old),
            lambda: ledger.begin(old, [work.inspection_id], now=NOW),
            lambda: ledger.commit(old, [attempted(work)], now=NOW),
            lambda: ledger.release(old, now=NOW),
        ):
            with pytest.raises(LeaseLostError):
                ask()
        assert before == recount(ledger) == kept(ledger)
        ledger.commit(new, [attempted(work)], now=NOW + LEASE_S)

    def test_a_released_one_is_no_longer_held(self, ledger: SqlLedger) -> None:
        """After giving a shard back, its lease is worth nothing."""
        submit(ledger, [[ref("a")]])
        lease = take(ledger)
        ledger.release(lease, now=NOW)

        with pytest.raises(LeaseLostError):
            ledger.begin(lease, [], now=NOW)

    def test_release_closes_what_is_open(self, ledger: SqlLedger) -> None:
        """A driver that stops in the middle leaves a pending shard without open attempts."""
        submit(ledger, [[ref("a"), ref("b")]])
        lease = take(ledger)
        works = ledger.pending(lease)
        ledger.begin(lease, ids(works), now=NOW)
        ledger.commit(lease, [attempted(works[0])], now=NOW)
        ledger.release(lease, now=NOW + 1)

        assert query(ledger, "SELECT count(*) FROM attempt WHERE ended_at IS NULL") == [(0,)]
        assert [works[1].inspection_id] == ids(ledger.pending(take(ledger, now=NOW + 1)))
        assert recount(ledger) == kept(ledger)

    def test_an_ended_driver_need_not_be_waited_for(self, ledger: SqlLedger) -> None:
        """Once a driver is known to be gone, its shard can be leased at once; other drivers keep theirs."""
        submit(ledger, [[ref("a")], [ref("b")]])
        dead = take(ledger, owner="gone")
        [work] = ledger.pending(dead)
        ledger.begin(dead, [work.inspection_id], now=NOW)
        alive = take(ledger, owner="alive")
        for owner in ("gone", "alive"):
            ledger.beat(DriverRow(owner=owner, seen_at=datetime.fromtimestamp(NOW, UTC), workers=1, busy=1))
        ledger.bury("gone", now=NOW + 1)

        assert take(ledger, now=NOW + 1).shard_id == dead.shard_id
        assert ledger.attempts(work.app_id)[0].outcome is Outcome.DRIVER_RESTARTED
        assert ledger.renew(alive, now=NOW + 1, seconds=1).fence == alive.fence
        assert [driver.owner for driver in ledger.totals().drivers] == ["alive"]

    def test_a_shard_waits_for_its_earliest_inspection(self, ledger: SqlLedger) -> None:
        """While everything pending has a later time, the shard is not leased; then it is."""
        submit(ledger, [[ref("a"), ref("b")]])
        lease = take(ledger)
        works = ledger.pending(lease)
        ledger.begin(lease, ids(works), now=NOW)
        waits = [
            attempted(work, Outcome.STORE_UNAVAILABLE, not_before=NOW + wait)
            for work, wait in zip(works, (40.0, 20.0), strict=True)
        ]
        ledger.commit(lease, waits, now=NOW)
        ledger.release(lease, now=NOW)

        assert ledger.next_due() == NOW + 20
        assert ledger.lease(owner="x", now=NOW + 19, seconds=1) is None
        assert [work.not_before for work in ledger.pending(take(ledger, now=NOW + 20))] == [NOW + 40, NOW + 20]

    def test_waiting_survives_the_death_of_the_driver(self, ledger: SqlLedger) -> None:
        """A lease that expires does not make a waiting shard due before its time."""
        submit(ledger, [[ref("a")]])
        lease = take(ledger)
        [work] = ledger.pending(lease)
        ledger.begin(lease, [work.inspection_id], now=NOW)
        ledger.commit(lease, [attempted(work, Outcome.STORE_UNAVAILABLE, not_before=NOW + 2 * LEASE_S)], now=NOW)

        assert ledger.lease(owner="x", now=NOW + LEASE_S, seconds=1) is None
        assert ledger.next_due() == NOW + 2 * LEASE_S

    def test_next_due_tells_when_to_come_back(self, ledger: SqlLedger) -> None:
        """Now for a pending shard, the end of the lease for a leased one, nothing when all is done."""
        batch = submit(ledger, [[ref("a")]])
        pending = ledger.next_due()
        lease = take(ledger)
        leased = ledger.next_due(batch.batch_id)
        ledger.release(lease, now=NOW)
        run_shard(ledger)

        assert (pending, leased, ledger.next_due()) == (0, NOW + LEASE_S, None)

    def test_work_tells_the_history(self, ledger: SqlLedger) -> None:
        """Each class of outcome is counted for the retry policy, and blame leads to being alone."""
        submit(ledger, [[ref("a")]])
        lease = take(ledger)
        for outcome in (Outcome.WORKER_LOST, Outcome.WORKER_DIED, Outcome.TIMEOUT):
            [work] = ledger.pending(lease)
            ledger.begin(lease, [work.inspection_id], now=NOW)
            state = State.PENDING
            ledger.commit(lease, [attempted(work, outcome, state=state)], now=NOW)
        [work] = ledger.pending(lease)

        assert (work.tool_attempts, work.lone_deaths, work.infra_attempts) == (2, 1, 1)
        assert work.alone


class TestCommits:
    """Results become states, attempts, findings and counts, all or nothing."""

    def test_ends_attempts_and_inspections(self, ledger: SqlLedger) -> None:
        """Every class of outcome ends where the retry policy says."""
        batch = submit(ledger, [[ref(name) for name in "abcde"]])
        outcomes = [Outcome.INSPECTED, Outcome.NOT_AN_APK, Outcome.PACKED, Outcome.TIMEOUT, Outcome.INSPECTED_PARTLY]
        run_shard(ledger, outcomes)
        status = ledger.status(batch.batch_id, now=NOW)

        assert {
            **dict.fromkeys(State, 0),
            State.DONE: 2,
            State.UNUSABLE: 1,
            State.UNKNOWN: 1,
            State.PENDING: 1,
        } == dict(status.states)
        assert dict(status.outcomes) == {"inspected": 1, "inspected_partly": 1, "not_an_apk": 1, "packed": 1}
        assert (status.attempts, status.cached, status.counted) == (5, 0, 2)

    def test_states_are_told_by_suite_and_an_app_counts_once(self, ledger: SqlLedger) -> None:
        """Two inspections of one app are two states, one counted app."""
        batch = submit(ledger, [[ref("a", known=sha256("a"))]], suites=tuple(Suite))
        lease = take(ledger)
        works = ledger.pending(lease)
        ledger.begin(lease, ids(works), now=NOW)
        ends = {Suite.STATIC: Outcome.INSPECTED, Suite.DYNAMIC: Outcome.INSPECTED_PARTLY}
        ledger.commit(lease, [attempted(work, ends[work.suite], content="a") for work in works], now=NOW)
        status = ledger.status(batch.batch_id, now=NOW)

        assert {suite: {**dict.fromkeys(State, 0), State.DONE: 1} for suite in Suite} == status.by_suite
        assert (2, 1) == (status.states[State.DONE], status.counted)
        assert recount(ledger) == kept(ledger)

    def test_tells_who_the_app_is(self, ledger: SqlLedger) -> None:
        """The identity as inspected stands beside what was listed."""
        batch = submit(ledger, [[ref("a")]])
        run_shard(ledger)
        [row] = ledger.apps(batch.batch_id)

        assert (row.package, row.version_code, row.version_name, row.label) == ("com.example", 7, "1.7", "示例")
        assert (sha256("s3://crawl/a.apk"), None) == (row.sha256, row.ref.sha256)
        assert (row.states, row.outcomes) == ({Suite.STATIC: State.DONE}, {Suite.STATIC: Outcome.INSPECTED})
        assert f"evidence/{row.sha256}/static/1.json" == row.evidence_keys[Suite.STATIC]

    def test_a_later_result_without_identity_forgets_nothing(self, ledger: SqlLedger) -> None:
        """An app that was identified stays so, with its evidence, when a re-run cannot read it."""
        batch = submit(ledger, [[ref("a")]])
        run_shard(ledger)
        ledger.rerun(batch.batch_id, RerunFilter(suite=Suite.STATIC), now=NOW)
        run_shard(ledger, [Outcome.MISSING_OBJECT])
        [row] = ledger.apps(batch.batch_id)

        assert (row.package, row.states) == ("com.example", {Suite.STATIC: State.UNUSABLE})
        assert Suite.STATIC in row.evidence_keys

    @pytest.mark.parametrize(
        ("label", "version_code", "kept_label", "kept_code"),
        [
            ("a\0b", 2**63 - 1, "a\\x00b", 2**63 - 1),
            ("\ud83d", 2**64 - 1, "\\ud83d", -1),
            ("x" * 9000, 2**80 + 5, "x" * 2000, 5),
        ],
        ids=["nul", "surrogate", "huge"],
    )
    def test_hostile_identities_are_kept_out_of_harm(
        self, ledger: SqlLedger, label: str, version_code: int, kept_label: str, kept_code: int
    ) -> None:
        """What a database refuses becomes visible text, and numbers wrap as they do on Android."""
        batch = submit(ledger, [[ref("a")]])
        lease = take(ledger)
        [work] = ledger.pending(lease)
        ledger.begin(lease, [work.inspection_id], now=NOW)
        told = attempted(work, reason=label, findings=(finding(subject=label),))
        app = AppIdentity(sha256=sha256("x"), package=label, version_code=version_code, version_name=label, label=label)
        ledger.commit(lease, [dataclasses.replace(told, result=dataclasses.replace(told.result, app=app))], now=NOW)
        [row] = ledger.apps(batch.batch_id)

        assert (kept_label, kept_code) == (row.label, row.version_code)

    def test_needs_a_running_inspection(self, ledger: SqlLedger) -> None:
        """A result for an inspection that was not begun is refused with all its neighbours."""
        batch = submit(ledger, [[ref("a"), ref("b")]])
        lease = take(ledger)
        works = ledger.pending(lease)
        ledger.begin(lease, ids(works)[:1], now=NOW)

        with pytest.raises(IllegalTransitionError):
            ledger.commit(lease, [attempted(work) for work in works], now=NOW)
        states = ledger.status(batch.batch_id, now=NOW).states
        assert (states[State.RUNNING], states[State.PENDING], states[State.DONE]) == (1, 1, 0)
        assert recount(ledger) == kept(ledger)

    def test_cannot_make_running(self, ledger: SqlLedger) -> None:
        """The transition table allows no way from running to running."""
        submit(ledger, [[ref("a")]])
        lease = take(ledger)
        [work] = ledger.pending(lease)
        ledger.begin(lease, [work.inspection_id], now=NOW)

        with pytest.raises(IllegalTransitionError, match="cannot become running"):
            ledger.commit(lease, [attempted(work, state=State.RUNNING)], now=NOW)

    def test_tells_each_inspection_once(self, ledger: SqlLedger) -> None:
        """Two results for one attempt are refused."""
        submit(ledger, [[ref("a")]])
        lease = take(ledger)
        [work] = ledger.pending(lease)
        ledger.begin(lease, [work.inspection_id], now=NOW)

        with pytest.raises(IllegalTransitionError, match="twice"):
            ledger.commit(lease, [attempted(work), attempted(work, Outcome.TIMEOUT)], now=NOW)

    def test_stays_in_its_shard(self, ledger: SqlLedger) -> None:
        """A lease of one shard gives no right to begin or end what lies in another."""
        submit(ledger, [[ref("a")], [ref("b")]])
        mine, other = take(ledger), take(ledger)
        [work] = ledger.pending(other)

        with pytest.raises(IllegalTransitionError):
            ledger.begin(mine, [work.inspection_id], now=NOW)
        ledger.begin(other, [work.inspection_id], now=NOW)
        with pytest.raises(IllegalTransitionError):
            ledger.commit(mine, [attempted(work)], now=NOW)

    def test_begins_what_is_pending_only(self, ledger: SqlLedger) -> None:
        """An attempt that is open cannot be opened again, and its neighbour is not begun either."""
        batch = submit(ledger, [[ref("a"), ref("b")]])
        lease = take(ledger)
        works = ledger.pending(lease)
        ledger.begin(lease, ids(works)[:1], now=NOW)

        with pytest.raises(IllegalTransitionError):
            ledger.begin(lease, ids(works), now=NOW)
        assert ledger.status(batch.batch_id, now=NOW).attempts == 1

    def test_remembers_evidence(self, ledger: SqlLedger) -> None:
        """Keys of evidence are known once a commit has recorded them."""
        submit(ledger, [[ref("a"), ref("b")]])
        run_shard(ledger, [Outcome.INSPECTED, Outcome.MISSING_OBJECT])
        stored, absent = (f"evidence/{sha256(f's3://crawl/{name}.apk')}/static/1.json" for name in "ab")

        assert frozenset({stored}) == ledger.with_evidence([stored, absent])
        assert frozenset() == ledger.with_evidence([])

    def test_remembers_contents(self, ledger: SqlLedger) -> None:
        """An object inspected under an entity tag is known again, one that was only listed is not."""
        listed = ref("b", known=sha256("claimed"))
        submit(ledger, [[ref("a")], [listed]])
        run_shard(ledger)
        untagged = dataclasses.replace(ref("a"), etag=None)
        changed = dataclasses.replace(ref("a"), etag="0")

        assert {("s3://crawl/a.apk", str(ref("a").etag)): sha256("s3://crawl/a.apk")} == ledger.known_sha256(
            [ref("a"), listed, untagged, changed]
        )

    def test_a_claimed_hash_never_becomes_a_known_one(self, ledger: SqlLedger) -> None:
        """The app counts under it, but nobody has hashed the object; what was hashed once stays so."""
        batch = submit(
            ledger, [[ref("a", known=sha256("s3://crawl/a.apk")), ref("b", known=sha256("s3://crawl/b.apk"))]]
        )
        lease = take(ledger)
        one, two = ledger.pending(lease)
        ledger.begin(lease, ids([one, two]), now=NOW)
        ledger.commit(lease, [attempted(one, hashed=False), attempted(two)], now=NOW)
        ledger.release(lease, now=NOW)
        ledger.rerun(batch.batch_id, RerunFilter(shard=0), now=NOW)
        again = take(ledger)
        works = ledger.pending(again)
        ledger.begin(again, ids(works), now=NOW)
        ledger.commit(again, [attempted(work, hashed=False) for work in works], now=NOW)

        assert [None, sha256("s3://crawl/b.apk")] == [work.known_sha256 for work in works]
        assert {("s3://crawl/b.apk", ref("b").etag): sha256("s3://crawl/b.apk")} == ledger.known_sha256(
            [ref("a"), ref("b")]
        )
        assert 2 == ledger.status(batch.batch_id, now=NOW).counted
        assert {"com.example"} == {row.package for row in ledger.apps(batch.batch_id)}

    def test_the_history_of_an_app_is_kept(self, ledger: SqlLedger) -> None:
        """Each attempt stands with its times, outcome and worker."""
        submit(ledger, [[ref("a")]])
        [work] = run_shard(ledger, [Outcome.ENGINE_ERROR])
        run_shard(ledger, now=NOW + 60)
        first, second = ledger.attempts(work.app_id)

        assert (
            first.number,
            first.outcome,
            second.number,
            second.outcome,
        ) == (1, Outcome.ENGINE_ERROR, 2, Outcome.INSPECTED)
        assert (datetime.fromtimestamp(NOW, UTC), datetime.fromtimestamp(NOW + 1, UTC)) == (
            first.started_at,
            first.ended_at,
        )
        assert (first.seconds, first.worker) == (1.5, "node-1:4711")


class TestFindings:
    """Findings are leads until a person says otherwise."""

    def again(self, ledger: SqlLedger, batch: str, *found: str) -> None:
        """Run everything again with findings of these rules."""
        if not ledger.unfinished():
            ledger.rerun(ledger.batch(batch).batch_id, RerunFilter(suite=Suite.STATIC), now=NOW)
        lease = take(ledger)
        works = ledger.pending(lease)
        ledger.begin(lease, ids(works), now=NOW)
        results = [attempted(work, findings=tuple(finding(rule) for rule in found)) for work in works]
        ledger.commit(lease, results, now=NOW)
        ledger.release(lease, now=NOW)

    def rules(self, ledger: SqlLedger) -> list[tuple[str, Status]]:
        """Return rule and status of all findings."""
        [batch] = ledger.batches()
        return [(found.rule, found.status) for row in ledger.apps(batch.batch_id) for found in row.findings]

    def test_come_back_as_they_were(self, ledger: SqlLedger) -> None:
        """Every field survives."""
        batch = submit(ledger, [[ref("a")]])
        self.again(ledger, "nov", "miit164.A1.s2")

        assert (finding(),) == next(iter(ledger.apps(batch.batch_id))).findings

    def test_leads_are_replaced(self, ledger: SqlLedger) -> None:
        """A re-run that no longer finds something removes the lead; the batch counts what there is."""
        batch = submit(ledger, [[ref("a")]])
        self.again(ledger, "nov", "p.one", "p.two")
        self.again(ledger, "nov", "p.two", "q.three")

        assert self.rules(ledger) == [("p.two", Status.LEAD), ("q.three", Status.LEAD)]
        assert ledger.status(batch.batch_id, now=NOW).findings == 2

    @pytest.mark.parametrize("status", [Status.CONFIRMED, Status.DISMISSED])
    def test_what_a_person_judged_stays(self, ledger: SqlLedger, status: Status) -> None:
        """Neither finding it again nor not finding it changes a judged finding."""
        batch = submit(ledger, [[ref("a")]])
        self.again(ledger, "nov", "p.one", "p.two")
        execute(ledger, f"UPDATE finding SET status = '{status.value}'")
        self.again(ledger, "nov", "p.one", "p.three")

        assert [("p.one", status), ("p.three", Status.LEAD), ("p.two", status)] == self.rules(ledger)
        assert ledger.status(batch.batch_id, now=NOW).findings == 3

    def test_a_result_without_evidence_says_nothing(self, ledger: SqlLedger) -> None:
        """A failed attempt leaves the findings of the last good one."""
        batch = submit(ledger, [[ref("a")]])
        self.again(ledger, "nov", "p.one")
        ledger.rerun(batch.batch_id, RerunFilter(suite=Suite.STATIC), now=NOW)
        run_shard(ledger, [Outcome.TIMEOUT])

        assert self.rules(ledger) == [("p.one", Status.LEAD)]

    def test_belong_to_their_suite(self, ledger: SqlLedger) -> None:
        """One suite's result leaves the other's findings alone."""
        submit(ledger, [[ref("a")]], suites=BOTH)
        lease = take(ledger)
        static, dynamic = ledger.pending(lease)
        ledger.begin(lease, ids([static, dynamic]), now=NOW)
        ledger.commit(lease, [attempted(static, findings=(finding("p.one"),))], now=NOW)
        ledger.commit(lease, [attempted(dynamic, findings=(finding("p.two"),))], now=NOW)

        assert sorted(self.rules(ledger)) == [("p.one", Status.LEAD), ("p.two", Status.LEAD)]

    def test_the_total_counts_appearances(self, ledger: SqlLedger) -> None:
        """Finding the same again is not another finding."""
        submit(ledger, [[ref("a")]])
        self.again(ledger, "nov", "p.one", "p.one")
        self.again(ledger, "nov", "p.one", "q.two")

        assert dict(ledger.totals().findings) == {("p", "high"): 1, ("q", "high"): 1}


class TestCounting:
    """An app counts once in a calendar year."""

    def test_done_counts_and_nothing_else(self, ledger: SqlLedger) -> None:
        """Unusable, unknown and unfinished apps never count."""
        batch = submit(ledger, [[ref(name) for name in "abcd"]])
        run_shard(ledger, [Outcome.INSPECTED, Outcome.PACKED, Outcome.MALFORMED, Outcome.WORKER_LOST])

        assert (
            ledger.counted(START_2026, START_2027),
            ledger.status(batch.batch_id, now=NOW).counted,
        ) == (1, 1)

    def test_the_same_content_counts_once(self, ledger: SqlLedger) -> None:
        """Two objects of a batch with the same bytes, and the same bytes in another batch, are one app."""
        batch = submit(ledger, [[ref("a"), ref("b")]], name="one")
        lease = take(ledger)
        works = ledger.pending(lease)
        ledger.begin(lease, ids(works), now=NOW)
        ledger.commit(lease, [attempted(work, content="same") for work in works], now=NOW)
        ledger.release(lease, now=NOW)
        other = submit(ledger, [[ref("c", known=sha256("same"))]], name="two")

        assert ledger.counted(START_2026, START_2027) == 1
        assert [ledger.status(each.batch_id, now=NOW).counted for each in (batch, other)] == [1, 1]

    def test_old_and_new_apps_in_one_commit_are_told_apart(self, ledger: SqlLedger) -> None:
        """Of a commit with an app that counts already and one that does not, one is added to the day."""
        submit(ledger, [[ref("a")]], name="one")
        run_shard(ledger)
        submit(ledger, [[ref("a"), ref("b")]], name="two")
        run_shard(ledger)

        assert ledger.counted(START_2026, START_2027) == 2

    def test_drivers_at_work_on_the_same_apps_do_not_block_each_other(self, ledger: SqlLedger) -> None:
        """Four drivers commit the same apps at once, in two orders: all succeed, and each app counts once."""
        names = [f"a{number}" for number in range(40)]
        for driver in range(4):
            order = names if driver % 2 else names[::-1]
            submit(ledger, [[ref(name) for name in order[:20]], [ref(name) for name in order[20:]]], name=f"b{driver}")
        errors: list[Exception] = []

        def work() -> None:
            try:
                while lease := ledger.lease(owner=threading.current_thread().name, now=NOW, seconds=LEASE_S):
                    works = ledger.pending(lease)
                    ledger.begin(lease, ids(works), now=NOW)
                    ledger.commit(lease, [attempted(each, findings=(finding(),)) for each in works], now=NOW)
                    ledger.release(lease, now=NOW)
            except LedgerError as error:
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert errors == []
        assert ledger.counted(START_2026, START_2027) == 40
        assert recount(ledger) == kept(ledger)

    def test_two_suites_and_re_runs_count_once(self, ledger: SqlLedger) -> None:
        """However often an app is inspected in a year, it is one app."""
        batch = submit(ledger, [[ref("a")]], suites=BOTH)
        run_shard(ledger)
        ledger.rerun(batch.batch_id, RerunFilter(suite=Suite.STATIC), now=NOW)
        run_shard(ledger, now=NOW + 86_400)

        assert ledger.counted(START_2026, START_2027) == 1

    def test_a_new_year_counts_anew(self, ledger: SqlLedger) -> None:
        """The same app inspected in the next year counts toward that year's target too."""
        batch = submit(ledger, [[ref("a")]])
        run_shard(ledger)
        ledger.rerun(batch.batch_id, RerunFilter(suite=Suite.STATIC), now=NOW)
        run_shard(ledger, now=START_2027.timestamp() + 5)

        assert [
            ledger.counted(START_2026, START_2027),
            ledger.counted(START_2027, START_2027 + timedelta(days=365)),
        ] == [1, 1]
        assert ledger.status(batch.batch_id, now=NOW).counted == 1

    def test_periods_are_cut_exactly(self, ledger: SqlLedger) -> None:
        """Whole days come from sums, pieces of days from the apps; both ends are right, and in any time zone."""
        submit(ledger, [[ref(f"a{hour}")] for hour in range(0, 72, 6)])
        first = datetime(2026, 11, 23, tzinfo=UTC)
        for hour in range(0, 72, 6):
            run_shard(ledger, now=(first + timedelta(hours=hour)).timestamp() - 1)

        def between(start: float, end: float) -> int:
            shifted = [(first + timedelta(hours=hour)).astimezone() for hour in (start, end)]
            return ledger.counted(shifted[0], shifted[1])

        expected = {(0, 72): 12, (0, 24): 4, (0, 6): 1, (6, 30): 4, (1, 71): 11, (7, 8): 0, (12, 12): 0, (9, 3): 0}
        assert expected == {period: between(*period) for period in expected}

    def test_targets_are_kept(self, ledger: SqlLedger) -> None:
        """A target can be set, changed and listed by start."""
        ledger.set_target(calendar_year("2027", 10))
        ledger.set_target(calendar_year("2026", 20))
        ledger.set_target(calendar_year("2027", 30))

        assert [calendar_year("2026", 20), calendar_year("2027", 30)] == ledger.targets()


class TestReruns:
    """What failed can be run again; nothing is erased."""

    def submit_mixed(self, ledger: SqlLedger) -> str:
        """Bring two shards to one inspection of each end."""
        batch = submit(ledger, [[ref("a", size=1), ref("b", size=2), ref("c", size=4)], [ref("d", size=8)]])
        run_shard(ledger, [Outcome.INSPECTED, Outcome.NOT_AN_APK, Outcome.PACKED])
        run_shard(ledger)
        return batch.batch_id

    @pytest.mark.parametrize(
        ("chosen", "by_outcome", "size", "shards"),
        [
            (RerunFilter(failed=True), {"not_an_apk": 1, "packed": 1}, 6, 1),
            (RerunFilter(outcome_class=OutcomeClass.APP), {"packed": 1}, 4, 1),
            (RerunFilter(outcome=Outcome.INSPECTED), {"inspected": 2}, 9, 2),
            (RerunFilter(shard=1), {"inspected": 1}, 8, 1),
            (RerunFilter(shard=0, failed=True), {"not_an_apk": 1, "packed": 1}, 6, 1),
            (RerunFilter(suite=Suite.DYNAMIC), {}, 0, 0),
            (RerunFilter(shard=7), {}, 0, 0),
            (RerunFilter(failed=True, outcome=Outcome.INSPECTED), {}, 0, 0),
        ],
    )
    def test_takes_what_all_conditions_choose(
        self, ledger: SqlLedger, chosen: RerunFilter, by_outcome: dict[str, int], size: int, shards: int
    ) -> None:
        """The preview tells exactly what the re-run then does."""
        batch = ledger.batch(self.submit_mixed(ledger)).batch_id
        preview = ledger.preview_rerun(batch, chosen)
        count = ledger.rerun(batch, chosen, now=NOW)
        status = ledger.status(batch, now=NOW)

        assert (by_outcome, size, shards) == (dict(preview.by_outcome), preview.bytes, preview.shards)
        assert count == preview.inspections == sum(by_outcome.values()) == status.states[State.PENDING]
        assert shards == status.shards[ShardState.PENDING]
        assert (sum(status.states.values()), status.attempts) == (4, 4)
        assert recount(ledger) == kept(ledger)

    def test_needs_a_condition(self, ledger: SqlLedger) -> None:
        """Without any condition nobody knows what is meant."""
        batch = ledger.batch(self.submit_mixed(ledger)).batch_id

        with pytest.raises(UsageError):
            ledger.rerun(batch, RerunFilter(), now=NOW)
        with pytest.raises(UsageError):
            ledger.preview_rerun(batch, RerunFilter())

    def test_starts_the_history_anew(self, ledger: SqlLedger) -> None:
        """A quarantined app gets all its chances again, and its attempts stay."""
        batch = submit(ledger, [[ref("a")]])
        [[work], *_] = [run_shard(ledger, [Outcome.TIMEOUT]) for _ in range(3)]
        assert ledger.status(batch.batch_id, now=NOW).states[State.QUARANTINED] == 1
        ledger.rerun(batch.batch_id, RerunFilter(failed=True), now=NOW)
        [again] = ledger.pending(take(ledger))

        assert (again.tool_attempts, again.lone_deaths, again.infra_attempts, again.alone) == (0, 0, 0, False)
        assert [attempt.number for attempt in ledger.attempts(work.app_id)] == [1, 2, 3]

    def test_a_waiting_shard_is_due_at_once(self, ledger: SqlLedger) -> None:
        """What a person runs again does not wait for its neighbour that has to pause."""
        batch = submit(ledger, [[ref("a"), ref("b")]])
        lease = take(ledger)
        works = ledger.pending(lease)
        ledger.begin(lease, ids(works), now=NOW)
        paused = attempted(works[0], Outcome.STORE_UNAVAILABLE, not_before=NOW + 500)
        ledger.commit(lease, [paused, attempted(works[1])], now=NOW)
        ledger.release(lease, now=NOW)
        ledger.rerun(batch.batch_id, RerunFilter(outcome=Outcome.INSPECTED), now=NOW)

        assert ledger.next_due() == 0
        assert [NOW + 500, 0] == [work.not_before for work in ledger.pending(take(ledger))]

    def test_a_leased_shard_stays_with_its_driver(self, ledger: SqlLedger) -> None:
        """What is chosen in a shard at work becomes pending there, and the shard when it is given back."""
        batch = submit(ledger, [[ref("a"), ref("b")]])
        lease = take(ledger)
        works = ledger.pending(lease)
        ledger.begin(lease, ids(works), now=NOW)
        ledger.commit(lease, [attempted(work, Outcome.PACKED) for work in works], now=NOW)
        ledger.rerun(batch.batch_id, RerunFilter(failed=True), now=NOW)

        assert ids(works) == ids(ledger.pending(lease))
        ledger.release(lease, now=NOW)
        assert ledger.status(batch.batch_id, now=NOW).shards[ShardState.PENDING] == 1
        assert recount(ledger) == kept(ledger)


class TestCancellation:
    """A person can stop a batch and take it up again."""

    def cancelled(self, ledger: SqlLedger) -> str:
        """Cancel a batch with a finished, a running and two pending inspections in three shards."""
        batch = submit(ledger, [[ref("a")], [ref("b"), ref("c")], [ref("d")]])
        run_shard(ledger)
        lease = take(ledger)
        ledger.begin(lease, ids(ledger.pending(lease))[:1], now=NOW)
        assert ledger.cancel(batch.batch_id, now=NOW + 9) == 3
        with pytest.raises(LeaseLostError):
            ledger.release(lease, now=NOW)
        return batch.batch_id

    def test_stops_what_is_not_finished(self, ledger: SqlLedger) -> None:
        """Finished inspections keep their end, all others are cancelled, and no attempt is left open."""
        batch = ledger.batch(self.cancelled(ledger))
        status = ledger.status(batch.batch_id, now=NOW)

        assert batch.cancelled
        assert {state: n for state, n in status.states.items() if n} == {State.DONE: 1, State.CANCELLED: 3}
        assert dict(status.outcomes) == {"inspected": 1, "cancelled": 3}
        assert {state: n for state, n in status.shards.items() if n} == {ShardState.DONE: 1, ShardState.CANCELLED: 2}
        assert query(ledger, "SELECT outcome, seconds FROM attempt WHERE worker = ''") == [("cancelled", 9.0)]
        assert (ledger.unfinished(), ledger.next_due()) == (0, None)
        assert ledger.lease(owner="x", now=NOW + 10 * LEASE_S, seconds=1) is None
        assert recount(ledger) == kept(ledger)

    def test_again_cancels_nothing(self, ledger: SqlLedger) -> None:
        """A second cancellation, like one of a finished batch, has nothing to do."""
        batch = ledger.batch(self.cancelled(ledger)).batch_id
        other = submit(ledger, [[ref("z")]], name="other")
        run_shard(ledger)

        assert [ledger.cancel(each, now=NOW) for each in (batch, other.batch_id)] == [0, 0]
        assert not ledger.batch("other").cancelled

    @pytest.mark.parametrize(
        ("chosen", "count"), [(RerunFilter(outcome_class=OutcomeClass.CANCELLED), 3), (RerunFilter(shard=1), 2)]
    )
    def test_a_re_run_takes_it_up_again(self, ledger: SqlLedger, chosen: RerunFilter, count: int) -> None:
        """Choosing what was cancelled makes the batch live again."""
        batch = ledger.batch(self.cancelled(ledger)).batch_id

        assert count == ledger.rerun(batch, chosen, now=NOW)
        assert not ledger.batch(batch).cancelled
        assert take(ledger).ordinal == 1
        assert recount(ledger) == kept(ledger)


class TestViews:
    """What people look at."""

    def test_shards_tell_their_state(self, ledger: SqlLedger) -> None:
        """Each shard with its inspections by state, its driver, and how often it was leased."""
        batch = submit(ledger, [[ref("a")], [ref("b"), ref("c")], [ref("d")]], suites=BOTH)
        run_shard(ledger)
        lease = take(ledger, owner="driver-9")
        ledger.begin(lease, ids(ledger.pending(lease))[:3], now=NOW)
        done, leased, pending = ledger.shards(batch.batch_id)

        assert (done.state, done.states[State.DONE], done.leases) == (ShardState.DONE, 2, 1)
        assert (leased.state, leased.owner, leased.lease_until) == (ShardState.LEASED, "driver-9", NOW + LEASE_S)
        assert (leased.states[State.RUNNING], leased.states[State.PENDING]) == (3, 1)
        assert (pending.state, pending.owner, pending.leases) == (ShardState.PENDING, None, 0)

    def test_failures_come_worst_first(self, ledger: SqlLedger) -> None:
        """Quarantined before unusable before unknown, and no more than asked for."""
        batch = submit(ledger, [[ref(name) for name in "abc"]])
        run_shard(ledger, [Outcome.PACKED, Outcome.MALFORMED, Outcome.TIMEOUT])
        for _ in range(2):
            run_shard(ledger, [Outcome.TIMEOUT])
        rows = ledger.failures(batch.batch_id, limit=9)

        assert [row.state for row in rows] == [State.QUARANTINED, State.UNUSABLE, State.UNKNOWN]
        assert (
            rows[0].url,
            rows[0].outcome,
            rows[0].attempts,
            rows[0].shard,
        ) == ("s3://crawl/c.apk", Outcome.TIMEOUT, 3, 0)
        assert (rows[0].package, rows[2].package) == ("com.example.c", "com.example")
        assert rows[:1] == ledger.failures(batch.batch_id, limit=1)

    def test_apps_come_in_the_order_of_the_manifest(self, ledger: SqlLedger) -> None:
        """However many pages they fill."""
        apps = [ref(f"a{number:04}") for number in range(1203)]
        batch = submit(ledger, [apps[:700], apps[700:]])

        assert [app.url for app in apps] == [row.ref.url for row in ledger.apps(batch.batch_id)]

    def test_the_states_always_add_up(self, ledger: SqlLedger) -> None:
        """Every state is listed and the sum is apps times suites."""
        batch = submit(ledger, [[ref("a"), ref("b")], [ref("c")]], suites=BOTH)
        run_shard(ledger, [Outcome.INSPECTED, Outcome.TIMEOUT])
        status = ledger.status(batch.batch_id, now=NOW)

        assert (set(State), set(ShardState), 6) == (set(status.states), set(status.shards), sum(status.states.values()))

    def test_cached_counts_what_was_stored_before(self, ledger: SqlLedger) -> None:
        """Finished inspections whose evidence was there are told apart."""
        batch = submit(ledger, [[ref("a"), ref("b")]])
        lease = take(ledger)
        works = ledger.pending(lease)
        ledger.begin(lease, ids(works), now=NOW)
        ledger.commit(lease, [attempted(works[0], cached=True), attempted(works[1])], now=NOW)

        assert ledger.status(batch.batch_id, now=NOW).cached == 1
        assert dict(ledger.totals().cache) == {(Suite.STATIC, True): 1, (Suite.STATIC, False): 1}
        assert (1000, 3000) == (ledger.totals().bytes_read, ledger.totals().object_bytes)

    def test_pace_is_over_the_time_worked(self, ledger: SqlLedger) -> None:
        """A short run is measured from its first attempt, a long one over its last five minutes."""
        batch = submit(ledger, [[ref(f"a{number}")] for number in range(14)])
        before = ledger.status(batch.batch_id, now=NOW).per_minute
        run_shard(ledger, now=NOW)
        run_shard(ledger, now=NOW + 29)
        short = ledger.status(batch.batch_id, now=NOW).per_minute
        for minute in range(1, 13):
            run_shard(ledger, now=NOW + 60 * minute + 29)
        status = ledger.status(batch.batch_id, now=NOW + 10_000)

        assert (before, short, status.per_minute) == (0.0, 4.0, 1.0)
        assert datetime.fromtimestamp(NOW, UTC) == status.first_attempt_at
        assert datetime.fromtimestamp(NOW + 750, UTC) == status.last_commit_at


class TestTotals:
    """What the exporter shows."""

    def test_an_empty_ledger_has_zeros(self, ledger: SqlLedger) -> None:
        """Before the first batch every state is there with nothing in it."""
        totals = ledger.totals()

        assert {0} == {*totals.inspections_now.values(), *totals.shards_now.values(), totals.bytes_read}
        assert (totals.oldest_running_start, totals.last_commit, totals.drivers) == (None, None, [])

    def test_second_readings_are_counted(self, ledger: SqlLedger) -> None:
        """By how they ended, and disagreements by fact."""
        submit(ledger, [[ref("a"), ref("b"), ref("c"), ref("d")]])
        lease = take(ledger)
        works = ledger.pending(lease)
        ledger.begin(lease, ids(works), now=NOW)
        differ = tuple(Disagreement(field=each, ours=(), theirs=("x",)) for each in (Field.PACKAGE, Field.FILTERS))
        checks = (None, CrossCheck(), CrossCheck(disagreements=differ), CrossCheck(failure="It cannot be read."))
        told = [attempted(work, cross_check=check) for work, check in zip(works, checks, strict=True)]
        ledger.commit(lease, told, now=NOW)
        totals = ledger.totals()

        assert dict(totals.cross_checks) == dict.fromkeys(CrossVerdict, 1)
        assert dict(totals.disagreements) == {Field.PACKAGE: 1, Field.FILTERS: 1}

    def test_retries_are_told_from_ends(self, ledger: SqlLedger) -> None:
        """An attempt that sends its inspection back is a retry, the last one an end; re-runs count anew."""
        batch = submit(ledger, [[ref("a")]])
        run_shard(ledger, [Outcome.WORKER_LOST])
        run_shard(ledger)
        ledger.rerun(batch.batch_id, RerunFilter(suite=Suite.STATIC), now=NOW)
        run_shard(ledger)
        totals = ledger.totals()

        lost, inspected = (Suite.STATIC, Outcome.WORKER_LOST), (Suite.STATIC, Outcome.INSPECTED)
        assert ({lost: 1}, {inspected: 2}) == (dict(totals.retries), dict(totals.inspections))
        assert {lost: 1, inspected: 2} == dict(totals.attempts)

    def test_durations_fall_into_buckets(self, ledger: SqlLedger) -> None:
        """Each known stage has its histogram; a stage nobody knows is not kept."""
        submit(ledger, [[ref("a"), ref("b")]])
        run_shard(ledger)
        totals = ledger.totals()
        stages = {"total": (1.5, 2), "read": (0.25, 0.25), "inspect": (1.25, 2)}

        assert {(Suite.STATIC, stage) for stage in stages} == set(totals.duration_buckets)
        for stage, (seconds, bound) in stages.items():
            expected = [2 if upper == bound else 0 for upper in DURATION_BUCKETS_S] + [0]
            assert tuple(expected) == totals.duration_buckets[Suite.STATIC, stage]
            assert 2 * seconds == totals.duration_sums[Suite.STATIC, stage]

    def test_the_oldest_lease_is_told(self, ledger: SqlLedger) -> None:
        """The shard that has been at work for longest, and the last commit."""
        submit(ledger, [[ref("a")], [ref("b")], [ref("c")]])
        run_shard(ledger, now=NOW - 50)
        take(ledger, now=NOW)
        take(ledger, now=NOW + 5)

        assert (ledger.totals().oldest_running_start, ledger.totals().last_commit) == (NOW, NOW - 49)

    def test_drivers_are_remembered_for_a_day(self, ledger: SqlLedger) -> None:
        """The last sign of life stands for each driver; silent ones are forgotten."""
        seen = datetime.fromtimestamp(NOW, UTC)
        rows = [
            DriverRow(owner=owner, seen_at=seen + timedelta(hours=hours), workers=4, busy=busy)
            for owner, hours, busy in (("old", 0, 1), ("a", 20, 0), ("a", 25, 3))
        ]
        for row in rows:
            ledger.beat(row)

        assert rows[2:] == ledger.totals().drivers

    def test_reading_totals_does_not_touch_apps(self, ledger: SqlLedger) -> None:
        """The totals come from few rows even if the apps are gone: they are kept, not counted."""
        submit(ledger, [[ref("a")]])
        run_shard(ledger)
        for table in ("finding", "attempt", "inspection", "counted", "app"):
            execute(ledger, f"DELETE FROM {table}")

        assert ledger.totals().inspections_now[State.DONE] == 1
