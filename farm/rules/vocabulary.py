"""Names of the kinds of personal information, for people: read from the workers' own table."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One `pi_kind`."""

    name: str
    """As it stands in evidence and rule packs."""
    family: str
    """`identifier`, `personal`, `location`, `apps`, `network`, `sensor`, `device` or `behaviour`."""
    zh: str
    en: str


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind by its name, in the order of the table."""
    text = (resources.files("workers.data") / "pi_kinds.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    header = rows[0]
    found = (dict(zip(header, row, strict=True)) for row in rows[1:])
    return {
        row["kind"]: Kind(name=row["kind"], family=row["family"], zh=row["name_zh"], en=row["name_en"]) for row in found
    }


def is_personal(name: str) -> bool:
    """Return whether the kind is information about a person or a device, and not an act; unknown kinds are."""
    kind = kinds().get(name)
    return kind is None or kind.family != "behaviour"


def check_personal(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names if each is a kind of personal information of the table; raises ValueError."""
    wrong = [name for name in names if name not in kinds() or not is_personal(name)]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: no kind of personal information in workers/data/pi_kinds.tsv")
    return names


def kind_zh(name: str) -> str:
    """Return the Chinese name of a kind, or the name itself if the table does not have it."""
    kind = kinds().get(name)
    return kind.zh if kind else name


def kind_en(name: str) -> str:
    """Return the English name of a kind, or the name itself if the table does not have it."""
    kind = kinds().get(name)
    return kind.en if kind else name
