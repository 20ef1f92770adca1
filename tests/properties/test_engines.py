"""On generated and on damaged files the native engine says what the reference says."""

from __future__ import annotations

import zlib
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.engines import answers, choose, graph, needs_native, programs, read_both, tables
from tests.unit.workers.readers.build import Class, DexFile, Member, Method, apk_bytes
from workers.inspect import inspect_apk
from workers.model.limits import Limits
from workers.static.readers.archive import open_apk
from workers.static.readers.engine import Engine

pytestmark = needs_native

NAMES = tuple(f"L{folder}/{name};" for folder in ("a", "b/c") for name in ("A", "B", "C", "D"))
PLATFORM = ("Ljava/lang/Object;", "Ljava/lang/Thread;", "Ljava/lang/Runnable;", "Landroid/view/View;")
SELECTORS = ("run", "get", "<init>", "<clinit>")
OPCODES = (0x6E, 0x6F, 0x70, 0x71, 0x72, 0x74, 0x77, 0x1A, 0x1B, 0x1C, 0x22, 0x60, 0x52, 0x07, 0x12, 0x0A, 0x01, 0xFA)

units = st.lists(st.integers(0, 0xFFFF), max_size=40)
"""Any code at all."""
instructions = st.lists(
    st.tuples(st.sampled_from(OPCODES), st.integers(0, 255), st.integers(0, 24), st.integers(0, 0xFFFF)), max_size=14
)
"""Opcode, high byte, target and third unit: mostly code that means something."""


def assemble(rows: list[tuple[int, int, int, int]]) -> list[int]:
    """Return code units."""
    code: list[int] = []
    for opcode, high, target, third in rows:
        code.append(opcode | high << 8)
        if opcode not in {0x07, 0x12, 0x0A, 0x01}:
            code.append(target)
        if 0x6E <= opcode <= 0x78 or opcode in {0x1B, 0xFA}:
            code.append(0 if opcode == 0x1B else third)
        if opcode == 0xFA:
            code.append(0)
    return [*code, 0x000E]


methods = st.builds(
    Method,
    name=st.sampled_from(SELECTORS),
    code=st.one_of(st.none(), units, instructions.map(assemble)),
    virtual=st.booleans(),
    proto=st.sampled_from((("V",), ("V", "I"), ("La/A;", "La/A;"))),
)
classes = st.builds(
    Class,
    name=st.sampled_from(NAMES),
    methods=st.lists(methods, max_size=4, unique_by=lambda each: (each.name, each.proto)),
    fields=st.lists(st.sampled_from(("f", "g")), max_size=2, unique=True),
    values=st.dictionaries(st.sampled_from(("f", "g")), st.one_of(st.text(max_size=4), st.binary(max_size=4))),
    parent=st.one_of(st.none(), st.sampled_from(NAMES + PLATFORM)),
    interfaces=st.lists(st.sampled_from(NAMES + PLATFORM), max_size=3),
)
dex_files = st.builds(
    DexFile,
    classes=st.lists(classes, max_size=6),
    strings=st.lists(
        st.one_of(st.text(max_size=8), st.binary(max_size=8).map(lambda raw: raw.replace(b"\0", b""))), max_size=6
    ),
    calls=st.lists(
        st.tuples(st.sampled_from(NAMES + PLATFORM), st.sampled_from(SELECTORS), st.just(("V",))), max_size=6
    ),
    version=st.sampled_from((b"035", b"039", b"041")),
)


def _read(data: bytes) -> list[tuple[Any, Any]]:
    """Return each part as both engines read it, once their tables are the same."""
    reference, natives = read_both(data)
    assert [tables(dex) for dex in reference] == [tables(dex) for dex in natives]
    return [pair for pair in zip(reference, natives, strict=True) if not isinstance(pair[0], str)]


@settings(max_examples=120, deadline=None)
@given(st.lists(dex_files, min_size=1, max_size=3))
def test_generated_programs_are_the_same(files: list[DexFile]) -> None:
    """Tables, every question, class hierarchy and shortest paths."""
    pairs = [pair for file in files for pair in _read(file.as_bytes())]
    for one, two in pairs:
        assert answers(one) == answers(two)
    reference, other = programs([one for one, _ in pairs], [two for _, two in pairs])
    methods = sorted({one.method(number) for one, _ in pairs for number in range(len(one.method_owner))})
    assert graph(reference, NAMES[:3], methods) == graph(other, NAMES[:3], methods)


@settings(max_examples=150, deadline=None)
@given(file=dex_files, changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=12))
def test_damaged_files_are_read_or_refused_alike(file: DexFile, changes: list[tuple[float, int]]) -> None:
    """Any bytes replaced: the same tables, or the same sentence."""
    data = bytearray(file.as_bytes())
    for at, value in changes:
        data[int(at * len(data))] = value
    for one, two in _read(bytes(data)):
        assert answers(one) == answers(two)


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=60).map(lambda raw: raw.replace(b"\0", b"\xc0\x80")))
def test_any_bytes_are_the_same_string(raw: bytes) -> None:
    """Modified UTF-8, damaged or not."""
    assert _read(DexFile(strings=[raw]).as_bytes())


@settings(max_examples=60, deadline=None)
@given(
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=16),
    cut=st.integers(0, 40),
)
def test_a_damaged_archive_is_the_same_evidence(changes: list[tuple[float, int]], cut: int) -> None:
    """Any bytes of a zip replaced and some cut off: the same outcome, facts and anomalies."""
    dex = DexFile(classes=[Class(name="La/A;", methods=[Method(name="m")])], strings=["http://a.b/c"])
    members = [Member(name="classes.dex", content=dex.as_bytes()), Member(name="assets/x.bin", content=b"dex\n" * 9)]
    data = bytearray(apk_bytes(members))
    for at, value in changes:
        data[int(at * len(data))] = value
    whole = bytes(data[: len(data) - cut])
    found = []
    for engine in Engine:
        with pytest.MonkeyPatch.context() as patch:
            choose(patch, engine)
            found.append(inspect_apk(whole).as_json())
    assert found[0] == found[1]


@settings(max_examples=150, deadline=None)
@given(
    content=st.one_of(st.binary(max_size=300), st.text("ab", max_size=900).map(str.encode)),
    level=st.sampled_from((0, 1, 6, 9)),
    strategy=st.sampled_from((zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY)),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=3),
)
@example(
    content=b"\0\0\0\x90\x90\x90\x91\x90\\\0\0\0\1\0\0\2\0\0\3\0\5\x91\x94",
    level=1,
    strategy=zlib.Z_DEFAULT_STRATEGY,
    changes=[(0.3125, 128)],
)
def test_first_bytes_are_those_of_zlib(
    content: bytes, level: int, strategy: int, changes: list[tuple[float, int]]
) -> None:
    """Of every form of block; a head that the engine gives for a damaged stream is the one that zlib gives."""
    deflater = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
    packed = bytearray(deflater.compress(content) + deflater.flush())
    for at, value in changes:
        packed[int(at * len(packed))] = value
    member = Member(name="x", content=bytes(packed), deflated=False, told_size=max(len(content), 8))
    with pytest.MonkeyPatch.context() as patch:
        choose(patch, Engine.NATIVE)
        archive = open_apk(memoryview(apk_bytes([member])), limits=Limits())
    entry = archive.entry("x")
    assert entry is not None
    assert archive.engine is not None
    whole, _ = archive.file.around(0, archive.file.size)
    (head,) = archive.engine.heads(whole, 0, len(whole), [entry], 8, bytes(range(256)))
    (wanted,) = archive.engine.heads(whole, 0, len(whole), [entry], 8, b"a")
    if head is not None:
        assert zlib.decompressobj(-15).decompress(bytes(packed), 8) == head
        assert wanted == (head if head[:1] == b"a" else b"")
    elif not changes:
        assert len(content) <= 8
