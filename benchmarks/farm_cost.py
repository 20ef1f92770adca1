"""What the farm adds to the engine's own CPU per app, and whether that stays the same in a batch of any size.

usage: python -m benchmarks.farm_cost APK_DIR [--times 20]

Submits the APKs of the folder once, and a second farm the same ones so many times, each copy with an archive comment of
its own, so that none is a cache hit; runs both on a local Ray cluster with one worker. *All* is the CPU time of driver,
Ray and worker together, between the first evidence and the last: the start of a cluster is left out, what Ray does
meanwhile is not. *Engine* is the static suite alone on the same APKs in one process. The store is a folder, the ledger
SQLite. Exit codes: 0 measured, 1 a batch did not end as it should.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workers.inspect import inspect_apk
from workers.tuning import settle

_END = b"PK\x05\x06"
_EVERY_S = 0.2
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """One batch; CPU times in milliseconds per app."""

    apps: int
    every_process: float
    engine: float


def marked(data: bytes, number: int) -> bytes:
    """Return an APK with a comment of its own behind it, or as it is if it has one already."""
    at = data.rfind(_END)
    if at < 0 or data[at + 20 : at + 22] != b"\0\0" or at + 22 != len(data):
        return data
    comment = b"%08d" % number
    return data[: at + 20] + len(comment).to_bytes(2, "little") + comment


def copies(apks: list[Path], folder: Path, times: int) -> int:
    """Write each APK `times` times into the folder; return how many there are."""
    seen = set()
    for number in range(times):
        for path in apks:
            data = marked(path.read_bytes(), number)
            if (key := hash(data)) not in seen:
                seen.add(key)
                (folder / f"{number:03}-{path.name}").write_bytes(data)
    return len(seen)


def engine_ms(folder: Path) -> float:
    """Return the CPU time of the suite per app, in this process."""
    paths = sorted(folder.iterdir())
    start = time.process_time()
    for path in paths:
        inspect_apk(path.read_bytes())
    return (time.process_time() - start) * 1e3 / len(paths)


def tree(root: int) -> Iterator[tuple[int, float]]:
    """Yield number and CPU seconds of a process and of all below it."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(") ")[2].split()
            except OSError:
                continue  # It has ended meanwhile.
            parents[int(entry.name)] = int(fields[1])
            used[int(entry.name)] = (int(fields[11]) + int(fields[12])) / _TICKS
    for pid, seconds in used.items():
        above = pid
        while above not in {root, 0, 1}:
            above = parents.get(above, 0)
        if above == root:
            yield pid, seconds


def farm_ms(folder: Path, home: Path, apps: int) -> float:
    """Run the folder as a batch of a new farm; return the CPU time of all its processes per app."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("FARM_", "RAY_"))}
    env |= {"FARM_HOME": str(home), "FARM_LOG": "json"}
    farm = [sys.executable, "-m", "farm"]
    subprocess.run([*farm, "submit", str(folder), "--suite", "static", "--name", "cost"], env=env, check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    used: dict[int, float] = {}
    moments: list[tuple[int, float]] = []
    with subprocess.Popen([*farm, "run", "--workers", "1", "--json"], env=env, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as driver:  # fmt: skip
        while driver.poll() is None:
            for pid, seconds in tree(driver.pid):
                used[pid] = max(seconds, used.get(pid, 0.0))
            done = sum(len(files) for _, _, files in os.walk(home / "store" / "evidence"))
            if done and (not moments or done > moments[-1][0]):
                moments.append((done, sum(used.values())))
            time.sleep(_EVERY_S)
    if driver.returncode != 0 or len(moments) < 2 or moments[-1][0] != apps:
        raise SystemExit(f"The batch ended with {driver.returncode} and {moments[-1:]} of {apps} apps.")
    (first, before), (last, after) = moments[0], moments[-1]
    return (after - before) * 1e3 / (last - first)


def measure(apks: list[Path], times: int) -> Cost:
    """Measure one batch."""
    with tempfile.TemporaryDirectory(prefix="farm-cost-") as scratch:
        folder, home = Path(scratch) / "apps", Path(scratch) / "home"
        folder.mkdir()
        apps = copies(apks, folder, times)
        return Cost(apps=apps, every_process=farm_ms(folder, home, apps), engine=engine_ms(folder))


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.farm_cost", description=__doc__.splitlines()[0])
    parser.add_argument("folder", metavar="APK_DIR", type=Path)
    parser.add_argument("--times", type=int, default=20, help="size of the large batch, in times the small one")
    options = parser.parse_args()
    apks = sorted(options.folder.glob("*.apk"))
    settle()
    small, large = measure(apks, 1), measure(apks, options.times)
    print("| apps | all, per app | engine, per app | the farm adds |\n|---|---|---|---|")
    for cost in (small, large):
        added = cost.every_process / cost.engine - 1
        print(f"| {cost.apps} | {cost.every_process:.1f} ms | {cost.engine:.1f} ms | {added:.0%} |")
    print(f"\nAn app of the large batch costs {large.every_process / small.every_process:.2f} times one of the small.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
