"""The report as two tables for a spreadsheet: `apps.csv`, every app, and `findings.csv`, every finding."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO

from farm.model.inspection import Suite
from farm.reports.pointers import proofs
from farm.reports.text import cell
from farm.rules.engine import VerdictState
from farm.rules.rule import Rule
from farm.service.report import AppEntry, ReportData, ReportSink

BOM = "\ufeff"
"""Tells spreadsheets that the file is UTF-8."""

APP_COLUMNS = (
    "sha256", "package", "label", "version_name", "version_code", "channel", "developer", "category", "url",
    "state", "outcome", "reason", "findings", "rules_observed", "rules_not_observed", "rules_not_testable",
)  # fmt: skip

FINDING_COLUMNS = (
    "sha256", "package", "label", "version_name", "channel", "rule", "edition", "title_zh", "title_en", "severity",
    "confidence", "status", "subject_kind", "subject", "summary_zh", "summary_en", "evidence_count", "evidence",
)  # fmt: skip


class CsvFormat:
    """Writes both tables in one pass over the apps."""

    name = "csv"

    def write(self, report: ReportData, out: ReportSink) -> None:
        """Write `apps.csv` and `findings.csv`."""
        rules = {rule.code: rule for pack in report.packs for rule in pack.rules}
        with out.open("findings.csv") as findings, out.open("apps.csv") as apps:
            app_rows = _Table(apps, APP_COLUMNS)
            finding_rows = _Table(findings, FINDING_COLUMNS)
            for entry in report.apps():
                app_rows.add(_app(entry))
                for row in _findings(entry, rules):
                    finding_rows.add(row)


class _Table:
    """A CSV file with guarded cells."""

    def __init__(self, stream: TextIO, columns: Iterable[str]) -> None:
        stream.write(BOM)
        self._writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        self._writer.writerow(columns)

    def add(self, row: Iterable[str | int | None]) -> None:
        """Write a row; None is an empty cell."""
        self._writer.writerow(["" if value is None else cell(value) for value in row])


def _app(entry: AppEntry) -> list[str | int | None]:
    """Return the row of an app, in the order of APP_COLUMNS."""
    row = entry.row
    states = [entry.state_of(verdict) for verdict in entry.verdicts]
    return [
        row.sha256,
        row.package or row.ref.package,
        row.label,
        row.version_name or row.ref.version,
        row.version_code,
        row.ref.channel,
        row.ref.developer,
        row.ref.category,
        row.ref.url,
        entry.state.value,
        _by_suite({suite: outcome.value for suite, outcome in row.outcomes.items()}),
        _by_suite({suite: reason for suite, reason in row.reasons.items() if reason}),
        len(entry.open_findings),
        states.count(VerdictState.OBSERVED),
        states.count(VerdictState.NOT_OBSERVED),
        states.count(VerdictState.NOT_TESTABLE),
    ]


def _findings(entry: AppEntry, rules: dict[str, Rule]) -> Iterable[list[str | int | None]]:
    """Yield the rows of an app's findings, in the order of FINDING_COLUMNS."""
    row = entry.row
    for finding in row.findings:
        rule = rules.get(finding.rule)
        evidence = proofs(finding, entry, rule)
        yield [
            row.sha256,
            row.package or row.ref.package,
            row.label,
            row.version_name or row.ref.version,
            row.ref.channel,
            finding.rule,
            finding.edition,
            rule.title.zh if rule else "",
            rule.title.en if rule else "",
            finding.severity.value,
            rule.confidence.value if rule else "",
            finding.status.value,
            finding.subject.kind.value,
            finding.subject.name,
            finding.summary_zh,
            finding.summary_en,
            len(evidence),
            " | ".join(f"{proof.pointer} {proof.line}" for proof in evidence[:5]),
        ]


def _by_suite(values: dict[Suite, str]) -> str:
    """Return the one value there is, or each with its suite in front."""
    if len(values) == 1:
        return next(iter(values.values()))
    return "; ".join(f"{suite.value}: {value}" for suite, value in values.items())
