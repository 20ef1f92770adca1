"""All dex files of an app as one body of code: classes, calls, constants and cross-references by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from workers.static.readers.anomaly import Anomaly
from workers.static.readers.archive import Archive, MemberError
from workers.static.readers.dex import Dex, DexError, header_offsets, read_dex
from workers.static.readers.sweep import Uses

_NEW_INSTANCE = 0x22
_PUTS = frozenset((*range(0x59, 0x60), *range(0x67, 0x6E)))
_DEX_MEMBER = re.compile(r"classes(?:([2-9]|[1-9][0-9]{1,5}))?\.dex")


@dataclass(frozen=True, kw_only=True, slots=True)
class UnreadableDex:
    """A dex file that could not be read, and why."""

    name: str
    """Archive member."""
    reason: str
    """One sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """One place in the code that refers to something."""

    caller: str
    """The method it stands in, as `Lcls;->name(params)ret`."""
    caller_class: str
    """Descriptor of the class it stands in, as `Lcls;`."""
    dex: int
    """Index into `Code.dex_files`."""
    caller_id: int
    """Method id of the caller in that dex file."""
    offset: int
    """Where it stands in the method, in 16-bit code units."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(Use):
    """One invoke instruction."""

    member: str
    """What is called without its descriptor, as `Lcls;->name`."""
    callee: str
    """What is called, as `Lcls;->name(params)ret`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StringUse(Use):
    """One const-string instruction."""

    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldUse(Use):
    """One instruction that gets or puts a field."""

    member: str
    """The field without its type, as `Lcls;->NAME`."""
    writes: bool
    """Whether it puts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeUse(Use):
    """One new-instance or const-class instruction."""

    type: str
    """Type descriptor."""
    creates: bool
    """True for new-instance, False for const-class."""


class Code:
    """The code of one app; indices stay inside, names come out.

    A method is `Lcls;->name(params)ret`, a member `Lcls;->name` (any descriptor), a class `Lcls;`.
    Array classes stay as the file has them: `[Lcls;->clone`.
    """

    def __init__(
        self,
        dex_files: tuple[Dex, ...],
        *,
        unreadable: tuple[UnreadableDex, ...] = (),
        anomalies: tuple[Anomaly, ...] = (),
        dex_bytes: int = 0,
    ) -> None:
        self.dex_files = dex_files
        """The dex files that were read, in load order; parts of a container one by one."""
        self.unreadable = unreadable
        """Dex files that could not be read."""
        self.anomalies: tuple[Anomaly, ...] = anomalies + tuple(odd for dex in dex_files for odd in dex.anomalies)
        """What was odd in the dex files."""
        self.dex_bytes = dex_bytes
        """Bytes of all dex members, readable or not."""

    @property
    def dex_names(self) -> tuple[str, ...]:
        """Names of the dex files that were read, in load order."""
        return tuple(dex.name for dex in self.dex_files)

    @property
    def class_count(self) -> int:
        """Class definitions in all dex files."""
        return sum(int(dex.class_type.size) for dex in self.dex_files)

    @property
    def method_count(self) -> int:
        """Methods with code."""
        return sum(dex.code.methods for dex in self.dex_files)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Distinct descriptors of the defined classes, sorted."""
        return tuple(sorted({dex.type(i) for dex in self.dex_files for i in dex.class_type.tolist()}))

    @cached_property
    def superclasses(self) -> dict[str, str]:
        """Superclass of each defined class; of two definitions the first in load order counts, as on Android."""
        supers: dict[str, str] = {}
        for dex in self.dex_files:
            for class_type, super_type in zip(dex.class_type.tolist(), dex.class_super.tolist(), strict=True):
                if super_type >= 0:
                    supers.setdefault(dex.type(class_type), dex.type(super_type))
        return supers

    def calls_to(self, members: Collection[str]) -> Iterator[Call]:
        """Yield every call of one of `members` (each `Lcls;->name`), in order of dex, caller and offset.

        The class is the one that the instruction names: a call through a subclass that the app defines is not found
        under the framework's class.
        """
        for number, dex in enumerate(self.dex_files):
            wanted = self._member_ids(number, members, dex.method_owner, dex.method_name)
            for place, target, _ in self._places(number, dex.code.calls, wanted):
                yield Call(
                    caller=place.caller,
                    caller_class=place.caller_class,
                    dex=number,
                    caller_id=place.caller_id,
                    offset=place.offset,
                    member=dex.member(target),
                    callee=dex.method(target),
                )

    def field_uses(self, members: Collection[str]) -> Iterator[FieldUse]:
        """Yield every use of one of the fields `members` (each `Lcls;->NAME`)."""
        for number, dex in enumerate(self.dex_files):
            wanted = self._member_ids(number, members, dex.field_owner, dex.field_name)
            for place, target, opcode in self._places(number, dex.code.fields, wanted):
                yield FieldUse(
                    caller=place.caller,
                    caller_class=place.caller_class,
                    dex=number,
                    caller_id=place.caller_id,
                    offset=place.offset,
                    member=dex.field(target),
                    writes=opcode in _PUTS,
                )

    def type_uses(self, types: Collection[str]) -> Iterator[TypeUse]:
        """Yield every new-instance and const-class of one of the type descriptors `types`."""
        for number, dex in enumerate(self.dex_files):
            ids = self._type_ids[number]
            wanted = np.zeros(dex.types.size, np.bool_)
            wanted[[ids[name] for name in types if name in ids]] = True
            for place, target, opcode in self._places(number, dex.code.types, wanted):
                yield TypeUse(
                    caller=place.caller,
                    caller_class=place.caller_class,
                    dex=number,
                    caller_id=place.caller_id,
                    offset=place.offset,
                    type=dex.type(target),
                    creates=opcode == _NEW_INSTANCE,
                )

    def strings(self) -> Iterator[str]:
        """Yield the distinct strings of all string tables (identifiers too), used by an instruction or not."""
        yield from dict.fromkeys(text for dex in self.dex_files for text in dex.strings)

    def string_uses(self, wanted: Callable[[str], object] | None = None) -> Iterator[StringUse]:
        """Yield every const-string whose value makes `wanted` true (all without `wanted`).

        `wanted` is called once for each distinct string that an instruction of a dex file loads, so a regex is fine.
        """
        for number, dex in enumerate(self.dex_files):
            chosen = np.zeros(len(dex.strings), np.bool_)
            used = np.unique(dex.code.strings.target).tolist()
            chosen[[i for i in used if wanted is None or wanted(dex.strings[i])]] = True
            for place, target, _ in self._places(number, dex.code.strings, chosen):
                yield StringUse(
                    caller=place.caller,
                    caller_class=place.caller_class,
                    dex=number,
                    caller_id=place.caller_id,
                    offset=place.offset,
                    value=dex.strings[target],
                )

    def string_constants_near(self, use: Use, *, before: int = 48, after: int = 0) -> tuple[str, ...]:
        """Return the strings that the caller loads near `use`, nearest first; distances in code units."""
        dex = self.dex_files[use.dex]
        rows = _rows_of(dex.code.strings, use.caller_id)
        distance = dex.code.strings.offset[rows].astype(np.int64) - use.offset
        targets = dex.code.strings.target[rows].tolist()
        near = sorted(
            (abs(far), target)
            for far, target in zip(distance.tolist(), targets, strict=True)
            if -before <= far <= after
        )
        return tuple(dict.fromkeys(dex.strings[target] for _, target in near))

    def string_constants_in(self, use: Use) -> frozenset[str]:
        """Return all strings that the method around `use` loads."""
        dex = self.dex_files[use.dex]
        targets = dex.code.strings.target[_rows_of(dex.code.strings, use.caller_id)]
        return frozenset(dex.strings[target] for target in targets.tolist())

    def xrefs(self) -> Iterator[tuple[str, str]]:
        """Yield each distinct pair (caller method, callee method) of all dex files once, in no order."""
        seen: set[tuple[str, str]] = set()
        for dex in self.dex_files:
            calls = dex.code.calls
            pairs = np.unique(calls.caller.astype(np.int64) << 32 | calls.target)
            method = _once(dex.method)
            for caller, callee in zip((pairs >> 32).tolist(), (pairs & 0xFFFFFFFF).tolist(), strict=True):
                pair = (method(caller), method(callee))
                if pair not in seen:
                    seen.add(pair)
                    yield pair

    @cached_property
    def _type_ids(self) -> tuple[dict[str, int], ...]:
        """For each dex file the id of each type descriptor.

        A dictionary, no binary search in the file: that its tables are sorted is only a promise.
        """
        return tuple({dex.strings[text]: i for i, text in enumerate(dex.types.tolist())} for dex in self.dex_files)

    def _member_ids(
        self, number: int, members: Collection[str], owners: NDArray[np.uint32], names: NDArray[np.uint32]
    ) -> NDArray[np.bool_]:
        """Return which ids of a method or field table mean one of `members`."""
        dex, ids = self.dex_files[number], self._type_ids[number]
        wanted: dict[int, set[str]] = {}
        for member in members:
            owner, _, name = member.partition("->")
            if owner in ids:
                wanted.setdefault(ids[owner], set()).add(name)
        of_owner = np.zeros(dex.types.size, np.bool_)
        of_owner[list(wanted)] = True
        chosen = np.zeros(owners.size, np.bool_)
        for i in np.flatnonzero(of_owner[owners]).tolist():
            chosen[i] = dex.strings[int(names[i])] in wanted[int(owners[i])]
        return chosen

    def _places(self, number: int, uses: Uses, wanted: NDArray[np.bool_]) -> Iterator[tuple[Use, int, int]]:
        """Yield place, target and opcode of the instructions of `uses` whose target is `wanted`."""
        dex = self.dex_files[number]
        method = _once(dex.method)
        rows = np.flatnonzero(wanted[uses.target])
        columns = (uses.caller[rows], uses.offset[rows], uses.target[rows], uses.opcode[rows])
        for caller, offset, target, opcode in zip(*(column.tolist() for column in columns), strict=True):
            owner = dex.type(int(dex.method_owner[caller]))
            place = Use(caller=method(caller), caller_class=owner, dex=number, caller_id=caller, offset=offset)
            yield place, target, opcode


def read_code(archive: Archive) -> Code:
    """Return the code of an APK: `classes.dex`, `classes2.dex` and so on.

    Android loads them until the first number that is missing; those behind a gap are read too, and noted.
    """
    members = sorted((int(match[1] or 1), name) for name in archive.names if (match := _DEX_MEMBER.fullmatch(name)))
    read: list[Dex] = []
    unreadable: list[UnreadableDex] = []
    anomalies: list[Anomaly] = []
    dex_bytes = 0
    for position, (number, name) in enumerate(members, start=1):
        if number != position and not anomalies:
            anomalies.append(Anomaly(kind="dex.gap", subject=name, detail="Android stops loading before this file"))
        try:
            data = archive.read(name)
        except MemberError as error:
            unreadable.append(UnreadableDex(name=name, reason=str(error)))
            continue
        dex_bytes += len(data)
        for part, offset in enumerate(header_offsets(data), start=1):
            part_name = name if part == 1 else f"{name}#{part}"
            try:
                read.append(read_dex(part_name, data, offset))
            except DexError as error:
                unreadable.append(UnreadableDex(name=part_name, reason=str(error)))
    return Code(tuple(read), unreadable=tuple(unreadable), anomalies=tuple(anomalies), dex_bytes=dex_bytes)


def _once(make: Callable[[int], str]) -> Callable[[int], str]:
    """Return `make` with its answers kept."""
    made: dict[int, str] = {}

    def get(key: int) -> str:
        name = made.get(key)
        if name is None:
            name = made[key] = make(key)
        return name

    return get


def _rows_of(uses: Uses, caller: int) -> slice:
    """Return the rows of one caller: they lie together, in the order of callers."""
    low, high = np.searchsorted(uses.caller, [caller, caller + 1])
    return slice(int(low), int(high))
