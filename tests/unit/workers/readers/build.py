"""Small writers of zip and DEX bytes, so that tests can make every kind of lie."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tests.unit.workers.readers.build_axml import Node, axml

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")


@dataclass(frozen=True, kw_only=True)
class Member:
    """One member; what is None is told as it is."""

    name: str
    content: bytes = b""
    method: int = 8
    """Method told by both headers; 8 is deflated, any other stored."""
    deflated: bool | None = None
    """Whether it is deflated in truth."""
    flags: int = 0
    told_size: int | None = None
    told_packed: int | None = None
    told_crc: int | None = None
    told_offset: int | None = None
    local_name: str | None = None
    local_method: int | None = None
    local_size: int | None = None
    extra: bytes = b""
    listed: bool = True
    """Whether the central directory lists it."""

    def packed(self) -> bytes:
        """Return its bytes in the file."""
        if not (self.method == 8 if self.deflated is None else self.deflated):
            return self.content
        deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
        return deflater.compress(self.content) + deflater.flush()


def zip_bytes(
    members: Sequence[Member],
    *,
    prefix: bytes = b"",
    shift: int = 0,
    before_directory: bytes = b"",
    told_count: int | None = None,
    told_directory: int | None = None,
    comment: bytes = b"",
    trailing: bytes = b"",
) -> bytes:
    """Return a zip; `shift` is taken off all offsets, as when the prefix came later."""
    body = bytearray(prefix)
    directory = bytearray()
    listed = 0
    for member in members:
        packed, offset = member.packed(), len(body) - shift
        crc = zlib.crc32(member.content) if member.told_crc is None else member.told_crc
        size = len(member.content) if member.told_size is None else member.told_size
        packed_size = len(packed) if member.told_packed is None else member.told_packed
        local = (member.name if member.local_name is None else member.local_name).encode("utf-8", "surrogateescape")
        local_method = member.method if member.local_method is None else member.local_method
        local_size = size if member.local_size is None else member.local_size
        body += _LOCAL.pack(
            b"PK\3\4", 20, member.flags, local_method, 0, 33, crc, packed_size, local_size, len(local), 0
        )
        body += local + packed
        if not member.listed:
            continue
        listed += 1
        name = member.name.encode("utf-8", "surrogateescape")
        told_offset = offset if member.told_offset is None else member.told_offset
        directory += _CENTRAL.pack(
            b"PK\1\2", 20, 20, member.flags, member.method, 0, 33, crc, packed_size, size,
            len(name), len(member.extra), 0, 0, 0, 0, told_offset,
        )  # fmt: skip
        directory += name + member.extra
    body += before_directory
    count = (listed if told_count is None else told_count) & 0xFFFF
    start = len(body) - shift if told_directory is None else told_directory
    end = _END.pack(b"PK\5\6", 0, 0, count, count, len(directory), start, len(comment))
    return bytes(body + directory) + end + comment + trailing


def apk_bytes(
    members: Sequence[Member] = (), *, package: str = "com.example.app", manifest: Node | None = None
) -> bytes:
    """Return an APK with a small manifest and `members`."""
    root = manifest or Node("manifest", {":package": package, "versionCode": 7}, [Node("application")])
    return zip_bytes([Member(name="AndroidManifest.xml", content=axml(root)), *members])


@dataclass(frozen=True, kw_only=True)
class Method:
    """One method of a class: its name, code in code units (None for an abstract one), prototype and list."""

    name: str
    code: Sequence[int] | None = (0x000E,)
    proto: tuple[str, ...] = ("V",)
    """Return type, then parameter types."""
    virtual: bool = False
    told_code: int | None = None
    """Offset of the code item as told."""
    told_units: int | None = None
    """Length of the code as told."""


@dataclass(frozen=True, kw_only=True)
class Class:
    """One class with its methods."""

    name: str
    methods: Sequence[Method] = ()
    fields: Sequence[str] = ()
    """Names of its static fields, all of type int."""
    values: Mapping[str, str | bytes] = field(default_factory=dict)
    """What the fields start with: a string, or a value as encoded; null where there is none."""
    parent: str | None = "Ljava/lang/Object;"
    interfaces: Sequence[str] = ()


@dataclass(kw_only=True)
class DexFile:
    """What a DEX file is made of; ids are given out in sorted order, so code asks for them by `id_of_...`."""

    classes: Sequence[Class] = ()
    strings: Sequence[str | bytes] = ()
    """Strings beside the names; bytes are taken as MUTF-8."""
    calls: Sequence[tuple[str, str, tuple[str, ...]]] = ()
    """Methods of other classes: class, name, prototype."""
    fields: Sequence[tuple[str, str]] = ()
    """Fields of other classes, of type int: class, name."""
    version: bytes = b"035"
    _strings: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Give out all ids."""
        own = [(c.name, m.name, m.proto) for c in self.classes for m in c.methods]
        methods = {*own, *self.calls}
        fields = {*((c.name, name) for c in self.classes for name in c.fields), *self.fields}
        protos = {proto for _, _, proto in methods}
        types = {"I"} if fields else set()
        types |= {c.name for c in self.classes} | {c.parent for c in self.classes if c.parent}
        types |= {name for c in self.classes for name in c.interfaces}
        types |= {owner for owner, _, _ in methods} | {owner for owner, _ in fields} | {t for p in protos for t in p}
        shorties = {_shorty(proto) for proto in protos}
        texts = types | shorties | {name for _, name, _ in methods} | {name for _, name in fields}
        texts |= {value for c in self.classes for value in c.values.values() if isinstance(value, str)}
        raw = {_mutf8(text) for text in texts} | {_mutf8(text) for text in self.strings}
        self._strings = sorted(raw)
        self._types = sorted(types)
        self._protos = sorted(protos)
        self._fields = sorted(fields)
        self._methods = sorted(methods)

    def string(self, text: str | bytes) -> int:
        """Return the id of a string."""
        return self._strings.index(_mutf8(text))

    def type(self, name: str) -> int:
        """Return the id of a type."""
        return self._types.index(name)

    def method(self, owner: str, name: str, proto: tuple[str, ...] = ("V",)) -> int:
        """Return the id of a method."""
        return self._methods.index((owner, name, proto))

    def field(self, owner: str, name: str) -> int:
        """Return the id of a field."""
        return self._fields.index((owner, name))

    def with_code(self, owner: str, name: str, code: Sequence[int]) -> DexFile:
        """Return the file with other code in one method."""
        classes = [
            replace(c, methods=[replace(m, code=code) if (c.name, m.name) == (owner, name) else m for m in c.methods])
            for c in self.classes
        ]
        return DexFile(
            classes=classes, strings=self.strings, calls=self.calls, fields=self.fields, version=self.version
        )

    def as_bytes(self, *, header: Mapping[str, int] | None = None, sums: bool = True) -> bytes:
        """Return the file; `header` replaces fields such as `string_ids_size`, `sums` mends checksum and signature."""
        return _DexWriter(self).write(header or {}, sums=sums)


HEADER_FIELDS = (
    "file_size", "header_size", "endian_tag", "link_size", "link_off", "map_off", "string_ids_size", "string_ids_off",
    "type_ids_size", "type_ids_off", "proto_ids_size", "proto_ids_off", "field_ids_size", "field_ids_off",
    "method_ids_size", "method_ids_off", "class_defs_size", "class_defs_off", "data_size", "data_off",
)  # fmt: skip
"""The header's u4 fields from offset 32 on."""


class _DexWriter:
    """Lays a `DexFile` out: header, tables, then data."""

    def __init__(self, dex: DexFile) -> None:
        self.dex = dex
        self.header_size = 0x78 if dex.version >= b"041" else 0x70
        sizes = [
            len(dex._strings) * 4, len(dex._types) * 4, len(dex._protos) * 12, len(dex._fields) * 8,
            len(dex._methods) * 8, len(dex.classes) * 32,
        ]  # fmt: skip
        self.starts = [self.header_size + sum(sizes[:i]) for i in range(len(sizes) + 1)]
        self.data = bytearray()

    def put(self, content: bytes, align: int = 1) -> int:
        """Append `content` to the data and return its offset."""
        self.data += b"\0" * (-(self.starts[-1] + len(self.data)) % align)
        at = self.starts[-1] + len(self.data)
        self.data += content
        return at

    def write(self, header: Mapping[str, int], *, sums: bool) -> bytes:
        """Return the file."""
        dex = self.dex
        strings = [self.put(_uleb(len(raw.decode("utf-8", "replace"))) + raw + b"\0") for raw in dex._strings]
        tables = struct.pack(f"<{len(strings)}I", *strings)
        tables += b"".join(struct.pack("<I", dex.string(name)) for name in dex._types)
        for proto in dex._protos:
            at = 0
            if len(proto) > 1:
                ids = [dex.type(name) for name in proto[1:]]
                at = self.put(struct.pack(f"<I{len(ids)}H", len(ids), *ids), 4)
            tables += struct.pack("<3I", dex.string(_shorty(proto)), dex.type(proto[0]), at)
        for owner, name in dex._fields:
            tables += struct.pack("<2HI", dex.type(owner), dex.type("I"), dex.string(name))
        for owner, name, proto in dex._methods:
            tables += struct.pack("<2HI", dex.type(owner), dex._protos.index(proto), dex.string(name))
        for item in dex.classes:
            parent = dex.type(item.parent) if item.parent else 0xFFFFFFFF
            ids = [dex.type(name) for name in item.interfaces]
            faces = self.put(struct.pack(f"<I{len(ids)}H", len(ids), *ids), 4) if ids else 0
            told = (dex.type(item.name), 1, parent, faces, 0xFFFFFFFF, 0, self.class_data(item), self.values(item))
            tables += struct.pack("<8I", *told)
        return self.finish(tables, header, sums=sums)

    def class_data(self, item: Class) -> int:
        """Write a class_data_item and return its offset, 0 for an empty class."""
        if not item.methods and not item.fields:
            return 0
        lists = [[m for m in item.methods if m.virtual is virtual] for virtual in (False, True)]
        out = _uleb(len(item.fields)) + _uleb(0) + _uleb(len(lists[0])) + _uleb(len(lists[1]))
        last = 0
        for number in sorted(self.dex.field(item.name, name) for name in item.fields):
            out += _uleb(number - last) + _uleb(9)
            last = number
        for methods in lists:
            last = 0
            for number, method in sorted((self.dex.method(item.name, m.name, m.proto), m) for m in methods):
                code = self.code_item(method) if method.told_code is None else method.told_code
                out += _uleb(number - last) + _uleb(1) + _uleb(code)
                last = number
        return self.put(out)

    def values(self, item: Class) -> int:
        """Write the encoded array of the initial values and return its offset, 0 for none."""
        if not item.values:
            return 0
        names = sorted(item.fields, key=lambda name: self.dex.field(item.name, name))
        return self.put(_uleb(len(names)) + b"".join(self.value(item.values.get(name, b"\x1e")) for name in names))

    def value(self, value: str | bytes) -> bytes:
        """Return an encoded value."""
        if isinstance(value, bytes):
            return value
        return b"\x77" + struct.pack("<I", self.dex.string(value))

    def code_item(self, method: Method) -> int:
        """Write a code item and return its offset, 0 for an abstract method."""
        if method.code is None:
            return 0
        units = len(method.code) if method.told_units is None else method.told_units
        return self.put(
            struct.pack("<4H2I", 4, 0, 2, 0, 0, units) + struct.pack(f"<{len(method.code)}H", *method.code), 4
        )

    def finish(self, tables: bytes, header: Mapping[str, int], *, sums: bool) -> bytes:
        """Put the header in front and mend its sums."""
        size = self.starts[-1] + len(self.data)
        counts = [
            len(self.dex._strings), len(self.dex._types), len(self.dex._protos), len(self.dex._fields),
            len(self.dex._methods), len(self.dex.classes),
        ]  # fmt: skip
        values = [size, self.header_size, 0x12345678, 0, 0, 0]
        for count, start in zip(counts, self.starts, strict=False):
            values += [count, start if count else 0]
        values += [len(self.data), self.starts[-1]]
        told = [header.get(name, value) & 0xFFFFFFFF for name, value in zip(HEADER_FIELDS, values, strict=True)]
        head = b"dex\n" + self.dex.version + b"\0" + bytes(24) + struct.pack("<20I", *told)
        if self.header_size == 0x78:
            head += struct.pack("<2I", size, 0)
        whole = head + tables + bytes(self.data)
        return mend(whole) if sums else whole


def mend(dex: bytes) -> bytes:
    """Return a DEX file with the right signature and checksum."""
    signed = dex[:12] + hashlib.sha1(dex[32:]).digest() + dex[32:]
    return signed[:8] + struct.pack("<I", zlib.adler32(signed[12:])) + signed[12:]


def _shorty(proto: tuple[str, ...]) -> str:
    """Return the short form of a prototype."""
    return "".join("L" if name[0] in "L[" else name for name in proto)


def _mutf8(text: str | bytes) -> bytes:
    """Return a string as MUTF-8."""
    if isinstance(text, bytes):
        return text
    utf16 = text.encode("utf-16-le", "surrogatepass")
    units = [chr(unit) for (unit,) in struct.iter_unpack("<H", utf16)]
    return "".join(units).encode("utf-8", "surrogatepass").replace(b"\0", b"\xc0\x80")


def _uleb(value: int) -> bytes:
    """Return a number as ULEB128."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
