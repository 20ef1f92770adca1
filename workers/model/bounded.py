"""Facts from a hostile app kept small and printable: bounded text, and rows with the number left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import islice

from workers.model.evidence import JSON

TEXT_LIMIT = 2_048
"""Longest text that a fact carries, in characters."""
ROW_LIMIT = 5_000
"""Most rows that a fact carries."""

_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, format characters (bidi overrides, zero width), lone surrogates, line and paragraph separators."""


def text(value: str, limit: int = TEXT_LIMIT) -> str:
    r"""Return `value` with control characters as `\u0007`, cut after `limit` characters with `…` as a mark."""
    cut = value[: limit + 1]
    if not cut.isprintable():
        cut = "".join(_escape(sign) for sign in cut)
    return cut if len(cut) <= limit else cut[: limit - 1] + "…"


def sentence(value: str, limit: int = 300) -> str:
    """Return `value` as `text` does, but cut in its middle, where a name stands: its end says what is wrong with it."""
    half = limit // 2
    return text(value if len(value) <= limit else f"{value[: half - 1]}…{value[-half:]}", limit)


def optional(value: str | None, limit: int = TEXT_LIMIT) -> str | None:
    """Return `text(value)`, or None for None."""
    return None if value is None else text(value, limit)


def printable(value: JSON) -> JSON:
    """Return `value` with every text in it bounded as by `text`."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, dict):
        return {text(name): printable(item) for name, item in value.items()}
    return value


class Rows(list[JSON]):
    """The rows of a fact, at most as many as its limit; a plain list to JSON."""

    left_out: int
    """How many rows were left out."""

    def __init__(self, rows: Iterable[JSON] = (), *, limit: int = ROW_LIMIT) -> None:
        """Take the first `limit` of `rows` and count the rest."""
        iterator = iter(rows)
        super().__init__(islice(iterator, limit))
        self.left_out = sum(1 for _ in iterator)


def texts(values: Iterable[str], *, limit: int = ROW_LIMIT, text_limit: int = TEXT_LIMIT) -> Rows:
    """Return `values` as bounded rows of bounded text, in the order given."""
    return Rows((text(value, text_limit) for value in values), limit=limit)


def _escape(sign: str) -> str:
    """Return `sign`, or its escape when it would not be seen."""
    if unicodedata.category(sign) not in _ESCAPED:
        return sign
    code = ord(sign)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
