"""Which string constants reach the arguments of a call: registers followed in a straight line, branches ignored.

Twin of `native/src/constants.rs`.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from workers.static.readers.sweep import LENGTHS, payload_length

_CONST_STRING, _CONST_STRING_JUMBO = 0x1A, 0x1B
_INVOKES = frozenset((*range(0x6E, 0x73), 0xFA))
_INVOKE_RANGES = frozenset((*range(0x74, 0x79), 0xFB))
_NIBBLE = frozenset(
    (0x01, 0x04, 0x07, 0x12, 0x20, 0x21, 0x23, *range(0x52, 0x59), *range(0x7B, 0x90), *range(0xB0, 0xD8))
)
"""Opcodes that write the register in the low nibble of their high byte."""
_BYTE = frozenset(
    (
        *(0x02, 0x05, 0x08, 0x22, 0xFE, 0xFF), *range(0x0A, 0x0E), *range(0x13, 0x1D), *range(0x2D, 0x32),
        *range(0x44, 0x4B), *range(0x60, 0x67), *range(0x90, 0xB0), *range(0xD8, 0xE3),
    )
)  # fmt: skip
"""Opcodes that write the register in their high byte."""
_UNIT = frozenset((0x03, 0x06, 0x09))
"""Opcodes that write the register in their second code unit."""
_WIDE = frozenset(
    (
        *(0x04, 0x05, 0x06, 0x0B, *range(0x16, 0x1A), 0x45, 0x53, 0x61, 0x7D, 0x7E, 0x80, 0x81, 0x83, 0x86),
        *(0x88, 0x89, 0x8B, *range(0x9B, 0xA6), *range(0xAB, 0xB0), *range(0xBB, 0xC6), *range(0xCB, 0xD0)),
    )
)
"""Opcodes that write a pair of registers."""


class Follower:
    """Follows the registers through the code of one method.

    Asked for calls in the order of their offsets it goes through the code once, however many there are.
    """

    def __init__(self, units: NDArray[Any], start: int, end: int) -> None:
        """Stand at the start of the code: `units` is the file in code units, the code goes from `start` to `end`."""
        self._units = units
        self._start = start
        self._code: list[int] = units[start:end].tolist()
        self._at = 0
        self._registers: dict[int, int] = {}

    def reaching(self, offset: int) -> list[int]:
        """Return the ids of the strings in the argument registers of the call at `offset`, in their order."""
        if offset < self._at:
            self._at = 0
            self._registers.clear()
        code = self._code
        while self._at < offset and self._at < len(code):
            at = self._at
            unit = code[at]
            length = int(LENGTHS[unit])
            if length == 0:
                self._at += payload_length(self._units, self._start + at)
                continue
            _step(self._registers, [*code[at : at + 3], 0, 0, 0])
            self._at += length
        if self._at != offset or offset >= len(code):
            return []
        found = (self._registers.get(register) for register in _arguments([*code[offset : offset + 3], 0, 0, 0]))
        return list(dict.fromkeys(each for each in found if each is not None))


def _step(registers: dict[int, int], units: list[int]) -> None:
    """Let one instruction change the registers."""
    first, second, third = units[:3]
    opcode, high = first & 0xFF, first >> 8
    value: int | None = None
    if opcode == _CONST_STRING:
        value = second
    elif opcode == _CONST_STRING_JUMBO:
        value = second | third << 16
    elif opcode in {0x07, 0x08, 0x09}:
        value = registers.get({0x07: first >> 12, 0x08: second, 0x09: third}[opcode])
    if opcode in _NIBBLE:
        written = high & 0xF
    elif opcode in _BYTE:
        written = high
    elif opcode in _UNIT:
        written = second
    else:
        return
    registers.pop(written, None)
    if opcode in _WIDE:
        registers.pop(written + 1 & 0xFFFF, None)
    if value is not None:
        registers[written] = value


def _arguments(units: list[int]) -> list[int]:
    """Return the argument registers of an invoke."""
    first, _, third = units[:3]
    opcode, high = first & 0xFF, first >> 8
    if opcode in _INVOKES:
        return [third & 0xF, third >> 4 & 0xF, third >> 8 & 0xF, third >> 12, high & 0xF][: high >> 4]
    if opcode in _INVOKE_RANGES:
        return [third + i & 0xFFFF for i in range(high)]
    return []
