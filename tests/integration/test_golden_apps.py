"""A handful of the golden apps in the real sandbox, with all their phases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.golden.expected import expectations
from benchmarks.golden.score import compare
from benchmarks.golden.seen import seen
from tests.integration.test_sandbox import MISSING
from workers.dynamic.suite import run
from workers.static.view import StaticView

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"The dynamic suite cannot run here. {MISSING}"),
    pytest.mark.usefixtures("warm_sandboxes"),
]

HANDFUL = (
    "start-provider",
    "start-reflection",
    "start-frequent",
    "consent-drawn",
    "consent-preticked",
    "refuse-ignored",
    "background-job",
    "boot-service",
    "permissions-again",
    "leak-saved-state",
    "leak-notification",
    "leak-message-sent",
    "net-hashed",
    "sink-clipboard",
    "native-only",
    "native-mmkv",
    "oaid-huawei-log",
    "oaid-huawei-log-absent",
    "clean-after-consent",
)
"""At least one app for each class of behaviour; `make golden` runs all of them."""


@pytest.mark.parametrize("name", HANDFUL)
def test_a_golden_app_is_seen_as_it_was_built(name: str, tmp_path: Path) -> None:
    """Nothing is missed and nothing is told that the app does not do."""
    expected = expectations()[name]
    document: dict[str, Any] = run(
        expected.apk, StaticView(expected.apk.read_bytes()), tmp_path, services=expected.services
    )
    compared = compare(expected, seen(document, expected.timing))
    assert [] == [line for comparison in compared for line in comparison.differences]
