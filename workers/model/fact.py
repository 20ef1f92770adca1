"""What a kind of fact is, told beside the code that finds it: docs/reference/facts.md is made of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

API = "the member that is used, as `Lcls;->name`"
"""Meaning of a key `api`."""
CALLER = "the method that does it, as `Lcls;->name(params)ret`"
"""Meaning of a key `caller`."""
SDK = "the SDK whose code it is; null: the app's own or unknown code"
"""Meaning of a key `sdk`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One kind of fact, for the people who read evidence and write rules."""

    name: str
    """Its name among the facts of an evidence document."""
    what: str
    """What it tells, with the limit on rows if there is one of its own."""
    source: str
    """The parts of the app and the tables that it comes from."""
    blind: str
    """What it cannot see."""
    keys: Mapping[str, str]
    """Meaning of each key by its path: `[]` is any row of a list, `*` any name, as in `callers[].api`, `by_abi.*`."""


def anomalies(of: str) -> dict[str, str]:
    """Return the keys of a list of anomalies of the reader of `of`."""
    return {
        "anomalies": f"what is odd in the {of}",
        "anomalies[].kind": "a stable name with the reader in front, such as `zip.encrypted-flag`",
        "anomalies[].subject": "what it concerns: a file, a component",
        "anomalies[].detail": "a figure or a short sentence",
    }
