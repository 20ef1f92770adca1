"""How figures are written for a person."""

from __future__ import annotations

import pytest

from farm.model.figures import size


@pytest.mark.parametrize(
    ("count", "written"),
    [(0, "0 B"), (999, "999 B"), (1_500, "1.5 kB"), (42_720_000, "42.7 MB"), (2.5e15, "2,500.0 TB")],
)
def test_sizes_are_decimal(count: float, written: str) -> None:
    """A thousand of one unit is one of the next; whole bytes have no decimals."""
    assert size(count) == written
