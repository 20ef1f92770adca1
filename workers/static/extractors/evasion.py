"""Where the app's files are made so that other readers fail or see something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from workers.model.evidence import JSON
from workers.model.fact import Fact
from workers.static.readers.anomaly import Anomaly
from workers.static.view import StaticView

FACT = Fact(
    name="evasion",
    what="anomalies of zip, manifest and dex that make other readers fail",
    source="what the readers met",
    blind="tricks inside members that nobody reads",
    keys={
        "kinds": "number of different tricks",
        "tricks": "the tricks",
        "tricks[].kind": "a stable name, such as `zip.encrypted-flag`",
        "tricks[].meaning": "what it is, for a person",
        "tricks[].count": "how often it was met",
    },
)
"""What this module tells."""

_ESCAPE = "zip.escaping-name"
_TRICKS = {
    "zip.encrypted-flag": "marked as encrypted, which Android ignores",
    "zip.unknown-method": "an unknown way of packing, which Android takes for none",
    "zip.header-conflict": "two headers of a member disagree",
    "zip.duplicate-name": "two members of one name",
    _ESCAPE: "names of members that lead out of the folder they are unpacked to",
    "zip.entry-count": "the number of members is a lie",
    "zip.directory-size": "the size of the directory is a lie",
    "zip.prefix-bytes": "bytes in front of the archive",
    "zip.shifted": "all offsets are off",
    "zip.size-mismatch": "the size of a member is a lie",
    "zip.truncated-member": "a member that breaks off",
    "zip.bad-crc": "a checksum that is a lie",
    "manifest.odd-name": "names of elements that are no names",
    "manifest.two-values": "attributes that say one thing to one reader and another to the next",
    "manifest.reader-failed": "a manifest that one library cannot read",
    "dex.bad-checksum": "a dex file changed after it was made",
    "dex.gap": "a dex file that Android does not load",
    "dex.trailing-bytes": "bytes behind a dex file",
    "dex.bad-ids": "instructions that point nowhere",
    "dex.unknown-opcodes": "instructions that do not exist",
}
"""What each anomaly is good for, from the reader's point of view."""


def extract(view: StaticView) -> JSON:
    """Return the tricks that were met and how often; runs late, because members disagree only once they are read.

    Build tools make a few of these by mistake: one alone is a hint, several kinds in one app hardly an accident.
    """
    met: list[Anomaly] = [*view.archive.anomalies, *view.manifest.anomalies, *view.code.anomalies]
    counts = Counter(item.kind for item in met if item.kind in _TRICKS)
    if escaping := _escaping(view.archive.names):
        counts[_ESCAPE] = escaping
    return {
        "kinds": len(counts),
        "tricks": [{"kind": kind, "meaning": _TRICKS[kind], "count": counts[kind]} for kind in sorted(counts)],
    }


def _escaping(names: Iterable[str]) -> int:
    """Return how many names Android's own `ZipPathValidator` refuses: from the root, or through a parent folder."""
    return sum(name.startswith("/") or (".." in name and ".." in name.split("/")) for name in names)
