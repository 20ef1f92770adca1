"""Resources are found by their number, in every layout that build tools write, and nothing hostile takes long."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workers.readers.build_arsc import FIRST, PLAIN, SHORT, SPARSE, Several, arsc
from tests.unit.workers.readers.build_axml import Ref
from workers.static.readers.resources import Resources


def text_of(table: bytes, number: int) -> str | None:
    """Return what a resource of a table stands for."""
    return Resources(table).text(number)


FILES = (None, "res/a.xml", None, "res/ü.xml", Ref(FIRST + 3))


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("layout", [PLAIN, SPARSE, SHORT])
def test_a_resource_is_found_by_its_number(layout: int, compact: bool) -> None:
    """References are followed; what is not there is None."""
    table = arsc(FILES, layout=layout, compact=compact)

    assert [text_of(table, FIRST + number) for number in range(6)] == [
        None, "res/a.xml", None, "res/ü.xml", "res/ü.xml", None
    ]  # fmt: skip


def test_the_default_configuration_comes_first() -> None:
    """Where there is none, any other one will do."""
    table = arsc(["zh.xml", "only-zh.xml"], ["any.xml", None], languages={0: "zh"})

    assert [text_of(table, FIRST), text_of(table, FIRST + 1)] == ["any.xml", "only-zh.xml"]


def test_numbers_booleans_and_colours_are_written_as_in_xml() -> None:
    """Flags and levels of a manifest may be resources."""
    table = arsc([(0x10, 0xFFFFFFFF), (0x11, 255), (0x12, 1), (0x1C, 0xFF)])

    assert [text_of(table, FIRST + number) for number in range(4)] == ["-1", "0xff", "true", "#000000ff"]


def test_another_package_or_type_has_other_resources() -> None:
    """The number tells all three."""
    table = arsc(["a.xml"])

    assert [text_of(table, number) for number in (0x7F020000, 0x01010000, 0x7F01FFFF)] == [None, None, None]


@pytest.mark.parametrize("layout", [PLAIN, SPARSE, SHORT])
def test_what_has_no_one_value_is_told_by_its_name(layout: int) -> None:
    """Arrays and styles; a number that nothing has stays without a word."""
    resources = Resources(arsc(["a.xml", Several(), Ref(FIRST + 1)], layout=layout))

    assert [resources.written(FIRST + number) for number in range(4)] == ["a.xml", "@xml/arg", "@xml/arg", None]
    assert resources.text(FIRST + 1) is None
    assert resources.written(0x01010000) is None


def test_a_circle_of_references_ends() -> None:
    """Two resources that stand for each other stand for nothing."""
    assert text_of(arsc([Ref(FIRST + 1), Ref(FIRST)]), FIRST) is None


@given(st.binary(max_size=8), st.integers(0, 600), st.integers(0, 4))
def test_a_damaged_table_says_something_or_nothing(junk: bytes, at: int, number: int) -> None:
    """It never raises."""
    table = arsc(FILES)
    damaged = Resources(table[:at] + junk + table[at + len(junk) :])

    for found in (damaged.text(FIRST + number), damaged.written(FIRST + number)):
        assert found is None or isinstance(found, str)


@given(st.integers(0, 600))
def test_a_table_that_is_cut_off_says_something_or_nothing(at: int) -> None:
    """Wherever the cut is."""
    assert text_of(arsc(FILES)[:at], FIRST + 1) in {None, "res/a.xml"}


def test_chunks_of_no_size_end_the_look() -> None:
    """Else it would never end."""
    assert text_of(struct.pack("<2H2I", 2, 12, 64, 1) + bytes(64), FIRST) is None
