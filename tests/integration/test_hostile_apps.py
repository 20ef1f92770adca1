"""The quick ones of the hostile apps in the real sandbox; `make hostile` runs all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.hostile.outside import Outside
from benchmarks.hostile.trial import attempt, hostile_apps
from tests.integration.test_sandbox import MISSING
from workers.dynamic.toolkit import find_toolkit

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"The dynamic suite cannot run here. {MISSING}"),
    pytest.mark.usefixtures("warm_sandboxes"),
]

SECONDS = 60.0
QUICK = {name: app for name, app in hostile_apps().items() if app.quick}


@pytest.mark.parametrize("name", QUICK)
def test_a_hostile_app_does_no_harm(name: str, tmp_path: Path) -> None:
    """The worker lives, the outcome is an allowed one, the document is whole, nothing is left or sent outside."""
    toolkit = find_toolkit()
    with Outside(toolkit.runtime, toolkit.translator) as outside:
        trial = attempt(QUICK[name], tmp_path, outside, seconds=SECONDS)
    assert () == trial.problems
