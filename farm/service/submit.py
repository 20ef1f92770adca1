"""Submit: freeze a source into a manifest, see what is new in it, and write it down as a batch, once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from farm.manifest.frozen import FrozenManifest, freeze, thaw
from farm.manifest.rows import BadRow, Row, bad_rows_error
from farm.manifest.source import ListedSource, open_source
from farm.model.batch import AppRef, Batch, BatchId
from farm.model.errors import BatchNameTakenError, UnknownBatchError, UsageError
from farm.model.inspection import Suite
from farm.model.keys import claimed_evidence_key, evidence_key, manifest_key
from farm.planning import Predictor, ShardPolicy, plan_shards
from farm.ports import Ledger, Stores

Engines = Mapping[Suite, tuple[str, str]]
"""For each suite, the version of its engine and the digest of its configuration."""

_NAME = re.compile(r"[A-Za-z0-9._-]{1,80}")
_LONGEST_STEM = 60
_TRIES = 5
"""How often a default name is chosen again because somebody else took it in the same moment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmitPlan:
    """What a submit would do; nothing has been written yet."""

    source: str
    """The source as it was given."""
    manifest: FrozenManifest
    """The frozen list."""
    suites: tuple[Suite, ...]
    """Suites that each app goes through."""
    batch_id: BatchId
    """Identity the batch has, or will have."""
    name: str
    """Name the batch has, or will have."""
    name_given: bool
    """Whether a person chose the name, rather than the farm."""
    existing: Batch | None
    """The batch, if the same list was submitted before."""
    notice: str
    """One sentence if something is not as asked (another name); else empty."""
    created_at: datetime
    """Time of the submit, UTC."""
    shards: int
    """Shards that the batch is cut into."""
    cached: int
    """Apps whose evidence is already there for every suite."""
    inspections: int
    """Inspections that have no evidence yet."""
    read_bytes: int
    """Size of the apps that these inspections will read; of big ones they may read less."""
    cpu_hours: float
    """CPU hours that these inspections are estimated to take."""
    cost: float
    """Estimated price of the hours and the bytes."""
    bad_rows: tuple[BadRow, ...]
    """Rows that are left out because they cannot be used (only with skip_bad_rows)."""
    left_out: Mapping[str, int]
    """Objects that are not APKs, by kind."""

    @property
    def apps(self) -> int:
        """Apps in the batch."""
        return self.manifest.apps

    @property
    def bytes(self) -> int:
        """Sum of their sizes."""
        return self.manifest.bytes_total

    @property
    def new(self) -> int:
        """Apps that the submit would add and whose evidence is not there yet; none if the batch is there."""
        return 0 if self.existing is not None else self.apps - self.cached


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitted:
    """What a submit did."""

    batch: Batch
    """The batch as the ledger has it."""
    apps: int
    """Apps in it."""
    new: int
    """Apps that were added and whose evidence is not there yet; 0 if the same list was there before."""
    cached: int
    """Apps whose evidence is already there for every suite."""
    created: bool
    """Whether the batch is new."""
    notice: str
    """One sentence if something is not as asked; else empty."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Estimate:
    """What a manifest comes to."""

    shards: int = 0
    cached: int = 0
    inspections: int = 0
    read_bytes: int = 0
    cpu_seconds: float = 0.0


def plan(
    source: str,
    *,
    suites: Sequence[Suite],
    stores: Stores,
    ledger: Ledger,
    engines: Engines,
    name: str | None,
    skip_bad_rows: bool,
    now: float,
    cpu_hour_price: float = 0.0,
    read_gb_price: float = 0.0,
    policy: ShardPolicy | None = None,
    predictor: Predictor | None = None,
) -> SubmitPlan:
    """Return what submitting `source` would do, at POSIX time `now`; nothing is written.

    Raises UsageError (no suite, name not valid), SourceError (no source, or no apps in it), BadRowsError (unless
    `skip_bad_rows`), BatchNameTakenError and StoreError.
    """
    if not suites:
        raise UsageError("A batch needs at least one suite.", next_step="Use --suite static.")
    if name is not None:
        _check_name(name)
    chosen = tuple(suite for suite in Suite if suite in suites)
    listed = open_source(source, stores)
    manifest, bad = _freeze_source(listed, chosen, skip_bad_rows=skip_bad_rows)
    batch_id = BatchId(manifest.sha256[:16])
    existing = _find(ledger, batch_id)
    created_at = datetime.fromtimestamp(now, UTC)
    taken = {batch.name for batch in ledger.batches()}
    if existing is None and name in taken:
        raise BatchNameTakenError(f"Another batch is called {name!r}.")
    estimate = _estimate(
        manifest, chosen, ledger, engines, policy=policy or ShardPolicy(), predictor=predictor or Predictor()
    )
    hours = estimate.cpu_seconds / 3600
    return SubmitPlan(
        source=source,
        manifest=manifest,
        suites=chosen,
        batch_id=batch_id,
        name=existing.name if existing is not None else name or _default_name(listed.name, created_at, taken),
        name_given=name is not None,
        existing=existing,
        notice=_notice(existing, name),
        created_at=created_at,
        shards=estimate.shards,
        cached=estimate.cached,
        inspections=estimate.inspections,
        read_bytes=estimate.read_bytes,
        cpu_hours=hours,
        cost=hours * cpu_hour_price + estimate.read_bytes / 1e9 * read_gb_price,
        bad_rows=bad,
        left_out={kind: number for kind, number in sorted(listed.left_out.items()) if number},
    )


def submit(planned: SubmitPlan, *, stores: Stores, ledger: Ledger, policy: ShardPolicy | None = None) -> Submitted:
    """Store the manifest and write the batch in one transaction; the same list again is the same batch.

    Raises StoreError, LedgerError and, for a name that a person chose, BatchNameTakenError. Whatever fails, either
    the whole batch is there or nothing but an unused manifest.
    """
    key = manifest_key(planned.manifest.sha256)
    stores.farm().put(key, planned.manifest.data, if_absent=True)
    existing = _find(ledger, planned.batch_id)
    batch, created = (existing, False) if existing else _create(planned, key, ledger, policy or ShardPolicy())
    return Submitted(
        batch=batch,
        apps=batch.apps,
        new=batch.apps - planned.cached if created else 0,
        cached=planned.cached,
        created=created,
        notice=planned.notice or ("" if created else _notice(batch, planned.name if planned.name_given else None)),
    )


def _create(planned: SubmitPlan, key: str, ledger: Ledger, policy: ShardPolicy) -> tuple[Batch, bool]:
    """Write the batch; return it and whether it is new. A default name that was taken meanwhile is replaced."""
    name = planned.name
    for attempt in count(1):
        batch = Batch(
            batch_id=planned.batch_id,
            name=name,
            manifest_sha256=planned.manifest.sha256,
            manifest_key=key,
            suites=planned.suites,
            apps=planned.apps,
            bytes=planned.bytes,
            created_at=planned.created_at,
        )
        try:
            written = ledger.create_batch(batch, plan_shards(thaw(planned.manifest.data), policy))
        except BatchNameTakenError:
            if planned.name_given or attempt >= _TRIES:
                raise
            name = _unique(planned.name, {batch.name for batch in ledger.batches()})
        else:
            return written, written == batch
    raise AssertionError("unreachable: count never ends")


def _freeze_source(
    listed: ListedSource, suites: tuple[Suite, ...], *, skip_bad_rows: bool
) -> tuple[FrozenManifest, tuple[BadRow, ...]]:
    """Return the frozen list and its bad rows; raises BadRowsError, or SourceError if nothing is left."""
    bad: list[BadRow] = []

    def good() -> Iterator[AppRef]:
        for row in listed.rows:
            if isinstance(row, Row):
                yield row.ref
            else:
                bad.append(row)

    manifest = freeze(good(), suites)
    if bad and not skip_bad_rows:
        raise bad_rows_error(bad)
    if bad and not manifest.apps:
        raise bad_rows_error(bad, next_step="Correct the rows; there is no other one in the list.")
    if not manifest.apps:
        raise listed.empty_error()
    return manifest, tuple(bad)


def _estimate(
    manifest: FrozenManifest,
    suites: tuple[Suite, ...],
    ledger: Ledger,
    engines: Engines,
    *,
    policy: ShardPolicy,
    predictor: Predictor,
) -> _Estimate:
    """Return shards, cache hits and predicted cost of a manifest, a shard at a time."""
    shards = cached = inspections = read_bytes = 0
    seconds = 0.0
    for shard in plan_shards(thaw(manifest.data), policy):
        shards += 1
        missing = _without_evidence(shard, suites, ledger, engines)
        for ref, left in zip(shard, missing, strict=True):
            cached += not left
            inspections += len(left)
            read_bytes += ref.size * len(left)
            seconds += sum(predictor.seconds(ref.size, suite) for suite in left)
    return _Estimate(shards=shards, cached=cached, inspections=inspections, read_bytes=read_bytes, cpu_seconds=seconds)


def _without_evidence(
    refs: Sequence[AppRef], suites: tuple[Suite, ...], ledger: Ledger, engines: Engines
) -> list[list[Suite]]:
    """Return, for each app, the suites whose evidence is not there under the present engine."""
    known = ledger.known_sha256([ref for ref in refs if ref.sha256 is None])
    keys: list[dict[Suite, tuple[str, ...]]] = []
    for ref in refs:
        sha256 = ref.sha256 or known.get((ref.url, ref.etag or ""))
        keys.append({suite: _keys(ref, sha256, suite, engines[suite]) for suite in suites if suite in engines})
    there = ledger.with_evidence([key for by_suite in keys for some in by_suite.values() for key in some])
    return [[suite for suite in suites if there.isdisjoint(by_suite.get(suite, ()))] for by_suite in keys]


def _keys(ref: AppRef, sha256: str | None, suite: Suite, engine: tuple[str, str]) -> tuple[str, ...]:
    """Return the keys under which a worker would look for evidence."""
    if sha256 is None:
        return ()
    claimed = claimed_evidence_key(ref, suite, *engine)
    return tuple(key for key in (evidence_key(sha256, suite, *engine), claimed) if key is not None)


def _find(ledger: Ledger, batch_id: BatchId) -> Batch | None:
    """Return the batch with exactly this id, or None."""
    try:
        found = ledger.batch(batch_id)
    except UnknownBatchError:
        return None
    return found if found.batch_id == batch_id else None


def _notice(existing: Batch | None, name: str | None) -> str:
    """Return what to say when another name was asked for than the batch has."""
    if existing is None or name is None or name == existing.name:
        return ""
    return f"The same list was submitted before; the batch keeps its name {existing.name!r}."


def _check_name(name: str) -> None:
    """Raise UsageError for a name that would have to be quoted somewhere."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the name of a batch.",
            next_step="Use 1 to 80 letters, digits, dots, dashes and underscores.",
        )


def _default_name(stem: str, created_at: datetime, taken: set[str]) -> str:
    """Return a name made from the source and the date that no batch has."""
    clean = re.sub(r"[^A-Za-z0-9._]+", "-", stem)[:_LONGEST_STEM].strip("-.") or "batch"
    return _unique(f"{clean}-{created_at:%Y-%m-%d}", taken)


def _unique(name: str, taken: set[str]) -> str:
    """Return the name, with a number behind it if it is taken."""
    if name not in taken:
        return name
    return next(numbered for number in count(2) if (numbered := f"{name}-{number}") not in taken)
