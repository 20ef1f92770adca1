"""Texts and numbers from hostile apps, made fit for a database column."""

from __future__ import annotations

_LONGEST = 2000
_64_BITS = (1 << 64) - 1
_63_BITS = (1 << 63) - 1


def clean(text: str) -> str:
    """Return `text` without what a database refuses: NUL characters and lone surrogates become visible escapes."""
    if "\0" not in text:
        try:
            text.encode()
        except UnicodeEncodeError:
            pass
        else:
            return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def brief(text: str) -> str:
    """Return `text` cleaned and cut to a length that nobody regrets storing a million times."""
    return clean(text[:_LONGEST])


def maybe_brief(text: str | None) -> str | None:
    """Return the same of a text that may be absent."""
    return None if text is None else brief(text)


def signed(number: int | None) -> int | None:
    """Return `number` as the signed 64-bit integer that Android makes of it (`getLongVersionCode`)."""
    if number is None:
        return None
    number &= _64_BITS
    return number if number <= _63_BITS else number - (1 << 64)
