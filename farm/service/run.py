"""The driver: leases shards, keeps workers busy, decides what each outcome leads to, commits in groups.

It owns nothing precious: killed at any moment, the next driver goes on from the ledger.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from farm.model.batch import BatchId, Work
from farm.model.errors import LeaseLostError
from farm.model.execution import Attempted, Chunk, Ended, ExecutorEvent, LossCause, Lost, Progress, Result, Task
from farm.model.inspection import History, RetryPolicy, State, Suite, decide
from farm.planning import ChunkPolicy, chunk, deadline_s
from farm.ports import Clock, DriverRow, Executor, Ledger
from farm.service.hands import Flight, Hand
from farm.service.streaks import Streaks
from workers.model.outcome import Outcome

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class DriverPolicy:
    """How the driver paces itself."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    chunks: ChunkPolicy = field(default_factory=ChunkPolicy)
    app_seconds: float = 120.0
    """Wall time a static inspection allows itself; the driver's deadline lies beyond it."""
    dynamic_seconds: float = 180.0
    """The same of a dynamic inspection."""
    lease_s: float = 60.0
    """Length of a lease; it is renewed at a third of it."""
    flush_results: int = 256
    """Results that make a group commit."""
    flush_s: float = 2.0
    """Longest time a result waits for its commit, in seconds."""
    grace_s: float = 10.0
    """How long a stopping driver waits for chunks in flight, in seconds."""
    hands: int = 8
    """Most shards in hand at once: static work runs ahead of dynamic work by no more than these."""
    tick_s: float = 0.25
    """Longest wait for events, in seconds."""

    def seconds(self, suite: Suite) -> float:
        """Return the wall time that an inspection of the suite allows itself."""
        return self.dynamic_seconds if suite is Suite.DYNAMIC else self.app_seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class RunProgress:
    """What the driver has done since it started."""

    finished: int
    """Inspections that reached a terminal state."""
    states: dict[State, int]
    in_flight: int
    workers: int
    shards: int
    """Shards in hand."""


class Driver:
    """Runs what is pending until it is done, it is told to stop, or the machinery fails."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        executor: Executor,
        clock: Clock,
        owner: str,
        policy: DriverPolicy | None = None,
        batch: BatchId | None = None,
        observer: Callable[[RunProgress], None] | None = None,
    ) -> None:
        """Take the parts; with `batch`, only that batch is run."""
        self._ledger = ledger
        self._executor = executor
        self._clock = clock
        self._owner = owner
        self._policy = policy or DriverPolicy()
        self._batch = batch
        self._observer = observer
        self._hands: list[Hand] = []
        self._flights: dict[int, Flight] = {}
        self._numbers = itertools.count(1)
        self._states: Counter[State] = Counter()
        self._streaks = Streaks()
        self._suites: set[Suite] = set()
        self._oldest_result: float | None = None
        self._beaten = 0.0
        self._stopping = False

    def stop(self) -> None:
        """Ask the driver to stop: nothing new is sent, chunks in flight may end within the grace period."""
        self._stopping = True

    def run(self, *, forever: bool = False) -> RunProgress:
        """Run until nothing is pending (or for ever); raises an error if the fault is not the apps'."""
        try:
            while not self._stopping:
                self._tick()
                if not self._hands and not forever and self._ledger.next_due(self._batch) is None:
                    break
            self._drain()
        finally:
            self._release_all()
        return self.progress()

    def progress(self) -> RunProgress:
        """Return what has been done."""
        return RunProgress(
            finished=sum(n for state, n in self._states.items() if state.is_terminal),
            states=dict(self._states),
            in_flight=sum(len(f.works) for f in self._flights.values()),
            workers=self._executor.workers(),
            shards=len(self._hands),
        )

    def _tick(self) -> None:
        """Do everything once."""
        now = self._clock.now()
        self._beat(now)
        self._renew(now)
        self._feed(now)
        for event in self._executor.wait(self._policy.tick_s):
            self._take(event, self._clock.now())
        self._enforce_deadlines(self._clock.now())
        self._flush_due(self._clock.now())
        self._give_back(self._clock.now())
        if (fault := self._streaks.store_fault()) is not None:
            raise fault
        if self._streaks.without_backend and not self._flights and Suite.STATIC not in self._waiting():
            raise self._streaks.backend_fault()

    def _beat(self, now: float) -> None:
        """Leave a sign of life every two seconds."""
        if now - self._beaten < 2.0:
            return
        self._beaten = now
        self._ledger.beat(
            DriverRow(
                owner=self._owner,
                seen_at=datetime.fromtimestamp(now, UTC),
                workers=self._executor.workers(),
                busy=len(self._flights),
            )
        )
        if self._observer is not None:
            self._observer(self.progress())

    def _renew(self, now: float) -> None:
        """Prolong leases at a third of their length; drop shards that somebody else has taken or cancelled."""
        for hand in list(self._hands):
            if now - hand.renewed < self._policy.lease_s / 3:
                continue
            try:
                hand.lease = self._ledger.renew(hand.lease, now=now, seconds=self._policy.lease_s)
                hand.renewed = now
            except LeaseLostError:
                self._forget(hand)

    def _feed(self, now: float) -> None:
        """Send chunks to idle workers, leasing shards as long as there is room."""
        self._executor.prepare(self._waiting())
        for suite in Suite:
            idle = self._executor.idle(suite)
            while idle > 0:
                found = self._next(suite, now)
                if found is None:
                    break
                idle -= self._send(*found, now)

    def _waiting(self) -> dict[Suite, int]:
        """Return how many chunks of each suite could be sent."""
        waiting = Counter(works[0].suite for hand in self._hands for works in hand.ready)
        if self._streaks.without_backend:
            del waiting[Suite.DYNAMIC]
        return dict(waiting)

    def _next(self, suite: Suite, now: float) -> tuple[Hand, tuple[Work, ...]] | None:
        """Take a chunk of the suite out of a hand, leasing one more shard where that may bring one."""
        if suite is Suite.DYNAMIC and self._streaks.without_backend:
            return None
        while True:
            for hand in self._hands:
                for number, works in enumerate(hand.ready):
                    if works[0].suite is suite:
                        return hand, hand.ready.pop(number)
            nothing_ready = not any(hand.ready for hand in self._hands)
            may_lead = suite in self._suites and len(self._hands) < self._policy.hands
            if not (nothing_ready or may_lead) or self._lease(now) is None:
                return None

    def _lease(self, now: float) -> Hand | None:
        """Take another shard into hand."""
        lease = self._ledger.lease(owner=self._owner, now=now, seconds=self._policy.lease_s, batch=self._batch)
        if lease is None:
            return None
        hand = Hand(lease=lease, renewed=now)
        try:
            works = [work for work in self._ledger.pending(lease) if work.not_before <= now]
        except LeaseLostError:
            return None
        hand.ready = [tuple(works) for works in chunk(works, self._policy.chunks)]
        self._suites.update(work.suite for work in works)
        self._hands.append(hand)
        log.info("shard.leased", batch=lease.batch_id, shard=lease.ordinal, inspections=len(works))
        if not hand.ready:
            self._give_back(now)
            return None
        return hand

    def _send(self, hand: Hand, works: tuple[Work, ...], now: float) -> bool:
        """Open the attempts of a chunk in the ledger, then give it to a worker; return whether it went."""
        try:
            self._ledger.begin(hand.lease, [w.inspection_id for w in works], now=now)
        except LeaseLostError:
            self._forget(hand)
            return False
        parcel = Chunk(
            chunk_id=next(self._numbers),
            tasks=tuple(Task.of(work) for work in works),
            deadline_s=deadline_s(works, self._policy.seconds(works[0].suite)),
        )
        self._flights[parcel.chunk_id] = Flight(
            hand=hand,
            chunk=parcel,
            works={w.inspection_id: w for w in works},
            alone=len(works) == 1,
            touched=now,
        )
        hand.flying += 1
        self._executor.submit(parcel)
        return True

    def _take(self, event: ExecutorEvent, now: float) -> None:
        """Book what a worker has reported; events of chunks that were given up are ignored."""
        flight = self._flights.get(event.chunk_id)
        if flight is None:
            return
        flight.touched = now
        match event:
            case Progress(results=results, worker=worker):
                for result in results:
                    self._book(flight, result, worker, now)
            case Ended():
                self._land(event.chunk_id)
            case Lost(cause=cause, detail=detail, worker=worker):
                self._blame(flight, cause, detail, worker, now)
                self._land(event.chunk_id)

    def _book(self, flight: Flight, result: Result, worker: str, now: float) -> None:
        """Decide what a result leads to and keep it for the next commit."""
        work = flight.works.pop(result.inspection_id, None)
        if work is None:
            return
        before = History(tool=work.tool_attempts, lone_deaths=work.lone_deaths, infra=work.infra_attempts)
        decision = decide(result.outcome, before, self._policy.retry)
        self._streaks.count(result, work.suite)
        flight.hand.buffer.append(
            Attempted(
                inspection_id=result.inspection_id,
                result=result,
                worker=worker,
                state=decision.state,
                alone=decision.alone,
                not_before=now + decision.pause_s if decision.pause_s else 0.0,
            )
        )
        self._oldest_result = self._oldest_result or now
        self._states[decision.state] += 1

    def _blame(self, flight: Flight, cause: LossCause, detail: str, worker: str, now: float) -> None:
        """Book the unfinished inspections of a lost chunk: only an app that had the worker alone is to blame."""
        outcome = {
            LossCause.WORKER_DIED: Outcome.WORKER_DIED if flight.alone else Outcome.WORKER_LOST,
            LossCause.DEADLINE: Outcome.TIMEOUT if flight.alone else Outcome.WORKER_LOST,
            LossCause.NODE_LOST: Outcome.NODE_LOST,
        }[cause]
        for inspection_id in list(flight.works):
            result = Result(
                inspection_id=flight.works[inspection_id].inspection_id,
                outcome=outcome,
                reason=detail,
                app=None,
                evidence_key=None,
                evidence_sha256=None,
                cached=False,
                seconds=max(now - flight.touched, 0.0),
            )
            self._book(flight, result, worker, now)

    def _land(self, chunk_id: int) -> None:
        """Forget a chunk that is over."""
        flight = self._flights.pop(chunk_id)
        flight.hand.flying -= 1

    def _enforce_deadlines(self, now: float) -> None:
        """Kill workers that have not reported for too long."""
        for chunk_id, flight in self._flights.items():
            if not flight.killed and now - flight.touched > flight.chunk.deadline_s:
                flight.killed = True
                log.warning("chunk.deadline", chunk=chunk_id, seconds=flight.chunk.deadline_s)
                self._executor.kill(chunk_id)

    def _flush_due(self, now: float) -> None:
        """Commit when enough results wait or the oldest has waited long enough."""
        waiting = sum(len(h.buffer) for h in self._hands)
        overdue = self._oldest_result is not None and now - self._oldest_result >= self._policy.flush_s
        if waiting >= self._policy.flush_results or overdue:
            self._flush_all(now)

    def _flush_all(self, now: float) -> None:
        """Commit every buffer."""
        for hand in list(self._hands):
            self._flush(hand, now)
        self._oldest_result = None
        if self._observer is not None:
            self._observer(self.progress())

    def _flush(self, hand: Hand, now: float) -> None:
        """Commit one shard's results; what is to be tried again at once is queued again."""
        if not hand.buffer:
            return
        results, hand.buffer = hand.buffer, []
        try:
            self._ledger.commit(hand.lease, results, now=now)
            if self._stopping or not any(r.state is State.PENDING for r in results):
                return
            again = [w for w in self._ledger.pending(hand.lease) if w.not_before <= now]
        except LeaseLostError:
            self._forget(hand)
            return
        queued = {w.inspection_id for works in hand.ready for w in works}
        fresh = [w for w in again if w.inspection_id not in queued]
        hand.ready.extend(tuple(works) for works in chunk(fresh, self._policy.chunks))

    def _give_back(self, now: float) -> None:
        """Release shards that have nothing to send and nothing in flight."""
        for hand in list(self._hands):
            if hand.ready or hand.flying:
                continue
            self._flush(hand, now)
            if hand.ready or hand not in self._hands:
                continue
            self._release(hand, now)

    def _release(self, hand: Hand, now: float) -> None:
        """Give one shard back to the ledger."""
        self._hands.remove(hand)
        try:
            self._ledger.release(hand.lease, now=now)
        except LeaseLostError:
            return
        log.info("shard.released", batch=hand.lease.batch_id, shard=hand.lease.ordinal)

    def _forget(self, hand: Hand) -> None:
        """Drop a shard that is no longer ours; the ledger refuses its results anyway."""
        log.warning("shard.lost", batch=hand.lease.batch_id, shard=hand.lease.ordinal)
        if hand in self._hands:
            self._hands.remove(hand)
        for chunk_id, flight in self._flights.items():
            if flight.hand is hand and not flight.killed:
                flight.killed = True
                self._executor.kill(chunk_id)

    def _drain(self) -> None:
        """Wait for chunks in flight, at most the grace period, and commit them."""
        until = self._clock.now() + self._policy.grace_s
        while self._flights and self._clock.now() < until:
            for event in self._executor.wait(self._policy.tick_s):
                self._take(event, self._clock.now())
            self._flush_due(self._clock.now())

    def _release_all(self) -> None:
        """Commit what has come back and give every shard back; unfinished attempts end as `driver_restarted`."""
        now = self._clock.now()
        self._flush_all(now)
        for hand in list(self._hands):
            self._release(hand, now)
