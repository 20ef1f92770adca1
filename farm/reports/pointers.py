"""From the JSON pointers of a finding to the rows of evidence that they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from farm.model.finding import Finding
from farm.model.inspection import Suite
from farm.reports.text import shown, told
from farm.rules.facts import resolve
from farm.rules.rule import Rule
from farm.service.report import AppEntry
from farm.service.sent import given
from workers.model.evidence import JSON

_FIRST = (
    "api",
    "op",
    "args",
    "phase",
    "consent",
    "name",
    "kind",
    "pi_kind",
    "argument",
    "caller",
    "sdk",
    "category",
    "permission",
    "permissions",
    "url",
)
"""Fields that tell most; they come first."""

_DULL = frozenset({"known", "defined_here", "enabled", "exported_declared"})
"""Fields that tell an inspector nothing."""

_FIELDS_SHOWN = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """One piece of evidence, ready to be shown."""

    pointer: str
    fields: tuple[tuple[str, str], ...]
    """Names and values, bounded and made visible."""

    @property
    def line(self) -> str:
        """The evidence on one line."""
        return "; ".join(f"{name}={value}" if name else value for name, value in self.fields)


def proofs(finding: Finding, entry: AppEntry, rule: Rule | None) -> tuple[Proof, ...]:
    """Return the evidence of a finding, in the order of its pointers."""
    suite = rule.suite if rule is not None else Suite.STATIC
    document = entry.evidence.get(suite)
    return tuple(_proof(document, pointer) for pointer in finding.evidence)


def _proof(document: Mapping[str, JSON] | None, pointer: str) -> Proof:
    """Return what stands at one pointer."""
    place = shown(pointer, 200)
    there, value = resolve(dict(document), pointer) if document is not None else (False, None)
    if not there:
        return Proof(pointer=place, fields=(("", "– (evidence not at hand)"),))
    if not isinstance(value, dict):
        text = f"{len(value)} rows" if isinstance(value, list) else told(value)
        return Proof(pointer=place, fields=((shown(pointer.rpartition("/")[2], 40), text),))
    names = [name for name in _FIRST if name in value] + sorted(name for name in value if name not in _FIRST)
    filled = [name for name in names if name not in _DULL and value[name] not in (None, [], {}, "", False)]
    return Proof(
        pointer=place, fields=tuple((shown(name, 40), _value(name, value[name])) for name in filled[:_FIELDS_SHOWN])
    )


def _value(name: str, value: JSON) -> str:
    """Return one field as a line; of intent filters only the actions, of what has a name only the name."""
    if name == "filters" and isinstance(value, list):
        actions = [each.get("actions") for each in value if isinstance(each, dict)]
        return told([action for group in actions if isinstance(group, list) for action in group])
    if name == "args" and isinstance(value, list):
        return told(list(given([item for item in value if isinstance(item, str)])))
    if isinstance(value, list) and value and all(isinstance(each, dict) and each.get("name") for each in value):
        return told([str(each["name"]) for each in value if isinstance(each, dict)])
    return told(value)
