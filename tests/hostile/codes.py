"""DEX files that lie."""

from __future__ import annotations

import struct
from dataclasses import replace

from tests.hostile.making import GOOD, PARTLY, READ, dex, kind, patched, sample, with_dex
from tests.unit.workers.readers.build import Class, DexFile, Member, Method, apk_bytes, mend

_TABLES = ("type_ids", "proto_ids", "field_ids", "method_ids", "class_defs")
OTHER_TABLES = tuple(f"{table}_{what}" for table in _TABLES for what in ("size", "off"))
"""Fields of the header for all tables but that of strings."""


@kind(PARTLY)
def a_dex_file_without_magic() -> bytes:
    """A dex file without magic."""
    return with_dex(b"dey\n035\0" + bytes(200))


@kind(PARTLY)
def a_dex_version_of_the_future() -> bytes:
    """A dex version of the future."""
    return with_dex(mend(patched(dex(), 4, b"099")))


@kind(PARTLY)
def a_dex_file_of_the_other_byte_order() -> bytes:
    """A dex file of the other byte order."""
    return with_dex(dex(endian_tag=0x78563412))


@kind(PARTLY)
def a_dex_header_that_is_small() -> bytes:
    """A dex header that is small."""
    return with_dex(dex(header_size=4))


@kind(PARTLY)
def a_dex_file_larger_than_itself() -> bytes:
    """A dex file larger than itself."""
    return with_dex(dex(file_size=0x7FFFFFFF))


@kind(PARTLY)
def a_dex_file_cut_off() -> bytes:
    """A dex file cut off."""
    return with_dex(dex()[:150])


@kind(PARTLY)
def strings_by_the_billions() -> bytes:
    """Strings by the billions."""
    return with_dex(dex(string_ids_size=0xFFFFFFF0))


@kind(PARTLY)
def strings_by_the_millions() -> bytes:
    """Strings by the millions."""
    count = 5_000_000
    head = dex(string_ids_size=count, string_ids_off=0x70, file_size=0x70 + 4 * count, **dict.fromkeys(OTHER_TABLES, 0))
    return with_dex(head[:0x70] + bytes(4 * count))


@kind(PARTLY)
def classes_by_the_billions() -> bytes:
    """Classes by the billions."""
    return with_dex(dex(class_defs_size=0xFFFFFFF0))


@kind(PARTLY)
def tables_on_top_of_each_other() -> bytes:
    """Tables on top of each other."""
    return with_dex(dex(type_ids_off=0x70, type_ids_size=4))


@kind(PARTLY)
def tables_outside_the_file() -> bytes:
    """Tables outside the file."""
    return with_dex(dex(method_ids_off=0x7FFFFFF0))


@kind(READ)
def a_dex_checksum_that_lies() -> bytes:
    """A dex checksum that lies."""
    return with_dex(patched(dex(), 8, bytes(24)))


@kind(PARTLY)
def a_body_of_ones() -> bytes:
    """A body of ones."""
    return with_dex(mend(dex()[:0x70] + b"\xff" * 4_000))


@kind(PARTLY)
def one_long_string_for_all() -> bytes:
    """One long string for all."""
    content = DexFile(strings=["x" * 500_000, *map(str, range(5_000))]).as_bytes()
    return with_dex(mend(patched(content, 0x70, content[0x70 + 4 * 5_000 : 0x74 + 4 * 5_000] * 5_001)))


@kind(READ)
def strings_that_are_no_text() -> bytes:
    """Strings that are no text."""
    strings = [bytes([0xC0 + i % 60, 0x80 + i % 64, 1 + i % 250]) for i in range(999)]
    return with_dex(DexFile(strings=strings).as_bytes())


@kind(READ)
def addresses_by_the_ten_thousands() -> bytes:
    """Addresses by the ten thousands."""
    return with_dex(DexFile(strings=[f"https://h{i}.example.com/a?b=c" for i in range(40_000)]).as_bytes())


@kind(READ, PARTLY)
def a_class_that_is_its_own_ancestor() -> bytes:
    """A class that is its own ancestor."""
    classes = [Class(name=f"La/{a};", parent=f"La/{b};") for a, b in ("AA", "BC", "CB")]
    return with_dex(DexFile(classes=classes).as_bytes())


@kind(READ)
def a_chain_of_ten_thousand_classes() -> bytes:
    """A chain of ten thousand classes."""
    classes = [Class(name=f"La/A{i:05};", parent=f"La/A{i - 1:05};" if i else None) for i in range(10_000)]
    return with_dex(DexFile(classes=classes).as_bytes())


@kind(READ)
def interfaces_in_a_circle() -> bytes:
    """Interfaces in a circle."""
    names = [f"La/I{i:03};" for i in range(300)]
    return with_dex(DexFile(classes=[Class(name=name, interfaces=names) for name in names]).as_bytes())


@kind(READ)
def calls_that_mean_everything() -> bytes:
    """Calls that mean everything."""
    names = [f"La/C{i:04};" for i in range(1_500)]
    calls = [Method(name="run", virtual=True)]
    file = DexFile(classes=[Class(name=name, interfaces=["La/I;"], methods=calls) for name in names])
    code = [word for name in names for word in (0x1072, file.method(name, "run"), 0)]
    return with_dex(file.with_code(names[0], "run", [*code, 0x000E]).as_bytes())


@kind(READ, PARTLY)
def code_outside_the_file() -> bytes:
    """Code outside the file."""
    return with_dex(DexFile(classes=[Class(name="La;", methods=[Method(name="m", told_code=0xFFFFFF0)])]).as_bytes())


@kind(READ, PARTLY)
def code_that_goes_on_for_ever() -> bytes:
    """Code that goes on for ever."""
    return with_dex(DexFile(classes=[Class(name="La;", methods=[Method(name="m", told_units=0x7FFFFFFF)])]).as_bytes())


@kind(PARTLY)
def code_that_a_thousand_methods_share() -> bytes:
    """Code that a thousand methods share."""
    owner = Class(name="La;", methods=[Method(name="m", code=[0] * 9_000)])

    def build(at: int) -> bytes:
        sharers = [Class(name=f"Lb{i:04};", methods=[Method(name="m", told_code=at)]) for i in range(1_000)]
        return DexFile(classes=[owner, *sharers]).as_bytes()

    header = struct.pack("<4H2I", 4, 0, 2, 0, 0, 9_000)
    return with_dex(build(build(0x10000).index(header)))


@kind(READ)
def a_switch_of_four_billion_cases() -> bytes:
    """A switch of four billion cases."""
    payload = [0x0300, 0xFFFF, 0xFFFF, 0xFFFF]
    return with_dex(DexFile(classes=[Class(name="La;", methods=[Method(name="m", code=payload)])]).as_bytes())


@kind(READ)
def code_without_any_meaning() -> bytes:
    """Code without any meaning."""
    code = [0x3E3E, 0xE3FF, 0x7373] * 20_000
    return with_dex(DexFile(classes=[Class(name="La;", methods=[Method(name="m", code=code)])]).as_bytes())


@kind(PARTLY)
def a_class_with_fields_for_the_whole_file() -> bytes:
    """A class with fields for the whole file."""
    content = DexFile(classes=[Class(name="La;", methods=[Method(name="m")])]).as_bytes()
    data = struct.unpack_from("<I", content, struct.unpack_from("<I", content, 100)[0] + 24)[0]
    return with_dex(mend(patched(content, data, b"\xff\xff\xff\xff\x0f")))


@kind(PARTLY)
def a_container_of_dex_files() -> bytes:
    """A container of dex files."""
    part = replace(sample(), version=b"041").as_bytes()
    return with_dex(part * 300)


@kind(READ, PARTLY)
def two_hundred_dex_files() -> bytes:
    """Two hundred dex files."""
    return apk_bytes([Member(name=f"classes{i or ''}.dex", content=dex()) for i in (0, *range(2, 201))])


@kind(READ)
def dex_files_among_the_assets() -> bytes:
    """Dex files among the assets."""
    return apk_bytes([Member(name=f"assets/{i}.png", content=dex()) for i in range(300)])


@kind(READ)
def an_app_inside_the_app() -> bytes:
    """An app inside the app."""
    return apk_bytes([Member(name="assets/data.bin", content=GOOD), Member(name="res/raw/x", content=b"\x7fELF" * 9)])
