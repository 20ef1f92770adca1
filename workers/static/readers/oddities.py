"""What is odd about a DEX file that could be read."""

from __future__ import annotations

from workers.static.readers.anomaly import Anomaly


def dex_anomalies(name: str, *, checksum: bool, trailing: int, counts: tuple[int, int, int]) -> tuple[Anomaly, ...]:
    """Return the anomalies of the file `name`.

    SHA-1 in the header is not looked at: Android ignores it, and hashing costs as much as all the rest of the reading.

    Args:
        name: Archive member.
        checksum: Whether Adler-32 in the header matches, which Android checks.
        trailing: Bytes after the end.
        counts: Methods without readable code, ids outside their tables, undefined opcodes.
    """
    rejected, bad_ids, unknown = counts
    found = [
        ("dex.bad-checksum", not checksum, "Adler-32 in the header does not match"),
        ("dex.trailing-bytes", trailing > 0, f"{trailing} bytes after the end"),
        ("dex.bad-code", rejected > 0, f"{rejected} methods have no readable code item"),
        ("dex.bad-ids", bad_ids > 0, f"{bad_ids} instructions point outside a table"),
        ("dex.unknown-opcodes", unknown > 0, f"{unknown} instructions are not defined"),
    ]
    return tuple(Anomaly(kind=kind, subject=name, detail=detail) for kind, odd, detail in found if odd)
