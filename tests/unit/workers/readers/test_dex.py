"""DEX tables: read exactly, and refused with a reason when they lie."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workers.readers.build import HEADER_FIELDS, Class, DexFile, Method, mend
from workers.static.readers import class_data
from workers.static.readers.dex import Dex, DexError, header_offsets, read_dex

RUN = ("Ljava/lang/String;", "I", "[J")
"""A prototype with parameters."""


def sample(**changes: object) -> DexFile:
    """Return a file with two classes, a call, strings and a field."""
    fields: dict[str, object] = {
        "classes": [
            Class(name="La/A;", methods=[Method(name="one"), Method(name="two", virtual=True)], fields=["count"]),
            Class(name="La/B;", methods=[Method(name="run", proto=RUN, virtual=True)], parent="La/A;"),
        ],
        "strings": ["hello", b"zero\xc0\x80", "\U0001f600", "中文"],
        "calls": [("Landroid/os/X;", "get", ("V",))],
    }
    return DexFile(**{**fields, **changes})  # type: ignore[arg-type]  # a builder's keywords


def read(data: bytes) -> Dex:
    """Read a DEX file."""
    return read_dex("classes.dex", data)


@pytest.mark.parametrize("version", [b"035", b"037", b"038", b"039", b"040", b"041"])
def test_all_versions_are_read(version: bytes) -> None:
    """Tables come out the same from each version, without an anomaly."""
    dex = read(sample(version=version).as_bytes())
    assert (dex.version, [dex.type(int(i)) for i in dex.class_type]) == (int(version), ["La/A;", "La/B;"])
    assert dex.anomalies == ()


def test_strings_are_decoded() -> None:
    """MUTF-8 with a zero, a surrogate pair and Chinese."""
    assert {"hello", "zero\0", "\U0001f600", "中文"} <= set(read(sample().as_bytes()).strings)


def test_methods_have_their_full_names() -> None:
    """Parameters without spaces, arrays as they are."""
    dex = read(sample().as_bytes())
    methods = {dex.method(i) for i in range(dex.method_name.size)}
    assert "La/B;->run(I[J)Ljava/lang/String;" in methods
    assert "Landroid/os/X;->get()V" in methods


def test_superclasses_are_known() -> None:
    """The second class extends the first."""
    dex = read(sample().as_bytes())
    assert [dex.type(int(i)) for i in dex.class_super] == ["Ljava/lang/Object;", "La/A;"]


def test_a_class_without_superclass_is_fine() -> None:
    """Only java.lang.Object has none, but a file may say so."""
    dex = read(DexFile(classes=[Class(name="La;", parent=None)]).as_bytes())
    assert dex.class_super.tolist() == [-1]


def test_an_empty_file_is_fine() -> None:
    """No class, no string."""
    dex = read(DexFile().as_bytes())
    assert (list(dex.strings), dex.class_type.size, len(dex.code.calls)) == ([], 0, 0)


def test_wrong_sums_are_only_noted() -> None:
    """Checksum and signature that do not match are evidence."""
    dex = read(sample().as_bytes(sums=False))
    assert {anomaly.kind for anomaly in dex.anomalies} == {"dex.bad-checksum"}


def test_bytes_after_the_end_are_noted() -> None:
    """Data appended to a file."""
    dex = read(sample().as_bytes() + b"payload")
    assert [anomaly.kind for anomaly in dex.anomalies] == ["dex.trailing-bytes"]


def test_a_container_has_several_files() -> None:
    """Two parts of version 041, offsets counted from the start of the container."""
    first = DexFile(version=b"041").as_bytes()
    second = bytearray(DexFile(version=b"041").as_bytes())
    data = first + bytes(second)
    assert header_offsets(data) == [0, len(first)]
    assert read_dex("classes.dex#2", data, len(first)).version == 41


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"string_ids_size": 0xFFFFFFF0}, "string table"),
        ({"string_ids_off": 0xFFFFFF00}, "string table"),
        ({"method_ids_size": 1 << 20}, "method table"),
        ({"class_defs_off": 1 << 30}, "class table"),
        ({"type_ids_off": 0x70}, "overlap"),
        ({"class_defs_off": 0}, "overlap"),
        ({"file_size": 0xFFFFFFFF}, "bytes, but there are"),
        ({"file_size": 8}, "bytes, but there are"),
        ({"header_size": 4}, "header"),
        ({"endian_tag": 0x78563412}, "byte order"),
        ({"type_ids_size": 1}, "points outside"),
        ({"proto_ids_size": 0}, "points outside"),
    ],
)
def test_a_lying_header_is_refused(header: dict[str, int], reason: str) -> None:
    """With a reason that names the table."""
    with pytest.raises(DexError, match=reason):
        read(sample().as_bytes(header=header))


@pytest.mark.parametrize(
    "data", [b"", b"dex\n035\0", b"dey\n036\0" + bytes(200), b"dex\n099\0" + bytes(200), bytes(200)]
)
def test_other_files_are_refused(data: bytes) -> None:
    """Short ones, odex, unknown versions and rubbish."""
    with pytest.raises(DexError):
        read(data)


def test_many_ids_of_one_long_string_are_refused() -> None:
    """Decoding all of them would take their number times its length."""
    good = DexFile(strings=["x" * 5000, *(f"s{i}" for i in range(50))]).as_bytes()
    start, count = 0x70, 51
    (longest,) = struct.unpack_from("<I", good, start + 4 * 50)
    bomb = good[:start] + struct.pack("<I", longest) * count + good[start + 4 * count :]
    with pytest.raises(DexError, match="together"):
        read(mend(bomb))


def test_a_string_given_twice_is_refused() -> None:
    """Names would have two ids, and looking one up would miss the other."""
    good = DexFile(strings=["a", "b"]).as_bytes()
    with pytest.raises(DexError, match="twice"):
        read(good[:0x74] + good[0x70:0x74] + good[0x78:])


def test_repeated_class_definitions_cost_nothing() -> None:
    """200 definitions of one class share its data, which is read once."""
    dex = DexFile(classes=[Class(name="La;", methods=[Method(name="m")])] * 200)
    assert read(dex.as_bytes()).code.methods <= 200


def test_class_data_larger_than_the_first_window_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window over the numbers grows until the last class fits."""
    monkeypatch.setattr(class_data, "_WINDOW", 2)
    methods = [Method(name=f"m{i:03}") for i in range(200)]
    assert read(DexFile(classes=[Class(name="La;", methods=methods)]).as_bytes()).code.methods == 200


def test_zeros_behind_the_tables_cost_little() -> None:
    """A file that is mostly padding is read like a small one."""
    padded = bytearray(sample().as_bytes() + bytes(8 << 20))
    struct.pack_into("<I", padded, 32, len(padded))
    assert read(bytes(padded)).class_type.size == 2


def test_a_class_whose_data_lies_outside_is_refused() -> None:
    """class_data_off behind the end of the file."""
    good = bytearray(sample().as_bytes())
    (start,) = struct.unpack_from("<I", good, 0x64)
    struct.pack_into("<I", good, start + 24, len(good) + 1)
    with pytest.raises(DexError, match="outside the file"):
        read(bytes(good))


SAMPLE = sample().as_bytes()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255)), min_size=1, max_size=10))
def test_a_damaged_file_raises_nothing_but_dex_errors(changes: list[tuple[int, int]]) -> None:
    """Any bytes of a good one replaced."""
    damaged = bytearray(SAMPLE)
    for at, value in changes:
        damaged[at] = value
    try_to_read(bytes(damaged))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(HEADER_FIELDS), st.integers(0, 0xFFFFFFFF), min_size=1, max_size=6))
def test_no_header_raises_anything_but_dex_errors(header: dict[str, int]) -> None:
    """Any values in any header fields."""
    try_to_read(sample().as_bytes(header=header, sums=False))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"035", b"041"]))
def test_random_bytes_raise_nothing_but_dex_errors(data: bytes, version: bytes) -> None:
    """Behind a good magic."""
    try_to_read(b"dex\n" + version + b"\0" + data)


def try_to_read(data: bytes) -> None:
    """Read a file and all names in it; DexError is fine."""
    for offset in header_offsets(data):
        try:
            dex = read_dex("x", data, offset)
        except DexError:
            continue
        for i in range(dex.method_name.size):
            assert "->" in dex.method(i)


VALUES: dict[str, str | bytes] = {"a": "first", "b": b"\x24\x07\x00", "c": b"\x1f", "e": "last"}
"""A string, a number of two bytes, a boolean, nothing, a string."""


def _initial(dex: Dex, *names: str) -> dict[str, str]:
    """Return the fields of classes with the strings that they start with."""
    return {dex.field(field): dex.strings[text] for field, text in dex.initial_strings(names)}


def test_static_fields_start_with_strings() -> None:
    """Values stand in the order of the fields; those of other kinds are stepped over."""
    one = Class(name="La/A;", fields=["a", "b", "c", "d", "e"], values=VALUES)
    dex = read(sample(classes=[one, Class(name="La/B;", fields=["a"], values={"a": "other"})]).as_bytes())

    assert _initial(dex, "La/A;") == {"La/A;->a": "first", "La/A;->e": "last"}
    assert _initial(dex, "La/A;", "La/B;", "Lno/No;")["La/B;->a"] == "other"
    assert _initial(dex) == {}


@pytest.mark.parametrize("bad", [b"\x1c\x00", b"\x05", b"\xf7\xff\xff\xff\xff\xff\xff\xff\xff"])
def test_a_value_that_cannot_be_read_ends_its_class(bad: bytes) -> None:
    """An array, no kind of value, a string outside the table: what stood before counts, other classes too."""
    one = Class(name="La/A;", fields=["a", "b", "c"], values={"a": "first", "b": bad, "c": "never"})
    dex = read(sample(classes=[one, Class(name="La/B;", fields=["a"], values={"a": "other"})]).as_bytes())

    assert _initial(dex, "La/A;", "La/B;") == {"La/A;->a": "first", "La/B;->a": "other"}
