"""Archives that lie."""

from __future__ import annotations

import struct
from dataclasses import replace

from tests.hostile.making import (
    BROKEN,
    CODE,
    ENTRIES,
    GOOD,
    INFLATED,
    NO_APK,
    PARTLY,
    READ,
    bomb,
    crowded,
    dex,
    end_at,
    kind,
    manifest,
    packed_zeros,
    patched,
)
from tests.unit.workers.readers.build import Member, apk_bytes, zip_bytes
from tests.unit.workers.readers.build_axml import Node, axml


@kind(NO_APK)
def an_empty_file() -> bytes:
    """An empty file."""
    return b""


@kind(NO_APK)
def plain_text() -> bytes:
    """Plain text."""
    return b"This is no app at all.\n" * 100


@kind(NO_APK)
def a_zip_without_anything() -> bytes:
    """A zip without anything."""
    return zip_bytes([])


@kind(NO_APK)
def a_zip_without_manifest() -> bytes:
    """A zip without manifest."""
    return zip_bytes([Member(name="a.txt", content=b"x")])


@kind(BROKEN)
def cut_off_in_the_middle() -> bytes:
    """Cut off in the middle."""
    return GOOD[: len(GOOD) // 2]


@kind(BROKEN)
def cut_off_before_the_end_record() -> bytes:
    """Cut off before the end record."""
    return GOOD[: end_at(GOOD)]


@kind(BROKEN)
def a_directory_offset_that_lies() -> bytes:
    """A directory offset that lies."""
    return patched(GOOD, end_at(GOOD) + 16, struct.pack("<I", 7))


@kind(BROKEN)
def a_directory_offset_and_size_that_lie() -> bytes:
    """A directory offset and size that lie."""
    return patched(GOOD, end_at(GOOD) + 12, b"\xff\xff\xff\x7f" * 2)


@kind(READ)
def an_entry_count_of_none() -> bytes:
    """An entry count of none."""
    return patched(GOOD, end_at(GOOD) + 8, bytes(4))


@kind(READ)
def an_entry_count_of_all() -> bytes:
    """An entry count of all."""
    return patched(GOOD, end_at(GOOD) + 8, b"\xff" * 4)


@kind(NO_APK)
def a_comment_with_another_end_record() -> bytes:
    """A comment with another end record."""
    return patched(GOOD, len(GOOD) - 2, struct.pack("<H", 22)) + b"PK\5\6" + bytes(18)


@kind(READ)
def many_false_end_records() -> bytes:
    """Many false end records."""
    return GOOD + (b"PK\5\6" + b"\xff" * 18) * 5


@kind(READ)
def zip64_marks_without_zip64() -> bytes:
    """Zip64 marks without zip64."""
    return patched(GOOD, end_at(GOOD) + 8, b"\xff" * 4)


@kind(READ, BROKEN)
def a_cut_off_zip64_field() -> bytes:
    """A cut off zip64 field."""
    return apk_bytes([Member(name="x", content=b"y", told_size=0xFFFFFFFF, extra=b"\1\0\x08\0abc")])


@kind(READ)
def junk_in_front() -> bytes:
    """Junk in front."""
    return zip_bytes([Member(name="AndroidManifest.xml", content=manifest())], prefix=b"junk" * 500)


@kind(READ)
def junk_in_front_and_wrong_offsets() -> bytes:
    """Junk in front and wrong offsets."""
    return b"junk" * 500 + GOOD


@kind(READ)
def a_dex_file_in_front() -> bytes:
    """A dex file in front."""
    return dex() + GOOD


@kind(READ)
def junk_behind() -> bytes:
    """Junk behind."""
    return GOOD + b"junk" * 1_000


@kind(READ)
def encrypted_flags() -> bytes:
    """Encrypted flags."""
    members = [Member(name="AndroidManifest.xml", content=manifest(), flags=1)]
    return zip_bytes([*members, Member(name="classes.dex", content=dex(), flags=1)])


@kind(READ)
def unknown_methods() -> bytes:
    """Unknown methods."""
    members = [Member(name="AndroidManifest.xml", content=manifest(), method=0x4321, deflated=False)]
    return zip_bytes([*members, Member(name="classes.dex", content=dex(), method=99, deflated=True)])


@kind(READ)
def two_manifests() -> bytes:
    """Two manifests."""
    other = axml(Node("manifest", {":package": "b.b"}))
    return zip_bytes([Member(name="AndroidManifest.xml", content=each) for each in (manifest(), other)])


@kind(READ)
def five_thousand_times_the_same_name() -> bytes:
    """Five thousand times the same name."""
    return apk_bytes([Member(name="classes.dex", content=dex())] * 5_000)


@kind(READ)
def seventy_thousand_entries() -> bytes:
    """Seventy thousand entries."""
    return crowded(70_000)


@kind(ENTRIES)
def three_hundred_thousand_entries() -> bytes:
    """Three hundred thousand entries."""
    return crowded(300_000)


@kind(READ, PARTLY)
def members_on_top_of_each_other() -> bytes:
    """Members on top of each other."""
    return apk_bytes([Member(name=f"classes{i or ''}.dex", content=dex(), told_offset=0) for i in (0, 2, 3, 4)])


@kind(READ, PARTLY)
def a_member_outside_the_file() -> bytes:
    """A member outside the file."""
    return apk_bytes([Member(name="classes.dex", content=dex(), told_offset=0x7FFFFFFF)])


@kind(READ)
def a_local_header_that_disagrees() -> bytes:
    """A local header that disagrees."""
    return apk_bytes([Member(name="classes.dex", content=dex(), local_name="x", local_method=0, local_size=1)])


@kind(READ)
def names_that_climb() -> bytes:
    """Names that climb."""
    names = ("../../../etc/passwd", "/etc/passwd", "a\0b", "..\\..\\x", "lib/../../x.so", "assets/" + "d/" * 5_000)
    return apk_bytes([Member(name=name, content=b"x" * 20) for name in names])


@kind(READ)
def names_that_are_no_text() -> bytes:
    """Names that are no text."""
    return apk_bytes([Member(name="assets/\udcff\udcfe\u202e.dex", content=b"dex\n035\0" * 3)])


@kind(PARTLY)
def a_stream_that_breaks() -> bytes:
    """A stream that breaks."""
    good = dex()
    return apk_bytes([Member(name="classes.dex", content=b"\xff" * 200, method=8, deflated=False, told_size=len(good))])


@kind(READ)
def a_checksum_that_lies() -> bytes:
    """A checksum that lies."""
    return apk_bytes([Member(name="classes.dex", content=dex(), told_crc=1)])


@kind(INFLATED)
def a_bomb_that_says_so() -> bytes:
    """A bomb that says so."""
    return bomb(1 << 30, 1 << 30)


@kind(PARTLY)
def a_bomb_that_lies() -> bytes:
    """A bomb that lies."""
    return bomb(1 << 30, 100)


@kind(PARTLY)
def a_bomb_behind_a_dex_header() -> bytes:
    """A bomb behind a dex header."""
    return bomb(100 << 20, 100 << 20)


@kind(CODE)
def many_bombs() -> bytes:
    """Many bombs."""
    one = Member(name="classes.dex", content=packed_zeros(100 << 20), deflated=False, told_size=100 << 20)
    return apk_bytes([one, *(replace(one, name=f"classes{i}.dex") for i in range(2, 9))])


@kind(INFLATED)
def a_manifest_that_is_a_bomb() -> bytes:
    """A manifest that is a bomb."""
    stream = packed_zeros(1 << 30)
    return zip_bytes([Member(name="AndroidManifest.xml", content=stream, deflated=False, told_size=1 << 30)])
