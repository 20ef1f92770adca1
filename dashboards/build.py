"""`python -m dashboards.build`: writes the dashboard's JSON and the reference of metrics; `--check` only compares."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from dashboards.grafana import render
from dashboards.reference import reference
from dashboards.rows import ROWS

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""


def outputs() -> dict[Path, str]:
    """Return what is generated, by file."""
    return {
        ROOT / "dashboards/grafana/apkfarm.json": render(ROWS),
        ROOT / "docs/reference/metrics.md": reference(),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or with `--check` return 1 if one of them is not what would be written."""
    parser = argparse.ArgumentParser(prog="python -m dashboards.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is out of date")
    check = parser.parse_args(arguments).check
    stale = 0
    for path, text in outputs().items():
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        name = path.relative_to(ROOT)
        if check:
            stale += 1
            sys.stderr.write(f"{name} is out of date; run python -m dashboards.build\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            sys.stderr.write(f"wrote {name}\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
