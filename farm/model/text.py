"""Text of strangers made fit to look at: nothing invisible, nothing that reorders, never longer than asked."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

_PLAIN = re.compile("[ -~\u3001-\u3011\u4e00-\u9fff\uff01-\uff5e]*")
"""Signs that are all visible and stand alone: most texts have no others, and a look at each sign is dear."""

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Controls, formats (bidi marks, zero-width signs, tags), unassigned, private use, surrogates, line separators."""

_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5")
"""Letters and marks that are drawn as nothing."""

_MARKS_IN_A_ROW = 4
"""Combining marks on one letter that real scripts need; more only smear over the neighbours."""

_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def visible(text: str, limit: int = 200) -> str:
    r"""Return `text` as it may be shown: hidden signs as `\u202e`, at most `limit` characters, cut with `…`.

    It is not escaped for HTML or any other format; whoever writes the format does that. The time does not grow with
    the part of `text` that is cut off.

    Raises:
        ValueError: `limit` is less than 1.
    """
    if limit < 1:
        raise ValueError(f"limit is {limit}; it must be at least 1")
    if len(text) <= limit and _PLAIN.fullmatch(text):
        return text
    pieces: list[str] = []
    ends = [0]
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.category(sign) in {"Mn", "Me"} else 0
        piece = _escaped(sign) if _is_hidden(sign) or marks > _MARKS_IN_A_ROW else sign
        pieces.append(piece)
        ends.append(ends[-1] + len(piece))
        if ends[-1] > limit:
            while ends[-1] > limit - 1:
                pieces.pop()
                ends.pop()
            return "".join(pieces) + "…"
    return "".join(pieces)


def file_name(url: str) -> str:
    """Return the last part of an object's URL as a person wrote it; `file://` is percent-encoded, `s3://` is not."""
    name = url.rstrip("/").rsplit("/", 1)[-1]
    return unquote(name) if url.startswith("file://") else name


def _is_hidden(sign: str) -> bool:
    """Return whether a reader would not see this character, or would see others in its stead."""
    return unicodedata.category(sign) in _HIDDEN_CATEGORIES or sign in _BLANK_LETTERS


def _escaped(sign: str) -> str:
    """Return the character's name in ASCII."""
    if sign in _SHORT:
        return _SHORT[sign]
    point = ord(sign)
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"
