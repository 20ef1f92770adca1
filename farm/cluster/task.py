"""What a worker does with one task: fetch the app, inspect it, store the evidence, judge it, check our readers."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import structlog

from farm.model.errors import ObjectChangedError, ObjectMissingError, SourceError, StoreError
from farm.model.execution import Result, Task
from farm.model.finding import Finding
from farm.model.inspection import Suite
from farm.model.keys import artefact_key, evidence_key
from farm.model.text import visible
from farm.ports import ObjectStore, Stores
from farm.rules.catalogue import load_packs
from farm.rules.engine import judge
from workers.cross_check import cross_check, sampled
from workers.inspect import inspect_apk
from workers.model.errors import OverLimitError
from workers.model.evidence import AppIdentity
from workers.model.limits import Limits
from workers.model.outcome import Outcome, OutcomeClass

log = structlog.get_logger()

STORED_CLASSES = frozenset({OutcomeClass.OK, OutcomeClass.APP})
"""Only what says something lasting about the app is kept as evidence; a failure of ours is not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspector:
    """Inspects tasks one after another; picklable, so that it can be sent to a worker on another machine."""

    stores: Stores
    limits: Mapping[Suite, Limits]
    engines: Mapping[Suite, str]
    cross_check_one_in: int = 0
    """Of how many apps of the static suite one is read a second time; 0 for none."""

    def run(self, task: Task) -> Result:
        """Return what came of one task; never raises for anything that the app or the store does."""
        watch = _Watch()
        try:
            return self._run(task, watch)
        except ObjectMissingError as error:
            return watch.failed(task, Outcome.MISSING_OBJECT, str(error))
        except ObjectChangedError as error:
            return watch.failed(task, Outcome.CHANGED_OBJECT, str(error))
        except (StoreError, SourceError) as error:
            return watch.failed(task, Outcome.STORE_UNAVAILABLE, str(error))
        except OverLimitError as error:
            return watch.failed(task, Outcome.OVER_SIZE_LIMIT, str(error))
        except MemoryError:
            return watch.failed(task, Outcome.OUT_OF_MEMORY, "Memory ran out outside the suite's own limit.")
        except Exception as error:  # the boundary of one app: whatever it provokes must not reach its neighbours
            log.exception("task.failed", url=task.app.url, suite=task.suite)
            return watch.failed(task, Outcome.ENGINE_ERROR, f"{type(error).__name__}: {visible(str(error), 200)}")

    def _run(self, task: Task, watch: _Watch) -> Result:
        home, limits = self.stores.farm(), self.limits[task.suite]
        if task.app.sha256 is not None:
            cached = self._from_cache(home, task, task.app.sha256, watch)
            if cached is not None:
                return cached
        with watch.stage("read"):
            store, key = self.stores.locate(task.app.url)
            data = store.get(key, etag=task.app.etag, version_id=task.app.version_id, limit=limits.file_bytes)
            watch.bytes_read += len(data)
            sha256 = hashlib.sha256(data).hexdigest()
        if task.app.sha256 is None:
            cached = self._from_cache(home, task, sha256, watch)
            if cached is not None:
                return cached
        elif task.app.sha256 != sha256:
            return watch.failed(task, Outcome.CHANGED_OBJECT, "The object's SHA-256 is not the one in the manifest.")
        with watch.stage("inspect"):
            evidence = inspect_apk(data, suite=task.suite.value, limits=limits, sha256=sha256)
        document = evidence.as_bytes()
        if evidence.outcome.outcome_class not in STORED_CLASSES:
            return watch.failed(task, evidence.outcome, evidence.reason, app=evidence.app)
        key = self._key(task, sha256)
        try:
            with watch.stage("store"):
                # The document is the commit point: what it names is there before it is.
                _keep(home, key, evidence.artefacts)
                created = home.put(key, document, if_absent=True, content_type="application/json")
        except StoreError as error:
            return watch.failed(task, Outcome.UPLOAD_FAILED, str(error), app=evidence.app)
        if not created:
            # Somebody was faster; what is stored is the truth that findings refer to.
            document = home.get(key)
        # Only now, when the evidence is safe: an app that the second reading breaks is a cache hit at the next attempt.
        return self._checked(task, self._judged(task, key, document, watch, cached=False), data, watch)

    def _checked(self, task: Task, result: Result, data: bytes, watch: _Watch) -> Result:
        """Return the result with what a second reading came to, if the app is one of the sample."""
        if task.suite is not Suite.STATIC or result.app is None:
            return result
        if not sampled(result.app.sha256, self.cross_check_one_in):
            return result
        limits = self.limits[task.suite]
        with watch.stage("cross_check"):
            left = limits.seconds - watch.stages.get("inspect", 0.0)
            check = cross_check(data, limits=limits, seconds=left)
        for item in check.disagreements:
            log.warning(
                "cross_check.disagreed",
                sha256=result.app.sha256,
                field=item.field.value,
                ours=item.ours,
                theirs=item.theirs,
            )
        if check.failure:
            log.info("cross_check.oracle_failed", sha256=result.app.sha256, reason=check.failure)
        return replace(
            result,
            cross_check=check,
            reason=" ".join(part for part in (result.reason, check.sentence) if part),
            seconds=watch.seconds,
            stage_seconds=watch.stages,
        )

    def _key(self, task: Task, sha256: str) -> str:
        return evidence_key(sha256, task.suite, self.engines[task.suite], self.limits[task.suite].digest())

    def _from_cache(self, home: ObjectStore, task: Task, sha256: str, watch: _Watch) -> Result | None:
        key = self._key(task, sha256)
        with watch.stage("read"):
            try:
                document = home.get(key)
            except ObjectMissingError:
                return None
        watch.bytes_read += len(document)
        return self._judged(task, key, document, watch, cached=True)

    def _judged(self, task: Task, key: str, document: bytes, watch: _Watch, *, cached: bool) -> Result:
        with watch.stage("judge"):
            parsed: dict[str, Any] = json.loads(document)
            findings: tuple[Finding, ...] = judge(parsed, load_packs(), app_type=task.app.category)
        return Result(
            inspection_id=task.inspection_id,
            outcome=Outcome(parsed["outcome"]),
            reason=parsed["reason"],
            app=AppIdentity(**parsed["app"]),
            evidence_key=key,
            evidence_sha256=hashlib.sha256(document).hexdigest(),
            cached=cached,
            findings=findings,
            seconds=watch.seconds,
            stage_seconds=watch.stages,
            bytes_read=watch.bytes_read,
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
        self.bytes_read = 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

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
            bytes_read=self.bytes_read,
        )
