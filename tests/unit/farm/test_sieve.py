"""What goes through the sieve is hashed, and what is wanted of it is what is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.cluster.sieve import sift
from farm.model.errors import ObjectChangedError
from workers.static.readers.file import RangedFile, Span, coalesce

DATA = hashlib.shake_128(b"app").digest(10_000)


def _file(*held: Span) -> RangedFile:
    """Return a file of which some ranges were read before."""

    def fetch(spans: Sequence[Span]) -> list[bytes]:
        return [DATA[start:end] for start, end in spans]

    file = RangedFile(len(DATA), fetch)
    file.load(held, near=0)
    return file


def _pieces(data: bytes, size: int) -> list[bytes]:
    """Return an object in pieces."""
    return [data[start : start + size] for start in range(0, len(data), size)]


_spans = st.lists(st.tuples(st.integers(0, len(DATA)), st.integers(0, 3_000)), max_size=6).map(
    lambda spans: coalesce([(start, min(start + length, len(DATA))) for start, length in spans], near=0)
)


@given(held=_spans, wanted=_spans, size=st.integers(1, 4_000))
def test_what_is_wanted_is_kept_and_everything_is_hashed(held: list[Span], wanted: list[Span], size: int) -> None:
    """However the pieces fall, and whatever was there before."""
    file = _file(*held)
    sha256 = sift(file, wanted, _pieces(DATA, size))

    assert hashlib.sha256(DATA).hexdigest() == sha256
    assert [] == file.missing(wanted)
    assert all(DATA[start : start + len(piece)] == piece for start, piece in file.pieces())
    assert file.held <= sum(end - start for start, end in [*held, *wanted])


@given(at=st.integers(0, 999), size=st.integers(1, 4_000))
def test_one_byte_that_is_not_as_it_was_is_a_changed_object(at: int, size: int) -> None:
    """Wherever it is in what was read before."""
    changed = bytearray(DATA)
    changed[9_000 + at] ^= 1

    with pytest.raises(ObjectChangedError, match="changed while"):
        sift(_file((9_000, 10_000)), [], _pieces(bytes(changed), size))


@pytest.mark.parametrize("data", [DATA[:-1], DATA + b"!", b""])
def test_another_size_is_a_changed_object(data: bytes) -> None:
    """Also where nothing was read before."""
    with pytest.raises(ObjectChangedError, match="changed while"):
        sift(_file(), [(0, 10)], _pieces(data, 1_000))
