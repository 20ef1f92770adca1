"""Compares what was seen of an app with what was expected, and adds up precision and recall."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.golden.behaviour import BehaviourClass, Behaviours
from benchmarks.golden.expected import Expectation


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """One class of one app."""

    app: str
    behaviour: BehaviourClass
    right: frozenset[str]
    missed: frozenset[str]
    """Expected and not seen."""
    false: frozenset[str]
    """Seen and not expected."""

    @property
    def differences(self) -> tuple[str, ...]:
        """Each thing that is wrong, as a line; none if all is right."""
        missed = (f"{self.behaviour}: missed {text}" for text in sorted(self.missed))
        return (*missed, *(f"{self.behaviour}: false {text}" for text in sorted(self.false)))


def compare(expectation: Expectation, seen: Behaviours) -> tuple[Comparison, ...]:
    """Compare one app in the classes that its expectation judges."""
    return tuple(_compare(expectation, seen, item) for item in expectation.judged)


def _compare(expectation: Expectation, seen: Behaviours, behaviour: BehaviourClass) -> Comparison:
    """Compare one class."""
    expected, found = expectation.behaviours.get(behaviour, frozenset()), seen.get(behaviour, frozenset())
    return Comparison(
        app=expectation.app,
        behaviour=behaviour,
        right=expected & found,
        missed=expected - found,
        false=found - expected,
    )


@dataclass(kw_only=True, slots=True)
class Tally:
    """One row of the table; counts one behaviour of one app once."""

    name: str
    right: int = 0
    missed: int = 0
    false: int = 0
    apps: set[str] = field(default_factory=set)
    """In which something of this row was expected or seen."""

    @property
    def precision(self) -> float:
        """Share of what was seen that is so; 1.0 if nothing was seen."""
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of what is so that was seen; 1.0 if nothing was expected."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def add(self, app: str, *, right: int = 0, missed: int = 0, false: int = 0) -> None:
        """Count for one app."""
        self.right += right
        self.missed += missed
        self.false += false
        self.apps.add(app)


def tallies(comparisons: Iterable[Comparison]) -> list[Tally]:
    """Return one row per class, the sinks and the rules one by one, and the total."""
    rows: dict[str, Tally] = {}
    total = Tally(name="total")
    for comparison in comparisons:
        for verdict in ("right", "missed", "false"):
            for text in getattr(comparison, verdict):
                name = _row(comparison.behaviour, text)
                for row in (rows.setdefault(name, Tally(name=name)), total):
                    row.add(comparison.app, **{verdict: 1})
    order = {item.value: number for number, item in enumerate(BehaviourClass)}
    ordered = sorted(rows.values(), key=lambda row: (order[row.name.partition(":")[0]], row.name))
    return [*ordered, total]


def _row(behaviour: BehaviourClass, text: str) -> str:
    """Return the name of the row that counts a behaviour: sinks by their kind, findings by their rule."""
    match behaviour:
        case BehaviourClass.SINKS:
            return f"{behaviour}: {text.rpartition(' ')[2]}"
        case BehaviourClass.FINDINGS:
            return f"{behaviour}: {text.partition(' ')[0]}"
        case _:
            return behaviour.value


def table(rows: Iterable[Tally]) -> str:
    """Return the rows as text."""
    lines = [f"{'behaviour':<46}{'apps':>6}{'right':>7}{'missed':>8}{'false':>7}{'precision':>11}{'recall':>8}"]
    lines += [
        f"{row.name:<46}{len(row.apps):>6}{row.right:>7}{row.missed:>8}{row.false:>7}{row.precision:>11.3f}{row.recall:>8.3f}"
        for row in rows
    ]
    return "\n".join(lines)
