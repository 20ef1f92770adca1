"""The forms in which a planted value can travel, and how to find them in what an app has sent."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import string
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from urllib.parse import quote, unquote_to_bytes

_SHORTEST = 6
"""Texts shorter than this turn up by chance."""
_SHORTEST_STREWN = 12
"""One that is found with other characters strewn in must be longer: letters and digits of any text are looked at."""
_SHORTEST_NUMBER = 8
"""Digits of a number that was cut to 32 bits."""
_MAX_CONTENT = 512 << 10
_MAX_OPENED = 1 << 20
"""Bytes that are opened inside one content, all layers together."""
_MAX_ENCODED = 200
_SHORTEST_CORE = 8
"""Characters of base64: six bytes."""
_SEPARATORS = str.maketrans("", "", ':-. "+')
_BETWEEN = bytes(set(range(256)) - {ord(letter) for letter in string.ascii_letters + string.digits} - {0})
"""What can be strewn into a value; the byte that keeps contents apart is none of it."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_DIGESTS = ("md5", "sha1", "sha256")
_GZIP = b"\x1f\x8b"
_GZIP_BITS, _ZLIB_BITS = 31, 15
"""What zlib calls the two wrappings."""
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def forms(values: Iterable[str]) -> tuple[str, ...]:
    """Return every text that proves one of `values`: clear, encoded and hashed, none shorter than six characters."""
    found: dict[str, None] = {}
    for value in values:
        for plain in _spellings(value):
            for form in (plain, *_encoded(plain), *_hashed(plain), *_numbers(plain)):
                if len(form) >= _SHORTEST:
                    found[form] = None
    return tuple(found)


def _spellings(value: str) -> tuple[str, ...]:
    """Return a value as apps write it: in either case, with and without its separators."""
    bare = value.translate(_SEPARATORS)
    # Without its separators an address such as 100.64.2.3 is a number like any other.
    kept = (value,) if value.count(".") == 3 or _is_decimal(value) else (value, bare)
    return tuple(dict.fromkeys(form for text in kept for form in (text, text.lower(), text.upper())))


def _is_decimal(value: str) -> bool:
    """Return whether a value is a number with decimals, such as a coordinate."""
    whole, point, rest = value.partition(".")
    return bool(point) and whole.lstrip("-").isdigit() and rest.isdigit()


def _encoded(plain: str) -> Iterator[str]:
    """Yield the encodings that can be searched for inside a longer text."""
    raw = plain.encode(errors="replace")
    for skipped in range(3):
        yield from _base64_core(raw, skipped)
    yield raw.hex()
    yield raw.hex().upper()
    for safe in ("", "/:@"):
        yield quote(plain, safe=safe)
    yield quote(plain, safe="").lower()


def _base64_core(raw: bytes, skipped: int) -> Iterator[str]:
    """Yield what base64 makes of `raw` after `skipped` other bytes, without what its neighbours decide."""
    text = base64.b64encode(b"\0" * skipped + raw).decode()
    first = -(-skipped * 8 // 6)
    last = (skipped + len(raw)) * 8 // 6
    core = text[first:last]
    if len(core) >= _SHORTEST_CORE:
        yield core
        yield core.replace("+", "-").replace("/", "_")


def _hashed(plain: str) -> Iterator[str]:
    """Yield the digests that trackers use."""
    for name in _DIGESTS:
        digest = hashlib.new(name, plain.encode(errors="replace"), usedforsecurity=False)
        yield digest.hexdigest()
        yield digest.hexdigest().upper()
        yield base64.b64encode(digest.digest()).decode().rstrip("=")


def _numbers(plain: str) -> Iterator[str]:
    """Yield what is left of a number when it is kept as an int of 32 bits or written in hexadecimal."""
    if plain.isascii() and plain.isdigit() and len(plain) > len(str(1 << 32)):
        low = int(plain) & 0xFFFF_FFFF
        number = str(low - (1 << 32) if low >> 31 else low)
        if len(number) >= _SHORTEST_NUMBER:
            yield number
        yield f"{int(plain):x}"


class Finder:
    """Finds the needles of all kinds in what an app has sent or written."""

    def __init__(self, needles: Mapping[str, Sequence[str]]) -> None:
        """Take the needles by kind."""
        self._needles = {
            kind: tuple(text.encode(errors="replace") for text in texts if len(text) >= _SHORTEST)
            for kind, texts in needles.items()
        }
        self._strewn = {
            kind: tuple(text for text in texts if len(text) >= _SHORTEST_STREWN and text.isalnum())
            for kind, texts in self._needles.items()
        }

    def find(self, content: str | bytes) -> tuple[str, ...]:
        """Return the kinds found, in order of their names; what is compressed or encoded is opened one level deep."""
        raw = content.encode(errors="replace") if isinstance(content, str) else content
        raw = raw[:_MAX_CONTENT]
        # A byte that stands in no text keeps what was opened apart from its neighbours.
        everything = b"\0".join([raw, *_opened(raw)])
        bare = everything.translate(None, _BETWEEN)
        return tuple(
            sorted(
                kind
                for kind, needles in self._needles.items()
                if any(needle in everything for needle in needles)
                or any(needle in bare for needle in self._strewn[kind])
            )
        )


def _opened(raw: bytes) -> Iterator[bytes]:
    """Yield what is inside: decompressed, URL-decoded and base64-decoded content, bounded together."""
    left = _MAX_OPENED
    for opened in _layers(raw):
        yield opened[:left]
        left -= len(opened)
        if left <= 0:
            return


def _layers(raw: bytes) -> Iterator[bytes]:
    """Yield each thing that `raw` is or has in it once it is decoded."""
    plain = _inflated(raw)
    if plain is not None:
        yield plain
    if b"%" in raw:
        yield unquote_to_bytes(raw)
    for match in islice(_BASE64.finditer(raw), _MAX_ENCODED):
        text = match.group().rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
        try:
            decoded = base64.b64decode(text + b"=" * (-len(text) % 4))
        except (binascii.Error, ValueError):
            continue
        yield _inflated(decoded) or decoded


def _inflated(raw: bytes) -> bytes | None:
    """Return the content of gzip or zlib data, cut at a bound, as far as it goes; None if it is neither."""
    kind = _GZIP_BITS if raw.startswith(_GZIP) else _ZLIB_BITS if raw.startswith(_ZLIB) else None
    if kind is None:
        return None
    try:
        return zlib.decompressobj(kind).decompress(raw, _MAX_OPENED)
    except zlib.error:
        return None
