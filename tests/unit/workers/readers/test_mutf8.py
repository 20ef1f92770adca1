"""Modified UTF-8 is decoded as ART decodes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.static.readers.mutf8 import decode


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain", "plain"),
        (b"a\xc0\x80b", "a\0b"),
        (b"\xed\xa0\xbd\xed\xb8\x80", "\U0001f600"),
        (b"x\xed\xa0\xbdy", "x\ud83dy"),
        ("中文".encode(), "中文"),
        (b"\xf0\x9f\x98\x80", "\U0001f600"),
        (b"\xc1\x81", "A"),
        (b"\xc3", "\xc0"),
        (b"\x80", "\0"),
        (b"\xe4\xb8", "\u4e00"),
    ],
)
def test_decodes(raw: bytes, text: str) -> None:
    """Zero, surrogate pairs, lone surrogates, overlong and cut sequences."""
    assert decode(raw) == text


@given(st.text(st.characters(codec=None), max_size=40))
def test_every_text_survives(text: str) -> None:
    """What was encoded the way DEX does comes back; a pair of lone surrogates is one character."""
    utf16 = text.encode("utf-16-le", "surrogatepass")
    units = [chr(int.from_bytes(utf16[i : i + 2], "little")) for i in range(0, len(utf16), 2)]
    raw = "".join(units).encode("utf-8", "surrogatepass").replace(b"\0", b"\xc0\x80")
    assert decode(raw) == utf16.decode("utf-16-le", "surrogatepass")


@given(st.binary(max_size=60))
def test_no_bytes_raise(raw: bytes) -> None:
    """Anything decodes to something that UTF-16 can hold."""
    assert decode(raw).encode("utf-16-le", "surrogatepass") is not None
