"""Write what the sandbox and the sinkhole run with, and under which licences: docs/reference/artefacts.md.

`python sandbox/reference.py > docs/reference/artefacts.md` writes it anew.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
_PINNED = re.compile(r"([a-z0-9-]+)==([^ ;\\]+)")
_INTRODUCTION = """\
# What the sandbox runs with

<!-- Written by `python sandbox/reference.py`; a test compares. Change the tables that it reads, not this page. -->

Nothing of this is in the repository or in a package of the project: `make sandbox` brings the jars from Maven Central
and the packages from PyPI and checks the hash of each. Java and bubblewrap are those of the system.
Names and licences are those that the projects give themselves. The project's own tables name theirs in their head."""


def artefacts_markdown() -> str:
    """Return the page."""
    return "\n".join([_INTRODUCTION, *_jars(), *_packages()]) + "\n"


def _jars() -> Iterator[str]:
    """Yield the part on the sandbox's jars."""
    rows = list(_rows(HERE / "artefacts.tsv"))
    yield "\n## Jars of the sandbox\n"
    yield (
        "From `sandbox/artefacts.tsv`. `runtime` is the JVM in which an app runs; `translator` is what turns its dex\n"
        "code into classes, in a class loader of its own. `make sandbox` writes a copy of one jar in which calls are\n"
        "direct: [Android's framework](../decisions/0009-sandboxes-get-warm.md)."
    )
    yield f"\n{_summary(licence for _, _, _, licence in rows)}\n"
    yield "| Module | File | Licence | SHA-256 |\n|---|---|---|---|"
    yield from (f"| {module} | `{name}` | {licence} | `{digest}` |" for module, name, digest, licence in rows)


def _packages() -> Iterator[str]:
    """Yield the part on the packages of the sinkhole."""
    pinned = dict(_PINNED.findall((HERE / "sinkhole" / "requirements.txt").read_text("utf-8")))
    pinned |= dict(_PINNED.findall((HERE / "sinkhole" / "build-requirements.txt").read_text("utf-8")))
    rows = list(_rows(HERE / "sinkhole" / "licences.tsv"))
    yield "\n## Packages of the sinkhole\n"
    yield (
        "From `sandbox/sinkhole/licences.tsv`; all hashes stand in `sandbox/sinkhole/requirements.txt`. They are\n"
        "installed in an environment of their own and run as a program: the project imports none of them from there."
    )
    yield f"\n{_summary(licence for _, licence in rows)}\n"
    yield "| Package | Version | Licence |\n|---|---|---|"
    yield from (f"| {name} | {pinned[name]} | {licence} |" for name, licence in rows)


def _summary(licences: Iterable[str]) -> str:
    """Return how often each licence occurs, in one line."""
    counts = Counter(licences)
    return ", ".join(
        f"{licence}: {count}" for licence, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _rows(path: Path) -> Iterator[list[str]]:
    """Yield the rows of a table without its comments."""
    yield from (line.split("\t") for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#"))


if __name__ == "__main__":
    sys.stdout.write(artefacts_markdown())
