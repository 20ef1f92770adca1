"""The zip itself: size, what stands in front of it, and where its headers disagree."""

from __future__ import annotations

from workers.model.bounded import Rows, printable
from workers.model.evidence import JSON
from workers.model.fact import Fact, anomalies
from workers.static.view import StaticView

FACT = Fact(
    name="archive",
    what="the zip itself: size, what stands in front of it, where its headers disagree",
    source="zip",
    blind="members that nobody reads are not checked against their headers",
    keys={
        "bytes": "bytes of the file",
        "entries": "entries of the directory",
        "duplicates": "entries whose name stands there already",
        "inflated_bytes": "bytes of all members, as the directory says",
        "magic": "the first four bytes",
        "prefix_bytes": "bytes before the first entry",
        **anomalies("archive"),
    },
)
"""What this module tells."""


def extract(view: StaticView) -> JSON:
    """Return figures and anomalies; last of all extractors, because members disagree only once they are read."""
    archive = view.archive
    first = min((entry.header_offset for entry in archive.entries), default=0)
    return {
        "bytes": view.size,
        "entries": len(archive.entries),
        "duplicates": len(archive.entries) - len(archive.names),
        "inflated_bytes": sum(entry.size for entry in archive.entries),
        "magic": bytes(view.data[:4]).hex(),
        "prefix_bytes": first,
        "anomalies": Rows((printable(item.as_json()) for item in archive.anomalies), limit=1_000),
    }
