"""One place picks the engine."""

from __future__ import annotations

import pytest

from workers.static.readers import engine
from workers.static.readers.engine import Engine, EngineMissingError, in_force, native


@pytest.fixture(autouse=True)
def _no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has chosen by hand."""
    monkeypatch.delenv(engine.VARIABLE, raising=False)


def have(monkeypatch: pytest.MonkeyPatch, version: str | None) -> None:
    """Let the native engine be there in a version, or not at all."""
    monkeypatch.setattr(engine, "installed", lambda: version)


def test_the_native_engine_is_used_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the version that this code speaks to."""
    have(monkeypatch, engine.NEEDED)
    assert in_force() is Engine.NATIVE


@pytest.mark.parametrize("version", [None, "0.0.0"])
def test_the_reference_steps_in(monkeypatch: pytest.MonkeyPatch, version: str | None) -> None:
    """Where there is none, or another version."""
    have(monkeypatch, version)
    assert (in_force(), native()) == (Engine.REFERENCE, None)


def test_the_reference_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand, although the native one is there."""
    have(monkeypatch, engine.NEEDED)
    monkeypatch.setenv(engine.VARIABLE, "reference")
    assert in_force() is Engine.REFERENCE


def test_a_missing_engine_that_was_chosen_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says which version is needed."""
    have(monkeypatch, "0.0.0")
    monkeypatch.setenv(engine.VARIABLE, "native")
    with pytest.raises(EngineMissingError, match=engine.NEEDED):
        in_force()
