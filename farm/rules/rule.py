"""A rule, the clause it stands for, and the pack it lives in."""

from __future__ import annotations

import string
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from farm.model.finding import Severity
from farm.model.inspection import Suite
from farm.rules.conditions import Condition, Strict

PLACEHOLDERS = frozenset({"subject", "count", "kinds", "apis", "permissions", "names", "value", "type"})
"""Names that a summary may use in braces."""

Sentence: TypeAlias = Annotated[str, Field(min_length=4, max_length=600)]
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


class Bilingual(Strict):
    """The same sentence in Simplified Chinese and English."""

    zh: Sentence
    en: Sentence


class Clause(Strict):
    """Which clause of the specification a rule speaks of."""

    number: str = Field(min_length=1, max_length=60)
    """Number as the specification counts, such as `A1, scene 4`."""
    source: str = Field(min_length=4, max_length=300)
    """Where the clause is described."""
    sourced: bool
    """Whether number and meaning stand in a source that we have seen (public mirrors, not the official text); if not,
    reports say so."""


class Summary(Strict):
    """Templates for the sentence of a finding; names in braces are filled in."""

    zh: Sentence
    en: Sentence

    @field_validator("zh", "en")
    @classmethod
    def _known_placeholders(cls, text: str) -> str:
        """Refuse everything in braces but plain known names."""
        for _, name, spec, conversion in string.Formatter().parse(text):
            if name is not None and (name not in PLACEHOLDERS or spec or conversion):
                raise ValueError(f"{{{name}}} is not one of {', '.join(sorted(PLACEHOLDERS))}, or is not plain")
        return text


class Rule(Strict):
    """A clause made checkable."""

    code: str = Field(pattern=r"^[a-z0-9]+\.[A-Z0-9]+(\.[a-z0-9_]+)*$", max_length=60)
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
    phases: tuple[Phase, ...] = Field(min_length=1)
    """In which phases this rule is tested."""
    settled_by: tuple[Phase, ...] = Field(min_length=1)
    """Which phases, or who, can turn the lead into a fact."""
    severity: Severity
    confidence: Confidence
    clause: Clause
    subject: Literal["app", "each"]
    """`app`: one finding on the app; `each`: one for the app's own code and for each SDK that the rows name."""
    condition: Condition
    summary: Summary

    @model_validator(mode="after")
    def _phases_fit_suite(self) -> Rule:
        """Refuse phases in which the suite does not run."""
        if (self.suite is Suite.STATIC) != (self.phases == (Phase.STATIC,)):
            raise ValueError('phases must be ["ST"] for the static suite, and others for the dynamic one')
        return self


class RulePack(Strict):
    """One specification in one edition."""

    name: str = Field(pattern=r"^[a-z][a-z0-9]*$", max_length=20)
    """First part of its rules' codes."""
    edition: str = Field(pattern=r"^\d{4}(-\d{2}){0,2}(\.\d+)?$")
    """Date of the specification, and a number of ours after a dot when only our rules changed."""
    issued_by: Bilingual
    effective_from: date
    title: Bilingual
    source: Sentence
    """Where the specification is described; our own words."""
    rules: tuple[Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _codes_fit(self) -> RulePack:
        """Refuse foreign and double codes."""
        seen: set[str] = set()
        for rule in self.rules:
            if rule.code.partition(".")[0] != self.name:
                raise ValueError(f"rule {rule.code} does not begin with {self.name}.")
            if rule.code in seen:
                raise ValueError(f"two rules have the code {rule.code}")
            seen.add(rule.code)
        return self
