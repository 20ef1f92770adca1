"""A finding: rule x app x subject, with references to evidence; a lead until a person confirms it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs if it is confirmed."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Status(StrEnum):
    """What a person has said of it."""

    LEAD = "lead"
    """Found by a machine, not looked at yet."""
    CONFIRMED = "confirmed"
    """A person confirmed it."""
    DISMISSED = "dismissed"
    """A person dismissed it."""


class SubjectKind(StrEnum):
    """Whose behaviour it is."""

    APP = "app"
    """The app's own code."""
    SDK = "sdk"
    """A named third-party SDK inside the app."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """Who did it."""

    kind: SubjectKind
    name: str
    """Package of the app, or name of the SDK."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One machine-made lead."""

    rule: str
    """Code of the rule, such as `miit164.B1.s8`."""
    edition: str
    """Edition of its pack, such as `2020-07`."""
    severity: Severity
    subject: Subject
    evidence: tuple[str, ...]
    """JSON pointers (RFC 6901) into the evidence document, at most 20."""
    summary_zh: str
    """One sentence for the inspector, in Simplified Chinese."""
    summary_en: str
    """The same in English."""
    status: Status = Status.LEAD

    @property
    def fingerprint(self) -> str:
        """Return 16 hexadecimal digits: the same for the same rule and subject of one app, whatever is re-run."""
        text = f"{self.rule}\0{self.edition}\0{self.subject.kind}\0{self.subject.name}"
        return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]
