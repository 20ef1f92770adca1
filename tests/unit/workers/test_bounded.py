"""Bounded facts: text that is cut and escaped, rows that are counted."""

from __future__ import annotations

import pytest

from workers.model.bounded import Rows, optional, printable, text, texts


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("隐私政策 plain", "隐私政策 plain"),
        ("a\nb\x00", "a\\u000ab\\u0000"),
        ("\u202eevil\u200b", "\\u202eevil\\u200b"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_is_not_seen_is_escaped(value: str, shown: str) -> None:
    """Controls, bidi marks, zero widths and lone surrogates are visible as escapes; letters stay."""
    assert text(value) == shown


def test_text_is_cut_with_a_mark() -> None:
    """Never longer than asked, escapes included."""
    assert text("abcdef", 4) == "abc…"
    assert len(text("\x00" * 10, 16)) == 16
    assert text("abcd", 4) == "abcd"


def test_none_stays_none() -> None:
    """Absence is not an empty text."""
    assert optional(None) is None


def test_rows_beyond_the_limit_are_counted() -> None:
    """The first rows stay, the others are a number."""
    rows = texts(["a", "b", "c"], limit=2)
    assert (list(rows), rows.left_out) == (["a", "b"], 1)
    assert Rows(["a"]).left_out == 0


def test_every_text_inside_a_value_is_bounded() -> None:
    """Lists and objects are walked, other values stay."""
    assert printable({"a\n": ["b\n", 1, None, True]}) == {"a\\u000a": ["b\\u000a", 1, None, True]}
