"""Makes a file that claims to be an APK and that no Android reads."""

from __future__ import annotations

import struct

CENTRAL_ENTRY = b"PK\x01\x02"
END_OF_CENTRAL_DIRECTORY = b"PK\x05\x06"
FAR_BEYOND = 0x4000_0000
"""Added to the position of each entry's data: a gigabyte behind the end of the file."""


def malformed(apk: bytes) -> bytes:
    """Return `apk` without the second half of its data, each entry of its central directory pointing nowhere.

    The end record stays truthful about the central directory itself, so a reader finds every name and no content.
    """
    end = apk.rindex(END_OF_CENTRAL_DIRECTORY)
    entries, directory_size, directory_at = struct.unpack_from("<HII", apk, end + 10)
    directory = bytearray(apk[directory_at : directory_at + directory_size])
    position = 0
    for _ in range(entries):
        if directory[position : position + 4] != CENTRAL_ENTRY:
            raise ValueError("the file to be malformed is malformed already")
        (data_at,) = struct.unpack_from("<I", directory, position + 42)
        struct.pack_into("<I", directory, position + 42, data_at + FAR_BEYOND)
        position += 46 + sum(struct.unpack_from("<HHH", directory, position + 28))
    half = directory_at // 2
    tail = bytearray(apk[end:])
    struct.pack_into("<I", tail, 16, half)
    return apk[:half] + bytes(directory) + bytes(tail)
