"""Forms of keys that open something by themselves: the table `secrets.tsv`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from workers.data.tables import Source, rows_of, source_of


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretForm:
    """One form of a key."""

    kind: str
    marker: str
    """What every key of this form holds."""
    pattern: re.Pattern[str]
    """The whole key."""
    name_en: str
    name_zh: str
    source: Source


@cache
def secret_forms() -> tuple[SecretForm, ...]:
    """Return the forms in the order of the table."""
    return tuple(
        SecretForm(
            kind=row["kind"],
            marker=row["marker"],
            pattern=re.compile(row["pattern"], re.ASCII),
            name_en=row["name_en"],
            name_zh=row["name_zh"],
            source=source_of(row),
        )
        for row in rows_of("secrets.tsv")
    )
