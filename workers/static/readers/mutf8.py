"""Decode modified UTF-8, the string encoding of DEX files.

Source: "MUTF-8 (Modified UTF-8) Encoding" in the Dalvik executable format; damaged strings are read as ART reads them
(`GetUtf16FromUtf8` in libdexfile/dex/utf-inl.h), which never fails.
"""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")


def decode(raw: bytes) -> str:
    """Return the text of `raw`, which is without its terminating zero.

    0xC0 0x80 is U+0000 and a surrogate pair is one character; a lone surrogate stays one.
    """
    try:
        text = raw.replace(b"\xc0\x80", b"\x00").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        units = _code_units(raw)
        return _join(b"".join(unit.to_bytes(2, "little") for unit in units))
    if _SURROGATE.search(text):
        return _join(text.encode("utf-16-le", "surrogatepass"))
    return text


def _join(utf16: bytes) -> str:
    """Return the text of UTF-16 code units in which any surrogate may stand alone."""
    return utf16.decode("utf-16-le", "surrogatepass")


def _code_units(raw: bytes) -> list[int]:
    """Return UTF-16 code units as ART does: the lead byte alone decides the length, missing bytes count as zero."""
    padded = raw + b"\x00\x00\x00"
    units: list[int] = []
    at = 0
    while at < len(raw):
        one, two, three, four = padded[at : at + 4]
        if one < 0x80:
            units.append(one)
            at += 1
        elif one & 0x20 == 0:
            units.append((one & 0x1F) << 6 | two & 0x3F)
            at += 2
        elif one & 0x10 == 0:
            units.append((one & 0x0F) << 12 | (two & 0x3F) << 6 | three & 0x3F)
            at += 3
        else:
            point = (one & 0x0F) << 18 | (two & 0x3F) << 12 | (three & 0x3F) << 6 | four & 0x3F
            units += [(point >> 10) + 0xD7C0 & 0xFFFF, point & 0x3FF | 0xDC00]
            at += 4
    return units
