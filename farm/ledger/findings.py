"""Findings: each commit replaces what is still a lead and keeps what a person has judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select

from farm.ledger import rows
from farm.ledger.database import chunks
from farm.ledger.tables import FINDING
from farm.ledger.tallies import FINDINGS, Tallies
from farm.model.finding import Finding, Status
from farm.model.inspection import Suite


def replace(connection: Connection, judged: Mapping[tuple[int, Suite], Sequence[Finding]], tallies: Tallies) -> int:
    """Make these the findings of each app and suite; return by how many rows the table grew.

    A fingerprint that a person has confirmed or dismissed stays as it is. A total counts a finding when it appears,
    not when a re-run sees it again.
    """
    present = _present(connection, sorted({app for app, _ in judged}))
    leads: list[dict[str, object]] = []
    new: list[dict[str, object]] = []
    removed = 0
    for (app, suite), found in judged.items():
        before = present.get((app, suite), {})
        stale = sum(status == Status.LEAD for status in before.values())
        if stale:
            leads.append({"of_app": app, "of_suite": suite})
            removed += stale
        by_fingerprint = {finding.fingerprint: finding for finding in found}
        for fingerprint, finding in by_fingerprint.items():
            if before.get(fingerprint, Status.LEAD) == Status.LEAD:
                new.append(rows.finding_row(finding, fingerprint, app=app, suite=suite))
            if fingerprint not in before:
                tallies.add(FINDINGS, finding.rule.partition(".")[0], finding.severity)
    if leads:
        ours = (FINDING.c.app == bindparam("of_app"), FINDING.c.suite == bindparam("of_suite"))
        connection.execute(delete(FINDING).where(*ours, FINDING.c.status == Status.LEAD), leads)
    if new:
        connection.execute(insert(FINDING), new)
    return len(new) - removed


def _present(connection: Connection, apps: Sequence[int]) -> dict[tuple[int, Suite], dict[str, str]]:
    """Return, by app and suite, the status of each finding by its fingerprint."""
    present: dict[tuple[int, Suite], dict[str, str]] = {}
    for part in chunks(apps):
        for row in connection.execute(
            select(FINDING.c.app, FINDING.c.suite, FINDING.c.fingerprint, FINDING.c.status).where(
                FINDING.c.app.in_(part)
            )
        ):
            present.setdefault((row.app, Suite(row.suite)), {})[row.fingerprint] = row.status
    return present
