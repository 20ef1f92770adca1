"""Answer what `Code` asks of one DEX file from its tables; the native engine answers the same from its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workers.static.readers.constants import Follower
from workers.static.readers.dex_file import Method, Row, Sweep, Uses
from workers.static.readers.initial import initial_strings
from workers.static.readers.sweep import code_span


class Questions:
    """The questions; a subclass has the tables."""

    if TYPE_CHECKING:
        strings: Sequence[str]
        types: NDArray[np.uint32]
        prototypes: Sequence[str]
        field_owner: NDArray[np.uint32]
        field_name: NDArray[np.uint32]
        method_owner: NDArray[np.uint32]
        method_proto: NDArray[np.uint32]
        method_name: NDArray[np.uint32]
        class_type: NDArray[np.uint32]
        defined_methods: Sequence[Method]
        code: Sweep
        units: NDArray[Any]
        octets: memoryview
        class_data: NDArray[Any]
        class_values: NDArray[Any]

    def type(self, type_id: int) -> str:
        """Return a type descriptor, such as `Lcls;`."""
        return self.strings[int(self.types[type_id])]

    def member(self, method_id: int) -> str:
        """Return a method without its descriptor, as `Lcls;->name`."""
        return f"{self.class_of(method_id)}->{self.strings[int(self.method_name[method_id])]}"

    def method(self, method_id: int) -> str:
        """Return a method as `Lcls;->name(params)ret`."""
        return self.member(method_id) + self.prototypes[int(self.method_proto[method_id])]

    def method_parts(self, method_id: int) -> tuple[str, str, str]:
        """Return class, name and prototype of a method."""
        name = self.strings[int(self.method_name[method_id])]
        return self.class_of(method_id), name, self.prototypes[int(self.method_proto[method_id])]

    def class_of(self, method_id: int) -> str:
        """Return the descriptor of the class of a method."""
        return self.type(int(self.method_owner[method_id]))

    def field(self, field_id: int) -> str:
        """Return a field without its type, as `Lcls;->NAME`."""
        return f"{self.type(int(self.field_owner[field_id]))}->{self.strings[int(self.field_name[field_id])]}"

    def call_rows(self, members: Collection[str], callers: Sequence[int] | None = None) -> Sequence[Row]:
        """Return the calls of one of `members` (each `Lcls;->name`), in the order of caller and offset.

        With `callers`, which ascend, only those in these methods.
        """
        rows = _rows(self.code.calls, self._member_ids(members, self.method_owner, self.method_name))
        if callers is None:
            return rows
        wanted = frozenset(callers)
        return [row for row in rows if row[0] in wanted]

    def callers_of(self, members: Collection[str]) -> Sequence[tuple[int, int]]:
        """Return the distinct pairs of caller and called method among those calls, sorted."""
        return sorted({(caller, target) for caller, target, _, _ in self.call_rows(members)})

    def field_rows(self, members: Collection[str]) -> Sequence[Row]:
        """Return the uses of one of the fields `members`."""
        return _rows(self.code.fields, self._member_ids(members, self.field_owner, self.field_name))

    def type_rows(self, names: Collection[str]) -> Sequence[Row]:
        """Return the uses of one of the type descriptors `names`."""
        wanted = np.zeros(self.types.size, np.bool_)
        wanted[[self._type_ids[name] for name in names if name in self._type_ids]] = True
        return _rows(self.code.types, wanted)

    def initial_strings(self, names: Collection[str]) -> Sequence[tuple[int, int]]:
        """Return field and string id of each static field of the classes `names` that starts with a string.

        Of several definitions of a class the first counts.
        """
        wanted = {self._type_ids[name] for name in names if name in self._type_ids}
        found: list[tuple[int, int]] = []
        for number in np.flatnonzero(np.isin(self.class_type, list(wanted))).tolist():
            class_type = int(self.class_type[number])
            data, values = int(self.class_data[number]), int(self.class_values[number])
            if class_type in wanted and data and values:
                rows = initial_strings(self.octets, data, values, self.field_owner, len(self.strings))
                found += [(field, string) for field, owner, string in rows if owner == class_type]
            wanted.discard(class_type)
        return found

    def string_rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """Return the loads of one of the strings `ids`."""
        wanted = np.zeros(len(self.strings), np.bool_)
        wanted[list(ids)] = True
        return _rows(self.code.strings, wanted)

    def strings_equal(self, values: Collection[str]) -> Sequence[int]:
        """Return the ids of the strings in `values`, ascending."""
        wanted = frozenset(values)
        return [number for number, value in enumerate(self.strings) if value in wanted]

    def strings_starting(self, prefixes: Sequence[str]) -> Sequence[int]:
        """Return the ids of strings that start with one of `prefixes` (none of them empty), ascending."""
        return [number for number, value in enumerate(self.strings) if value.startswith(tuple(prefixes))]

    def callers_loading(self, ids: Sequence[int]) -> Sequence[int]:
        """Return the ids of the methods that load one of the strings `ids`, ascending."""
        return sorted({caller for caller, _, _, _ in self.string_rows(ids)})

    def classes_loading(self, ids: Sequence[int]) -> Sequence[tuple[int, int]]:
        """Return the distinct pairs of a string of `ids` and the type id of a class that loads it, by their loads."""
        pairs = ((string, int(self.method_owner[caller])) for caller, string, _, _ in self.string_rows(ids))
        return list(dict.fromkeys(pairs))

    def strings_with(self, needles: Sequence[str], *, beyond_ascii: bool) -> Sequence[int]:
        """Return the ids of strings that hold one of `needles`, or any sign beyond ASCII if asked; ascending."""
        return [
            number
            for number, value in enumerate(self.strings)
            if (beyond_ascii and not value.isascii()) or any(needle in value for needle in needles)
        ]

    def loads_in(self, caller: int, first: int, last: int) -> Sequence[tuple[int, int]]:
        """Return offset and string id of each load in a method from the offset `first` to `last`, in their order."""
        uses = self.code.strings
        low, high = (int(at) for at in np.searchsorted(uses.caller, [caller, caller + 1]))
        low, high = (low + int(at) for at in np.searchsorted(uses.offset[low:high], [first, last + 1]))
        return list(zip(uses.offset[low:high].tolist(), uses.target[low:high].tolist(), strict=True))

    def constants_reaching(self, caller: int, offset: int) -> Sequence[str]:
        """Return the strings in the argument registers of a call, as far as a straight line shows them."""
        if caller not in self._followed:
            span = next((span for at in self._code_at.get(caller, ()) if (span := code_span(self.units, at))), None)
            if span is None:
                return ()
            self._followed.clear()
            self._followed[caller] = Follower(self.units, *span)
        ids = self._followed[caller].reaching(offset)
        return [self.strings[each] for each in ids if each < len(self.strings)]

    @cached_property
    def _followed(self) -> dict[int, Follower]:
        """The registers of the method that was asked for last, by its id."""
        return {}

    @cached_property
    def _type_ids(self) -> dict[str, int]:
        """The id of each type descriptor.

        A dictionary, no binary search in the file: that its tables are sorted is only a promise.
        """
        return {self.strings[text]: number for number, text in enumerate(self.types.tolist())}

    @cached_property
    def _code_at(self) -> dict[int, list[int]]:
        """Offsets of the code items of each method."""
        found: dict[int, list[int]] = {}
        for method, code, _ in self.defined_methods:
            if code:
                found.setdefault(method, []).append(code)
        return found

    def _member_ids(
        self, members: Collection[str], owners: NDArray[np.uint32], names: NDArray[np.uint32]
    ) -> NDArray[np.bool_]:
        """Return which ids of a method or field table mean one of `members`."""
        wanted: dict[int, set[str]] = {}
        for member in members:
            owner, _, name = member.partition("->")
            if owner in self._type_ids:
                wanted.setdefault(self._type_ids[owner], set()).add(name)
        of_owner = np.zeros(self.types.size, np.bool_)
        of_owner[list(wanted)] = True
        chosen = np.zeros(owners.size, np.bool_)
        for i in np.flatnonzero(of_owner[owners]).tolist():
            chosen[i] = self.strings[int(names[i])] in wanted[int(owners[i])]
        return chosen


def _rows(uses: Uses, wanted: NDArray[np.bool_]) -> Sequence[Row]:
    """Return the instructions of `uses` whose target is wanted."""
    rows = np.flatnonzero(wanted[uses.target])
    columns = (uses.caller[rows], uses.target[rows], uses.offset[rows], uses.opcode[rows])
    return list(zip(*(column.tolist() for column in columns), strict=True))
