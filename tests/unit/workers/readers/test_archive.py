"""The zip reader reads what Android reads, and keeps every lie as evidence."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workers.readers.build import Member, apk_bytes, zip_bytes
from workers.model.errors import InspectionError, MalformedError, NotAnApkError, OverLimitError
from workers.model.limits import Limits
from workers.static.readers.archive import Archive, MemberError, open_apk
from workers.static.readers.engine import VARIABLE, Engine, native

TEXT = b"hello " * 100


def archive(data: bytes, limits: Limits | None = None) -> Archive:
    """Return an archive over `data`."""
    return Archive(memoryview(data), limits=limits or Limits())


def kinds(read: Archive) -> set[str]:
    """Return the kinds of the anomalies."""
    return {anomaly.kind for anomaly in read.anomalies}


@pytest.mark.parametrize("method", [0, 8])
def test_a_member_comes_out_as_it_went_in(method: int) -> None:
    """Stored and deflated members are read without an anomaly."""
    read = archive(zip_bytes([Member(name="a", content=TEXT, method=method)]))
    assert (read.read("a"), read.anomalies) == (TEXT, ())


def test_entries_tell_what_the_directory_tells() -> None:
    """An entry has name, method, sizes and the offset of its local header."""
    entry = archive(zip_bytes([Member(name="x"), Member(name="a", content=b"12345", method=0)])).entries[1]
    assert (entry.name, entry.method, entry.size, entry.compressed_size, entry.header_offset) == ("a", 0, 5, 5, 33)


@pytest.mark.parametrize("wanted", list(Engine))
def test_an_entry_tells_the_extension_of_its_name(wanted: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """In small letters, from the last dot on, wherever that is; bytes that are no text stand as in the name."""
    if wanted is Engine.NATIVE and native() is None:
        pytest.skip("the native engine is not installed; it needs cargo")
    monkeypatch.setenv(VARIABLE, wanted)
    names = ["a/b.tar.GZ", "a.b/c", "none", ".hidden", "end.", "k.AP\u212a", "latin.\xe9\xc9"]
    told = [entry.suffix for entry in archive(zip_bytes([Member(name=name) for name in names])).entries]
    assert told == [".gz", ".b/c", "", ".hidden", ".", ".apk", ".\xe9\xe9"]


def test_the_encrypted_flag_locks_nobody_out() -> None:
    """A member flagged as encrypted is read all the same, and noted."""
    read = archive(zip_bytes([Member(name="a", content=TEXT, flags=1)]))
    assert (read.read("a"), kinds(read)) == (TEXT, {"zip.encrypted-flag"})


@pytest.mark.parametrize("deflated", [False, True])
def test_an_unknown_method_is_tried_as_stored_and_as_deflated(deflated: bool) -> None:
    """Whatever the method says, the CRC tells which way of reading is right."""
    read = archive(zip_bytes([Member(name="a", content=TEXT, method=0x2A5B, deflated=deflated)]))
    assert (read.read("a"), kinds(read)) == (TEXT, {"zip.unknown-method"})


def test_of_two_members_with_one_name_the_first_counts() -> None:
    """The second is still in the entries, and can be read from there."""
    read = archive(zip_bytes([Member(name="a", content=b"1"), Member(name="a", content=b"2")]))
    assert (read.names, read.read("a"), read.read_entry(read.entries[1])) == (("a",), b"1", b"2")
    assert kinds(read) == {"zip.duplicate-name"}


@pytest.mark.parametrize("shift", [0, 9])
def test_bytes_in_front_do_not_matter(shift: int) -> None:
    """Prefix bytes are noted, whether the offsets were mended for them or not."""
    read = archive(zip_bytes([Member(name="a", content=TEXT)], prefix=b"#!garbage", shift=shift))
    assert read.read("a") == TEXT
    assert kinds(read) == ({"zip.prefix-bytes", "zip.shifted"} if shift else {"zip.prefix-bytes"})


def test_padding_that_looks_like_a_member_is_no_anomaly() -> None:
    """Build tools leave local headers that the directory does not list."""
    read = archive(zip_bytes([Member(name="", listed=False), Member(name="a", content=TEXT)]))
    assert (read.read("a"), read.anomalies) == (TEXT, ())


def test_comment_and_trailing_bytes_do_not_hide_the_directory() -> None:
    """The end record is searched backwards; what follows its comment is noted."""
    read = archive(zip_bytes([Member(name="a", content=TEXT)], comment=b"c" * 300, trailing=b"t" * 7))
    assert (read.read("a"), kinds(read)) == (TEXT, {"zip.trailing-bytes"})


def test_the_last_directory_wins() -> None:
    """A whole zip in front of another one is only a prefix."""
    both = zip_bytes([Member(name="new")], prefix=zip_bytes([Member(name="old")]))
    assert archive(both).names == ("new",)


def test_a_directory_far_from_its_end_record_is_noted() -> None:
    """Offsets count from the start of the file, as on Android: of two zips in a row the first shows its members."""
    read = archive(zip_bytes([Member(name="old")]) + zip_bytes([Member(name="new")]))
    assert (read.names, "zip.directory-gap" in kinds(read)) == (("old",), True)


def test_an_end_record_that_points_nowhere_is_passed_over() -> None:
    """Then the one before it counts."""
    lie = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 5, 5, 500, 0xFFFFFF, 0)
    assert archive(zip_bytes([Member(name="a")], trailing=lie)).names == ("a",)


def test_local_header_conflicts_are_kept() -> None:
    """The central directory decides; the local header's other name and size are evidence."""
    member = Member(name="classes.dex", content=TEXT, local_name="README.md", local_size=1)
    read = archive(zip_bytes([member]))
    assert (read.read("classes.dex"), kinds(read)) == (TEXT, {"zip.header-conflict"})


def test_a_wrong_crc_is_only_noted() -> None:
    """The bytes come out as they are."""
    read = archive(zip_bytes([Member(name="a", content=TEXT, told_crc=1)]))
    assert (read.read("a"), kinds(read)) == (TEXT, {"zip.bad-crc"})


@pytest.mark.parametrize(("told", "found"), [(5, TEXT[:5]), (5000, TEXT)])
def test_a_wrong_size_is_noted(told: int, found: bytes) -> None:
    """Never more than told, never more than there is."""
    read = archive(zip_bytes([Member(name="a", content=TEXT, told_size=told)]))
    assert read.read("a") == found
    assert "zip.size-mismatch" in kinds(read)


def test_a_member_said_to_go_on_after_the_file_is_cut() -> None:
    """A lying compressed size ends at the end of the file."""
    read = archive(zip_bytes([Member(name="a", content=TEXT, told_packed=1 << 30)]))
    assert read.read("a") == TEXT
    assert "zip.member-outside" in kinds(read)


@pytest.mark.parametrize("offset", [1 << 30, 3])
def test_a_member_without_local_header_cannot_be_read(offset: int) -> None:
    """Outside the file or in the middle of nothing."""
    with pytest.raises(MemberError):
        archive(zip_bytes([Member(name="a", content=TEXT, told_offset=offset)])).read("a")


def test_bytes_that_do_not_inflate_cannot_be_read() -> None:
    """A deflated member of rubbish raises MemberError, not zlib's error."""
    with pytest.raises(MemberError):
        archive(zip_bytes([Member(name="a", content=b"\xff" * 50, deflated=False)])).read("a")


def test_an_inflate_bomb_ends_at_the_limit() -> None:
    """A member that honestly says it is too large is refused before inflating."""
    bomb = zip_bytes([Member(name="a", content=bytes(4 << 20))])
    with pytest.raises(OverLimitError):
        archive(bomb, Limits(member_bytes=1 << 20)).read("a")


def test_a_bomb_that_says_it_is_small_gives_what_it_said() -> None:
    """No more is inflated than the directory tells."""
    read = archive(zip_bytes([Member(name="a", content=bytes(4 << 20), told_size=10)]), Limits(member_bytes=1 << 20))
    assert read.read("a") == bytes(10)


def test_a_bomb_of_an_impossible_size_is_inflated_up_to_the_limit() -> None:
    """A told size beyond what deflate could make is a lie; the limit holds against the truth."""
    member = Member(name="a", content=bytes(4 << 20), told_size=0xFFFFFF00)
    with pytest.raises(OverLimitError):
        archive(zip_bytes([member]), Limits(member_bytes=1 << 20)).read("a")


def test_all_members_together_have_a_limit() -> None:
    """Each member counts once, however often it is read."""
    read = archive(zip_bytes([Member(name=n, content=bytes(600)) for n in "ab"]), Limits(inflated_bytes=1000))
    assert len(read.read("a") + read.read("a")) == 1200
    with pytest.raises(OverLimitError):
        read.read("b")


def test_the_head_of_a_member_is_read_alone() -> None:
    """Four bytes of a bomb cost four bytes."""
    read = archive(zip_bytes([Member(name="a", content=b"dex\n" + bytes(4 << 20))]), Limits(member_bytes=100))
    assert read.read_head(read.entries[0], 4) == b"dex\n"


def test_70000_entries_are_read_in_time() -> None:
    """The 16-bit count of the end record does not matter; the directory's own length does."""
    data = zip_bytes([Member(name=f"res/{i}", method=0) for i in range(70_000)])
    start = time.process_time()
    read = archive(data)
    assert (len(read.entries), kinds(read)) == (70_000, {"zip.entry-count"})
    assert time.process_time() - start < 5


def test_too_many_entries_are_refused() -> None:
    """The number of entries has a limit."""
    with pytest.raises(OverLimitError):
        archive(zip_bytes([Member(name=str(i)) for i in range(11)]), Limits(entries=10))


def test_a_file_over_the_limit_is_refused() -> None:
    """Before anything in it is read."""
    with pytest.raises(OverLimitError):
        archive(bytes(101), Limits(file_bytes=100))


def test_zip64_sizes_are_read() -> None:
    """Sizes of 0xffffffff stand in the extra field."""
    extra = struct.pack("<2H2Q", 1, 16, 600, 600)
    member = Member(name="a", content=TEXT, method=0, told_size=0xFFFFFFFF, told_packed=0xFFFFFFFF, extra=extra)
    assert archive(zip_bytes([member])).read("a") == TEXT


@pytest.mark.parametrize("data", [b"", b"hello", b"\x7fELF" + bytes(500), bytes(70_000)])
def test_what_is_no_zip_is_no_apk(data: bytes) -> None:
    """Neither start nor end of a zip."""
    with pytest.raises(NotAnApkError):
        open_apk(memoryview(data), limits=Limits())


def test_a_zip_without_manifest_is_no_apk() -> None:
    """Any zip but an app."""
    with pytest.raises(NotAnApkError):
        open_apk(memoryview(zip_bytes([Member(name="a")])), limits=Limits())


def test_a_truncated_zip_is_malformed() -> None:
    """It starts like a zip, but its directory is gone."""
    whole = apk_bytes([Member(name="a", content=TEXT)])
    with pytest.raises(MalformedError):
        open_apk(memoryview(whole[: len(whole) // 2]), limits=Limits())


def test_a_directory_that_is_not_there_is_malformed() -> None:
    """The end record points to something that is no directory."""
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, 46, 10, 0)
    with pytest.raises(MalformedError):
        archive(b"PK\3\4" + bytes(100) + end)


def test_names_that_are_not_utf8_are_escaped() -> None:
    """The name stays printable and distinct."""
    assert archive(zip_bytes([Member(name="a\udcff")])).names == ("a\\xff",)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_raise_nothing_but_inspection_errors(data: bytes) -> None:
    """Also with an end record somewhere in them."""
    for variant in (data, b"PK\3\4" + data, data + b"PK\5\6" + data):
        try:
            read_all(archive(variant))
        except InspectionError:
            continue


WHOLE = apk_bytes([Member(name="classes.dex", content=TEXT), Member(name="b", content=TEXT, method=0)])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_zip_raises_nothing_but_inspection_errors(changes: list[tuple[int, int]]) -> None:
    """Any bytes of a good one replaced."""
    damaged = bytearray(WHOLE)
    for at, value in changes:
        damaged[at] = value
    try:
        read_all(archive(bytes(damaged)))
    except InspectionError:
        return


def read_all(read: Archive) -> None:
    """Read every entry; members that cannot be read are fine."""
    for entry in read.entries:
        try:
            read.read_entry(entry)
            read.read_head(entry, 4)
        except MemberError:
            continue
