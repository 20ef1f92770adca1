"""Chinese text on a terminal fills its lines."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from farm.cli.folded import folded

SAID = "申请 9 项危险权限：ACCESS_FINE_LOCATION、CAMERA（等 9 项）。"


def test_lines_break_between_chinese_signs_and_not_inside_words() -> None:
    """Rich alone would put all that follows a blank on the next line."""
    assert ["申请 9 项危险权限：", "ACCESS_FINE_LOCATION、", "CAMERA（等 9 项）。"] == list(folded(SAID, 24))


@pytest.mark.parametrize("width", [2, 3, 7, 12, 40, 200])
def test_no_line_is_wider_than_the_column_and_nothing_is_lost(width: int) -> None:
    """A word that is too long is cut."""
    lines = list(folded(SAID, width))

    assert max(map(cell_len, lines)) <= width
    assert SAID.replace(" ", "") == "".join(lines).replace(" ", "")


def test_no_line_begins_with_the_blanks_behind_a_word() -> None:
    """Also where the word fills its line."""
    assert ["ab", "word", "cd"] == list(folded("ab word cd", 4))


def test_an_empty_text_has_no_lines() -> None:
    """There is nothing to show."""
    assert [] == list(folded("", 10))
