"""Kinds of hostile files, and what their makers have in common."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tests.unit.workers.readers.build import Class, DexFile, Member, Method, apk_bytes, zip_bytes
from tests.unit.workers.readers.build_axml import Node, axml

READ, PARTLY, NO_APK, BROKEN = "inspected", "inspected_partly", "not_an_apk", "malformed"
ENTRIES, INFLATED = "over_entry_limit", "over_inflate_limit"
STRINGS, CODE = "over_string_limit", "over_code_limit"


@dataclass(frozen=True)
class Kind:
    """One kind of hostile file."""

    name: str
    make: Callable[[], bytes]
    outcomes: tuple[str, ...]


KINDS: list[Kind] = []


def kind(*outcomes: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Register a maker with its right outcomes."""

    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        KINDS.append(Kind(make.__name__.replace("_", " "), make, outcomes))
        return make

    return register


def dex(**header: int) -> bytes:
    """Return a small DEX file with some words of its header replaced."""
    return sample().as_bytes(header=header)


def sample() -> DexFile:
    """Return a small DEX file."""
    return DexFile(
        classes=[Class(name="La/A;", methods=[Method(name="m", code=[0x001A, 0, 0x1071, 0, 0, 0x000E])])],
        strings=["http://a.b/c"],
    )


def with_dex(content: bytes, name: str = "classes.dex") -> bytes:
    """Return an app with a DEX file."""
    return apk_bytes([Member(name=name, content=content)])


def patched(content: bytes, at: int, value: bytes) -> bytes:
    """Return bytes with some replaced."""
    return content[:at] + value + content[at + len(value) :]


def end_at(data: bytes) -> int:
    """Return where the end record of a zip stands."""
    return data.rindex(b"PK\5\6")


GOOD = with_dex(dex())


def manifest() -> bytes:
    """Return a small binary manifest."""
    return axml(Node("manifest", {":package": "com.example.app"}, [Node("application")]))


def with_manifest(content: bytes) -> bytes:
    """Return an app with that manifest."""
    return zip_bytes([Member(name="AndroidManifest.xml", content=content), Member(name="classes.dex", content=dex())])


def signed(block: bytes) -> bytes:
    """Return an app with `block` in front of its directory."""
    return zip_bytes([Member(name="AndroidManifest.xml", content=manifest())], before_directory=bytes(64) + block)


def crowded(entries: int) -> bytes:
    """Return an app with so many entries, all of one tiny member."""
    good = apk_bytes([Member(name="a", content=b"x")])
    end = end_at(good)
    (start,) = struct.unpack_from("<I", good, end + 16)
    last = good.rindex(b"PK\1\2")
    directory = good[start:end] + good[last:end] * (entries - 2)
    return good[:start] + directory + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 9, 9, len(directory), start, 0)


@cache
def packed_zeros(size: int) -> bytes:
    """Return a stream of a DEX header and zeros behind it."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = dex()[:0x70]
    out = [deflater.compress(head)]
    chunk, left = bytes(1 << 24), size - len(head)
    while left > 0:
        out.append(deflater.compress(chunk[: min(left, len(chunk))]))
        left -= len(chunk)
    return b"".join([*out, deflater.flush()])


def bomb(size: int, told: int) -> bytes:
    """Return an app whose DEX file inflates to `size`."""
    return apk_bytes([Member(name="classes.dex", content=packed_zeros(size), deflated=False, told_size=told)])
