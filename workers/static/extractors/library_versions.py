"""Versions of libraries, as build tools leave them among the files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workers.data.attribution import attribution_for
from workers.model.bounded import Rows, text
from workers.model.evidence import JSON
from workers.model.fact import Fact
from workers.static.readers.archive import MemberError
from workers.static.view import StaticView

FACT = Fact(
    name="library_versions",
    what="libraries that tell their version, one row each",
    source="`META-INF/*.version`, `pom.properties`, Google's `.properties`",
    blind="libraries that tell none, which is most of the Chinese ones",
    keys={
        "[].group": "group in Maven's sense",
        "[].name": "name",
        "[].version": "version",
        "[].sdk": "the SDK of that group; null: unknown",
        "[].file": "file that tells it",
    },
)
"""What this module tells."""

_VERSION_FILE = re.compile(r"META-INF/([A-Za-z][\w.\-]{1,100})_([\w.\-]{1,100})\.version")
_MAVEN = re.compile(r"META-INF/maven/([\w.\-]{1,100})/([\w.\-]{1,100})/pom\.properties")
_PROPERTIES = re.compile(r"([a-z][a-z0-9\-]{2,80})\.properties")
_LINE = re.compile(r"^\s*version\s*=\s*(\S{1,60})\s*$", re.MULTILINE)
_VERSION = re.compile(r"\d[\w.+\-]{0,59}")
_GOOGLE = {"play-services": "com.google.android.gms", "firebase": "com.google.firebase"}
"""Java packages behind the names of properties files that stand at the top of the archive."""
_READ_MAX = 2_000
_SIZE_MAX = 16 << 10


def extract(view: StaticView) -> JSON:
    """Return a row for each library that tells its version: group, name, version, SDK, file."""
    attribution = attribution_for(view.manifest.package)
    rows: list[JSON] = []
    for group, name, member in told(view.archive.names):
        version = _version(view, member)
        if version is not None:
            sdk = attribution.of_package(group)
            rows.append(
                {
                    "group": text(group),
                    "name": text(name),
                    "version": text(version),
                    "sdk": sdk.name if sdk else None,
                    "file": text(member, 255),
                }
            )
    return Rows(rows)


def told(names: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return group, name and member of the files that can tell a version, up to a limit."""
    return sorted(_told(names))[:_READ_MAX]


def _told(names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield group, name and member of each file that can tell a version."""
    for member in names:
        if member.startswith("META-INF/"):
            match = _VERSION_FILE.fullmatch(member) or _MAVEN.fullmatch(member)
            if match:
                yield match[1], match[2], member
        elif member.endswith(".properties") and (match := _PROPERTIES.fullmatch(member)):
            group = next((group for start, group in _GOOGLE.items() if match[1].startswith(start)), None)
            if group is not None:
                yield group, match[1], member


def _version(view: StaticView, member: str) -> str | None:
    """Return the version that a file tells."""
    entry = view.archive.entry(member)
    if entry is None or entry.size > _SIZE_MAX:
        return None
    try:
        content = view.archive.read_entry(entry).decode("utf-8", "replace")
    except MemberError:
        return None
    if not member.endswith(".properties"):
        version = content.strip()
        return version if _VERSION.fullmatch(version) else None
    match = _LINE.search(content)
    return match[1] if match else None
