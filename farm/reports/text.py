"""Text of strangers on its way into a report: visible, bounded, and never a formula."""

from __future__ import annotations

import json

from farm.model.text import visible
from workers.model.evidence import JSON

_FORMULA_STARTS = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20'")
"""First characters that make a spreadsheet calculate, in their full-width forms too, and the guard itself."""


def shown(text: str, limit: int = 300) -> str:
    """Return `text` with hidden signs made visible and at most `limit` characters."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    return visible(text, limit)


def told(value: JSON, limit: int = 300) -> str:
    """Return any value of the evidence as one bounded line."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case str():
            return shown(value, limit)
        case int() | float():
            return shown(str(value), limit)
        case list() if all(isinstance(item, str | None) for item in value):
            items = ["–" if item is None else str(item) for item in value[:20]]
            return shown(", ".join(items) + (" …" if len(value) > 20 else ""), limit)
        case _:
            return shown(json.dumps(value, ensure_ascii=False)[: limit * 2], limit)


def cell(value: str | int) -> str:
    """Return a CSV cell that no spreadsheet takes for a formula."""
    if isinstance(value, int):
        return str(value)
    text = shown(value, 2000)
    return "'" + text if text[:1] in _FORMULA_STARTS and text else text
