"""Tests of farm.model.text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.model.text import _PLAIN, _is_hidden, visible


def test_plain_text_stays() -> None:
    """Letters of any script, spaces and signs are left alone."""
    assert visible("微信 8.0 – naïve 📱 a\\b") == "微信 8.0 – naïve 📱 a\\b"


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("\u202e", r"\u202e"),
        ("\u2066", r"\u2066"),
        ("\u200b", r"\u200b"),
        ("\u061c", r"\u061c"),
        ("\u00ad", r"\u00ad"),
        ("\u2028", r"\u2028"),
        ("\u3164", r"\u3164"),
        ("\ue000", r"\ue000"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("\0", r"\u0000"),
        ("\x1b", r"\u001b"),
        ("\n", r"\n"),
        ("\t", r"\t"),
    ],
)
def test_hidden_signs_are_shown(hidden: str, shown: str) -> None:
    """What a reader would not see, or what would reorder the rest, appears as an escape."""
    assert visible(f"a{hidden}b") == f"a{shown}b"


def test_heaped_marks_are_shown() -> None:
    """Marks that are heaped on one letter do not smear over the lines above."""
    assert visible("e" + "\u0301" * 6) == "e" + "\u0301" * 4 + r"\u0301\u0301"


def test_long_text_is_cut() -> None:
    """Text beyond the limit ends in an ellipsis that counts."""
    assert visible("x" * 11, 10) == "x" * 9 + "…"


def test_an_escape_is_never_cut_in_two() -> None:
    """Where an escape does not fit any more, it is left out whole."""
    assert visible("ab\u202e\u202e", 9) == r"ab\u202e…"


def test_a_limit_of_nothing_is_refused() -> None:
    """There is no text of no characters that says it was cut."""
    with pytest.raises(ValueError, match="at least 1"):
        visible("a", 0)


@given(st.text(st.characters()), st.integers(1, 60))
def test_whatever_comes_is_visible_and_short(text: str, limit: int) -> None:
    """No input makes the result longer than the limit, nor lets a control, format or surrogate through."""
    shown = visible(text, limit)

    assert len(shown) <= limit
    assert not {unicodedata.category(sign) for sign in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def test_no_sign_that_is_passed_over_is_hidden_or_a_mark() -> None:
    """Of all there are."""
    passed = [sign for sign in map(chr, range(0x110000)) if _PLAIN.fullmatch(sign)]

    assert len(passed) > 20_000
    assert [sign for sign in passed if _is_hidden(sign) or unicodedata.category(sign).startswith("M")] == []
