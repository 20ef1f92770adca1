"""What the tests in the real sandbox share."""

from __future__ import annotations

import pytest

from workers.sandboxed import keep_warm


@pytest.fixture(scope="session")
def warm_sandboxes() -> None:
    """Have the sandbox of the next app ready while one runs; they end with the tests."""
    keep_warm()
