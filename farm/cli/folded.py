"""Text on a terminal that breaks between Chinese signs, where rich breaks at blanks only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells
from rich.measure import Measurement
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

_PIECE = re.compile("(（*(?:[!-~]+|.)[，。、；：）]*)( *)")
"""What stays on one line: a Latin word or one sign, with what may not end or begin a line; and the blanks behind it."""
_LEAST = 12
"""Cells that a column of it has at least."""


class Folded:
    """One text as a cell of a table; it may hold no markup."""

    def __init__(self, text: str) -> None:
        """Take a text that is safe to be shown."""
        self._text = text

    def __rich_measure__(self, _console: Console, options: ConsoleOptions) -> Measurement:
        """Return how narrow and how wide it may be."""
        return Measurement(_LEAST, max(cell_len(self._text), _LEAST)).with_maximum(options.max_width)

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield its lines."""
        yield Text("\n".join(folded(self._text, options.max_width)))


def folded(text: str, width: int) -> Iterator[str]:
    """Yield the lines of a text, each at most `width` cells."""
    line = ""
    for piece, blanks in _PIECE.findall(text):
        if cell_len(line + piece) <= width:
            line += piece + blanks
            continue
        if line:
            yield line.rstrip()
        *full, last = chop_cells(piece, width)
        yield from full
        line = last + blanks
    if line:
        yield line.rstrip()
