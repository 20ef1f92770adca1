"""An app as a file in memory: what its bytes take is not the worker's, and another process can read it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from workers.static.readers.file import RangedFile, Span


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryFile:
    """Bytes behind a descriptor."""

    descriptor: int
    size: int

    def as_file(self) -> RangedFile:
        """Return it as the readers want it: only what they ask for is brought into this process."""
        return RangedFile(self.size, self._fetch)

    def _fetch(self, spans: Sequence[Span]) -> list[bytes]:
        """Return the bytes of ranges."""
        return [os.pread(self.descriptor, end - start, start) for start, end in spans]


@contextmanager
def in_memory(pieces: Iterable[bytes]) -> Iterator[MemoryFile]:
    """Yield a file with these bytes, which goes when it is closed; what `pieces` raises passes through."""
    descriptor = os.memfd_create("apkfarm", os.MFD_CLOEXEC)
    try:
        with open(descriptor, "wb", closefd=False) as file:
            size = sum(file.write(piece) for piece in pieces)
        yield MemoryFile(descriptor=descriptor, size=size)
    finally:
        os.close(descriptor)
