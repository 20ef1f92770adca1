"""Read the words by which consent dialogs, login pages and buttons that leave an app are known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources

from workers.data.tables import TableError, sources

_FILE = "consent_texts.tsv"
_COUNTDOWN = re.compile(r"\(?\d{1,3}\s*(?:s|秒|sec)?\)?$")
# Brackets, quotes, punctuation, spaces: everything that apps put around the same word. `&` and `'` are parts of words.
_NOISE = re.compile(r"[^\w&']+")


class Role(StrEnum):
    """What a text on a screen is."""

    TOPIC = "topic"
    """Names a privacy policy or user agreement."""
    AGREE = "agree"
    ACKNOWLEDGE = "acknowledge"
    """Agrees only where nothing else can be meant: OK, continue."""
    REFUSE = "refuse"
    CANCEL = "cancel"
    """Refuses only beside a button that agrees."""
    INSIST = "insist"
    """Refuses a second time, when the app asks whether one is sure."""
    ASK = "ask"
    """Asks to read or agree."""
    TICK = "tick"
    """Stands beside a box that means consent."""
    LOGIN = "login"
    ACCOUNT = "account"
    """Belongs to registering and lost passwords."""
    OTHER = "other"
    """Says that a dialog is about an update, a rating or an offer."""
    PERMISSION = "permission"
    """Says that a dialog is about permissions of the system."""
    LEAVE = "leave"
    """Ends the session, the account or the app: clicked last."""
    MAIL = "mail"
    """Wants an e-mail address."""


class _Match(StrEnum):
    """How a word is compared."""

    EXACT = "exact"
    PREFIX = "prefix"
    PART = "part"


@lru_cache(maxsize=4_096)
def plain(text: str) -> str:
    """Return a text as the words are written: lower case, without spaces, punctuation and a countdown at the end."""
    folded = unicodedata.normalize("NFKC", text[:4_000]).casefold().replace("’", "'").strip()
    return _NOISE.sub("", _COUNTDOWN.sub("", folded) or folded)


def is_a(role: Role, text: str) -> bool:
    """Return whether `text` is of the role."""
    return any(pattern.search(plain(text)) for pattern in _patterns()[role])


def named(role: Role, text: str) -> tuple[str, ...]:
    """Return the words of the role that stand in `text`, without those that are part of a longer one."""
    lower = text[:4_000].casefold()
    found = [word for known, _, word in _rows() if known is role and word in lower]
    return tuple(dict.fromkeys(word for word in found if not any(word != other and word in other for other in found)))


@cache
def _patterns() -> dict[Role, tuple[re.Pattern[str], ...]]:
    """Return one pattern per role and kind of comparison."""
    words: dict[tuple[Role, _Match], set[str]] = {}
    for role, match, text in _rows():
        words.setdefault((role, match), set()).add(re.escape(plain(text)))
    found: dict[Role, tuple[re.Pattern[str], ...]] = dict.fromkeys(Role, ())
    for (role, match), texts in words.items():
        start = "" if match is _Match.PART else "^"
        end = "$" if match is _Match.EXACT else ""
        found[role] += (re.compile(f"{start}(?:{'|'.join(sorted(texts))}){end}"),)
    return found


@cache
def _rows() -> tuple[tuple[Role, _Match, str], ...]:
    """Return role, comparison and text of each row."""
    return tuple(_read())


def _read() -> Iterator[tuple[Role, _Match, str]]:
    """Yield the rows of the file."""
    content = resources.files("workers.data").joinpath(_FILE).read_text(encoding="utf-8")
    lines = [line for line in content.split("\n") if line and not line.startswith("#")]
    for line in lines[1:]:
        try:
            role, match, text, _, source = line.split("\t")
        except ValueError:
            raise TableError(f"The row {line!r} of {_FILE} has not five cells.") from None
        if source not in sources():
            raise TableError(f"The source {source!r} of {_FILE} is not known.")
        yield Role(role), _Match(match), text
