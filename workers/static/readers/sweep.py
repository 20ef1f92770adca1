"""Sweep the code of a DEX file linearly, all methods in step: calls, constants, types and fields as numpy columns.

One array holds the position of the next instruction of every method; each round reads one instruction of each method,
looks up its length and moves on, so the cost in Python is that of the longest methods, not of all instructions. What is
left when only a few long methods remain is walked one by one.

Instruction formats: "Dalvik bytecode format" and "Dalvik executable instruction formats" on source.android.com. This
module is the reference for any faster one: same columns, same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.static.readers.class_data import EncodedMethods
from workers.static.readers.dex_error import DexError
from workers.static.readers.dex_file import Sweep, Uses

_CODE_CAP = 8
"""Bytes of instructions of all methods together, in multiples of the file: methods may share code, not explode it."""
_CODE_MAX = 128 << 20
"""The same, in bytes."""
_CODE_HEADER = 16
_FEW = 48
"""With fewer methods than this left, one by one in Python is faster than all in step."""

_CONST_STRING, _CONST_STRING_JUMBO, _CONST_CLASS, _NEW_INSTANCE = 0x1A, 0x1B, 0x1C, 0x22
_FIELDS = range(0x52, 0x6E)
"""iget to sput-short."""
_INVOKES = (*range(0x6E, 0x73), *range(0x74, 0x79), 0xFA, 0xFB)
"""invoke-virtual to invoke-interface, the same with ranges, invoke-polymorphic with and without."""
_UNDEFINED = (*range(0x3E, 0x44), 0x73, 0x79, 0x7A, *range(0xE3, 0xFA))
_PACKED_SWITCH, _SPARSE_SWITCH, _FILL_ARRAY = 0x0100, 0x0200, 0x0300


def _instruction_lengths() -> NDArray[np.uint8]:
    """Return the length in code units for each first code unit; 0 for the payloads, whose length stands inside them."""
    spans: list[tuple[int, int, int]] = [
        (0x00, 0x01, 1), (0x02, 0x02, 2), (0x03, 0x03, 3), (0x04, 0x04, 1), (0x05, 0x05, 2), (0x06, 0x06, 3),
        (0x07, 0x07, 1), (0x08, 0x08, 2), (0x09, 0x09, 3), (0x0A, 0x12, 1), (0x13, 0x13, 2), (0x14, 0x14, 3),
        (0x15, 0x16, 2), (0x17, 0x17, 3), (0x18, 0x18, 5), (0x19, 0x1A, 2), (0x1B, 0x1B, 3), (0x1C, 0x1C, 2),
        (0x1D, 0x1E, 1), (0x1F, 0x20, 2), (0x21, 0x21, 1), (0x22, 0x23, 2), (0x24, 0x26, 3), (0x27, 0x28, 1),
        (0x29, 0x29, 2), (0x2A, 0x2C, 3), (0x2D, 0x3D, 2), (0x3E, 0x43, 1), (0x44, 0x6D, 2), (0x6E, 0x72, 3),
        (0x73, 0x73, 1), (0x74, 0x78, 3), (0x79, 0x8F, 1), (0x90, 0xAF, 2), (0xB0, 0xCF, 1), (0xD0, 0xE2, 2),
        (0xE3, 0xF9, 1), (0xFA, 0xFB, 4), (0xFC, 0xFD, 3), (0xFE, 0xFF, 2),
    ]  # fmt: skip
    by_opcode = np.zeros(256, np.uint8)
    for first, last, length in spans:
        by_opcode[first : last + 1] = length
    lengths = np.tile(by_opcode, 256)  # the opcode is the low byte
    lengths[[_PACKED_SWITCH, _SPARSE_SWITCH, _FILL_ARRAY]] = 0
    return lengths


def _opcode_set(*opcodes: int) -> NDArray[np.bool_]:
    """Return which of the 256 opcodes are in `opcodes`."""
    chosen = np.zeros(256, np.bool_)
    chosen[list(opcodes)] = True
    return chosen


LENGTHS = _instruction_lengths()
"""Length in code units by first code unit; 0 for the payloads."""
_IS_INVOKE = _opcode_set(*_INVOKES)
_IS_STRING = _opcode_set(_CONST_STRING, _CONST_STRING_JUMBO)
_IS_TYPE = _opcode_set(_CONST_CLASS, _NEW_INSTANCE)
_IS_FIELD = _opcode_set(*_FIELDS)
_IS_UNDEFINED = _opcode_set(*_UNDEFINED)
_IS_WANTED = _IS_INVOKE | _IS_STRING | _IS_TYPE | _IS_FIELD


@dataclass(frozen=True, kw_only=True, slots=True)
class _Walk:
    """Instructions in the order they were met: for one item always ascending."""

    item: NDArray[np.int64]
    at: NDArray[np.int64]
    unit: NDArray[np.uint16]


def sweep(data: bytes, methods: EncodedMethods, *, counts: Mapping[str, int], part_size: int) -> Sweep:
    """Sweep the code of `methods`.

    Args:
        data: The file; offsets of code items count from its start.
        methods: Which methods there are; ids are inside the method table.
        counts: Length of the tables `string`, `type`, `field` and `method`.
        part_size: Bytes of the DEX file, for the cap on code.

    Raises:
        DexError: all methods together claim more code than the cap.
    """
    units = np.frombuffer(data, "<u2", count=len(data) // 2)
    owner = methods.method[methods.code != 0]
    at = methods.code[methods.code != 0]
    fits, start, end = _code_items(units, at)
    owner, start, end = owner[fits], start[fits], end[fits]
    if int((end - start).sum()) * 2 > min(_CODE_CAP * part_size, _CODE_MAX):
        raise DexError("Its methods together claim more code than it has room for.")

    walk = _walk(units, start, end)
    opcode = (walk.unit & 0xFF).astype(np.uint8)
    undefined = int(np.count_nonzero(_IS_UNDEFINED[opcode]))
    # An instruction that runs over the end of its method has no operands to read.
    wanted = np.flatnonzero(_IS_WANTED[opcode] & (walk.at + LENGTHS[walk.unit] <= end[walk.item]))
    item, position, opcode = walk.item[wanted], walk.at[wanted], opcode[wanted]
    caller = owner[item]
    order = _order(caller, position - start[item], item, unique=np.unique(owner).size == owner.size)
    found = _Found(
        caller=caller[order].astype(np.uint32),
        offset=(position - start[item])[order].astype(np.uint32),
        opcode=opcode[order],
        target=_targets(units, position, opcode)[order],
    )
    calls, bad_calls = found.select(_IS_INVOKE, counts["method"])
    strings, bad_strings = found.select(_IS_STRING, counts["string"])
    types, bad_types = found.select(_IS_TYPE, counts["type"])
    fields, bad_fields = found.select(_IS_FIELD, counts["field"])
    return Sweep(
        calls=calls,
        strings=strings,
        types=types,
        fields=fields,
        methods=int(owner.size),
        instructions=int(walk.at.size),
        rejected=int(at.size - owner.size),
        bad_ids=bad_calls + bad_strings + bad_types + bad_fields,
        unknown_opcodes=undefined,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """All wanted instructions, in the order of caller and offset."""

    caller: NDArray[np.uint32]
    offset: NDArray[np.uint32]
    opcode: NDArray[np.uint8]
    target: NDArray[np.uint32]

    def select(self, opcodes: NDArray[np.bool_], count: int) -> tuple[Uses, int]:
        """Return the instructions with `opcodes` whose target is below `count`, and how many have one that is not."""
        chosen = opcodes[self.opcode]
        good = np.flatnonzero(chosen & (self.target < count))
        uses = Uses(
            caller=self.caller[good], target=self.target[good], offset=self.offset[good], opcode=self.opcode[good]
        )
        return uses, int(np.count_nonzero(chosen)) - len(uses)


def _code_items(
    units: NDArray[Any], at: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.int64]]:
    """Return which code items at byte offsets `at` fit into the file, and start and end of all, in code units."""
    start = (at + _CODE_HEADER) // 2
    aligned = (at % 2 == 0) & (start <= units.size)
    # insns_size is the last u4 of the header; where the header does not fit, any valid position will do.
    size_at = np.where(aligned, start - 2, 0)
    size = units[size_at].astype(np.int64) | units[size_at + 1].astype(np.int64) << 16 if at.size else at
    end = start + size
    return np.flatnonzero(aligned & (end <= units.size)), start, end


def code_span(units: NDArray[Any], at: int) -> tuple[int, int] | None:
    """Return where the code of the item at byte offset `at` starts and ends, in code units; None if it does not fit."""
    fits, start, end = _code_items(units, np.array([at], np.int64))
    return (int(start[0]), int(end[0])) if fits.size else None


def _order(
    caller: NDArray[np.int64], offset: NDArray[np.int64], item: NDArray[np.int64], *, unique: bool
) -> NDArray[np.intp]:
    """Return the order by caller, offset and item; `unique` if no method is defined twice."""
    if not unique:
        return np.lexsort((item, offset, caller))
    # Offsets of one caller ascend already. Of 16-bit keys numpy makes a radix sort.
    short = caller.size == 0 or int(caller.max()) <= 0xFFFF
    return np.argsort(caller.astype(np.uint16) if short else caller, kind="stable")


def _targets(units: NDArray[Any], position: NDArray[np.int64], opcode: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return the id that each instruction refers to: its second code unit, and the third for const-string/jumbo."""
    target = units[position + 1].astype(np.uint32)
    jumbo = np.flatnonzero(opcode == _CONST_STRING_JUMBO)
    target[jumbo] |= units[position[jumbo] + 2].astype(np.uint32) << 16
    return target


def _walk(units: NDArray[Any], start: NDArray[np.int64], end: NDArray[np.int64]) -> _Walk:
    """Return every instruction of every item: all items in step, then the last few one by one."""
    item = np.flatnonzero(start < end)
    at, stop = start[item], end[item]
    items: list[NDArray[np.int64]] = []
    ats: list[NDArray[np.int64]] = []
    firsts: list[NDArray[np.uint16]] = []
    while item.size > _FEW:
        unit = units[at]
        items.append(item)
        ats.append(at)
        firsts.append(unit)
        length = LENGTHS[unit]
        payload = np.flatnonzero(length == 0)
        at = at + length
        if payload.size:
            at[payload] += _payload_lengths(units, at[payload])
        going = at < stop
        item, at, stop = item[going], at[going], stop[going]
    for one, first, last in zip(item.tolist(), at.tolist(), stop.tolist(), strict=True):
        alone = _walk_one(units, first, last)
        items.append(np.full(alone.size, one, np.int64))
        ats.append(alone)
        firsts.append(units[alone])
    if not items:
        return _Walk(item=np.zeros(0, np.int64), at=np.zeros(0, np.int64), unit=np.zeros(0, np.uint16))
    return _Walk(item=np.concatenate(items), at=np.concatenate(ats), unit=np.concatenate(firsts))


def _walk_one(units: NDArray[Any], start: int, end: int) -> NDArray[np.int64]:
    """Return where the instructions between `start` and `end` start."""
    all_lengths = LENGTHS[units[start:end]].astype(np.int64)
    payload = np.flatnonzero(all_lengths == 0)  # what would be one if an instruction started there
    all_lengths[payload] = _payload_lengths(units, payload + start)
    lengths: list[int] = all_lengths.tolist()
    found: list[int] = []
    at = 0
    while at < len(lengths):
        found.append(at)
        at += lengths[at]
    return np.array(found, np.int64) + start


def payload_length(units: NDArray[Any], at: int) -> int:
    """Return the length in code units of the payload at `at`."""
    return int(_payload_lengths(units, np.array([at]))[0])


def _payload_lengths(units: NDArray[Any], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the lengths in code units of the payloads at `at`.

    Behind the last unit of the file stands its repetition: a payload cut off there is over anyway.
    """
    kind, first, low, high = (units.take(at + i, mode="clip").astype(np.int64) for i in range(4))
    switch = np.where(kind == _PACKED_SWITCH, 4 + 2 * first, 2 + 4 * first)
    fill = 4 + (first * (low | high << 16) + 1) // 2
    return np.where(kind == _FILL_ARRAY, fill, switch)
