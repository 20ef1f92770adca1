"""How figures are written for a person, on every page and terminal alike."""

from __future__ import annotations


def size(count: float) -> str:
    """Return a number of bytes in decimal units: `999 B`, `1.5 kB`, `2.0 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:,.0f} {unit}" if unit == "B" else f"{count:,.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"
