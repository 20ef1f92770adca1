"""Links and pictures of the documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def _pages() -> Iterator[Path]:
    """Yield all documents."""
    yield from ROOT.glob("*.md")
    yield from (ROOT / "docs").rglob("*.md")


def test_every_link_within_the_repository_leads_to_something() -> None:
    """A page or picture that was moved is missed here first."""
    links = [(page, link) for page in _pages() for link in _LINK.findall(page.read_text("utf-8")) if "://" not in link]

    assert len(links) > 30
    assert [] == [(page.name, link) for page, link in links if not (page.parent / link).exists()]


def test_pictures_are_small_and_shown() -> None:
    """Each under 120 kB, all together under 500 kB, and none that no page shows."""
    pictures = list((ROOT / "docs" / "images").iterdir())
    text = "".join(page.read_text("utf-8") for page in _pages())

    assert [] == [picture.name for picture in pictures if picture.stat().st_size >= 120_000]
    assert sum(picture.stat().st_size for picture in pictures) < 500_000
    assert [] == [picture.name for picture in pictures if f"images/{picture.name}" not in text]
