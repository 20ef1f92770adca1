"""Ids that share bytes or lists: allowed, found whole, and never worth more than the file."""

from __future__ import annotations

import struct

import pytest

from tests.engines import choose
from tests.unit.workers.readers.build import Class, DexFile, Member, Method, apk_bytes, mend
from workers.model.errors import OverLimitError
from workers.model.limits import Limits
from workers.static.readers.archive import open_apk
from workers.static.readers.code import Code, read_code
from workers.static.readers.engine import Engine, native
from workers.static.readers.needles import stand_in

PARENT = Class(name="La/A;", methods=[Method(name="get"), Method(name="<clinit>")])


@pytest.fixture(params=list(Engine))
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Each engine that is there."""
    wanted: Engine = request.param
    monkeypatch.setenv("APKFARM_ENGINE", "")
    if wanted is Engine.NATIVE and native() is None:
        pytest.skip("the native engine is not installed; it needs cargo")
    choose(monkeypatch, wanted)
    return wanted


def read(dex: bytes, limits: Limits | None = None) -> Code:
    """Return the code of an app with one DEX file."""
    apk = apk_bytes([Member(name="classes.dex", content=dex)])
    return read_code(open_apk(memoryview(apk), limits=limits or Limits()))


@pytest.mark.usefixtures("engine")
def test_a_string_inside_another_is_searched_too() -> None:
    """It starts between two places that overlap, of which a plain search tells only the first."""
    file = DexFile(strings=["0", "1", "zxxxx"])
    content = bytearray(file.as_bytes())
    at = content.index(b"zxxxx")
    for number, start in enumerate((at + 1, at)):
        # What stands in front of the text is taken for its length: "xxx", then "xxxx".
        struct.pack_into("<I", content, 0x70 + 4 * file.string(str(number)), start)

    assert sorted(read(mend(bytes(content))).strings_with(("xxx",))) == ["xxx", "xxxx", "zxxxx"]


@pytest.mark.usefixtures("engine")
def test_a_needle_that_starts_inside_another_is_found_where_a_string_starts_between_them() -> None:
    """One pass for both tells only "axx" of "axxy"; the string that starts behind its "a" holds "xxy" alone."""
    file = DexFile(strings=["axxy", "b"])
    content = bytearray(file.as_bytes())
    # What stands in front of "xxy" is taken for its length.
    struct.pack_into("<I", content, 0x70 + 4 * file.string("b"), content.index(b"axxy"))

    (dex,) = read(mend(bytes(content))).dex_files

    texts = [dex.strings[number] for number in dex.strings_with(("axx", "xxy"), beyond_ascii=False)]
    assert sorted(texts) == ["axxy", "xxy"]


@pytest.mark.usefixtures("engine")
def test_each_of_several_needles_is_looked_for_in_all_of_a_content() -> None:
    """Those that overlap, those that stand in others, and those behind the last one that was found."""
    needles = [b"bc", b"abc", b"ab", b"no", b"cde", b"z"]

    assert list(stand_in(b"zabcdeab", needles, fold=False)) == [True, True, True, False, True, True]
    assert list(stand_in(b"ZABCDEAB", needles, fold=True)) == [True, True, True, False, True, True]
    assert not any(stand_in(b"ABC", needles, fold=False))


@pytest.mark.usefixtures("engine")
def test_a_method_called_in_two_ways_initialises_its_class() -> None:
    """Once as that of a superclass, once as a static one: only the second runs the initialiser."""
    dex = DexFile(classes=[PARENT, Class(name="Le/E;", methods=[Method(name="<init>")])])
    get = dex.method("La/A;", "get")
    code = read(dex.with_code("Le/E;", "<init>", [0x106F, get, 0, 0x0071, get, 0, 0x000E]).as_bytes())
    (path,) = code.reach(["Le/E;"], {}).paths(["La/A;-><clinit>()V"])

    assert path is not None
    assert len(path[1]) == 2


@pytest.mark.usefixtures("engine")
def test_parameter_lists_are_no_larger_than_the_file() -> None:
    """A list may be shared, but not by so many that all of them fill the memory."""
    calls = [("La/A;", "m", (f"L{i:03};",)) for i in range(900)]
    content = bytearray(DexFile(calls=calls).as_bytes())
    parameters = len(content) + -len(content) % 4
    content += bytes(parameters - len(content)) + struct.pack("<I255H", 255, *[0] * 255)
    struct.pack_into("<I", content, 32, len(content))
    count, start = struct.unpack_from("<2I", content, 0x48)
    for number in range(count):
        struct.pack_into("<I", content, start + 12 * number + 8, parameters)
    (unreadable,) = read(mend(bytes(content))).unreadable

    assert unreadable.reason == "Its parameter lists together are larger than the file."


@pytest.mark.usefixtures("engine")
def test_parts_of_a_container_count_each_for_itself() -> None:
    """Though they claim the same tables: what is read of each takes memory of its own."""
    part = DexFile(strings=[f"{i:04}" for i in range(500)], version=b"041").as_bytes()
    head = bytearray(part[:0x78])
    struct.pack_into("<I", head, 32, 0x78)
    for field in range(56, 104, 8):
        count, start = struct.unpack_from("<2I", head, field)
        struct.pack_into("<I", head, field + 4, start + 5 * 0x78 if count else 0)
    texts = bytearray(part[0x78:])
    for number in range(500):
        (start,) = struct.unpack_from("<I", texts, 4 * number)
        struct.pack_into("<I", texts, 4 * number, start + 5 * 0x78)
    content = bytes(head) * 6 + bytes(texts)

    assert len(read(content).dex_files) == 6
    with pytest.raises(OverLimitError, match="1500 strings together"):
        read(content, Limits(strings=1_400))


@pytest.mark.parametrize(("depth", "complete"), [(256, True), (257, False)])
@pytest.mark.usefixtures("engine")
def test_a_chain_of_classes_that_is_not_followed_to_its_end_is_told(depth: int, complete: bool) -> None:
    """An entry with so many classes above it, itself included."""
    names = [f"La/A{i:03};" for i in range(depth)]
    classes = [Class(name=name, parent=names[i - 1] if i else None) for i, name in enumerate(names)]
    code = read(DexFile(classes=classes).as_bytes())

    assert code.reach([names[-1]], {}).summary[2] is complete


@pytest.mark.usefixtures("engine")
def test_parts_behind_the_last_that_is_read_are_told() -> None:
    """A container may have any number."""
    part = DexFile(strings=["a"], version=b"041").as_bytes()

    assert [each.name for each in read(part * 300).unreadable if "parts" in each.reason] == ["classes.dex#257"]
