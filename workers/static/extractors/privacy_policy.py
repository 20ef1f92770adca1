"""Signs of a privacy policy: texts, addresses, files. A lead, never a verdict: only a run sees the screen."""

from __future__ import annotations

import re

from workers.model.bounded import TEXT_LIMIT, texts
from workers.model.evidence import JSON
from workers.static.readers.archive import MemberError
from workers.static.view import StaticView

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
_ANY_TERM = re.compile("|".join(map(re.escape, _TERMS)), re.IGNORECASE)
_URL = re.compile(
    r"(?:https?|file)://[^\s\"'<>]{0,1024}(?:privacy|yinsi|agreement|user_?protocol)[^\s\"'<>，。；]{0,1024}",
    re.IGNORECASE,
)
_FILE = re.compile(r"privacy|yinsi|隐私|user_?agreement", re.IGNORECASE)
_RESOURCES = "resources.arsc"
_LIMIT = 100
_TEXT_LIMIT = 300


def extract(view: StaticView) -> JSON:
    """Return what was found where; `found` means that any of it points to a policy."""
    said: set[str] = set()
    urls: set[str] = set()
    for value in view.code.strings_with(("rivacy", "RIVACY", "://"), beyond_ascii=True):
        bounded = value[: TEXT_LIMIT * 8]
        if _may_name_one(bounded) and _ANY_TERM.search(bounded):
            said.add(bounded[:TEXT_LIMIT])
        if "://" in bounded:
            urls.update(_URL.findall(bounded))
    files = sorted(name for name in view.archive.names if _FILE.search(name) and not name.startswith("META-INF/"))
    in_resources = _terms_in_resources(view)
    return {
        "found": bool(said or urls or files or in_resources),
        "texts": texts(sorted(said), limit=_LIMIT, text_limit=_TEXT_LIMIT),
        "urls": texts(sorted(urls), limit=_LIMIT),
        "terms_in_resources": [*in_resources],
        "files": texts(files, limit=_LIMIT),
    }


def _may_name_one(value: str) -> bool:
    """Return whether a string can hold a term: a cheap test for the many that cannot."""
    return not value.isascii() or "rivacy" in value or "RIVACY" in value


def _terms_in_resources(view: StaticView) -> list[str]:
    """Return the terms that stand in resources.arsc, whose string pool is UTF-8 or UTF-16."""
    if _RESOURCES not in view.archive:
        return []
    try:
        content = view.archive.read(_RESOURCES)
    except MemberError:
        return []
    # Only for terms of letters: bytes of Chinese text in UTF-16 can look like capitals.
    lower = content.lower()
    return [term for term in _TERMS if _stands_in(term, lower if term.isascii() else content)]


def _stands_in(term: str, content: bytes) -> bool:
    """Return whether `term` stands in `content` in either encoding."""
    return term.encode() in content or term.encode("utf-16-le") in content
