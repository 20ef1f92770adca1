"""Settings: precedence, origins, and errors that name the culprit."""

from __future__ import annotations

from pathlib import Path

import pytest

from farm.config import NAMES, load
from farm.model.errors import ConfigError
from farm.model.inspection import Suite
from workers.model.limits import Limits


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    """Each level is heard only when those above it are silent, and every value knows its origin."""
    (tmp_path / "farm.toml").write_text('store = "file"\ncurrency = "file"\nworkers = 3\n')
    settings = load({"store": "flag"}, environ={"FARM_STORE": "env", "FARM_CURRENCY": "env"}, folder=tmp_path)

    assert ("flag", "env", 3) == (settings.store, settings.currency, settings.workers)
    assert "flag" == settings.origins["store"]
    assert "FARM_CURRENCY" == settings.origins["currency"]
    assert str(tmp_path / "farm.toml") == settings.origins["workers"]
    assert "default" == settings.origins["lease_seconds"]


def test_ledger_and_store_live_in_the_home_by_default(tmp_path: Path) -> None:
    """FARM_HOME alone moves everything."""
    settings = load(environ={"FARM_HOME": str(tmp_path / "h")}, folder=tmp_path)

    assert f"sqlite:///{tmp_path / 'h' / 'ledger.sqlite'}" == settings.ledger
    assert str(tmp_path / "h" / "store") == settings.store


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FARM_WORKERS", "two"),
        ("FARM_APP_SECONDS", "-1"),
        ("FARM_APP_SECONDS", "inf"),
        ("FARM_APP_SECONDS", "0"),
        ("FARM_LOG", "loud"),
        ("FARM_DYNAMIC_SERVICES", "google"),
    ],
)
def test_a_wrong_value_is_refused_with_its_origin(tmp_path: Path, variable: str, value: str) -> None:
    """The message names the variable and the value."""
    with pytest.raises(ConfigError, match=f"{value}.*{variable}"):
        load(environ={variable: value}, folder=tmp_path)


def test_an_unknown_line_in_the_file_is_refused(tmp_path: Path) -> None:
    """A misspelt setting is not silently ignored."""
    (tmp_path / "farm.toml").write_text("wrokers = 3\n")

    with pytest.raises(ConfigError, match="wrokers"):
        load(environ={}, folder=tmp_path)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    """FARM_CONFIG that names nothing is an error, not a default."""
    with pytest.raises(ConfigError, match="missing"):
        load(environ={"FARM_CONFIG": str(tmp_path / "missing.toml")}, folder=tmp_path)


def test_limits_that_change_what_is_seen_change_the_result_key(tmp_path: Path) -> None:
    """Another time limit is another configuration digest."""
    one = load(environ={}, folder=tmp_path)
    two = load(environ={"FARM_APP_SECONDS": "5"}, folder=tmp_path)

    assert one.digest(Suite.STATIC) != two.digest(Suite.STATIC)


def test_the_default_limits_are_those_of_a_worker_alone(tmp_path: Path) -> None:
    """`python -m workers` and the farm see the same of an app."""
    assert load(environ={}, folder=tmp_path).limits[Suite.STATIC] == Limits()


@pytest.mark.parametrize(
    ("name", "limit", "value"),
    [
        ("FILE_MB", "file_bytes", 7 << 20),
        ("ENTRIES", "entries", 7),
        ("MEMBER_MB", "member_bytes", 7 << 20),
        ("INFLATED_MB", "inflated_bytes", 7 << 20),
        ("DEX_MB", "dex_bytes", 7 << 20),
        ("STRINGS", "strings", 7),
        ("INSTRUCTIONS", "instructions", 7),
    ],
)
def test_a_limit_on_what_an_app_holds_is_set_for_both_suites(name: str, limit: str, value: int, tmp_path: Path) -> None:
    """Both read the same file; another value is another result key, so that a re-run is no cache hit."""
    default, changed = (load(environ=env, folder=tmp_path) for env in ({}, {f"FARM_APP_{name}": "7"}))

    for suite in Suite:
        assert getattr(changed.limits[suite], limit) == value
        assert changed.digest(suite) != default.digest(suite)


@pytest.mark.parametrize(
    ("variable", "suite"),
    [
        ("APP_SECONDS=5", Suite.STATIC),
        ("DYNAMIC_SECONDS=5", Suite.DYNAMIC),
        ("DYNAMIC_SERVICES=absent", Suite.DYNAMIC),
    ],
)
def test_the_settings_of_one_suite_leave_the_other_ones_evidence_alone(
    variable: str, suite: Suite, tmp_path: Path
) -> None:
    """Its cache stays good."""
    one = load(environ={}, folder=tmp_path)
    name, _, value = variable.partition("=")
    two = load(environ={f"FARM_{name}": value}, folder=tmp_path)

    assert {suite} == {each for each in Suite if one.digest(each) != two.digest(each)}


def test_every_setting_is_documented() -> None:
    """docs/reference/settings.md has a row for each."""
    text = (Path(__file__).resolve().parents[3] / "docs/reference/settings.md").read_text("utf-8")

    assert [] == [name for name in NAMES if f"`FARM_{name.upper()}`" not in text]
