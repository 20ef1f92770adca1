"""A file of which only ranges are in memory reads like a whole one, and never makes a byte up."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.model.errors import UnreadError
from workers.static.readers.file import RangedFile, Span, WholeFile, as_file

DATA = bytes(range(256)) * 400


class Source:
    """Gives ranges of DATA and remembers which."""

    def __init__(self) -> None:
        """Nothing has been asked for."""
        self.asked: list[list[Span]] = []

    def __call__(self, spans: Sequence[Span]) -> list[bytes]:
        """Return the ranges."""
        self.asked.append([*spans])
        return [DATA[start:end] for start, end in spans]


def test_what_is_near_is_read_as_one() -> None:
    """The rest is asked for at the same time."""
    source = Source()
    RangedFile(len(DATA), source).load([(90_000, 90_010), (0, 10), (15, 20)], near=5)

    assert [[(0, 20), (90_000, 90_010)]] == source.asked


def test_what_is_there_is_not_read_again() -> None:
    """Only the gaps are, and what touches becomes one piece."""
    source = Source()
    file = RangedFile(len(DATA), source)
    file.load([(100, 200), (300, 400)], near=0)
    file.load([(50, 350)], near=0)

    assert [(50, 100), (200, 300)] == source.asked[1]
    assert [(50, DATA[50:400])] == list(file.pieces())
    assert 350 == file.held


def test_what_was_not_foreseen_is_fetched() -> None:
    """With some bytes more, so that the next read costs nothing."""
    source = Source()
    file = RangedFile(len(DATA), source)

    assert DATA[1000:1004] == file.read(1000, 4)
    assert DATA[1004:1100] == file.read(1004, 96)
    assert 1 == len(source.asked)


def test_a_short_answer_is_never_padded() -> None:
    """It is an error, not zeros."""
    file = RangedFile(len(DATA) + 100, Source())

    with pytest.raises(UnreadError, match="bytes came"):
        file.read(len(DATA) - 10, 50)


def test_an_error_of_the_source_passes_through() -> None:
    """Whoever brings the bytes knows what it means."""

    def refuse(_: Sequence[Span]) -> list[bytes]:
        raise UnreadError("gone")

    with pytest.raises(UnreadError, match="gone"):
        RangedFile(100, refuse).read(0, 1)


def test_pieces_that_lie_side_by_side_are_read_as_one() -> None:
    """All bytes are there, and nothing more is fetched."""
    source = Source()
    file = RangedFile(len(DATA), source)
    file.load([(0, 1)], near=0)
    file.load([(1, 20_000)], near=0)

    assert DATA[:2] == bytes(file.read(0, 2))
    assert 2 == len(source.asked)


@given(
    loads=st.lists(
        st.lists(st.tuples(st.integers(-5, 110_000), st.integers(0, 110_000)), max_size=4).map(
            lambda spans: [(start, start + length) for start, length in spans]
        ),
        max_size=4,
    ),
    near=st.integers(0, 5_000),
    reads=st.lists(st.tuples(st.integers(0, 110_000), st.integers(0, 110_000)), max_size=8),
)
def test_it_reads_like_the_whole(loads: list[list[Span]], near: int, reads: list[tuple[int, int]]) -> None:
    """Whatever was loaded before, in whatever order, and no byte is fetched twice."""
    source, whole = Source(), WholeFile(DATA)
    file = RangedFile(len(DATA), source)
    for spans in loads:
        file.load(spans, near=near)
    for start, length in reads:
        piece, at = file.around(start, length)
        assert whole.read(start, length) == file.read(start, length) == piece[at : at + length]
    fetched = [span for spans in source.asked for span in spans]

    assert file.held == sum(end - start for start, end in fetched) <= len(DATA)
    assert all(DATA[start : start + len(piece)] == piece for start, piece in file.pieces())


def test_bytes_of_any_kind_are_a_file() -> None:
    """Without a copy, unless somebody needs `bytes`."""
    view = memoryview(bytearray(b"0123456789"))[2:8]

    assert b"345" == bytes(as_file(view).read(1, 3))
    assert (b"234567", 1) == as_file(view).around(1, 3)
    assert [(0, b"0123")] == list(as_file(b"0123").pieces())


def test_what_has_served_leaves_memory() -> None:
    """Once it is half of its piece, so that pieces are not copied again and again."""
    source = Source()
    file = RangedFile(len(DATA), source)
    file.load([(1000, 2000)])
    file.served(1100, 300)
    before = file.held
    file.served(1400, 400)

    assert [1000, 300] == [before, file.held]
    assert [(1000, DATA[1000:1100]), (1800, DATA[1800:2000])] == list(file.pieces())


def test_what_has_served_and_is_asked_for_again_is_fetched_and_stays() -> None:
    """Of members that lie on top of each other each byte is fetched twice at most."""
    source = Source()
    file = RangedFile(len(DATA), source)
    file.load([(0, 100_000)])
    file.served(0, 100_000)
    again = bytes(file.read(50_000, 1000))
    file.served(50_000, 1000)

    assert DATA[50_000:51_000] == again
    assert DATA[50_000:51_000] == file.read(50_000, 1000)
    assert 2 == len(source.asked)


def test_of_more_ranges_than_an_app_has_no_note_is_taken() -> None:
    """Each new one is held against all others: a file that is made of them would take minutes."""
    file = RangedFile(len(DATA), Source())
    spans = [(start, start + 10) for start in range(0, 50 * 1_010, 50)]
    file.load(spans, near=0)
    for start, end in spans:
        file.served(start, end - start)

    assert 10 * 10 == file.held


def test_a_whole_file_keeps_everything() -> None:
    """Its bytes are the caller's."""
    file = WholeFile(DATA)
    file.served(0, len(DATA))

    assert DATA == file.read(0, len(DATA))


def test_bytes_can_come_in_another_way() -> None:
    """In place of the pieces among them; one that sticks out would have to be cut."""
    file = RangedFile(len(DATA), Source())
    file.insert(10, DATA[10:20])
    file.insert(25, DATA[25:30])
    with pytest.raises(ValueError, match="only in part"):
        file.insert(19, DATA[19:31])
    file.insert(8, DATA[8:30])

    assert DATA[9:29] == file.read(9, 20)
    assert ([(8, DATA[8:30])], 22) == ([*file.pieces()], file.held)


@given(
    loaded=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 2000)), max_size=5),
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 5000), st.integers(0, 2000)), max_size=10),
)
def test_what_leaves_memory_changes_no_byte(loaded: list[tuple[int, int]], steps: list[tuple[bool, int, int]]) -> None:
    """Whatever is read and has served, in any order."""
    file = RangedFile(len(DATA), Source())
    file.load([(start, start + length) for start, length in loaded], near=0)
    for has_served, start, length in steps:
        if has_served:
            file.served(start, length)
        else:
            assert DATA[start : start + length] == bytes(file.read(start, length))

    assert file.held == sum(len(piece) for _, piece in file.pieces())
    assert all(DATA[start : start + len(piece)] == piece for start, piece in file.pieces())
