"""What a worker does with one task: fetch the app, inspect it, store the evidence, judge it, check our readers."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from farm.cluster.ahead import ReadAhead
from farm.cluster.reading import AT_ONCE, App, Known, Meter, Reading, by_ranges, in_part, known
from farm.model.errors import ObjectChangedError, ObjectMissingError, SourceError, StoreError
from farm.model.execution import Result, Task
from farm.model.finding import Finding
from farm.model.inspection import Suite
from farm.model.keys import artefact_key, claimed_evidence_key, evidence_key
from farm.model.text import visible
from farm.ports import ObjectStore, Stores
from farm.rules.catalogue import load_packs
from farm.rules.engine import judge
from workers.cross_check import cross_check, sampled
from workers.inspect import inspect_apk
from workers.memory_file import MemoryFile, in_memory
from workers.model.cross_check import CrossCheck
from workers.model.errors import OverSizeLimitError, UnreadError
from workers.model.evidence import JSON, AppIdentity, Evidence
from workers.model.limits import Limits
from workers.model.outcome import Outcome, OutcomeClass
from workers.model.services import DEFAULT_SERVICES, Services

log = structlog.get_logger()

TOGETHER = 40 << 20
"""Bytes that an app may take with what is read meanwhile of the next one."""
TAKEN = 5
"""Bytes that an inspection takes for each one that was read: inflated code, its tables and its graph (measured: 4.6 to
5.1, of the apps of the benchmark that take most)."""
STORED_CLASSES = frozenset({OutcomeClass.OK, OutcomeClass.APP})
"""Only what says something lasting about the app is kept as evidence; a failure of ours is not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspector:
    """Inspects tasks one after another; picklable, so that it can be sent to a worker on another machine."""

    stores: Stores
    limits: Mapping[Suite, Limits]
    engines: Mapping[Suite, tuple[str, str]]
    """For each suite, the engine version and the digest of its configuration: two parts of the result key."""
    services: Services = DEFAULT_SERVICES
    """Whether the phone of the dynamic suite has Google's and vendors' services."""
    cross_check_one_in: int = 0
    """Of how many apps of the static suite one is read a second time; 0 for none."""
    ahead: ReadAhead[_Ready] = field(default_factory=ReadAhead, compare=False)
    """What this process has read of the next task."""

    def run(self, task: Task, following: Task | None = None) -> Result:
        """Return what came of one task; never raises for anything that the app or the store does.

        `following` is the task that this process does next: its app is read while this one is inspected.
        """
        watch = _Watch()
        try:
            ready = self.ahead.take(task)
            if ready is None:
                ready = self._prepare(task, watch)
            else:
                watch.go_on(ready.watch)
            held = ready.found.held if isinstance(ready.found, App) else 0
            if following is not None and worth_reading_ahead(following, task, held=held):
                self.ahead.start(following, lambda task: self._prepare(task, _Watch(), most=room_ahead(held)))
            if isinstance(ready.found, _Kept):
                return self._caught_up(task, self._judged(task, ready.found, watch, cached=True), watch)
            return self._finish(task, ready.found, watch)
        except ObjectMissingError as error:
            return watch.failed(task, Outcome.MISSING_OBJECT, str(error))
        except ObjectChangedError as error:
            return watch.failed(task, Outcome.CHANGED_OBJECT, str(error))
        except (StoreError, SourceError) as error:
            return watch.failed(task, Outcome.STORE_UNAVAILABLE, str(error))
        except OverSizeLimitError as error:
            return watch.failed(task, error.outcome, str(error))
        except MemoryError:
            return watch.failed(task, Outcome.OUT_OF_MEMORY, "Memory ran out outside the suite's own limit.")
        except Exception as error:  # the boundary of one app: whatever it provokes must not reach its neighbours
            log.exception("task.failed", url=task.app.url, suite=task.suite)
            return watch.failed(task, Outcome.ENGINE_ERROR, f"{type(error).__name__}: {visible(str(error), 200)}")

    def _prepare(self, task: Task, watch: _Watch, *, most: int = AT_ONCE) -> _Ready:
        """Return the evidence that is there already, or the app; raises what `run` catches.

        Of parts of an app at most so many bytes are brought into memory.
        """
        with watch.stage("read"):
            home, told = self.stores.farm(), known(task)
            kept = self._kept(home, task, told.sha256, told, watch)
            if kept is not None:
                return _Ready(watch=watch, found=kept)
            # What is said of our readers by a second reading should be of the app that it is said of.
            sure = told.claimed and self._is_read_twice(task, told.sha256 or "")
            app = self._reading(task, told, watch).needed(most=most, hashed=sure)
            if told.sha256 is None:
                kept = self._kept(home, task, app.sha256, told, watch)
        return _Ready(watch=watch, found=kept or app)

    def _finish(self, task: Task, app: App, watch: _Watch) -> Result:
        """Inspect the app that was read, store its evidence and judge it."""
        home = self.stores.farm()
        with watch.stage("inspect"):
            evidence = self._inspected(task, app)
        document = evidence.as_bytes()
        if evidence.outcome.outcome_class not in STORED_CLASSES:
            return watch.failed(task, evidence.outcome, evidence.reason, app=evidence.app)
        key = self._key(task, app.sha256) if app.hashed else self._claimed_key(task)
        try:
            with watch.stage("store"):
                # The document is the commit point: what it names is there before it is.
                _keep(home, key, evidence.artefacts)
                created = home.put(key, document, if_absent=True, content_type="application/json")
        except StoreError as error:
            return watch.failed(task, Outcome.UPLOAD_FAILED, str(error), app=evidence.app)
        if created:
            kept = _Kept(key=key, document=document, hashed=app.hashed, content=evidence.as_json())
        else:
            # Somebody was faster; what is stored is the truth that findings refer to.
            kept = _Kept(key=key, document=home.get(key), hashed=app.hashed)
        # Only now, when the evidence is safe: an app that the second reading breaks is a cache hit at the next attempt.
        return self._checked(task, self._judged(task, kept, watch, cached=False), app, watch)

    def _caught_up(self, task: Task, result: Result, watch: _Watch) -> Result:
        """Return the result of a cache hit, with the check that the attempt which stored the evidence may have lost."""
        if not task.unfinished or result.app is None or not self._is_read_twice(task, result.app.sha256):
            return result
        if task.suspect:
            return _with_check(result, CrossCheck(failure=_NOT_AGAIN), watch)
        return self._checked(task, result, None, watch)

    def _checked(self, task: Task, result: Result, app: App | None, watch: _Watch) -> Result:
        """Return the result with what a second reading came to, if the app is one of the sample.

        androguard needs all of it: what is not in memory is read again, and goes by as a file in memory. What hinders
        that is a failure of the check: the inspection is done.
        """
        if result.app is None or not self._is_read_twice(task, result.app.sha256):
            return result
        limits = self.limits[task.suite]
        try:
            with self._whole(task, app, result.app.sha256, watch) as whole, watch.stage("cross_check"):
                left = limits.seconds - watch.stages.get("inspect", 0.0)
                check = cross_check(whole, limits=limits, seconds=left)
        except (StoreError, SourceError, OverSizeLimitError, OSError) as error:
            check = CrossCheck(failure=f"The app cannot be read any more: {error}")
        except MemoryError:
            check = CrossCheck(failure="There is no memory in which the app could be read again.")
        return _with_check(result, check, watch)

    @contextmanager
    def _whole(self, task: Task, app: App | None, sha256: str, watch: _Watch) -> Iterator[bytes | MemoryFile]:
        """Yield all bytes of an app that was inspected under this SHA-256."""
        if app is not None and isinstance(app.data, bytes):
            yield app.data
            return
        with ExitStack() as stack:
            with watch.stage("read"):
                pieces = self._reading(task, Known(sha256=sha256), watch).pieces()
                file = stack.enter_context(in_memory(pieces))
            yield file

    def _reading(self, task: Task, told: Known, watch: _Watch) -> Reading:
        """Return how the app of a task is read."""
        store, key = self.stores.locate(task.app.url)
        limits = self.limits[task.suite]
        return Reading(task=task, told=told, store=store, key=key, limits=limits, meter=watch.meter)

    def _is_read_twice(self, task: Task, sha256: str) -> bool:
        """Return whether the app belongs to the sample on which our readers are checked."""
        return task.suite is Suite.STATIC and sampled(sha256, self.cross_check_one_in)

    def _inspected(self, task: Task, app: App) -> Evidence:
        """Return the evidence on an app; raises what hindered reading the parts that nobody foresaw."""
        limits = self.limits[task.suite]
        try:
            return inspect_apk(
                app.data,
                suite=task.suite.value,
                limits=limits,
                sha256=app.sha256,
                sha256_verified=app.hashed,
                services=self.services,
            )
        except UnreadError as error:
            raise error.__cause__ or error from None

    def _key(self, task: Task, sha256: str) -> str:
        return evidence_key(sha256, task.suite, *self.engines[task.suite])

    def _claimed_key(self, task: Task) -> str:
        key = claimed_evidence_key(task.app, task.suite, *self.engines[task.suite])
        if key is None:
            raise ValueError("An app without hash or etag is never read by ranges.")
        return key

    def _kept(self, home: ObjectStore, task: Task, sha256: str | None, told: Known, watch: _Watch) -> _Kept | None:
        """Return the evidence that is there already, if any."""
        if sha256 is None:
            return None
        keys = [self._key(task, sha256)]
        if told.claimed and by_ranges(task, told):
            keys.append(self._claimed_key(task))
        for key in keys:
            try:
                document = home.get(key)
            except ObjectMissingError:
                continue
            watch.meter.bytes += len(document)
            return _Kept(key=key, document=document, hashed=not told.claimed)
        return None

    def _judged(self, task: Task, kept: _Kept, watch: _Watch, *, cached: bool) -> Result:
        with watch.stage("judge"):
            parsed: Mapping[str, Any] = kept.content or json.loads(kept.document)
            findings: tuple[Finding, ...] = judge(parsed, load_packs(), app_type=task.app.category)
        return Result(
            inspection_id=task.inspection_id,
            outcome=Outcome(parsed["outcome"]),
            reason=parsed["reason"],
            app=replace(AppIdentity(**parsed["app"]), sha256_verified=kept.hashed),
            evidence_key=kept.key,
            evidence_sha256=hashlib.sha256(kept.document).hexdigest(),
            cached=cached,
            findings=findings,
            seconds=watch.seconds,
            stage_seconds=watch.stages,
            bytes_read=watch.meter.bytes,
            object_bytes=watch.meter.object_bytes,
        )


_NOT_AGAIN = "An attempt failed on this app after its evidence was stored: it is not read a second time."
"""What a check says that may have killed its worker."""


def _with_check(result: Result, check: CrossCheck, watch: _Watch) -> Result:
    """Return a result with what a second reading came to, and log what went wrong."""
    sha256 = result.app.sha256 if result.app else ""
    for item in check.disagreements:
        log.warning("cross_check.disagreed", sha256=sha256, field=item.field.value, ours=item.ours, theirs=item.theirs)
    if check.failure:
        log.info("cross_check.oracle_failed", sha256=sha256, reason=check.failure)
    return replace(
        result,
        cross_check=check,
        reason=" ".join(part for part in (result.reason, check.sentence) if part),
        seconds=watch.seconds,
        stage_seconds=watch.stages,
        bytes_read=watch.meter.bytes,
        object_bytes=watch.meter.object_bytes,
    )


def _keep(home: ObjectStore, evidence: str, artefacts: Mapping[str, bytes]) -> None:
    """Store the files of a run beside its evidence document; one that is there stays, since its key has its hash."""
    for name, data in artefacts.items():
        kind = _CONTENT_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
        sha256 = hashlib.sha256(data).hexdigest()
        home.put(artefact_key(evidence, name, sha256), data, if_absent=True, content_type=kind)


_CONTENT_TYPES = {"png": "image/png", "json": "application/json"}


class _Watch:
    """Adds up the seconds of the stages and the bytes read of one task."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self.stages: dict[str, float] = {}
        self.meter = Meter()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def go_on(self, before: _Watch) -> None:
        """Take over what an app cost before its turn, as if it had been read just now."""
        self.stages, self.meter = before.stages, before.meter
        self._start = time.monotonic() - sum(self.stages.values())

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0.0) + time.monotonic() - start

    def failed(self, task: Task, outcome: Outcome, reason: str, *, app: AppIdentity | None = None) -> Result:
        return Result(
            inspection_id=task.inspection_id,
            outcome=outcome,
            reason=reason,
            app=app,
            evidence_key=None,
            evidence_sha256=None,
            cached=False,
            seconds=self.seconds,
            stage_seconds=self.stages,
            bytes_read=self.meter.bytes,
            object_bytes=self.meter.object_bytes,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    """Evidence as it is stored."""

    key: str
    document: bytes
    hashed: bool
    """Whether the app's SHA-256 was computed rather than claimed."""
    content: Mapping[str, JSON] | None = None
    """What the document says, where this process has just written it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ready:
    """What can be gone on with: an app, or the evidence on it that was there already; and what that cost."""

    watch: _Watch
    found: App | _Kept


def worth_reading_ahead(task: Task, current: Task, *, held: int) -> bool:
    """Return whether an app should be read before its turn, while the current one has `held` bytes in memory.

    Not for a run, beside which reading is nothing; not if there is no room for what is wanted of it; not the current
    one again, whose evidence is about to be there.
    """
    same = task.app.etag is not None and task.app.etag == current.app.etag
    return task.suite is Suite.STATIC and not same and _wanted_ahead(task) <= room_ahead(held)


def _wanted_ahead(task: Task) -> int:
    """Return for how many bytes of an app there must be room if it is to be read ahead."""
    if not in_part(task):
        return task.app.size
    if task.known_sha256 is not None or task.app.sha256 is not None:
        return 0  # As many are asked for as there is room for.
    # It goes by as a whole, for its hash: what there is no room for would have to be sent again. Two fifths are wanted.
    return task.app.size // 2


def room_ahead(held: int) -> int:
    """Return how many bytes of the next app may be in memory while one is inspected of which `held` bytes are.

    Beside a large app, which takes all that there is for two, it is half of what that one has there: reading ahead
    saves at most the time of one inspection, of a larger app, whose bytes take longer to come, the smaller share.
    """
    return max(TOGETHER - TAKEN * held, held // 2)
