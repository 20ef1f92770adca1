"""What both engines know of one DEX file: tables, swept code, and the questions that `Code` asks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol, TypeAlias

from numpy.typing import NDArray

from workers.static.readers.anomaly import Anomaly
from workers.static.readers.sweep import Sweep

Row: TypeAlias = tuple[int, int, int, int]
"""Caller, target, offset in code units and opcode of one instruction."""
Method: TypeAlias = tuple[int, int, bool]
"""Method id, offset of its code (0 for none), and whether it stands in the list of virtual methods."""


class DexFile(Protocol):
    """One DEX file; ids are positions in its tables, and lie inside them."""

    @property
    def name(self) -> str:
        """Archive member; in a container with the number of the part, as `classes.dex#2`."""

    @property
    def version(self) -> int:
        """35 to 41."""

    @property
    def size(self) -> int:
        """Bytes of the file, or of this part of a container."""

    @property
    def strings(self) -> Sequence[str]:
        """String table, decoded."""

    @property
    def prototypes(self) -> Sequence[str]:
        """Each prototype as `(params)ret`."""

    @property
    def types(self) -> NDArray[Any]:
        """String id of each type descriptor."""

    @property
    def method_owner(self) -> NDArray[Any]:
        """Type id of the class of each method id."""

    @property
    def field_owner(self) -> NDArray[Any]:
        """Type id of the class of each field id."""

    @property
    def class_type(self) -> NDArray[Any]:
        """Type id of each class definition."""

    @property
    def class_super(self) -> NDArray[Any]:
        """Type id of the superclass of each class definition; -1 for none."""

    @property
    def class_interfaces(self) -> Sequence[Sequence[int]]:
        """Type ids of the interfaces of each class definition."""

    @property
    def defined_methods(self) -> Sequence[Method]:
        """The methods that classes define, in the order of their data."""

    @property
    def code(self) -> Sweep:
        """Calls, constants and field uses of all methods."""

    @property
    def anomalies(self) -> tuple[Anomaly, ...]:
        """What is odd about the file."""

    def type(self, type_id: int) -> str:
        """Return a type descriptor, such as `Lcls;`."""

    def member(self, method_id: int) -> str:
        """Return a method without its descriptor, as `Lcls;->name`."""

    def method(self, method_id: int) -> str:
        """Return a method as `Lcls;->name(params)ret`."""

    def method_parts(self, method_id: int) -> tuple[str, str, str]:
        """Return class, name and prototype of a method."""

    def field(self, field_id: int) -> str:
        """Return a field without its type, as `Lcls;->NAME`."""

    def class_of(self, method_id: int) -> str:
        """Return the descriptor of the class of a method."""

    def call_rows(self, members: Collection[str], callers: Sequence[int] | None = None) -> Sequence[Row]:
        """Return the calls of one of `members` (each `Lcls;->name`), in the order of caller and offset.

        With `callers`, which ascend, only those in these methods.
        """

    def callers_of(self, members: Collection[str]) -> Sequence[tuple[int, int]]:
        """Return the distinct pairs of caller and called method among those calls, sorted."""

    def field_rows(self, members: Collection[str]) -> Sequence[Row]:
        """Return the uses of one of the fields `members`."""

    def type_rows(self, names: Collection[str]) -> Sequence[Row]:
        """Return the uses of one of the type descriptors `names`."""

    def initial_strings(self, names: Collection[str]) -> Sequence[tuple[int, int]]:
        """Return field and string id of each static field of the classes `names` that starts with a string."""

    def string_rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """Return the loads of one of the strings `ids`."""

    def strings_equal(self, values: Collection[str]) -> Sequence[int]:
        """Return the ids of the strings in `values`, ascending."""

    def strings_starting(self, prefixes: Sequence[str]) -> Sequence[int]:
        """Return the ids of strings that start with one of `prefixes` (none of them empty), ascending."""

    def classes_loading(self, ids: Sequence[int]) -> Sequence[tuple[int, int]]:
        """Return the distinct pairs of a string of `ids` and the type id of a class that loads it, by their loads."""

    def callers_loading(self, ids: Sequence[int]) -> Sequence[int]:
        """Return the ids of the methods that load one of the strings `ids`, ascending."""

    def strings_with(self, needles: Sequence[str], *, beyond_ascii: bool) -> Sequence[int]:
        """Return the ids of strings that hold one of `needles`, or any sign beyond ASCII if asked; ascending."""

    def loads_in(self, caller: int, first: int, last: int) -> Sequence[tuple[int, int]]:
        """Return offset and string id of each load in a method from the offset `first` to `last`, in their order."""

    def constants_reaching(self, caller: int, offset: int) -> Sequence[str]:
        """Return the strings in the argument registers of a call, as far as a straight line shows them."""
