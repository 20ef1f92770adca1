"""The page of licences says what the tables of the sandbox say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_is_written_from_the_tables() -> None:
    """Write it anew with `python sandbox/reference.py > docs/reference/artefacts.md`."""
    script = ROOT / "sandbox" / "reference.py"
    written = subprocess.run([sys.executable, "-X", "utf8", script], capture_output=True, check=True).stdout

    assert (ROOT / "docs" / "reference" / "artefacts.md").read_bytes() == written


def test_each_row_of_the_tables_has_a_line_with_its_licence() -> None:
    """A jar with its hash, a package with its version."""
    page = (ROOT / "docs" / "reference" / "artefacts.md").read_text("utf-8")
    tables = (ROOT / "sandbox" / "artefacts.tsv", ROOT / "sandbox" / "sinkhole" / "licences.tsv")
    rows = [row.split("\t") for table in tables for row in table.read_text("utf-8").splitlines() if row[:1] != "#"]

    assert len(rows) > 80
    assert [] == [row for row in rows if not any(all(cell in line for cell in row) for line in page.splitlines())]
