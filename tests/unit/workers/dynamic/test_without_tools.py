"""A machine without Java or bubblewrap gets a document that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.dynamic.suite import run
from workers.static.view import StaticView

APK = Path(__file__).parents[4] / "examples" / "apps" / "built" / "clean.apk"


def test_without_java_the_outcome_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is run, nothing is called clean."""
    monkeypatch.setenv("PATH", str(tmp_path))
    document = run(APK, StaticView(APK.read_bytes()), tmp_path)
    assert document["outcome"] == "backend_missing"
    assert "apt-get install" in str(document["reason"])
    assert document["phases"] == []
