"""Reads what is expected of a golden app: the file `expected.toml` in its folder."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks.golden.behaviour import BehaviourClass, Behaviours
from workers.model.services import DEFAULT_SERVICES, Services

APPS = Path(__file__).resolve().parents[2] / "examples" / "apps"
FILE = "expected.toml"
_GROUP = "dynamic"
_SETTINGS = frozenset({"not_judged", "timing"})


class ExpectationError(ValueError):
    """An `expected.toml` is not of the form that docs/howto/build-sample-apps.md tells."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """What must be seen of one app; whatever else is seen of a judged class is a false accusation."""

    app: str
    """Name of its folder; what stands in the table `absent` is another expectation, of `NAME-absent`."""
    apk: Path
    behaviours: Behaviours
    timing: Mapping[str, tuple[int, int]]
    """Earliest and latest second of the app's own time at which a kind and subject is first read."""
    not_judged: frozenset[BehaviourClass]
    """Classes in which this app may show something or nothing."""
    services: Services = DEFAULT_SERVICES
    """What the phone has of Google's and vendors' services."""

    @property
    def judged(self) -> tuple[BehaviourClass, ...]:
        """The classes that count, in the order of the table."""
        left_out = self.not_judged if self.timing else self.not_judged | {BehaviourClass.TIMING}
        return tuple(item for item in BehaviourClass if item not in left_out)


def expectations(apps: Path = APPS) -> dict[str, Expectation]:
    """Return what is expected, by the name of the app, in the order of the names."""
    files = sorted([*apps.glob(f"*/{FILE}"), *apps.glob(f"{_GROUP}/*/{FILE}")], key=lambda path: path.parent.name)
    return {each.app: each for path in files for each in _read(path, apps / "built")}


def _read(path: Path, built: Path) -> Iterator[Expectation]:
    """Read one file: what is expected of an app, and what without services if that is told too.

    Raises:
        ExpectationError: a word in it means nothing.
    """
    with path.open("rb") as file:
        table = tomllib.load(file)
    absent = table.pop(Services.ABSENT, None)
    yield _expectation(path, built, table)
    if absent is not None:
        without = _expectation(path, built, absent)
        yield replace(without, app=f"{without.app}-{Services.ABSENT}", services=Services.ABSENT)


def _expectation(path: Path, built: Path, table: dict[str, Any]) -> Expectation:
    """Return what one table of a file expects."""
    if unknown := table.keys() - {*BehaviourClass} - _SETTINGS:
        raise ExpectationError(f"{path}: {', '.join(sorted(unknown))} is no class of behaviour")
    if "outcome" not in table:
        raise ExpectationError(f"{path} does not say the outcome")
    timing: dict[str, tuple[int, int]] = {name: (low, high) for name, (low, high) in table.get("timing", {}).items()}
    behaviours: dict[BehaviourClass, frozenset[str]] = {
        item: _texts(table.get(item.value, [])) for item in BehaviourClass if item is not BehaviourClass.TIMING
    }
    behaviours[BehaviourClass.TIMING] = frozenset(timed(name, *seconds) for name, seconds in timing.items())
    app, group = path.parent.name, path.parent.parent.name
    return Expectation(
        app=app,
        apk=built / (group if group == _GROUP else "") / f"{app}.apk",
        behaviours=MappingProxyType(behaviours),
        timing=MappingProxyType(timing),
        not_judged=frozenset(BehaviourClass(name) for name in table.get("not_judged", [])),
    )


def timed(name: str, low: int, high: int) -> str:
    """Return the text of a behaviour at its expected time."""
    return f"{name} {low}-{high} s"


def _texts(value: str | list[str]) -> frozenset[str]:
    """Return the texts of a class, which may be written as one."""
    return frozenset([value] if isinstance(value, str) else value)
