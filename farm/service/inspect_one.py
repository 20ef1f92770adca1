"""Inspect one APK on this machine, without a batch, a cluster or a ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from farm.model.batch import AppRef
from farm.model.errors import SourceError
from farm.model.finding import Finding
from farm.model.inspection import History, RetryPolicy, Suite, decide
from farm.ports import AppRow
from farm.rules.engine import Verdict, judge
from farm.rules.rule import RulePack
from farm.service.report import AppEntry, of_suites, verdicts_on
from workers.model.evidence import JSON, AppIdentity, Evidence
from workers.model.outcome import Outcome

_LAST = History(tool=1_000, infra=1_000)
"""Nobody tries again here: every outcome is the last one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspected:
    """Evidence on one app and what the rules make of it."""

    path: Path
    size: int
    """Bytes of the file."""
    evidence: Mapping[Suite, Evidence]
    """By suite, in the order in which they ran."""
    packs: tuple[RulePack, ...]
    """Rules that these suites test."""
    app_type: str | None = None
    """Number or name of the app's type, if somebody told it."""
    documents: Mapping[Suite, dict[str, JSON]] = field(init=False)
    findings: tuple[Finding, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Judge the evidence."""
        documents = {suite: evidence.as_json() for suite, evidence in self.evidence.items()}
        object.__setattr__(self, "documents", documents)
        found = (judge(document, self.packs, app_type=self.app_type) for document in documents.values())
        object.__setattr__(self, "findings", tuple(finding for findings in found for finding in findings))

    @property
    def app(self) -> AppIdentity:
        """Who the app is, as far as any suite knows."""
        known = [evidence.app for evidence in self.evidence.values()]
        return next((app for app in known if app.package), known[0])

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What each rule came to, in the order of the packs."""
        return self.entry().verdicts

    def as_json(self) -> dict[str, Any]:
        """Return the evidence document with `findings` beside it.

        Of several suites: `app`, `findings`, the document of each under `suites`, and `dynamic` as of that suite alone.
        """
        findings = [asdict(f) | {"fingerprint": f.fingerprint} for f in self.findings]
        if len(self.documents) == 1:
            return next(iter(self.documents.values())) | {"findings": findings}
        dynamic = self.documents.get(Suite.DYNAMIC, {}).get("dynamic")
        suites = {suite.value: document for suite, document in self.documents.items()}
        return {"app": self.app.as_json(), "dynamic": dynamic, "suites": suites, "findings": findings}

    def entry(self) -> AppEntry:
        """Return the app as a report shows it."""
        app, kept = self.app, {suite: evidence for suite, evidence in self.evidence.items() if _judged(evidence)}
        dynamic = self.evidence.get(Suite.DYNAMIC)
        row = AppRow(
            app_id=0,
            ref=AppRef(url=self.path.name, size=self.size, category=self.app_type),
            sha256=app.sha256,
            package=app.package,
            version_code=app.version_code,
            version_name=app.version_name,
            label=app.label,
            states={suite: decide(each.outcome, _LAST, RetryPolicy()).state for suite, each in self.evidence.items()},
            outcomes={suite: each.outcome for suite, each in self.evidence.items()},
            reasons={suite: each.reason for suite, each in self.evidence.items()},
            evidence_keys={},
            findings=self.findings,
        )
        documents = {suite: self.documents[suite] for suite in kept}
        return AppEntry(
            row=row,
            evidence=documents,
            verdicts=verdicts_on(row, documents, self.packs),
            artefact=lambda name: dynamic.artefacts.get(name) if dynamic is not None else None,
        )


def _judged(evidence: Evidence) -> bool:
    """Return whether the evidence says anything: a run that broke off shows how far it came."""
    return bool(evidence.facts) or evidence.outcome in {Outcome.INSPECTED, Outcome.INSPECTED_PARTLY}


def inspect_file(
    path: Path,
    suites: Sequence[Suite],
    *,
    inspect: Callable[[bytes, Suite], Evidence],
    packs: Sequence[RulePack],
    limit: int,
    app_type: str | None = None,
) -> Inspected:
    """Return what `inspect` sees in the file at `path`, a suite after the other, judged; raises SourceError."""
    if path.is_dir():
        raise SourceError(
            f"{path} is a folder; one APK is inspected at a time.",
            next_step="Give the path of an APK; all apps of a folder: 'farm submit FOLDER', then 'farm run'.",
        )
    try:
        if path.stat().st_size > limit:
            raise SourceError(f"{path} has more than {limit:,} bytes.", next_step="Raise app_file_mb, or leave it out.")
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.", next_step="Give the path of an APK.") from error
    evidence = {suite: inspect(data, suite) for suite in suites}
    return Inspected(path=path, size=len(data), evidence=evidence, packs=of_suites(packs, suites), app_type=app_type)
