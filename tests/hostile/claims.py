"""DEX files of a few kilobytes that claim work or memory out of all proportion."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from tests.hostile.making import PARTLY, READ, STRINGS, kind
from tests.unit.workers.readers.build import HEADER_FIELDS, Member, apk_bytes, mend
from tests.unit.workers.readers.build_axml import Node

_NO_INDEX = 0xFFFFFFFF
_ENTRY, _ENTRY_NAME = "Le/E;", "e.E"
_CONST_STRING, _NEW_INSTANCE, _INVOKE_VIRTUAL, _INVOKE_STATIC, _RETURN = 0x001A, 0x0022, 0x106E, 0x1071, 0x000E


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The tables of a DEX file by ids, without any search: large ones are made at once.

    String 0 is `<init>`, 1 `V`, 2 `VL`, 3 the entry class; type 0 is `V`, 1 the entry class, the others follow.
    """

    types: Sequence[str] = ()
    names: Sequence[str] = ()
    methods: Sequence[tuple[int, int]] = ()
    """Type id, and position of the name in `names`; method 0 is the entry's constructor."""
    code: bytes = struct.pack("<H", _RETURN)
    """Of the entry's constructor."""
    sharing: int = 0
    """How many methods of the entry class, the first of `methods`, have the same code."""
    classes: Sequence[tuple[int, int, bool]] = ()
    """Type id, type id of the superclass, and whether it has the list of `interfaces`."""
    interfaces: Sequence[int] = ()
    sharers: int = 1
    """Prototypes, all with the same list of `parameters`."""
    parameters: int = 0

    def as_bytes(self) -> bytes:
        """Return the file."""
        strings = ["<init>", "V", "VL", _ENTRY, *self.types, *self.names]
        counts = (len(strings), 2 + len(self.types), self.sharers, 0, 1 + len(self.methods), 1 + len(self.classes))
        starts = [0x70]
        for count, width in zip(counts, (4, 4, 12, 8, 8, 32), strict=True):
            starts.append(starts[-1] + count * width)
        data = bytearray(struct.pack(f"<I{self.parameters}H", self.parameters, *[1] * self.parameters))
        lists = [starts[-1], _put(data, starts[-1], struct.pack("<I", len(self.interfaces)) + _halves(self.interfaces))]
        item = struct.pack("<4H2I", 4, 0, 2, 0, 0, len(self.code) // 2) + self.code
        body = _put(data, starts[-1], item)
        # One direct method: id 0, access 1, then the offset of its code in five bytes.
        number = bytes([body & 0x7F | 0x80, *(body >> shift & 0x7F | 0x80 for shift in (7, 14, 21)), body >> 28])
        sharing = (bytes([1, 1]) + number) * self.sharing
        entry = _put(data, starts[-1], bytes([0, 0, 1 + self.sharing, 0, 0, 1]) + number + sharing)
        offsets = []
        for text in strings:
            offsets.append(starts[-1] + len(data))
            data += bytes([len(text)]) + text.encode("ascii") + b"\0"
        tables = struct.pack(f"<{len(offsets)}I", *offsets)
        tables += struct.pack(f"<{counts[1]}I", 1, 3, *range(4, 4 + len(self.types)))
        tables += struct.pack("<3I", 1, 0, lists[0] if self.parameters else 0) * self.sharers
        first_name = 4 + len(self.types)
        tables += struct.pack("<2HI", 1, 0, 0)
        tables += b"".join(struct.pack("<2HI", owner, 0, first_name + name) for owner, name in self.methods)
        tables += struct.pack("<8I", 1, 1, _NO_INDEX, 0, _NO_INDEX, 0, entry, 0)
        for name, parent, implements in self.classes:
            tables += struct.pack("<8I", name, 1, parent, lists[1] if implements else 0, _NO_INDEX, 0, 0, 0)
        return _whole(counts, starts, tables + bytes(data))

    def as_app(self) -> bytes:
        """Return an app with the file, which the system enters at the entry class."""
        manifest = Node("manifest", {":package": "com.example.app"}, [Node("application", {"name": _ENTRY_NAME})])
        return apk_bytes([Member(name="classes.dex", content=self.as_bytes())], manifest=manifest)


def _put(data: bytearray, start: int, content: bytes) -> int:
    """Append `content` at a multiple of four and return its offset in the file."""
    data += bytes(-(start + len(data)) % 4)
    at = start + len(data)
    data += content
    return at


def _halves(values: Sequence[int]) -> bytes:
    """Return 16-bit numbers."""
    return struct.pack(f"<{len(values)}H", *values)


def _whole(counts: Sequence[int], starts: Sequence[int], behind: bytes) -> bytes:
    """Return the file of which all but the header is given."""
    size = 0x70 + len(behind)
    values = dict.fromkeys(HEADER_FIELDS, 0)
    values |= {"file_size": size, "header_size": 0x70, "endian_tag": 0x12345678, "data_off": starts[-1]}
    values["data_size"] = size - starts[-1]
    for table, count, start in zip(
        ("string", "type", "proto", "field", "method", "class"), counts, starts, strict=False
    ):
        suffix = "defs" if table == "class" else "ids"
        values[f"{table}_{suffix}_size"], values[f"{table}_{suffix}_off"] = count, start if count else 0
    head = struct.pack("<20I", *(values[name] for name in HEADER_FIELDS))
    return mend(b"dex\n035\0" + bytes(24) + head + behind)


def _heirs(count: int, code: bytes, interfaces: Sequence[int], *, calls: bool) -> bytes:
    """Return an app with a class of many interfaces and `count` subclasses of it, which the code makes or calls."""
    names = [f"Lx/{i:05};" for i in range(count)]
    first = 2
    heirs = [(first + i, first if i else _NO_INDEX, i == 0) for i in range(count)]
    methods = [(first + i, 0) for i in range(count)] if calls else []
    return Tables(types=names, names=["run"], methods=methods, code=code, classes=heirs, interfaces=interfaces).as_app()


@kind(PARTLY)
def a_parameter_list_that_three_million_prototypes_share() -> bytes:
    """A parameter list that three million prototypes share."""
    return Tables(sharers=3_000_000, parameters=255).as_app()


@kind(READ)
def an_interface_a_million_times() -> bytes:
    """An interface a million times in the list of a class with thirty thousand heirs, each of which is called."""
    count = 30_000
    code = b"".join(struct.pack("<3H", _INVOKE_VIRTUAL, 1 + i, 0) for i in range(count))
    return _heirs(count, code + _halves([_RETURN]), [3] * 1_000_000, calls=True)


@kind(PARTLY)
def interfaces_by_the_ten_thousands() -> bytes:
    """Interfaces by the ten thousands of a class with sixty thousand heirs, of each of which an instance is made."""
    count = 60_000
    code = b"".join(struct.pack("<2H", _NEW_INSTANCE, 2 + i) for i in range(count))
    return _heirs(count, code + _halves([_RETURN]), [2 + i for i in range(1, count)], calls=False)


@kind(READ)
def a_question_asked_ten_thousand_times_in_one_method() -> bytes:
    """A question asked ten thousand times in one method, each time with a constant."""
    step = struct.pack("<5H", _CONST_STRING, 5, _INVOKE_STATIC, 1, 0)
    return Tables(
        types=["Landroid/content/ContentResolver;"],
        names=["content://com.android.contacts", "query"],
        methods=[(2, 1)],
        code=step * 10_000 + _halves([_RETURN]),
    ).as_app()


@kind(STRINGS)
def parts_of_a_container_that_claim_the_same_tables() -> bytes:
    """Parts of a container that claim the same tables, each of them again."""
    count, parts = 400_000, 250
    tables = 0x78 * parts
    text_at = tables + 4 * count
    offsets = struct.pack(f"<{count}I", *range(text_at, text_at + 9 * count, 9))
    texts = b"".join(b"\7%07d\0" % i for i in range(count))
    head = b"dex\n041\0" + bytes(24)
    for field in HEADER_FIELDS:
        value = {"file_size": 0x78, "header_size": 0x78, "endian_tag": 0x12345678}.get(field, 0)
        value = {"string_ids_size": count, "string_ids_off": tables}.get(field, value)
        head += struct.pack("<I", value)
    head += struct.pack("<2I", tables + len(offsets) + len(texts), 0)
    return apk_bytes([Member(name="classes.dex", content=head * parts + offsets + texts)])
