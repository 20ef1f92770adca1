"""What the page of an app shows of its run: the timeline, and which pictures go beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from farm.model.inspection import Suite
from farm.model.words import Label
from farm.service.report import AppEntry, ReportSink
from farm.service.run_words import caption
from farm.service.timeline import Timeline, screenshots, timeline
from workers.model.evidence import JSON

PICTURES_OF_AN_APP = 12
"""Pictures that the page of one app shows."""
PICTURES_OF_A_REPORT = 4_000
"""Pictures that one report copies; the pages of further apps name them only."""
LINES_OF_A_PHASE = 150

_PNG = b"\x89PNG\r\n\x1a\n"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}\.png")


@dataclass(kw_only=True, slots=True)
class Room:
    """How many pictures a report may still copy."""

    left: int = field(default_factory=lambda: PICTURES_OF_A_REPORT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A picture on the page."""

    address: str
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RunPage:
    """The run of one app."""

    timeline: Timeline
    pictures: Mapping[str, str]
    """Address of each picture that is shown, relative to the page, by its name; equal pictures have one address."""
    missing: int
    """Different pictures of the run that the page does not show."""

    @property
    def before_consent(self) -> tuple[str, ...]:
        """Kinds of personal information asked for before any consent, in order of their first time."""
        lines = (line for phase in self.timeline.phases for line in phase.lines)
        return tuple(dict.fromkeys(line.pi_kind for line in lines if line.personal and line.consent == "none"))

    def shown(self, names: Iterable[str]) -> list[Shown]:
        """Return those of a phase's pictures that are shown, equal ones once with what each of them is."""
        captions: dict[str, list[Label]] = {}
        for name in names:
            if name in self.pictures:
                captions.setdefault(self.pictures[name], []).append(caption(name))
        return [
            Shown(address=address, zh="、".join(zh for zh, _ in told), en=", ".join(en for _, en in told))
            for address, told in captions.items()
        ]

    @property
    def of_consent(self) -> list[Shown]:
        """The picture of the request for consent, if there is one."""
        name = (self.timeline.consent or {}).get("screenshot")
        return self.shown([name]) if isinstance(name, str) else []


def run_page(entry: AppEntry, page: str, out: ReportSink, room: Room) -> RunPage | None:
    """Return what the dynamic evidence tells, its pictures copied beside `page`; None if there is none."""
    evidence = entry.evidence.get(Suite.DYNAMIC)
    document = None if evidence is None else evidence.get("dynamic")
    if evidence is None or not isinstance(document, dict):
        return None
    equal = _equal(document, evidence.get("artefacts"))
    folder = page.removesuffix(".html")
    pictures: dict[str, str] = {}
    copied = 0
    for name in _spread(list(equal), min(PICTURES_OF_AN_APP, room.left)):
        content = entry.artefact(name)
        if content is not None and content.startswith(_PNG):
            out.put(f"{folder}/{name}", content)
            pictures |= dict.fromkeys(equal[name], f"{folder.rpartition('/')[2]}/{name}")
            copied += 1
    room.left -= copied
    return RunPage(timeline=timeline(document, lines=LINES_OF_A_PHASE), pictures=pictures, missing=len(equal) - copied)


def _equal(document: Mapping[str, JSON], artefacts: JSON) -> dict[str, list[str]]:
    """Return the names of all pictures by the first that has the same content; none that could be a path."""
    hashes = artefacts if isinstance(artefacts, dict) else {}
    first: dict[str, str] = {}
    equal: dict[str, list[str]] = {}
    for name in screenshots(document):
        content = hashes.get(name)
        if _NAME.fullmatch(name) and isinstance(content, str):
            equal.setdefault(first.setdefault(content, name), []).append(name)
    return equal


def _spread(names: list[str], limit: int) -> list[str]:
    """Return at most `limit` names, evenly from all of them, the first among them."""
    if len(names) <= limit:
        return names
    return [names[number * len(names) // limit] for number in range(limit)]
