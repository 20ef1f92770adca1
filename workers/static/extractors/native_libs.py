"""Native libraries by ABI."""

from __future__ import annotations

from collections import defaultdict

from workers.model.bounded import Rows, text
from workers.model.evidence import JSON
from workers.model.fact import Fact
from workers.static.view import StaticView

FACT = Fact(
    name="native_libs",
    what="native libraries by ABI",
    source="archive",
    blind="libraries outside `lib/` (see `dynamic_code`), loaded or not",
    keys={
        "*": "names of the files in `lib/ABI/`; at most 32 ABIs",
    },
)
"""What this module tells."""

_ABI_LIMIT = 32


def extract(view: StaticView) -> JSON:
    """Return the file names under `lib/ABI/` by ABI, sorted."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in view.archive.names:
        if not name.startswith("lib/") or not name.endswith(".so"):
            continue
        parts = name.split("/")
        if len(parts) == 3:
            found[text(parts[1], 100)].add(text(parts[2], 255))
    return {abi: Rows(sorted(found[abi])) for abi in sorted(found)[:_ABI_LIMIT]}
