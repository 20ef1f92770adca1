"""All dex files of an app as one body of code: classes, calls, constants and cross-references by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from types import ModuleType
from typing import Any, Protocol, TypedDict

from workers.model.errors import OverCodeLimitError, OverLimitError, OverStringLimitError
from workers.model.limits import Limits
from workers.static.readers.anomaly import Anomaly
from workers.static.readers.archive import Archive, MemberError
from workers.static.readers.code_model import Call, FieldUse, StringUse, TypeUse, UnreadableDex, Use
from workers.static.readers.dex_error import DexError
from workers.static.readers.dex_file import HEADERS_MAX, DexFile, Row
from workers.static.readers.engine import native
from workers.static.readers.native import NativeReader
from workers.static.readers.program import Program, Reach

__all__ = ["Call", "Code", "FieldUse", "StringUse", "TypeUse", "UnreadableDex", "Use", "read_code"]

_NEW_INSTANCE = 0x22
_PUTS = frozenset((*range(0x59, 0x60), *range(0x67, 0x6E)))
_DEX_MEMBER = re.compile(r"classes(?:([2-9]|[1-9][0-9]{1,5}))?\.dex")


class Code:
    """The code of one app; indices stay inside, names come out.

    A method is `Lcls;->name(params)ret`, a member `Lcls;->name` (any descriptor), a class `Lcls;`.
    Array classes stay as the file has them: `[Lcls;->clone`.
    """

    def __init__(
        self,
        dex_files: tuple[DexFile, ...],
        program: Program,
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
        self._program = program

    @property
    def dex_names(self) -> tuple[str, ...]:
        """Names of the dex files that were read, in load order."""
        return tuple(dex.name for dex in self.dex_files)

    @property
    def class_count(self) -> int:
        """Class definitions in all dex files."""
        return sum(dex.sizes.classes for dex in self.dex_files)

    @property
    def method_count(self) -> int:
        """Methods with code."""
        return sum(dex.swept[0] for dex in self.dex_files)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Distinct descriptors of the defined classes, sorted."""
        return tuple(sorted(self._program.class_names()))

    @cached_property
    def packages(self) -> Mapping[str, int]:
        """Number of distinct classes by package, each as it starts a descriptor: `Lcom/example`."""
        return self._program.packages()

    def defined_of(self, names: Collection[str]) -> frozenset[str]:
        """Return which of the class descriptors `names` are defined."""
        return frozenset(self._program.defined_of(list(names)))

    def descendants(self, bases: Collection[str]) -> Mapping[str, str]:
        """Return the classes below one of the descriptors `bases`, each with the nearest of them."""
        return self._program.descendants(list(bases))

    def reach(self, entries: Sequence[str], kinds: Mapping[str, int]) -> Reach:
        """Return what can be reached from the class descriptors `entries`; `kinds` numbers callbacks by type."""
        return self._program.reach(entries, kinds)

    def calls_to(self, members: Collection[str]) -> Iterator[Call]:
        """Yield every call of one of `members` (each `Lcls;->name`), in order of dex, caller and offset.

        The class is the one that the instruction names: a call through a subclass that the app defines is not found
        under the framework's class.
        """
        for number, dex in enumerate(self.dex_files):
            yield from _calls(number, dex, dex.call_rows(members))

    def field_uses(self, members: Collection[str]) -> Iterator[FieldUse]:
        """Yield every use of one of the fields `members` (each `Lcls;->NAME`)."""
        for number, dex in enumerate(self.dex_files):
            field = _once(dex.field)
            for place, target, opcode in _places(number, dex, dex.field_rows(members)):
                yield FieldUse(**place, member=field(target), writes=opcode in _PUTS)

    def type_uses(self, types: Collection[str]) -> Iterator[TypeUse]:
        """Yield every new-instance and const-class of one of the type descriptors `types`."""
        for number, dex in enumerate(self.dex_files):
            name = _once(dex.type)
            for place, target, opcode in _places(number, dex, dex.type_rows(types)):
                yield TypeUse(**place, type=name(target), creates=opcode == _NEW_INSTANCE)

    def initial_strings(self, classes: Collection[str]) -> Mapping[str, str]:
        """Return the static fields (each `Lcls;->NAME`) of the class descriptors `classes` that start with a string.

        Only what the class definition says: what the code of a static initialiser puts there is not seen.
        """
        found: dict[str, str] = {}
        defined = self.defined_of(classes)
        for dex in self.dex_files if defined else ():
            for field, text in dex.initial_strings(defined):
                found.setdefault(dex.field(field), dex.strings[text])
        return found

    def strings(self) -> Iterator[str]:
        """Yield the distinct strings of all string tables (identifiers too), used by an instruction or not."""
        yield from dict.fromkeys(text for dex in self.dex_files for text in dex.strings)

    def strings_with(self, needles: Sequence[str], *, beyond_ascii: bool = False) -> Iterator[str]:
        """Yield those strings of all tables that hold one of `needles`, or any sign beyond ASCII if asked."""
        found = (
            dex.strings[number]
            for dex in self.dex_files
            for number in dex.strings_with(needles, beyond_ascii=beyond_ascii)
        )
        yield from dict.fromkeys(found)

    def string_uses(self, values: Collection[str] | None = None) -> Iterator[StringUse]:
        """Yield every const-string whose value is one of `values` (all without `values`)."""
        for number, dex in enumerate(self.dex_files):
            ids = range(len(dex.strings)) if values is None else dex.strings_equal(values)
            text = _once(dex.strings.__getitem__)
            for place, target, _ in _places(number, dex, dex.string_rows(ids) if ids else ()):
                yield StringUse(**place, value=text(target))

    def classes_loading(self, needles: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield each string that holds one of `needles`, with each class whose code loads it."""
        for dex in self.dex_files:
            name, text = _once(dex.type), _once(dex.strings.__getitem__)
            for string, owner in dex.classes_loading(dex.strings_with(needles, beyond_ascii=False)):
                yield text(string), name(owner)

    def callers_of(self, members: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield the distinct pairs of calling method and member that `calls_to` would tell."""
        for dex in self.dex_files:
            member, method = _once(dex.member), _once(dex.method)
            yield from dict.fromkeys((method(caller), member(target)) for caller, target in dex.callers_of(members))

    def calls_near(self, members: Collection[str], prefixes: Sequence[str]) -> Iterator[Call]:
        """Yield the calls of `members` in methods that load a string which starts with one of `prefixes`.

        The prefixes are not empty. Where a method loads no such string, none can be an argument of its calls.
        """
        for number, dex in enumerate(self.dex_files):
            callers = dex.callers_loading(dex.strings_starting(prefixes))
            yield from _calls(number, dex, dex.call_rows(members, callers))

    def string_constants_near(self, use: Use, *, before: int = 48, after: int = 0) -> tuple[str, ...]:
        """Return the strings that the caller loads near `use`, nearest first; distances in code units."""
        dex = self.dex_files[use.dex]
        loads = dex.loads_in(use.caller_id, max(use.offset - before, 0), use.offset + after)
        near = sorted((abs(offset - use.offset), target) for offset, target in loads)
        return tuple(dict.fromkeys(dex.strings[target] for _, target in near))

    def constants_reaching(self, use: Use) -> tuple[str, ...]:
        """Return the strings in the argument registers of the call `use`, as far as a straight line shows them."""
        return tuple(self.dex_files[use.dex].constants_reaching(use.caller_id, use.offset))

    def xrefs(self) -> Iterator[tuple[str, str]]:
        """Yield each distinct pair (caller method, callee method) of all dex files once, in no order."""
        seen: set[tuple[str, str]] = set()
        for dex in self.dex_files:
            calls = dex.code.calls
            method = _once(dex.method)
            for caller, callee in set(zip(calls.caller.tolist(), calls.target.tolist(), strict=True)):
                pair = (method(caller), method(callee))
                if pair not in seen:
                    seen.add(pair)
                    yield pair


def dex_members(names: Sequence[str]) -> list[tuple[int, str]]:
    """Return number and name of those members that are dex files of the app, in the order in which they are loaded."""
    named = (name for name in names if name.startswith("classes"))
    return sorted((int(match[1] or 1), name) for name in named if (match := _DEX_MEMBER.fullmatch(name)))


def read_code(archive: Archive) -> Code:
    """Return the code of an APK: `classes.dex`, `classes2.dex` and so on.

    Android loads them until the first number that is missing; those behind a gap are read too, and noted.

    Raises:
        OverLimitError: one of them, or all together, are larger than a limit; which one says the subclass.
    """
    reader = _reader(archive.engine)
    members = dex_members(archive.names)
    read: list[DexFile] = []
    unreadable: list[UnreadableDex] = []
    anomalies: list[Anomaly] = []
    budget = _Budget(archive.limits)
    for position, (number, name) in enumerate(members, start=1):
        if number != position and not anomalies:
            anomalies.append(Anomaly(kind="dex.gap", subject=name, detail="Android stops loading before this file"))
        try:
            for part in _read_member(archive, name, reader, budget):
                (unreadable if isinstance(part, UnreadableDex) else read).append(part)  # type: ignore[arg-type]
        except MemberError as error:
            unreadable.append(UnreadableDex(name=name, reason=str(error)))
    return Code(
        tuple(read),
        reader.program(read),
        unreadable=tuple(unreadable),
        anomalies=tuple(anomalies),
        dex_bytes=budget.bytes,
    )


class _Budget:
    """What the dex files of one app may still have; parts of a container count each with the tables that it claims."""

    def __init__(self, limits: Limits) -> None:
        self.bytes = 0
        """Bytes of the files so far."""
        self._limits = limits
        self._table_bytes = self._strings = self._instructions = 0

    def take_file(self, size: int) -> None:
        """Count a member; raises OverCodeLimitError."""
        self.bytes += size
        _check("bytes", self.bytes, self._limits.dex_bytes, OverCodeLimitError)

    def take(self, dex: DexFile) -> None:
        """Count what was read of a member; raises OverCodeLimitError or OverStringLimitError."""
        self._strings += dex.sizes.strings
        self._instructions += dex.swept[1]
        # Of a container each part may claim the same bytes for its tables again.
        self._table_bytes += dex.sizes.bytes
        _check("bytes of tables", self._table_bytes, self._limits.dex_bytes, OverCodeLimitError)
        _check("strings", self._strings, self._limits.strings, OverStringLimitError)
        _check("instructions", self._instructions, self._limits.instructions, OverCodeLimitError)


def _check(what: str, found: int, limit: int, error: type[OverLimitError]) -> None:
    """Raise `error` if more was found than the limit."""
    if found > limit:
        raise error(f"The dex files have {found} {what} together, more than the limit of {limit}.")


class _Reader(Protocol):
    """Reads dex members, each with what it read itself before."""

    def content(self, archive: Archive, name: str, /) -> Any:  # noqa: ANN401 - bytes, or memory of the native engine
        """Return the bytes of a member; raises MemberError."""

    def header_offsets(self, content: Any, /) -> Sequence[int]:  # noqa: ANN401 - as above
        """Return where the headers of a DEX file start: one, or several in a container."""

    def read(self, name: str, content: Any, offset: int, /) -> DexFile:  # noqa: ANN401 - as above
        """Return the DEX file whose header stands at `offset`; raises DexError."""

    def program(self, dex_files: Sequence[Any], /) -> Program:
        """Return the files as one program."""


def load_reader() -> None:
    """Load what reads dex files, before the memory of an app is limited: numpy ends a process that has none left."""
    _reader(native())


def _reader(engine: ModuleType | None) -> _Reader:
    """Return what reads the dex files of an archive: the native engine if there is one, else the reference."""
    if engine is not None:
        return NativeReader(engine)
    from workers.static.readers.reference import ReferenceReader  # noqa: PLC0415 - brings numpy, which takes 17 MB

    return ReferenceReader()


def _read_member(archive: Archive, name: str, reader: _Reader, budget: _Budget) -> Iterator[DexFile | UnreadableDex]:
    """Yield the DEX files in a member, or why they cannot be read."""
    content = reader.content(archive, name)
    budget.take_file(len(content))
    offsets = reader.header_offsets(content)
    if len(offsets) == HEADERS_MAX:
        name_behind = f"{name}#{HEADERS_MAX + 1}"
        reason = f"The file has {HEADERS_MAX} parts or more; those behind them are not read."
        yield UnreadableDex(name=name_behind, reason=reason)
    for part, offset in enumerate(offsets, start=1):
        part_name = name if part == 1 else f"{name}#{part}"
        try:
            dex = reader.read(part_name, content, offset)
        except DexError as error:
            yield UnreadableDex(name=part_name, reason=str(error))
            continue
        budget.take(dex)
        yield dex


class _Place(TypedDict):
    """The fields that all uses have."""

    caller: str
    caller_class: str
    dex: int
    caller_id: int
    offset: int


def _places(number: int, dex: DexFile, rows: Sequence[Row]) -> Iterator[tuple[_Place, int, int]]:
    """Yield the place of a use, its target and its opcode for each of `rows`."""
    names: dict[int, tuple[str, str]] = {}
    for caller, target, offset, opcode in rows:
        name = names.get(caller)
        if name is None:
            name = names[caller] = (dex.method(caller), dex.class_of(caller))
        place = _Place(caller=name[0], caller_class=name[1], dex=number, caller_id=caller, offset=offset)
        yield place, target, opcode


def _calls(number: int, dex: DexFile, rows: Sequence[Row]) -> Iterator[Call]:
    """Yield the calls in `rows`."""
    member, method = _once(dex.member), _once(dex.method)
    for place, target, _ in _places(number, dex, rows):
        yield Call(**place, member=member(target), callee=method(target))


def _once(make: Callable[[int], str]) -> Callable[[int], str]:
    """Return `make` with its answers kept."""
    made: dict[int, str] = {}

    def get(key: int) -> str:
        name = made.get(key)
        if name is None:
            name = made[key] = make(key)
        return name

    return get
