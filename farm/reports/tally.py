"""Counts for the batch page, gathered while the apps go by, one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from farm.model.finding import Severity, Status, SubjectKind
from farm.model.inspection import State, Suite
from farm.model.words import Label
from farm.rules.engine import VerdictState
from farm.rules.facts import PLATFORM_CATEGORY, Facts, Unknown
from farm.service.report import AppEntry
from workers.model.outcome import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One app in the list of apps: short texts only, so that a large batch fits into memory."""

    file: str
    """Page of the app, relative to the list."""
    source: str
    """Name of the app's file, for one of which nothing else is known."""
    label: str
    package: str
    version: str
    channel: str
    state: State
    suites: Mapping[Suite, tuple[State, Outcome | None]]
    """How each suite ended."""
    before_consent: tuple[str, ...]
    """Kinds of personal information that its run asked for before any consent."""
    reason: Label
    """Why something was not seen, in Chinese and English; both empty if all was."""
    by_severity: tuple[int, int, int]
    """Open findings: high, medium, low."""
    not_testable: int
    """Rules that could not be tested."""
    size: int

    @property
    def open(self) -> int:
        """Findings that nobody has dismissed."""
        return sum(self.by_severity)

    @property
    def order(self) -> tuple[object, ...]:
        """Most serious first; then what is not known; then the rest by name."""
        weights = tuple(-count for count in self.by_severity)
        return (*weights, self.state is State.DONE, -self.not_testable, self.package, self.file)


@dataclass(kw_only=True, slots=True)
class RuleCount:
    """What one rule came to in the batch."""

    apps: Counter[VerdictState] = field(default_factory=Counter)
    """Apps by verdict."""
    findings: Counter[SubjectKind] = field(default_factory=Counter)
    """Open findings by kind of subject."""


@dataclass(kw_only=True, slots=True)
class SdkCount:
    """One SDK in the batch."""

    category: str
    apps: int = 0
    with_findings: int = 0
    """Apps in which a finding names it."""


@dataclass(kw_only=True, slots=True)
class Tally:
    """Everything that the batch page adds up."""

    lines: list[Line] = field(default_factory=list)
    suites: dict[Suite, Counter[State]] = field(default_factory=dict)
    """Apps by suite and state."""
    rules: dict[str, RuleCount] = field(default_factory=dict)
    sdks: dict[str, SdkCount] = field(default_factory=dict)
    statuses: Counter[Status] = field(default_factory=Counter)
    severities: Counter[Severity] = field(default_factory=Counter)
    with_open: int = 0
    """Apps with at least one finding that nobody has dismissed."""
    silent: int = 0
    """Apps inspected whole, every rule tested, nothing observed."""

    def add(self, entry: AppEntry, line: Line) -> None:
        """Count one app."""
        self.lines.append(line)
        for suite, (state, _) in line.suites.items():
            self.suites.setdefault(suite, Counter())[state] += 1
        for verdict in entry.verdicts:
            self.rules.setdefault(verdict.rule.code, RuleCount()).apps[entry.state_of(verdict)] += 1
        named: set[str] = set()
        for finding in entry.row.findings:
            self.statuses[finding.status] += 1
            if finding.status is Status.DISMISSED:
                continue
            self.severities[finding.severity] += 1
            self.rules.setdefault(finding.rule, RuleCount()).findings[finding.subject.kind] += 1
            if finding.subject.kind is SubjectKind.SDK:
                named.add(finding.subject.name)
        self._add_sdks(entry, named)
        self.with_open += line.open > 0
        all_tested = all(verdict.state is VerdictState.NOT_OBSERVED for verdict in entry.verdicts)
        self.silent += line.open == 0 and entry.state is State.DONE and bool(entry.verdicts) and all_tested

    def _add_sdks(self, entry: AppEntry, named: set[str]) -> None:
        """Count the app's SDKs; `named` are those that findings name."""
        present: dict[str, str] = {}
        for document in entry.evidence.values():
            rows = Facts(document).rows("/facts/sdks")
            for row in () if isinstance(rows, Unknown) else rows:
                if row.text("category") != PLATFORM_CATEGORY:
                    present[row.text("name")[:120]] = row.text("category")[:40]
        for name, category in present.items():
            count = self.sdks.setdefault(name, SdkCount(category=category))
            count.apps += 1
            count.with_findings += name in named
