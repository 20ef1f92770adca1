"""What both engines know of one DEX file: tables, swept code, and the questions that `Code` asks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from workers.static.readers.anomaly import Anomaly

if TYPE_CHECKING:
    # numpy takes 17 MB of each worker, and the native engine answers without it.
    import numpy as np
    from numpy.typing import NDArray

Row: TypeAlias = tuple[int, int, int, int]
"""Caller, target, offset in code units and opcode of one instruction."""
Method: TypeAlias = tuple[int, int, bool]
"""Method id, offset of its code (0 for none), and whether it stands in the list of virtual methods."""
HEADERS_MAX = 256
"""Most parts of a container that are read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Uses:
    """Instructions of one kind as parallel columns, in the order of caller and offset."""

    caller: NDArray[np.uint32]
    """Id of the method that the instruction stands in."""
    target: NDArray[np.uint32]
    """Id of what it refers to: a method, string, type or field."""
    offset: NDArray[np.uint32]
    """Where it stands in the method, in 16-bit code units."""
    opcode: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return how many instructions there are."""
        return int(self.caller.size)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sweep:
    """What the code of one DEX file refers to."""

    calls: Uses
    """invoke-*, without invoke-custom: its target is a call site, not a method."""
    strings: Uses
    """const-string and const-string/jumbo."""
    types: Uses
    """new-instance and const-class."""
    fields: Uses
    """Instance and static gets and puts."""
    methods: int
    """Methods with code that was swept."""
    instructions: int
    """Instructions that were met, payloads included."""
    rejected: int
    """Methods whose code item does not fit into the file."""
    bad_ids: int
    """Instructions whose target lies outside its table; they are in no column."""
    unknown_opcodes: int
    """Instructions with an undefined opcode, taken as one code unit long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """How many entries the tables of one DEX file have."""

    strings: int
    types: int
    prototypes: int
    fields: int
    methods: int
    classes: int

    @property
    def bytes(self) -> int:
        """Bytes of the tables in the file; parts of a container may claim the same ones."""
        of_members = 8 * (self.fields + self.methods)
        return 4 * (self.strings + self.types) + 12 * self.prototypes + of_members + 32 * self.classes


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
    def sizes(self) -> Sizes:
        """Entries of its tables."""

    @property
    def swept(self) -> tuple[int, int]:
        """Methods with code, and instructions in them."""

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
