"""A document is read into dataclasses, and everything that does not fit is told with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest

from farm.rules.strict import StrictError, between, length, pattern, read


class Colour(StrEnum):
    """A closed set."""

    RED = "red"


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """One of two kinds."""

    kind: Literal["round"]
    radius: Annotated[float, between(1)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pile:
    """The other one, which holds more of them."""

    kind: Literal["pile"]
    of: Annotated[tuple[Round | Pile, ...], length(1)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """All kinds of fields."""

    name: Annotated[str, pattern(r"[a-z]+"), length(1, 5)]
    shape: Round | Pile
    number: Annotated[int, between(0, 9)] = 0
    sure: bool = False
    day: date | None = None
    since: date = date(2026, 1, 1)
    colour: Colour = Colour.RED
    values: Mapping[str, tuple[bool | int | float | str | None, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a pair that cannot be."""
        if self.sure and self.number == 0:
            raise ValueError("who is sure has a number")


SHEET: dict[str, Any] = {"name": "abc", "shape": {"kind": "round", "radius": 2}}


def test_a_document_becomes_a_value() -> None:
    """Lists become tuples, whole numbers numbers where those are asked for, and nothing else is converted."""
    inner = {"kind": "pile", "of": [{"kind": "round", "radius": 1.5}]}
    found = read(
        Sheet,
        {"name": "ab", "shape": {"kind": "pile", "of": [inner]}, "colour": "red", "since": date(2026, 2, 3)}
        | {"values": {"a": [1, 1.5, True, "x"]}},
    )

    pile = Pile(kind="pile", of=(Pile(kind="pile", of=(Round(kind="round", radius=1.5),)),))
    assert Sheet(name="ab", shape=pile, since=date(2026, 2, 3), values={"a": (1, 1.5, True, "x")}) == found
    assert [int, float, bool, str] == [type(value) for value in found.values["a"]]
    assert isinstance(read(Sheet, SHEET).shape, Round)


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ({"name": "ABC"}, ("name",), "must match"),
        ({"name": "abc\n"}, ("name",), "must match"),
        ({"name": "abcdef"}, ("name",), "length is 6"),
        ({"name": 5}, ("name",), "a text is needed"),
        ({"number": 10}, ("number",), "0 to 9"),
        ({"number": True}, ("number",), "a whole number is needed"),
        ({"number": 1.0}, ("number",), "a whole number is needed"),
        ({"number": "1"}, ("number",), "a whole number is needed"),
        ({"sure": 1}, ("sure",), "true or false"),
        ({"sure": True}, (), "who is sure has a number"),
        ({"since": datetime(2026, 1, 1, tzinfo=UTC)}, ("since",), "a date is needed"),
        ({"since": "2026-01-01"}, ("since",), "a date is needed"),
        ({"colour": "blue"}, ("colour",), "'blue'"),
        ({"colour": []}, ("colour",), "[] is none of"),
        ({"values": []}, ("values",), "a table is needed"),
        ({"values": {"a": "x"}}, ("values", "a"), "a list is needed"),
        ({"values": {"a": [1, [2]]}}, ("values", "a", 1), "is none of"),
        ({"values": {"a": [float("nan")]}}, ("values", "a", 0), "finite"),
        ({"shape": []}, ("shape",), "its kind is None"),
        ({"shape": {"kind": []}}, ("shape",), "its kind is []"),
        ({"shape": {"kind": "cube"}}, ("shape",), "'cube', none of 'round', 'pile'"),
        ({"shape": {"kind": "round", "radius": 0}}, ("shape", "round", "radius"), "1 or more"),
        ({"shape": {"kind": "round", "radius": float("inf")}}, ("shape", "round", "radius"), "finite"),
        ({"shape": {"kind": "round", "radius": 10**400}}, ("shape", "round", "radius"), "finite"),
        ({"shape": {"kind": "pile", "of": []}}, ("shape", "pile", "of"), "give 1 or more"),
        ({"shape": {"kind": "pile", "of": ["x"]}}, ("shape", "pile", "of", 0), "its kind is None"),
        ({"more": 1}, ("more",), "Extra field"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(change: dict[str, Any], place: object, message: str) -> None:
    """Whatever is written there."""
    with pytest.raises(StrictError) as caught:
        read(Sheet, SHEET | change)

    assert [place] == [where for where, _ in caught.value.problems]
    assert message in caught.value.problems[0][1]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    """Absent and foreign fields, and what is wrong inside; what spans fields is looked at when they are right."""
    with pytest.raises(StrictError) as caught:
        read(Sheet, {"nom": "abc", "shape": {"kind": "round", "radius": "x"}, "sure": True})

    assert [("name",), ("nom",), ("shape", "round", "radius")] == [place for place, _ in caught.value.problems]


@pytest.mark.parametrize("document", [None, [], "x"])
def test_what_is_no_table_is_told(document: object) -> None:
    """At the place of the whole."""
    with pytest.raises(StrictError, match="a table is needed"):
        read(Sheet, document)
