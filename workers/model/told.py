"""What a suite came to, before it is made evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workers.model.evidence import JSON
from workers.model.outcome import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a suite came to."""

    outcome: Outcome
    reason: str
    document: dict[str, JSON] | None = None
    """The dynamic document; None of the static suite, and of an app that was not run."""
    facts: dict[str, JSON] = field(default_factory=dict)
    artefacts: Mapping[str, bytes] = field(default_factory=dict)
