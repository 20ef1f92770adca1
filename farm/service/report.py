"""Report on a batch: apps, verdicts and findings, streamed from ledger and store to any number of formats."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TextIO

from farm.model.batch import BatchStatus
from farm.model.errors import ObjectMissingError, StoreError, UsageError
from farm.model.finding import Finding, Status
from farm.model.inspection import State, Suite
from farm.model.keys import artefact_key
from farm.ports import AppRow, FailureRow, Ledger, ObjectStore
from farm.rules.engine import Verdict, VerdictState, untested, verdicts
from farm.rules.rule import RulePack
from farm.service.judge import parse_evidence
from workers.model.evidence import JSON

FAILURES_SHOWN = 1000
"""Inspections without a result that a report lists one by one."""


def _no_artefact(_name: str) -> bytes | None:
    """Return nothing: there was no run."""
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class AppEntry:
    """One app of the batch with everything that is known of it."""

    row: AppRow
    """What the ledger says; its findings carry what a person has decided."""
    evidence: Mapping[Suite, Mapping[str, JSON]] = field(default_factory=dict)
    """Evidence documents that could be read."""
    verdicts: tuple[Verdict, ...] = ()
    """What each rule came to on the evidence."""
    problems: tuple[str, ...] = ()
    """What of the stored evidence could not be read."""
    artefact: Callable[[str], bytes | None] = _no_artefact
    """Returns a file of the run by its name, as the evidence means it; None if it cannot be had."""

    @property
    def state(self) -> State:
        """The state that says most about what may be concluded: anything but done comes first."""
        states = set(self.row.states.values())
        return next((state for state in _GRAVEST_FIRST if state in states), State.PENDING)

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """Findings that nobody has dismissed."""
        return tuple(finding for finding in self.row.findings if finding.status is not Status.DISMISSED)

    def state_of(self, verdict: Verdict) -> VerdictState:
        """Return a rule's verdict; a finding of the ledger stands even if the evidence cannot be read any more."""
        if any(finding.rule == verdict.rule.code for finding in self.row.findings):
            return VerdictState.OBSERVED
        return verdict.state


_GRAVEST_FIRST = (
    State.QUARANTINED,
    State.UNUSABLE,
    State.UNKNOWN,
    State.CANCELLED,
    State.RUNNING,
    State.PENDING,
    State.DONE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportData:
    """What a format writes about."""

    status: BatchStatus
    packs: tuple[RulePack, ...]
    failures: tuple[FailureRow, ...]
    """Inspections without a result, at most FAILURES_SHOWN."""
    made_at: datetime
    """When the report was made, UTC."""
    apps: Callable[[], Iterator[AppEntry]]
    """Yields every app in the order of the manifest, one at a time; may be called again."""


class ReportSink(Protocol):
    """Where a format puts its files."""

    def open(self, name: str) -> AbstractContextManager[TextIO]:
        """Open a file for writing UTF-8, without translating line ends; the name is relative, with `/` between parts.

        A file appears under its name only when it is complete.
        """

    def put(self, name: str, data: bytes) -> None:
        """Write a picture; the name is as for `open`. It is nothing that a reader opens first."""


class Format(Protocol):
    """One way to write a report."""

    @property
    def name(self) -> str:
        """What a user types: `html`, `json`, `csv`."""

    def write(self, report: ReportData, out: ReportSink) -> None:
        """Write the whole report; holds one app at a time in memory."""


class FolderSink:
    """Writes the files of a report into a folder and remembers the texts."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made when the first file is written."""
        self._folder = folder
        self.paths: list[Path] = []

    @contextmanager
    def open(self, name: str) -> Iterator[TextIO]:
        """Open a file under the folder; raises UsageError if it cannot be written."""
        with self._file(name) as (path, partial):
            with partial.open("w", encoding="utf-8", newline="") as stream:
                yield stream
            partial.replace(path)
        self.paths.append(path)

    def put(self, name: str, data: bytes) -> None:
        """Write a picture under the folder; raises UsageError if it cannot be written."""
        with self._file(name) as (path, partial):
            partial.write_bytes(data)
            partial.replace(path)

    @contextmanager
    def _file(self, name: str) -> Iterator[tuple[Path, Path]]:
        """Give the place of a file and the one where it grows; raises UsageError if it cannot be written."""
        path = self._folder.joinpath(*name.split("/"))
        partial = path.with_name(path.name + ".partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            yield path, partial
        except OSError as error:
            raise UsageError(
                f"The report cannot be written to {path}: {error.strerror}.", next_step="Choose another --out."
            ) from error
        finally:
            with suppress(OSError):
                partial.unlink()


def collect(ledger: Ledger, store: ObjectStore, packs: Sequence[RulePack], reference: str) -> ReportData:
    """Return the report of the batch with this id or name; raises UnknownBatchError."""
    now = datetime.now(UTC)
    batch = ledger.batch(reference)
    packs = of_suites(packs, batch.suites)

    def apps() -> Iterator[AppEntry]:
        for row in ledger.apps(batch.batch_id):
            yield _entry(row, store, packs)

    return ReportData(
        status=ledger.status(batch.batch_id, now=now.timestamp()),
        packs=packs,
        failures=tuple(ledger.failures(batch.batch_id, limit=FAILURES_SHOWN)),
        made_at=now,
        apps=apps,
    )


def of_suites(packs: Sequence[RulePack], suites: Collection[Suite]) -> tuple[RulePack, ...]:
    """Return the packs with those of their rules that these suites test; the others were nobody's business here."""
    kept = (replace(pack, rules=tuple(r for r in pack.rules if r.suite in suites)) for pack in packs)
    return tuple(pack for pack in kept if pack.rules)


def write_report(  # noqa: PLR0917 - three parts of the farm and three wishes of the user
    ledger: Ledger,
    store: ObjectStore,
    packs: Sequence[RulePack],
    batch: str,
    formats: Sequence[Format],
    out_dir: Path,
) -> list[Path]:
    """Write the report of a batch in each format; return the paths, each format's first file first.

    Raises UnknownBatchError, and UsageError if the folder cannot be written.
    """
    report = collect(ledger, store, packs, batch)
    paths: list[Path] = []
    for each in formats:
        sink = FolderSink(out_dir)
        each.write(report, sink)
        # The page that links to the others is complete last, and is the one to open first.
        paths += sorted(sink.paths, key=lambda path: (len(path.parts), path.name != "index.html"))
    return paths


def _entry(row: AppRow, store: ObjectStore, packs: Sequence[RulePack]) -> AppEntry:
    """Read and judge the evidence of one app; what cannot be read is said, not raised."""
    evidence: dict[Suite, Mapping[str, JSON]] = {}
    problems: list[str] = []
    for suite, key in row.evidence_keys.items():
        try:
            evidence[suite] = parse_evidence(store.get(key))
        except ObjectMissingError:
            problems.append(f"The {suite} evidence is no longer in the store.")
        except StoreError as error:
            problems.append(f"The {suite} evidence cannot be read: {error}")
    return AppEntry(
        row=row,
        evidence=evidence,
        verdicts=verdicts_on(row, evidence, packs),
        problems=tuple(problems),
        artefact=_artefacts(row, evidence, store),
    )


def _artefacts(
    row: AppRow, evidence: Mapping[Suite, Mapping[str, JSON]], store: ObjectStore
) -> Callable[[str], bytes | None]:
    """Return what reads the files of an app's run from the store, checked against the evidence."""
    document, key = evidence.get(Suite.DYNAMIC, {}), row.evidence_keys.get(Suite.DYNAMIC)
    hashes = document.get("artefacts")

    def read(name: str) -> bytes | None:
        sha256 = hashes.get(name) if isinstance(hashes, dict) else None
        if key is None or not isinstance(sha256, str):
            return None
        try:
            content = store.get(artefact_key(key, name, sha256))
        except StoreError:
            return None
        return content if hashlib.sha256(content).hexdigest() == sha256 else None

    return read


def verdicts_on(
    row: AppRow, evidence: Mapping[Suite, Mapping[str, JSON]], packs: Sequence[RulePack]
) -> tuple[Verdict, ...]:
    """Return each rule's verdict on the evidence of its own suite, for an app of the crawl's category."""
    judged = {suite: verdicts(document, packs, app_type=row.ref.category) for suite, document in evidence.items()}
    blank = untested(packs)
    without = {suite: untested(packs, reason) for suite, reason in row.reasons.items() if suite not in judged}
    return tuple(
        judged.get(verdict.rule.suite, without.get(verdict.rule.suite, blank))[number]
        for number, verdict in enumerate(blank)
    )
