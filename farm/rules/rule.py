"""A rule, the clause it stands for, and the pack it lives in."""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from farm.model.finding import Severity
from farm.model.inspection import Suite
from farm.rules.conditions import Condition
from farm.rules.strict import length, pattern

PLACEHOLDERS = frozenset({"subject", "count", "kinds", "apis", "permissions", "names", "value", "type"})
"""Names that a summary may use in braces."""

Sentence: TypeAlias = Annotated[str, length(4, 600)]
"""Our own words; never the text of a regulation."""


class Phase(StrEnum):
    """When a rule can be tested, or what would settle a lead."""

    STATIC = "ST"
    """Manifest and code, without running the app."""
    BEFORE_CONSENT = "D0"
    """Running, nothing touched, before consent."""
    REFUSED = "DR"
    """Running, consent refused."""
    AFTER_CONSENT = "DA"
    """Running, after consent, in the foreground."""
    BACKGROUND = "DB"
    """Running in the background or silent."""
    PERSON = "P"
    """A person looks."""
    SERVER = "SV"
    """The server's side; not to be seen from the app."""


class Confidence(StrEnum):
    """How often a lead of this rule can be expected to hold."""

    HIGH = "high"
    """What is seen is the fact itself."""
    MEDIUM = "medium"
    """What is seen makes it likely; whether it happens must be seen at run time."""
    LOW = "low"
    """A place to look; innocent explanations are common."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bilingual:
    """The same sentence in Simplified Chinese and English."""

    zh: Sentence
    en: Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """Which clause of the specification a rule speaks of."""

    number: Annotated[str, length(1, 60)]
    """Number as the specification counts, such as `A1, scene 4`."""
    source: Annotated[str, length(4, 300)]
    """Where the clause is described."""
    sourced: bool
    """Whether number and meaning stand in a source that we have seen (public mirrors, not the official text); if not,
    reports say so."""


def _known_placeholders(text: str) -> None:
    """Refuse everything in braces but plain known names."""
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is not None and (name not in PLACEHOLDERS or spec or conversion):
            raise ValueError(f"{{{name}}} is not one of {', '.join(sorted(PLACEHOLDERS))}, or is not plain")


Template: TypeAlias = Annotated[Sentence, _known_placeholders]
"""A sentence with names in braces, which are filled in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """Templates for the sentence of a finding."""

    zh: Template
    en: Template


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A clause made checkable."""

    code: Annotated[str, pattern(r"[a-z0-9]+\.[A-Z0-9]+(\.[a-z0-9_]+)*"), length(1, 60)]
    """`pack.item.scene`, and a word where several rules lead to one scene: `miit164.A1.s1.device_id`."""
    title: Bilingual
    about: Bilingual
    """What the rule looks for, in one sentence of our own."""
    why: Bilingual
    """Why it matters to the person who uses the app."""
    blind: Bilingual
    """What the rule cannot see."""
    suite: Suite
    """The suite whose evidence is judged."""
    phases: Annotated[tuple[Phase, ...], length(1)]
    """In which phases this rule is tested."""
    settled_by: Annotated[tuple[Phase, ...], length(1)]
    """Which phases, or who, can turn the lead into a fact."""
    severity: Severity
    confidence: Confidence
    clause: Clause
    subject: Literal["app", "each"]
    """`app`: one finding on the app; `each`: one for the app's own code and for each SDK that the rows name."""
    condition: Condition
    summary: Summary

    def __post_init__(self) -> None:
        """Refuse phases in which the suite does not run."""
        if (self.suite is Suite.STATIC) != (self.phases == (Phase.STATIC,)):
            raise ValueError('phases must be ["ST"] for the static suite, and others for the dynamic one')


@dataclass(frozen=True, kw_only=True, slots=True)
class RulePack:
    """One specification in one edition."""

    name: Annotated[str, pattern(r"[a-z][a-z0-9]*"), length(1, 20)]
    """First part of its rules' codes."""
    edition: Annotated[str, pattern(r"\d{4}(-\d{2}){0,2}(\.\d+)?")]
    """Date of the specification, and a number of ours after a dot when only our rules changed."""
    issued_by: Bilingual
    effective_from: date
    title: Bilingual
    source: Sentence
    """Where the specification is described; our own words."""
    rules: Annotated[tuple[Rule, ...], length(1)]

    def __post_init__(self) -> None:
        """Refuse foreign and double codes."""
        seen: set[str] = set()
        for rule in self.rules:
            if rule.code.partition(".")[0] != self.name:
                raise ValueError(f"rule {rule.code} does not begin with {self.name}.")
            if rule.code in seen:
                raise ValueError(f"two rules have the code {rule.code}")
            seen.add(rule.code)
