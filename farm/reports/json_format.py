"""The report as one JSON document, `report.json`, written app by app."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, TextIO

from farm.reports.pointers import proofs
from farm.rules.engine import VerdictState
from farm.rules.rule import Rule, RulePack
from farm.service.report import AppEntry, ReportData, ReportSink

SCHEMA = 1
"""Version of the document's shape."""

NOTICE = {
    "zh": "发现只是线索，须人工核实；“未知”不等于“没有问题”。",
    "en": "Findings are leads until a person confirms them. Unknown is not clean.",
}


class JsonFormat:
    """Writes the document in one pass over the apps; the summary stands at its end."""

    name = "json"

    def write(self, report: ReportData, out: ReportSink) -> None:
        """Write `report.json`."""
        rules = {rule.code: rule for pack in report.packs for rule in pack.rules}
        verdicts: dict[str, Counter[str]] = {code: Counter() for code in rules}
        statuses: Counter[str] = Counter()
        with out.open("report.json") as stream:
            stream.write("{")
            for name, value in _head(report).items():
                _member(stream, name, value)
            stream.write('"apps": [')
            for number, entry in enumerate(report.apps()):
                stream.write(",\n" if number else "\n")
                stream.write(_dump(_app(entry, rules)))
                for verdict in entry.verdicts:
                    verdicts[verdict.rule.code][entry.state_of(verdict).value] += 1
                statuses.update(finding.status.value for finding in entry.row.findings)
            by_rule = {
                code: {state.value: counts[state.value] for state in VerdictState} for code, counts in verdicts.items()
            }
            summary = {"apps_by_rule": by_rule, "findings_by_status": dict(statuses)}
            stream.write(f'\n],\n"summary": {_dump(summary)}\n}}\n')


def _member(stream: TextIO, name: str, value: object) -> None:
    """Write one member of the document, with the comma after it."""
    stream.write(f"{_dump(name)}: {_dump(value)},\n")


def _dump(value: object) -> str:
    """Return a value as JSON that can be written as UTF-8."""
    # Lone surrogates of a hostile DEX are legal in JSON as escapes, but not in UTF-8.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")


def _head(report: ReportData) -> dict[str, Any]:
    """Return the members that stand before the apps."""
    status = report.status
    return {
        "schema": SCHEMA,
        "notice": NOTICE,
        "made_at": report.made_at.isoformat(timespec="seconds"),
        "batch": {
            "batch": status.batch.batch_id,
            "name": status.batch.name,
            "manifest_sha256": status.batch.manifest_sha256,
            "suites": [suite.value for suite in status.batch.suites],
            "apps": status.batch.apps,
            "bytes": status.batch.bytes,
            "created_at": status.batch.created_at.isoformat(timespec="seconds"),
            "states": {state.value: count for state, count in status.states.items()},
            "outcomes": dict(status.outcomes),
            "attempts": status.attempts,
            "cached": status.cached,
            "counted": status.counted,
        },
        "packs": [_pack(pack) for pack in report.packs],
        "failures": [
            {
                "url": failure.url,
                "suite": failure.suite.value,
                "state": failure.state.value,
                "outcome": failure.outcome.value if failure.outcome else None,
                "reason": failure.reason,
                "attempts": failure.attempts,
                "sha256": failure.sha256,
                "package": failure.package,
            }
            for failure in report.failures
        ],
    }


def _pack(pack: RulePack) -> dict[str, Any]:
    """Return a pack without what only the engine needs."""
    head = asdict(replace(pack, rules=()))
    rules = [asdict(rule) for rule in pack.rules]
    for rule in rules:
        del rule["condition"], rule["summary"]
    return head | {"effective_from": pack.effective_from.isoformat(), "rules": rules}


def _app(entry: AppEntry, rules: Mapping[str, Rule]) -> dict[str, Any]:
    """Return one app with its findings, their rows, and its verdicts."""
    row = entry.row
    return {
        "sha256": row.sha256,
        "package": row.package,
        "version_code": row.version_code,
        "version_name": row.version_name,
        "label": row.label,
        "url": row.ref.url,
        "channel": row.ref.channel,
        "category": row.ref.category,
        "developer": row.ref.developer,
        "state": entry.state.value,
        "states": {suite.value: state.value for suite, state in row.states.items()},
        "outcomes": {suite.value: outcome.value for suite, outcome in row.outcomes.items()},
        "reasons": {suite.value: reason for suite, reason in row.reasons.items()},
        "evidence_keys": {suite.value: key for suite, key in row.evidence_keys.items()},
        "problems": list(entry.problems),
        "findings": [
            {
                "rule": finding.rule,
                "edition": finding.edition,
                "fingerprint": finding.fingerprint,
                "severity": finding.severity.value,
                "status": finding.status.value,
                "subject": {"kind": finding.subject.kind.value, "name": finding.subject.name},
                "summary_zh": finding.summary_zh,
                "summary_en": finding.summary_en,
                "evidence": [
                    {"pointer": proof.pointer, "row": dict(proof.fields)}
                    for proof in proofs(finding, entry, rules.get(finding.rule))
                ],
            }
            for finding in row.findings
        ],
        "verdicts": [
            {
                "rule": verdict.rule.code,
                "state": entry.state_of(verdict).value,
                "reason_zh": verdict.reason_zh,
                "reason_en": verdict.reason_en,
            }
            for verdict in entry.verdicts
        ],
    }
