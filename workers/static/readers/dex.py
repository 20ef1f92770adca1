"""Read the tables of one DEX file, versions 035 to 041, from hostile bytes.

Layouts: "Dalvik executable format" on source.android.com. Every count and offset is checked before it is used; what
ART's verifier would refuse as a whole raises `DexError`, what concerns one method only is counted.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from workers.static.readers.anomaly import Anomaly
from workers.static.readers.class_data import EncodedMethods, read_methods
from workers.static.readers.dex_error import DexError
from workers.static.readers.dex_file import HEADERS_MAX, Method, Sizes, Sweep
from workers.static.readers.oddities import dex_anomalies
from workers.static.readers.prototypes import read_interfaces, read_prototypes
from workers.static.readers.questions import Questions
from workers.static.readers.strings import read_strings
from workers.static.readers.sweep import sweep

__all__ = ["Dex", "DexError", "header_offsets", "read_dex"]

_MAGIC = b"dex\n"
_VERSIONS = range(35, 42)
_ENDIAN = 0x12345678
_HEADER = struct.Struct("<8sI20s20I")
_HEADER_41 = 0x78
_STRINGS_AT = 0x38
"""Where a header tells size and place of the string table."""
_TABLE_MAX = 4_000_000
"""Most entries of a table: some twenty times those of the largest apps, so that no file fills the memory."""

_TABLES: dict[str, Any] = {
    "string": np.dtype("<u4"),
    "type": np.dtype("<u4"),
    "proto": np.dtype([("shorty", "<u4"), ("result", "<u4"), ("parameters", "<u4")]),
    "field": np.dtype([("owner", "<u2"), ("type", "<u2"), ("name", "<u4")]),
    "method": np.dtype([("owner", "<u2"), ("proto", "<u2"), ("name", "<u4")]),
    "class": np.dtype(
        [
            ("type", "<u4"),
            ("flags", "<u4"),
            ("super", "<u4"),
            ("interfaces", "<u4"),
            ("source", "<u4"),
            ("annotations", "<u4"),
            ("data", "<u4"),
            ("values", "<u4"),
        ]
    ),
}
_NO_INDEX = 0xFFFFFFFF

Texts: TypeAlias = dict[bytes, list[str]]
"""String tables of one member by what a header says of them: size and place."""


@dataclass(frozen=True, kw_only=True)
class Dex(Questions):
    """Tables and swept code of one DEX file, as the reference reads it.

    Ids are positions in the tables, as in the file. All arrays of ids are checked to lie inside their tables.
    """

    name: str
    """Archive member; in a container with the number of the part, as `classes.dex#2`."""
    version: int
    """35 to 41."""
    size: int
    """Bytes of the file, or of this part of a container."""
    strings: Sequence[str]
    """String table, decoded."""
    types: NDArray[np.uint32]
    """String id of each type descriptor."""
    prototypes: Sequence[str]
    """Each prototype as `(params)ret`."""
    field_owner: NDArray[np.uint32]
    """Type id of the class of each field id."""
    field_name: NDArray[np.uint32]
    """String id of the name of each field id."""
    method_owner: NDArray[np.uint32]
    """Type id of the class of each method id."""
    method_proto: NDArray[np.uint32]
    """Prototype id of each method id."""
    method_name: NDArray[np.uint32]
    """String id of the name of each method id."""
    class_type: NDArray[np.uint32]
    """Type id of each class definition."""
    class_super: NDArray[np.int64]
    """Type id of the superclass of each class definition; -1 for none."""
    class_interfaces: Sequence[Sequence[int]]
    """Type ids of the interfaces of each class definition."""
    defined_methods: Sequence[Method]
    """The methods that classes define, in the order of their data."""
    code: Sweep
    """Calls, constants and field uses of all methods."""
    class_data: NDArray[np.uint32]
    """Offset of the data of each class definition; 0 for none."""
    class_values: NDArray[np.uint32]
    """Offset of the initial values of its static fields; 0 for none."""
    octets: memoryview
    """The file, for reading initial values."""
    units: NDArray[Any]
    """The file in code units, for following constants."""
    anomalies: tuple[Anomaly, ...]

    @property
    def sizes(self) -> Sizes:
        """Entries of its tables."""
        return Sizes(
            strings=len(self.strings),
            types=self.types.size,
            prototypes=len(self.prototypes),
            fields=self.field_owner.size,
            methods=self.method_owner.size,
            classes=self.class_type.size,
        )

    @property
    def swept(self) -> tuple[int, int]:
        """Methods with code, and instructions in them."""
        return self.code.methods, self.code.instructions


def header_offsets(data: bytes) -> list[int]:
    """Return where the headers of a DEX file start: one, or several in a container of version 041.

    Never raises; what the headers say is checked by `read_dex`.
    """
    offsets = [0]
    while len(offsets) < HEADERS_MAX:
        at = offsets[-1]
        if data[at : at + 4] != _MAGIC or data[at + 4 : at + 7] < b"041" or at + _HEADER_41 > len(data):
            break
        (size,) = struct.unpack_from("<I", data, at + 32)
        if size < _HEADER_41 or at + size >= len(data):
            break
        offsets.append(at + size)
    return offsets


def read_dex(name: str, data: bytes, offset: int = 0, *, texts: Texts | None = None) -> Dex:
    """Return the DEX file whose header stands at `offset` of `data`; `texts` has what was read of it before.

    Raises:
        DexError: ART would refuse the file; the message says why.
    """
    header = _read_header(data, offset)
    tables = header.tables
    _check_ids(tables)
    octets = np.frombuffer(data, dtype=np.uint8, count=header.limit)
    # Parts of a container may claim the same table, each of them again.
    texts = {} if texts is None else texts
    claim = data[offset + _STRINGS_AT : offset + _STRINGS_AT + 8]
    if claim not in texts:
        texts[claim] = read_strings(data, octets, tables["string"])
    strings = texts[claim]
    types = tables["type"].astype(np.uint32)
    if len(set(strings)) != len(strings) or np.unique(types).size != types.size:
        raise DexError("Its string or type table has an entry twice.")
    classes = tables["class"]
    prototypes = read_prototypes(octets, tables["proto"], [strings[i] for i in types.tolist()])
    methods: EncodedMethods = read_methods(octets, classes["data"])
    if methods.method.size and int(methods.method.max()) >= len(tables["method"]):
        raise DexError("A class defines a method outside the method table.")
    code = sweep(
        data[: header.limit],
        methods,
        counts={kind: len(tables[kind]) for kind in ("string", "type", "field", "method")},
        part_size=header.size,
    )
    return Dex(
        name=name,
        version=header.version,
        size=header.size,
        strings=strings,
        types=types,
        prototypes=prototypes,
        field_owner=tables["field"]["owner"].astype(np.uint32),
        field_name=tables["field"]["name"].astype(np.uint32),
        method_owner=tables["method"]["owner"].astype(np.uint32),
        method_proto=tables["method"]["proto"].astype(np.uint32),
        method_name=tables["method"]["name"].astype(np.uint32),
        class_type=classes["type"].astype(np.uint32),
        class_interfaces=read_interfaces(octets, classes["interfaces"], len(types)),
        defined_methods=list(
            zip(methods.method.tolist(), methods.code.tolist(), methods.virtual.tolist(), strict=True)
        ),
        class_data=classes["data"],
        class_values=classes["values"],
        octets=memoryview(data)[: header.limit],
        units=np.frombuffer(data, "<u2", count=header.limit // 2),
        class_super=np.where(classes["super"] == _NO_INDEX, -1, classes["super"].astype(np.int64)),
        code=code,
        anomalies=_anomalies(name, data, offset, header, code),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Header:
    """What the header says, checked against the bytes that are there."""

    version: int
    size: int
    """Bytes of this DEX file (of this part, in a container)."""
    limit: int
    """Offsets count from the start of the bytes and must stay below this."""
    checksum: int
    signature: bytes
    tables: dict[str, NDArray[Any]]


def _read_header(data: bytes, offset: int) -> _Header:
    """Return the header at `offset` and its tables."""
    if len(data) - offset < _HEADER.size:
        raise DexError("It is too short for a DEX header.")
    magic, checksum, signature, size, header_size, endian, _, _, _, *pairs = _HEADER.unpack_from(data, offset)
    if magic[:4] != _MAGIC or magic[7:] != b"\x00" or not magic[4:7].isdigit():
        raise DexError(f"It does not start like a DEX file but with {magic.hex()}.")
    version = int(magic[4:7])
    if version not in _VERSIONS:
        raise DexError(f"Its version is {version:03}; 035 to 041 can be read.")
    if endian != _ENDIAN:
        raise DexError("Its byte order is not little-endian.")
    container = version >= 41
    if header_size < (_HEADER_41 if container else _HEADER.size):
        raise DexError(f"Its header is said to have {header_size} bytes.")
    if size > len(data) - offset or size < header_size:
        raise DexError(f"It is said to have {size} bytes, but there are {len(data) - offset}.")
    limit = len(data) if container else size
    return _Header(
        version=version,
        size=size,
        limit=limit,
        checksum=checksum,
        signature=signature,
        tables=_read_tables(data, (offset, offset + header_size), pairs, limit),
    )


def _read_tables(data: bytes, header: tuple[int, int], pairs: Sequence[int], limit: int) -> dict[str, NDArray[Any]]:
    """Return the id tables and class definitions; `pairs` has a count and an offset for each."""
    tables: dict[str, NDArray[Any]] = {}
    spans = [(*header, "header")]
    for (kind, dtype), count, start in zip(_TABLES.items(), pairs[0:12:2], pairs[1:12:2], strict=True):
        if count == 0:
            tables[kind] = np.zeros(0, dtype)
            continue
        end = start + count * dtype.itemsize
        if end > limit:
            raise DexError(f"Its {kind} table with {count} entries at {start} ends after the file.")
        if count > _TABLE_MAX:
            raise DexError(f"Its {kind} table with {count} entries is larger than that of any app.")
        spans.append((start, end, kind))
        tables[kind] = np.frombuffer(data, dtype, count=count, offset=start)
    for (_, end, before), (start, _, after) in pairwise(sorted(spans)):
        if end > start:
            raise DexError(f"Its {before} and {after} tables overlap.")
    return tables


def _check_ids(tables: dict[str, NDArray[Any]]) -> None:
    """Raise if an id in a table points outside the table that it means."""
    strings, types, protos = len(tables["string"]), len(tables["type"]), len(tables["proto"])
    supers = tables["class"]["super"]
    columns: list[tuple[str, NDArray[Any], int]] = [
        ("type", tables["type"], strings),
        ("proto", tables["proto"]["result"], types),
        ("field", tables["field"]["owner"], types),
        ("field", tables["field"]["name"], strings),
        ("method", tables["method"]["owner"], types),
        ("method", tables["method"]["proto"], protos),
        ("method", tables["method"]["name"], strings),
        ("class", tables["class"]["type"], types),
        ("class", supers[supers != _NO_INDEX], types),
    ]
    for kind, column, count in columns:
        if column.size and int(column.max()) >= count:
            raise DexError(f"Its {kind} table points outside another table.")


def _anomalies(name: str, data: bytes, offset: int, header: _Header, code: Sweep) -> tuple[Anomaly, ...]:
    """Return what is odd about the file."""
    view, end = memoryview(data), offset + header.size
    return dex_anomalies(
        name,
        checksum=zlib.adler32(view[offset + 12 : end]) == header.checksum,
        trailing=len(data) - header.limit,
        counts=(code.rejected, code.bad_ids, code.unknown_opcodes),
    )
