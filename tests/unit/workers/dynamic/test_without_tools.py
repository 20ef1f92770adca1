"""A machine without what the sandbox needs gets a document that says so."""

from __future__ import annotations

import platform
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


def test_another_processor_is_named_before_anything_is_asked_to_be_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Java and bubblewrap are to be had for ARM, Android's native code for the sandbox is not."""
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    monkeypatch.setenv("PATH", str(tmp_path))
    document = run(APK, StaticView(APK.read_bytes()), tmp_path)
    assert document["outcome"] == "backend_missing"
    assert "x86_64 alone, and this machine is aarch64" in str(document["reason"])
    assert "apt-get" not in str(document["reason"])
