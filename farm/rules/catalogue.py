"""Load and validate the rule packs."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from farm.model.errors import RulePackError
from farm.rules.rule import RulePack
from farm.rules.strict import StrictError, read

NAMES: tuple[str, ...] = ("miit164", "cac191")
"""Packs that come with the farm, in the order of reports."""


def load_packs(names: Iterable[str] | None = None) -> tuple[RulePack, ...]:
    """Return the packs with these names, or all; raises RulePackError."""
    chosen = NAMES if names is None else tuple(dict.fromkeys(names))
    return tuple(_load(name) for name in chosen)


@functools.cache
def _load(name: str) -> RulePack:
    """Return one pack that comes with the farm."""
    if name not in NAMES:
        raise RulePackError(f"There is no rule pack {name!r}.", next_step=f"Choose from: {', '.join(NAMES)}.")
    source = resources.files("farm.rules") / "packs" / f"{name}.toml"
    return parse_pack(source.read_text("utf-8"), file=f"{name}.toml")


def read_pack(path: Path) -> RulePack:
    """Return the pack in a file of the user's own; raises RulePackError."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RulePackError(f"{path} cannot be read: {error}.", next_step="Give a TOML file in UTF-8.") from error
    return parse_pack(text, file=path.name)


def parse_pack(text: str, *, file: str) -> RulePack:
    """Return the pack that `text` describes; raises RulePackError naming file, rule and field."""
    step = "See docs/howto/write-a-rule.md."
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulePackError(f"{file}: this is not TOML: {error}.", next_step=step) from error
    try:
        return read(RulePack, document)
    except StrictError as error:
        lines = [_explain(document, place, message) for place, message in error.problems]
        raise RulePackError(f"{file}: " + "; ".join(lines) + ".", next_step=step) from error


def _explain(document: dict[str, Any], place: Sequence[int | str], message: str) -> str:
    """Return one error as `rule CODE, field a.b: what is wrong`."""
    parts = list(place)
    where = ""
    if len(parts) >= 2 and parts[0] == "rules" and isinstance(parts[1], int):
        rule = document["rules"][parts[1]]
        code = rule.get("code") if isinstance(rule, dict) else None
        where = f"rule {code if isinstance(code, str) else f'number {parts[1] + 1}'}"
        parts = parts[2:]
    if parts:
        where += (", " if where else "") + "field " + ".".join(str(part) for part in parts)
    return f"{where}: {message}" if where else message
