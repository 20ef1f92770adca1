"""Look for byte strings in large contents."""

from __future__ import annotations

from collections.abc import Sequence

from workers.static.readers.engine import native


def stand_in(content: bytes, needles: Sequence[bytes], *, fold: bool) -> Sequence[bool]:
    """Return for each of `needles` whether it stands in `content`; with `fold` ASCII capitals are small letters."""
    engine = native()
    if engine is not None:
        found: Sequence[bool] = engine.stands_in(content, list(needles), fold)
        return found
    searched = content.lower() if fold else content
    return [needle in searched for needle in needles]
