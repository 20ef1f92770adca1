"""One DEX file as the native engine reads it: the same tables and answers as the reference's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any, overload

from workers.static.readers.anomaly import Anomaly
from workers.static.readers.archive import Archive
from workers.static.readers.dex_error import DexError
from workers.static.readers.dex_file import Method, Sizes, Sweep, Uses
from workers.static.readers.oddities import dex_anomalies
from workers.static.readers.program import Program

if TYPE_CHECKING:
    # Columns are for those who compare engines: no fact needs one, so that a worker does without numpy's 17 MB.
    from numpy.typing import NDArray

_ASKED: dict[str, None] = {}
"""What was looked for in other files: mostly the same for every app, and found in one pass through the strings."""
_ASKED_MAX = 48
"""How much of that is kept: with more, one pass is slower than some."""
_WORD = 4
"""Bytes of an id in a column."""


class LazyTexts(Sequence[str]):
    """A table of texts that are made when they are asked for."""

    def __init__(self, size: int, make: Any) -> None:  # noqa: ANN401 - a function of the native module
        self._size = size
        self._make = make

    def __len__(self) -> int:
        """Return how many there are."""
        return self._size

    def __iter__(self) -> Iterator[str]:
        """Yield all."""
        return (self._make(number) for number in range(self._size))

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        """Return one, or some of them."""
        if isinstance(index, slice):
            return [self._make(number) for number in range(*index.indices(self._size))]
        text: str = self._make(index if index >= 0 else self._size + index)
        return text


class NativeDex:
    """A DEX file in the native engine; columns are views of its memory."""

    def __init__(self, name: str, native: Any, anomalies: tuple[Anomaly, ...]) -> None:  # noqa: ANN401 - as above
        self.name = name
        """Archive member; in a container with the number of the part, as `classes.dex#2`."""
        self.native = native
        """The file in the engine."""
        self.anomalies = anomalies
        """What is odd about the file."""
        self.version: int = native.version
        """35 to 41."""
        self.size: int = native.size
        """Bytes of the file, or of this part of a container."""
        strings, prototypes, classes = native.counts
        self.sizes = Sizes(
            strings=strings,
            types=len(native.column("types")) // _WORD,
            prototypes=prototypes,
            fields=len(native.column("field_owner")) // _WORD,
            methods=len(native.column("method_owner")) // _WORD,
            classes=classes,
        )
        """Entries of its tables."""
        self.strings: Sequence[str] = LazyTexts(strings, native.string)
        """String table, decoded."""
        self.prototypes: Sequence[str] = LazyTexts(prototypes, native.prototype)
        """Each prototype as `(params)ret`."""
        self._holding: dict[str, list[int]] = {}
        # The engine answers these as they stand.
        self.type = native.type_name
        self.member = native.member
        self.method = native.method
        self.field = native.field
        self.class_of = native.class_of
        self.string_rows = native.string_rows
        self.call_rows = native.call_rows
        self.field_rows = native.field_rows
        self.type_rows = native.type_rows
        self.strings_equal = native.strings_equal
        self.strings_starting = native.strings_starting
        self.callers_loading = native.callers_loading
        self.classes_loading = native.classes_loading
        self.callers_of = native.callers_of
        self.loads_in = native.loads_in
        self.initial_strings = native.initial_strings

    @property
    def swept(self) -> tuple[int, int]:
        """Methods with code, and instructions in them."""
        methods, instructions, *_ = self.native.swept
        return methods, instructions

    @property
    def types(self) -> NDArray[Any]:
        """String id of each type descriptor."""
        return self._column("types", "<u4")

    @property
    def field_owner(self) -> NDArray[Any]:
        """Type id of the class of each field id."""
        return self._column("field_owner", "<u4")

    @property
    def field_name(self) -> NDArray[Any]:
        """String id of the name of each field id."""
        return self._column("field_name", "<u4")

    @property
    def method_owner(self) -> NDArray[Any]:
        """Type id of the class of each method id."""
        return self._column("method_owner", "<u4")

    @property
    def method_proto(self) -> NDArray[Any]:
        """Prototype id of each method id."""
        return self._column("method_proto", "<u4")

    @property
    def method_name(self) -> NDArray[Any]:
        """String id of the name of each method id."""
        return self._column("method_name", "<u4")

    @property
    def class_type(self) -> NDArray[Any]:
        """Type id of each class definition."""
        return self._column("class_type", "<u4")

    @property
    def class_super(self) -> NDArray[Any]:
        """Type id of the superclass of each class definition; -1 for none."""
        return self._column("class_super", "<i8")

    @property
    def class_interfaces(self) -> Sequence[Sequence[int]]:
        """Type ids of the interfaces of each class definition."""
        return [tuple(each) for each in self.native.class_interfaces()]

    @property
    def defined_methods(self) -> Sequence[Method]:
        """The methods that classes define, in the order of their data."""
        return list(self.native.defined_methods())

    @cached_property
    def code(self) -> Sweep:
        """Calls, constants and field uses of all methods."""
        methods, instructions, rejected, bad_ids, unknown = self.native.swept
        return Sweep(
            calls=self._uses("calls"),
            strings=self._uses("strings"),
            types=self._uses("types"),
            fields=self._uses("fields"),
            methods=methods,
            instructions=instructions,
            rejected=rejected,
            bad_ids=bad_ids,
            unknown_opcodes=unknown,
        )

    def method_parts(self, method_id: int) -> tuple[str, str, str]:
        """Return class, name and prototype of a method."""
        name = self.strings[int(self.method_name[method_id])]
        return self.class_of(method_id), name, self.prototypes[int(self.method_proto[method_id])]

    def strings_with(self, needles: Collection[str], *, beyond_ascii: bool) -> Sequence[int]:
        """Return the ids of strings that hold one of `needles`, or any sign beyond ASCII if asked; ascending."""
        missing = [needle for needle in needles if needle not in self._holding]
        if missing:
            together = list(dict.fromkeys([*missing, *(each for each in _ASKED if each not in self._holding)]))
            self._holding.update(zip(together, self.native.strings_with(together), strict=True))
            _ASKED.update(dict.fromkeys(missing[: max(_ASKED_MAX - len(_ASKED), 0)]))
        found: set[int] = set(self.native.strings_beyond_ascii()) if beyond_ascii else set()
        found.update(*(self._holding[needle] for needle in needles))
        return sorted(found)

    def constants_reaching(self, caller: int, offset: int) -> Sequence[str]:
        """Return the strings in the argument registers of a call, as far as a straight line shows them."""
        return [self.strings[each] for each in self.native.constants_reaching(caller, offset)]

    def _column(self, name: str, kind: str) -> NDArray[Any]:
        """Return a column of the engine, without a copy."""
        import numpy as np  # noqa: PLC0415 - only for who asks for columns; no fact does

        column = self.native.column(name)
        return np.frombuffer(column, kind) if len(column) else np.zeros(0, kind)

    def _uses(self, kind: str) -> Uses:
        """Return the instructions of one kind."""
        caller, target, offset = (self._column(f"{kind}.{name}", "<u4") for name in ("caller", "target", "offset"))
        return Uses(caller=caller, target=target, offset=offset, opcode=self._column(f"{kind}.opcode", "u1"))


class NativeReader:
    """Reads dex members with the native engine."""

    def __init__(self, engine: ModuleType) -> None:
        self._engine = engine
        self.header_offsets = engine.header_offsets

    def content(self, archive: Archive, name: str) -> Any:  # noqa: ANN401 - a column of the native module
        """Return the bytes of a member as memory of the engine."""
        return archive.column(name)

    def read(self, name: str, content: Any, offset: int) -> NativeDex:  # noqa: ANN401 - as above
        """Return the DEX file whose header stands at `offset` of `content`; raises DexError."""
        return read_native(name, content, offset, self._engine)

    def program(self, dex_files: Sequence[NativeDex]) -> Program:
        """Return the files as one program."""
        program: Program = self._engine.Program([dex.native for dex in dex_files])
        return program


def read_native(name: str, content: Any, offset: int, engine: ModuleType) -> NativeDex:  # noqa: ANN401 - a column
    """Return the DEX file whose header stands at `offset` of `content`, a column of the engine.

    Raises:
        DexError: ART would refuse the file; the message says why.
    """
    try:
        native = engine.read_dex(content, offset)
    except engine.NativeDexError as error:
        raise DexError(str(error)) from None
    end = offset + native.size
    _, _, rejected, bad_ids, unknown = native.swept
    anomalies = dex_anomalies(
        name,
        checksum=engine.adler32(content, offset + 12, end) == native.checksum,
        trailing=len(content) - native.limit,
        counts=(rejected, bad_ids, unknown),
    )
    return NativeDex(name, native, anomalies)
