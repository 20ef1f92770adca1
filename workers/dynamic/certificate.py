"""The certificate that an APK is signed with, as the phone hands it out to apps that look whether they were changed."""

from __future__ import annotations

import struct

from workers.model.errors import InspectionError
from workers.static.readers.signing_block import SCHEME_IDS, find_signing_block
from workers.static.view import StaticView

_SIZE_FIELD = 8
_FOOTER = 24


def certificate_of(view: StaticView) -> bytes | None:
    """Return the DER bytes of the first certificate of the APK; None if there is none that can be read."""
    try:
        block = find_signing_block(view.archive)
        found = None if block is None else _of_block(block.raw)
        return found if found is not None else _of_v1(view)
    except (InspectionError, struct.error, ValueError, TypeError):
        return None  # A broken signature: the app meets a phone that knows none.


def _of_block(raw: bytes) -> bytes | None:
    """Return the first certificate of a signature scheme in the signing block.

    The layout of a scheme's value: source.android.com/docs/security/features/apksigning/v2.
    """
    at = _SIZE_FIELD
    while at + 12 <= len(raw) - _FOOTER:
        length, number = struct.unpack_from("<QI", raw, at)
        if number in SCHEME_IDS:
            signers = _first(raw[at + 12 : at + 8 + length])
            signed = _first(_first(signers))
            digests = struct.unpack_from("<I", signed)[0]
            return _first(_first(signed[4 + digests :]))
        at += 8 + length
    return None


def _first(sequence: bytes) -> bytes:
    """Return the first element of a sequence whose elements have their length before them; raises struct.error."""
    (length,) = struct.unpack_from("<I", sequence)
    if length > len(sequence) - 4:
        raise struct.error("an element is longer than its sequence")
    return sequence[4 : 4 + length]


def _of_v1(view: StaticView) -> bytes | None:
    """Return the first certificate of the files in META-INF."""
    from asn1crypto import cms  # noqa: PLC0415 - a fifth of a worker's start, needed by apps without a newer scheme

    for _, content in view.signature_files:
        for choice in cms.ContentInfo.load(content)["content"]["certificates"]:
            der: bytes = choice.chosen.dump()
            return der
    return None
