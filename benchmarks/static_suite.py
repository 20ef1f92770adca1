"""CPU time of the static suite on real APKs by engine, beside the floor (inflating the same members) and androguard.

usage: python -m benchmarks.static_suite APK_DIR [--peer NAME ...] [--out FILE]

`--peer` names APKs (without .apk) that are measured one by one, androguard's AnalyzeAPK included; all APKs of the
folder go through one process for memory and totals. All figures are user and system time of one run on one machine:
only their ratios mean something elsewhere.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workers.static.readers.archive import STORED, Archive
from workers.static.readers.engine import VARIABLE, Engine, native
from workers.static.suite import EXTRACTORS, run
from workers.static.view import StaticView
from workers.tuning import settle

REPEATS = 15
_WITHOUT_GRAPH = tuple(each for each in EXTRACTORS if each.fact != "reachability")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One APK; CPU times in milliseconds, the least of some runs."""

    name: str
    dex_mb: float
    floor: float
    hashing: float
    facts: float
    known: float
    """All facts where the SHA-256 is known, as from a crawl list or of a file that the farm has hashed before."""
    graph: float
    reference: float
    androguard: float


def cpu_ms(work: Callable[[], object], repeats: int) -> float:
    """Return the least CPU time that `work` took."""
    best = float("inf")
    for _ in range(repeats):
        gc.collect()
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best * 1e3


def inspect(path: Path, *, graph: bool, sha256: str | None = None) -> StaticView:
    """Read the file and make all facts, with or without the call graph."""
    view = StaticView(path.read_bytes(), sha256=sha256)
    _ = view.sha256
    run(view, EXTRACTORS if graph else _WITHOUT_GRAPH)
    return view


def measure(path: Path) -> Row:
    """Measure one APK with every engine."""
    os.environ[VARIABLE] = Engine.REFERENCE
    reference = cpu_ms(lambda: inspect(path, graph=False), 2)
    os.environ[VARIABLE] = Engine.NATIVE
    view = inspect(path, graph=False)
    data = path.read_bytes()
    return Row(
        name=path.stem,
        dex_mb=view.code.dex_bytes / 1e6,
        floor=cpu_ms(lambda: inflate(view.archive), REPEATS),
        hashing=cpu_ms(lambda: hashlib.sha256(data).digest(), REPEATS),
        facts=cpu_ms(lambda: inspect(path, graph=False), REPEATS),
        known=cpu_ms(lambda: inspect(path, graph=False, sha256=view.sha256), REPEATS),
        graph=cpu_ms(lambda: inspect(path, graph=True), REPEATS),
        reference=reference,
        androguard=androguard_ms(path),
    )


def inflate(archive: Archive) -> int:
    """Inflate the members that the suite inflates, with libdeflate and nothing else; return their bytes."""
    engine, data, total = native(), archive.file.around(0, 0)[0], 0
    assert engine is not None  # noqa: S101 - the benchmark needs it
    for entry in archive.inflated:
        start = archive.start(entry)
        if entry.method == STORED:
            total += len(data[start : start + entry.size])
        else:
            total += len(engine.inflate(data, start, entry.compressed_size, entry.size)[0])
    return total


def androguard_ms(path: Path) -> float:
    """Return the CPU milliseconds of androguard's AnalyzeAPK, in a process of its own for its memory."""
    command = [sys.executable, "-m", "benchmarks.peers.readers", "androguard", str(path)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) * 1e3


def whole(folder: Path) -> dict[str, float]:
    """Inspect every APK of a folder in this process; return totals, and the peak of its memory."""
    dex = 0
    paths = sorted(folder.glob("*.apk"))
    start = time.process_time()
    for path in paths:
        dex += inspect(path, graph=True).code.dex_bytes
    cpu = time.process_time() - start
    # Not ru_maxrss: that starts from the size of the process that started this one.
    status = Path("/proc/self/status").read_text("ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    return {"apks": len(paths), "dex_mb": dex / 1e6, "ms": cpu * 1e3, "peak_mb": peak}


def in_new_process(folder: Path, engine: Engine) -> dict[str, float]:
    """Return `whole` by one engine, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.static_suite", str(folder), "--whole"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, VARIABLE: engine})
    found: dict[str, float] = json.loads(done.stdout)
    return found


def start_s() -> float:
    """Return the CPU seconds until a worker process has everything imported, the least of some starts."""
    command = [sys.executable, "-c", "import workers.inspect"]
    times = []
    for _ in range(REPEATS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def table(rows: list[Row], totals: dict[Engine, dict[str, float]], start: float) -> str:
    """Return the figures as Markdown."""
    lines = [
        "| APK | DEX | floor | native: all facts | SHA-256 known | native: with call graph | reference | androguard |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.name} | {row.dex_mb:.1f} MB | {row.floor:.1f} ms "
        f"| {row.facts:.1f} ms ({row.facts / row.floor:.1f} x floor), {row.hashing:.1f} ms of it SHA-256 of the file "
        f"| {row.known:.1f} ms ({row.known / row.floor:.1f} x floor) "
        f"| {row.graph:.1f} ms ({row.graph / row.dex_mb:.1f} ms per MB) "
        f"| {row.reference:.0f} ms | {row.androguard:.0f} ms ({row.androguard / row.facts:.0f} x native) |"
        for row in rows
    ]
    lines += [
        "",
        "| Engine | APKs | CPU per app, call graph included | per MB of DEX | peak memory |",
        "|---|---|---|---|---|",
    ]
    for engine, found in totals.items():
        lines.append(
            f"| {engine} | {found['apks']:.0f} | {found['ms'] / found['apks']:.1f} ms "
            f"| {found['ms'] / found['dex_mb']:.1f} ms | {found['peak_mb']:.0f} MB |"
        )
    return "\n".join([*lines, "", f"Start of a worker process: {start:.2f} s of CPU."]) + "\n"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peer", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--out", type=Path, help="write the table into this file, between its marks")
    parser.add_argument("--whole", action="store_true", help="only totals of this process, as JSON")
    options = parser.parse_args()
    settle()
    if options.whole:
        print(json.dumps(whole(options.folder)))
        return
    rows = [measure(options.folder / f"{name}.apk") for name in options.peer]
    totals = {engine: in_new_process(options.folder, engine) for engine in Engine}
    text = table(rows, totals, start_s())
    print(text, end="")
    if options.out:
        head, mark, _ = options.out.read_text("utf-8").partition("<!-- figures -->\n")
        options.out.write_text(head + mark + text, "utf-8")


if __name__ == "__main__":
    main()
