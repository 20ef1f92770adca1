"""All DEX files of an app as one program: what both engines answer about classes, hierarchy and reachability."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

ENTRY, CALL, INITIALISER, CALLBACK = 0, 1, 2, 3
"""How a method is reached: by the system, by a call, because its class is initialised, by a callback; the number of
the kind of callback is added to the last."""
OTHER_CALLBACK = 255
"""Number of the kind of callbacks that no table names."""

Hop: TypeAlias = tuple[str, int]
"""A method as `Lcls;->name(params)ret`, and how it was reached."""
Path: TypeAlias = tuple[int, Sequence[Hop]]
"""Position of the entry, and the hops from it to a method."""


class Reach(Protocol):
    """What can be reached from the entries."""

    @property
    def summary(self) -> tuple[int, int, bool]:
        """Methods that the app defines, those that can be reached, and whether everything was followed."""

    def paths(self, methods: Sequence[str], /) -> Sequence[Path | None]:
        """Return one shortest path to each of `methods`; None where there is none."""


class Program(Protocol):
    """The code of an app as one."""

    def class_names(self) -> Collection[str]:
        """Return the distinct descriptors of the defined classes, in no order."""

    def packages(self) -> Mapping[str, int]:
        """Return how many classes each package has, by what stands before the last slash of their descriptors."""

    def defined_of(self, names: Sequence[str]) -> Iterable[str]:
        """Return which of the class descriptors `names` are defined."""

    def descendants(self, bases: Sequence[str]) -> Mapping[str, str]:
        """Return the classes of the app below one of `bases`, each with the nearest of them."""

    def reach(self, entries: Sequence[str], kinds: Mapping[str, int]) -> Reach:
        """Search from the class descriptors `entries`; `kinds` numbers callbacks by type descriptor."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassDefinition:
    """One class: of several definitions of a name the first in load order counts, as on Android."""

    superclass: str | None
    interfaces: tuple[str, ...]
    """Each once."""
