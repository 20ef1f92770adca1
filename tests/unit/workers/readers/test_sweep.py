"""The linear sweep: every instruction once, operands exact, hostile code bounded."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workers.readers.build import Class, DexFile, Method
from workers.static.readers import sweep as sweep_module
from workers.static.readers.dex import Dex, DexError, read_dex
from workers.static.readers.dex_file import Uses

X = ("Lx/X;", "get", ("V",))
RETURN = [0x000E]


def dex_with(code: Sequence[int], **method: int) -> Dex:
    """Return a file with one method of `code`; method 1 is another class's, strings 0 and on exist."""
    return read_dex("x", builder(code, **method).as_bytes())


def builder(code: Sequence[int], **method: int) -> DexFile:
    """Return the builder of such a file."""
    return DexFile(
        classes=[Class(name="La/A;", methods=[Method(name="m", code=code, **method)], fields=["f"])],  # type: ignore[arg-type]
        strings=["hello"],
        calls=[X],
    )


def rows(uses: Uses) -> list[tuple[int, int, int]]:
    """Return target, offset and opcode of each use."""
    return list(zip(uses.target.tolist(), uses.offset.tolist(), uses.opcode.tolist(), strict=True))


@pytest.mark.parametrize("opcode", [0x6E, 0x6F, 0x70, 0x71, 0x72, 0x74, 0x75, 0x76, 0x77, 0x78, 0xFA, 0xFB])
def test_every_invoke_is_a_call(opcode: int) -> None:
    """All forms of invoke with a method; the last two are one code unit longer."""
    tail = [0] if opcode >= 0xFA else []
    code = [0x1000 | opcode, 1, 0, *tail, *RETURN]
    assert rows(dex_with(code).code.calls) == [(1, 0, opcode)]


def test_invoke_custom_is_no_call() -> None:
    """Its operand is a call site, not a method; the code behind it is still met."""
    assert rows(dex_with([0x00FC, 1, 0, 0x1071, 1, 0]).code.calls) == [(1, 3, 0x71)]


def test_constants_types_and_fields_are_found() -> None:
    """const-string, its jumbo form, new-instance, const-class, sget and iput."""
    code = [0x001A, 0, 0x001B, 1, 0, 0x0022, 1, 0x001C, 0, 0x0060, 0, 0x0059, 0, *RETURN]
    found = dex_with(code).code
    assert rows(found.strings) == [(0, 0, 0x1A), (1, 2, 0x1B)]
    assert rows(found.types) == [(1, 5, 0x22), (0, 7, 0x1C)]
    assert rows(found.fields) == [(0, 9, 0x60), (0, 11, 0x59)]


@pytest.mark.parametrize(
    "payload",
    [
        [0x0100, 2, 0, 0, 0x1071, 1, 0x1071, 1],
        [0x0200, 1, 0x1071, 1, 0, 0],
        [0x0300, 1, 5, 0, 0x1071, 1, 0],
        [0x0300, 8, 1, 0, 0x1071, 1, 0, 0x1071],
    ],
)
def test_payloads_are_jumped_over(payload: list[int]) -> None:
    """Data of switches and arrays that looks like calls is none; the call behind is one."""
    assert rows(dex_with([*payload, 0x1071, 1, 0]).code.calls) == [(1, len(payload), 0x71)]


def test_nop_is_no_payload() -> None:
    """0x0000 and a nop with a high byte of no payload are one unit long."""
    assert rows(dex_with([0x0000, 0x0400, 0x1071, 1, 0]).code.calls) == [(1, 2, 0x71)]


def test_an_instruction_cut_off_by_the_end_has_no_operand() -> None:
    """The last invoke lacks its third unit."""
    assert rows(dex_with([0x1071, 1, 0, 0x1071, 1]).code.calls) == [(1, 0, 0x71)]


def test_ids_outside_the_table_are_counted() -> None:
    """They are in no column."""
    code = dex_with([0x1071, 999, 0, 0x001B, 0, 0xFFFF]).code
    assert (len(code.calls), len(code.strings), code.bad_ids) == (0, 0, 2)


def test_undefined_opcodes_are_counted() -> None:
    """And taken as one unit long, as ART does."""
    code = dex_with([0x00E3, 0x0073, 0x1071, 1, 0]).code
    assert (rows(code.calls), code.unknown_opcodes) == ([(1, 2, 0x71)], 2)


@pytest.mark.parametrize("at", [0xFFFFFFF, 0x71, 7])
def test_a_code_item_outside_the_file_is_counted(at: int) -> None:
    """Or at an odd offset; the method is not swept."""
    code = dex_with(RETURN, told_code=at).code
    assert (code.methods + code.rejected, len(code.calls)) == (1, 0)


def test_code_said_to_go_on_after_the_file_is_counted() -> None:
    """insns_size behind the end."""
    found = dex_with(RETURN, told_units=0x7FFFFFFF)
    assert (found.code.rejected, [a.kind for a in found.anomalies]) == (1, ["dex.bad-code"])


def shared(code: Sequence[int], sharers: int) -> bytes:
    """Return a file in which one method has `code` and `sharers` other methods have the same code item."""

    def build(at: int) -> bytes:
        owner = Class(name="La;", methods=[Method(name="owner", code=code)])
        others = [Class(name=f"Lb{i:02};", methods=[Method(name="m", told_code=at)]) for i in range(sharers)]
        return DexFile(classes=[owner, *others]).as_bytes()

    header = struct.pack("<4H2I", 4, 0, 2, 0, 0, len(code))
    return build(build(0x1000).index(header))  # both offsets are numbers of two bytes, so the layout stays


def test_methods_that_share_code_each_have_its_calls() -> None:
    """As long as all of it together is not an explosion."""
    calls = read_dex("x", shared([0x1071, 0, 0], 2)).code.calls
    assert calls.caller.tolist() == [0, 1, 2]


def test_many_methods_with_one_large_code_item_are_refused() -> None:
    """The bytes of code count once for each method."""
    with pytest.raises(DexError, match="claim more code"):
        read_dex("x", shared([0x0000] * 4000, 40))


def test_uses_stand_in_the_order_of_caller_and_offset() -> None:
    """Also when long and short methods are walked in different ways."""
    call = [0x1071, 0, 0]
    classes = [Class(name=f"La{i:03};", methods=[Method(name="m", code=call * (1 + i % 7 * 20))]) for i in range(120)]
    calls = read_dex("x", DexFile(classes=classes).as_bytes()).code.calls
    order = np.lexsort((calls.offset, calls.caller))
    assert order.tolist() == list(range(len(calls)))
    assert len(calls) == sum(1 + i % 7 * 20 for i in range(120))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 0xFFFF), max_size=60), min_size=1, max_size=12))
def test_walking_in_step_is_walking_one_by_one(bodies: list[list[int]]) -> None:
    """Any code units: both ways meet the same instructions at the same places."""
    units = np.array([unit for body in bodies for unit in body] + [0], "<u2")
    ends = np.cumsum([len(body) for body in bodies]).astype(np.int64)
    starts = ends - np.array([len(body) for body in bodies], np.int64)
    found = []
    for few in (0, 1000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sweep_module, "_FEW", few)
            walk = sweep_module._walk(units, starts, ends)
        found.append(sorted(zip(walk.item.tolist(), walk.at.tolist(), walk.unit.tolist(), strict=True)))
    assert found[0] == found[1]
