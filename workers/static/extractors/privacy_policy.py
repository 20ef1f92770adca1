"""Signs of a privacy policy: texts, addresses, files. A lead, never a verdict: only a run sees the screen."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workers.model.bounded import TEXT_LIMIT, texts
from workers.model.evidence import JSON
from workers.model.fact import Fact
from workers.static.readers.needles import stand_in
from workers.static.view import StaticView

FACT = Fact(
    name="privacy_policy",
    what="signs of a privacy policy; at most 100 of each kind",
    source="strings in dex, `resources.arsc`, names of files",
    blind="whether a person can see it, and what it says",
    keys={
        "found": "whether there is any sign",
        "texts": "strings with such words, cut after 300 characters",
        "urls": "addresses with such words",
        "terms_in_resources": "words that stand in the resources",
        "files": "files named so",
    },
)
"""What this module tells."""

_TERMS = (
    "隐私政策",
    "隐私协议",
    "隐私权政策",
    "隐私条款",
    "隐私声明",
    "隐私保护指引",
    "隐私權政策",
    "個人資料保護",
    "个人信息保护",
    "隐私说明",
    "privacy policy",
)
_ROOTS = ("隐私", "個人", "个人")
"""One of these stands in every term that is not of letters."""
_MARKS = (*_ROOTS, "rivacy", "RIVACY", "://")
"""What a string that is worth a closer look holds."""
_ANY_TERM = re.compile("|".join(map(re.escape, _TERMS)), re.IGNORECASE)
_URL = re.compile(
    r"(?:https?|file)://[^\s\"'<>]{0,1024}(?:privacy|yinsi|agreement|user_?protocol)[^\s\"'<>，。；]{0,1024}",
    re.IGNORECASE,
)
_WORDS = ("privacy", "yinsi", "agreement", "protocol")
"""One of these stands in every term and address of ASCII that matches."""
_FILE = re.compile(r"privacy|yinsi|隐私|user_?agreement", re.IGNORECASE)
_FILE_MARKS = ("privacy", "yinsi", "隐私", "agreement")
_LIMIT = 100
_TEXT_LIMIT = 300


def extract(view: StaticView) -> JSON:
    """Return what was found where; `found` means that any of it points to a policy."""
    said: set[str] = set()
    urls: set[str] = set()
    for value in view.code.strings_with(_MARKS):
        bounded = value[: TEXT_LIMIT * 8]
        if _is_plain(bounded):
            continue
        if _ANY_TERM.search(bounded):
            said.add(bounded[:TEXT_LIMIT])
        if "://" in bounded:
            urls.update(_URL.findall(bounded))
    files = _files(view.archive.names)
    in_resources = _terms_in_resources(view)
    return {
        "found": bool(said or urls or files or in_resources),
        "texts": texts(sorted(said), limit=_LIMIT, text_limit=_TEXT_LIMIT),
        "urls": texts(sorted(urls), limit=_LIMIT),
        "terms_in_resources": [*in_resources],
        "files": texts(files, limit=_LIMIT),
    }


def _is_plain(value: str) -> bool:
    """Return whether no pattern can match: most strings are addresses of something else."""
    # Only for ASCII: elsewhere patterns know more letters that are the same.
    if not value.isascii():
        return False
    folded = value.lower()
    return not any(word in folded for word in _WORDS)


def _files(names: Sequence[str]) -> list[str]:
    """Return the names of members that name a policy."""
    # Most apps have none among thousands: one look at all names is cheaper than one at each.
    together = "\n".join(names).lower()
    if not any(mark in together for mark in _FILE_MARKS):
        return []
    return sorted(name for name in names if _FILE.search(name) and not name.startswith("META-INF/"))


def _terms_in_resources(view: StaticView) -> list[str]:
    """Return the terms that stand in resources.arsc, whose string pool is UTF-8 or UTF-16."""
    content = view.resources
    if content is None:
        return []
    # Only for terms of letters: bytes of Chinese text in UTF-16 can look like capitals.
    found = _standing_in([term for term in _TERMS if term.isascii()], content, fold=True)
    if _standing_in([*_ROOTS], content, fold=False):
        found |= _standing_in([term for term in _TERMS if not term.isascii()], content, fold=False)
    return [term for term in _TERMS if term in found]


def _standing_in(terms: list[str], content: bytes, *, fold: bool) -> set[str]:
    """Return which of `terms` stand in `content` in either encoding."""
    needles = [term.encode(encoding) for encoding in ("utf-8", "utf-16-le") for term in terms]
    stands = stand_in(content, needles, fold=fold)
    return {term for term, found in zip([*terms, *terms], stands, strict=True) if found}
