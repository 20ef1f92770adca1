"""Rows of the ledger as values of the farm, and back."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from farm.ledger.tables import APP
from farm.ledger.text import brief, clean, maybe_brief
from farm.model.batch import AppRef, Batch, BatchId
from farm.model.finding import Finding, Severity, Status, Subject, SubjectKind
from farm.model.inspection import Suite

REF_COLUMNS = (
    APP.c.url,
    APP.c.etag,
    APP.c.version_id,
    APP.c.size,
    APP.c.listed_sha256,
    APP.c.listed_package,
    APP.c.listed_version,
    APP.c.channel,
    APP.c.category,
    APP.c.developer,
    APP.c.extra,
)
"""What `ref` needs of an app's row."""


def utc(seconds: float) -> datetime:
    """Return POSIX seconds as an aware time."""
    return datetime.fromtimestamp(seconds, UTC)


def maybe_utc(seconds: float | None) -> datetime | None:
    """Return the same of a time that may be absent."""
    return None if seconds is None else utc(seconds)


def object_hash(url: str, etag: str) -> int:
    """Return 64 bits of an object's address and content tag, for the index."""
    digest = hashlib.sha256(f"{url}\0{etag}".encode("utf-8", "backslashreplace")).digest()
    return int.from_bytes(digest[:8], signed=True)


def batch_row(batch: Batch) -> dict[str, object]:
    """Return the row of a new batch."""
    return {
        "batch_id": batch.batch_id,
        "name": batch.name,
        "manifest_sha256": batch.manifest_sha256,
        "manifest_key": batch.manifest_key,
        "suites": ",".join(batch.suites),
        "apps": batch.apps,
        "bytes": batch.bytes,
        "created_at": batch.created_at.timestamp(),
        "cancelled": batch.cancelled,
        "attempts": 0,
        "findings": 0,
    }


def batch(row: Row[Any]) -> Batch:
    """Return a batch from its row."""
    return Batch(
        batch_id=BatchId(row.batch_id),
        name=row.name,
        manifest_sha256=row.manifest_sha256,
        manifest_key=row.manifest_key,
        suites=tuple(Suite(name) for name in row.suites.split(",") if name),
        apps=row.apps,
        bytes=row.bytes,
        created_at=utc(row.created_at),
        cancelled=row.cancelled,
    )


def app_row(app: AppRef, *, batch: int, shard: int, position: int) -> dict[str, object]:
    """Return the row of a newly listed object."""
    return {
        "batch": batch,
        "shard": shard,
        "position": position,
        "url": app.url,
        "etag": app.etag,
        "version_id": app.version_id,
        "object_hash": None if app.etag is None else object_hash(app.url, app.etag),
        "size": app.size,
        "listed_sha256": app.sha256,
        "listed_package": maybe_brief(app.package),
        "listed_version": maybe_brief(app.version),
        "channel": maybe_brief(app.channel),
        "category": maybe_brief(app.category),
        "developer": maybe_brief(app.developer),
        "extra": dict(app.extra),
        "sha256": app.sha256,
        "identified": False,
    }


def ref(row: Row[*tuple[Any, ...]]) -> AppRef:
    """Return an object as listed from the row of an app."""
    return AppRef(
        url=row.url,
        etag=row.etag,
        version_id=row.version_id,
        size=row.size,
        sha256=row.listed_sha256,
        package=row.listed_package,
        version=row.listed_version,
        channel=row.channel,
        category=row.category,
        developer=row.developer,
        extra=row.extra,
    )


def finding_row(finding: Finding, fingerprint: str, *, app: int, suite: Suite) -> dict[str, object]:
    """Return the row of a new finding; JSON escapes by itself what a database refuses.

    Words are given as plain strings here: SQLite's driver takes a detour for every subclass of str, and findings are
    most of what a commit writes.
    """
    return {
        "app": app,
        "suite": suite.value,
        "fingerprint": fingerprint,
        "rule": finding.rule,
        "edition": finding.edition,
        "severity": finding.severity.value,
        "subject_kind": finding.subject.kind.value,
        "subject_name": clean(finding.subject.name),
        "evidence": finding.evidence,
        "summary_zh": brief(finding.summary_zh),
        "summary_en": brief(finding.summary_en),
        "status": finding.status.value,
    }


def finding(row: Row[Any]) -> Finding:
    """Return a finding from its row."""
    return Finding(
        rule=row.rule,
        edition=row.edition,
        severity=Severity(row.severity),
        subject=Subject(kind=SubjectKind(row.subject_kind), name=row.subject_name),
        evidence=tuple(row.evidence),
        summary_zh=row.summary_zh,
        summary_en=row.summary_en,
        status=Status(row.status),
    )
