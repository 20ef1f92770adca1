"""CPU time of the static suite on real APKs, beside the floor (inflating the same DEX) and androguard.

usage: python -m benchmarks.static_suite APK_DIR [--peer N]

Prints one row per APK and the totals. `--peer N` also runs androguard's AnalyzeAPK on the N APKs with the least DEX.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from workers.inspect import inspect_apk
from workers.model.errors import InspectionError
from workers.model.limits import Limits
from workers.static.readers.archive import Archive


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One APK."""

    name: str
    outcome: str
    apk_mb: float
    dex_mb: float
    suite_ms: float
    floor_ms: float


def measure(path: Path) -> Row:
    """Inspect one APK in this process and inflate its DEX files alone."""
    data = path.read_bytes()
    gc.collect()
    start = time.process_time()
    evidence = inspect_apk(data)
    suite_s = time.process_time() - start
    dex_bytes, floor_s = _floor(data)
    return Row(
        name=path.name,
        outcome=evidence.outcome.value,
        apk_mb=len(data) / 1e6,
        dex_mb=dex_bytes / 1e6,
        suite_ms=suite_s * 1e3,
        floor_ms=floor_s * 1e3,
    )


def _floor(data: bytes) -> tuple[int, float]:
    """Return the inflated DEX bytes and the CPU seconds that inflating them takes."""
    start = time.process_time()
    try:
        archive = Archive(memoryview(data), limits=Limits())
        size = sum(len(archive.read(n)) for n in archive.names if n.startswith("classes") and n.endswith(".dex"))
    except InspectionError:
        return 0, 0.0
    return size, time.process_time() - start


def androguard_ms(path: Path) -> float:
    """Return the CPU milliseconds of androguard's AnalyzeAPK."""
    from androguard.misc import AnalyzeAPK
    from loguru import logger

    logger.remove()
    start = time.process_time()
    AnalyzeAPK(str(path))
    return (time.process_time() - start) * 1e3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peer", type=int, default=0, metavar="N")
    args = parser.parse_args()
    paths = sorted(args.folder.glob("*.apk"))
    rows = [measure(path) for path in paths]
    for row in sorted(rows, key=lambda r: r.suite_ms):
        print(
            f"{row.name[:60]:<60} {row.outcome:<16} {row.apk_mb:7.1f} MB {row.dex_mb:7.1f} MB dex "
            f"{row.suite_ms:9.0f} ms  floor {row.floor_ms:6.0f} ms"
        )
    ok = [r for r in rows if r.outcome and r.dex_mb > 0]
    dex = sum(r.dex_mb for r in ok)
    suite = sum(r.suite_ms for r in ok)
    floor = sum(r.floor_ms for r in ok)
    print(
        f"{len(rows)} APKs, {dex:.0f} MB of DEX: {suite / len(ok):.0f} ms per app "
        f"(median {statistics.median(r.suite_ms for r in ok):.0f}), {suite / dex:.1f} ms per MB of DEX, "
        f"{suite / floor:.1f} x the floor"
    )
    for row in sorted(ok, key=lambda r: r.dex_mb)[: args.peer]:
        peer = androguard_ms(args.folder / row.name)
        print(f"{row.name[:60]:<60} androguard {peer:9.0f} ms = {peer / row.suite_ms:6.1f} x ours")


if __name__ == "__main__":
    main()
