"""The file of an APK as the readers see it: whole in memory, or only those ranges of it that were asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeAlias

from workers.model.errors import UnreadError

Span: TypeAlias = tuple[int, int]
"""Start and end of a range, from the start of the file; the end is the first byte behind it."""

Fetch: TypeAlias = Callable[[Sequence[Span]], Sequence[bytes]]
"""Brings the bytes of ranges, in their order, from where the file is; raises whatever hinders it."""

BIG = 8 << 20
"""Bytes above which a file is worth reading by ranges; most of a smaller one is needed."""
NEAR = 128 << 10
"""Ranges that are no farther apart than this many bytes are read as one: a request costs more than they do."""
_SERVED_MAX = 1_000
"""Ranges that have served and are taken note of: those of an app's dex files are some dozens, and each new one is held
against all others."""
_AT_LEAST = 16 << 10
"""Bytes that are read where a range was not foreseen, so that the next header costs no request of its own."""


class ApkFile(Protocol):
    """Bytes by their place. What is not in memory is fetched when it is asked for; nothing is ever made up."""

    @property
    def size(self) -> int:
        """Bytes of the whole file."""

    def read(self, start: int, length: int) -> memoryview:
        """Return at most `length` bytes from `start`, which must not be negative; less only at the file's end."""

    def around(self, start: int, length: int) -> tuple[bytes, int]:
        """Return bytes in which those of `read` stand together, and where they begin."""

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        """Yield what is in memory: where each piece starts in the file, and its bytes."""

    def served(self, start: int, length: int) -> None:
        """Take note that nobody is likely to ask for these bytes again: they need not be kept in memory."""


class WholeFile:
    """A file that is in memory as a whole."""

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        """Take all bytes; nobody may change them meanwhile."""
        self._view = memoryview(data).toreadonly().cast("B")
        below = self._view.obj
        self._bytes = below if isinstance(below, bytes) and len(below) == len(self._view) else None

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return len(self._view)

    def read(self, start: int, length: int) -> memoryview:
        """Return a view, without a copy."""
        return self._view[start : start + length]

    def around(self, start: int, length: int) -> tuple[bytes, int]:  # noqa: ARG002 - all of it stands together
        """Return the whole file; bytes that were given as another type are copied once."""
        if self._bytes is None:
            self._bytes = bytes(self._view)
        return self._bytes, start

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        """Yield the one piece."""
        yield 0, self.around(0, 0)[0]

    def served(self, start: int, length: int) -> None:
        """Keep them: they are part of bytes that the caller has."""


class RangedFile:
    """A file that lies elsewhere and of which only ranges are in memory."""

    def __init__(self, size: int, fetch: Fetch) -> None:
        """Take the size of the file, which must be right, and what brings its bytes."""
        self._size = size
        self._fetch = fetch
        self._starts: list[int] = []
        self._pieces: list[bytes] = []
        """Ascending, and never overlapping."""
        self.held = 0
        """Bytes in memory."""
        self._served: list[Span] = []
        """Ranges that are not needed any more, whether they are still in memory or not."""
        self._keep = False
        """Whether what has served stays: it was asked for again, as where members lie on top of each other."""

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return self._size

    def read(self, start: int, length: int) -> memoryview:
        """Return a view of a piece; fetches what is missing.

        Raises:
            UnreadError: fewer or more bytes came than were asked for. What `fetch` raises passes through.
        """
        piece, at = self.around(start, length)
        return memoryview(piece)[at : at + length]

    def around(self, start: int, length: int) -> tuple[bytes, int]:
        """Return the piece with these bytes; fetches what is missing, and raises as `read`."""
        end = min(start + length, self._size)
        if start >= end:
            return b"", 0
        found = self._find(start, end)
        if found is None:
            self.load([(start, min(max(end, start + _AT_LEAST), self._size))], near=0)
            found = self._find(start, end)
        if found is None:
            raise UnreadError(f"The bytes from {start} to {end} did not come.")
        return found

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        """Yield the pieces in the order of the file."""
        yield from zip(self._starts, self._pieces, strict=True)

    def load(self, spans: Iterable[Span], *, near: int = NEAR) -> None:
        """Bring ranges into memory, all at once; those that are `near` bytes apart or less become one piece.

        Raises:
            UnreadError: fewer or more bytes came than were asked for. What `fetch` raises passes through.
        """
        runs = coalesce(((max(start, 0), min(end, self._size)) for start, end in spans), near=near)
        missing = self.missing(runs)
        self._keep = self._keep or any(_common(gap, span) for gap in missing for span in self._served)
        found = self._fetch(missing) if missing else ()
        for (start, end), data in zip(missing, found, strict=True):
            if len(data) != end - start:
                raise UnreadError(f"{len(data)} bytes came where {end - start} were asked for.")
            self._insert(start, data)
        for run in runs:
            self._join(run)

    def missing(self, runs: Iterable[Span]) -> list[Span]:
        """Return those parts of ranges that are not in memory."""
        return [gap for run in runs for gap in self._gaps(run)]

    def insert(self, start: int, data: bytes) -> None:
        """Take bytes that came in another way than by `fetch`; pieces among them, which are the same, give way."""
        first, last = self._numbers((start, start + len(data)))
        inside = self._pieces[first:last]
        if inside and (self._starts[first] < start or self._starts[last - 1] + len(inside[-1]) > start + len(data)):
            raise ValueError("a piece of the file lies only in part among these bytes")
        del self._starts[first:last], self._pieces[first:last]
        self.held -= sum(map(len, inside))
        self._insert(start, data)

    def served(self, start: int, length: int) -> None:
        """Drop these bytes from memory once they are half of their piece; what is asked for again is fetched again.

        When that happens, nothing more is dropped: a file that is made for it costs each byte twice at most. Nor is it
        when there are more ranges than any app has.
        """
        if self._keep or length <= 0 or len(self._served) >= _SERVED_MAX:
            return
        self._served = coalesce([*self._served, (start, start + length)], near=0)
        for begin, piece in self._touched((start, start + length)):
            whole = (begin, begin + len(piece))
            gone = [common for span in self._served if (common := _common(whole, span))]
            if 2 * sum(stop - first for first, stop in gone) >= len(piece):
                self._cut(begin, piece, gone)

    def _cut(self, begin: int, piece: bytes, gone: Sequence[Span]) -> None:
        """Keep of a piece only what lies between ranges."""
        number = bisect_right(self._starts, begin) - 1
        edges = [begin, *(edge for span in gone for edge in span), begin + len(piece)]
        left = [(start, stop) for start, stop in zip(edges[::2], edges[1::2], strict=True) if start < stop]
        self._starts[number : number + 1] = [start for start, _ in left]
        self._pieces[number : number + 1] = [piece[start - begin : stop - begin] for start, stop in left]
        self.held -= sum(stop - start for start, stop in gone)

    def _find(self, start: int, end: int) -> tuple[bytes, int] | None:
        """Return the piece that holds a range as a whole, and where it begins there."""
        number = bisect_right(self._starts, start) - 1
        if number < 0:
            return None
        piece, at = self._pieces[number], start - self._starts[number]
        return (piece, at) if end - self._starts[number] <= len(piece) else None

    def _gaps(self, run: Span) -> Iterator[Span]:
        """Yield those parts of a range that are not in memory."""
        at, end = run
        for start, piece in self._touched(run):
            if start > at:
                yield at, start
            at = max(at, start + len(piece))
        if at < end:
            yield at, end

    def _touched(self, run: Span) -> list[tuple[int, bytes]]:
        """Return the pieces that share bytes with a range."""
        first, last = self._numbers(run)
        return list(zip(self._starts[first:last], self._pieces[first:last], strict=True))

    def _numbers(self, run: Span) -> tuple[int, int]:
        """Return the first of the pieces that share bytes with a range, and the number behind the last."""
        start, end = run
        first = max(bisect_right(self._starts, start) - 1, 0)
        if first < len(self._starts) and self._starts[first] + len(self._pieces[first]) <= start:
            first += 1
        return first, max(bisect_right(self._starts, end - 1), first)

    def _insert(self, start: int, data: bytes) -> None:
        """Keep a piece that touches no other."""
        number = bisect_right(self._starts, start)
        self._starts.insert(number, start)
        self._pieces.insert(number, data)
        self.held += len(data)

    def _join(self, run: Span) -> None:
        """Make one piece of those that share bytes with a range, all of which is there."""
        first, last = self._numbers(run)
        if last - first > 1:
            self._pieces[first:last] = [b"".join(self._pieces[first:last])]
            del self._starts[first + 1 : last]


def as_file(data: bytes | bytearray | memoryview | ApkFile) -> ApkFile:
    """Return bytes as a file; a file is returned as it is."""
    return WholeFile(data) if isinstance(data, bytes | bytearray | memoryview) else data


def _common(one: Span, other: Span) -> Span | None:
    """Return what two ranges share, if anything."""
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None


def coalesce(spans: Iterable[Span], *, near: int) -> list[Span]:
    """Return ranges in their order, those that overlap or are at most `near` bytes apart as one, without empty ones.

    >>> coalesce([(90, 100), (0, 10), (15, 20), (5, 5)], near=5)
    [(0, 20), (90, 100)]
    """
    runs: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if runs and start - runs[-1][1] <= near:
            runs[-1] = (runs[-1][0], max(runs[-1][1], end))
        else:
            runs.append((start, end))
    return runs
