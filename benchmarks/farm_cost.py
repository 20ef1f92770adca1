"""What the farm adds to the engine's own CPU per app, and whether that stays the same in a batch of any size.

usage: python -m benchmarks.farm_cost APK_DIR [--times 20] [--store folder|swift] [--ledger sqlite|postgres]

Submits the APKs of the folder once, to a second farm the same ones so many times, each copy with an archive comment of
its own, so that none is a cache hit, and to a third one once more: a machine is not the same after some minutes of
work. Each runs on a local Ray cluster with one worker. *All* is the CPU time of driver,
Ray and worker together, between the first evidence and the last that was seen: the start of a cluster is left out, what
Ray does meanwhile is not. *Engine* is the static suite alone on the APKs of the folder in one process, before and after
the batch. *Peak* is the largest resident size of the worker (VmHWM), and of the process that reads apps a second time
where there was one.

With `swift` apps and evidence lie in OpenStack Swift, spoken to as S3; with `postgres` the ledger is in PostgreSQL.
Both run on this machine, and their own CPU is not counted. Exit codes: 0 measured, 1 a batch did not end as it should.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.postgres import postgres
from tests.s3_servers import S3Server, swift_missing, swift_server
from workers.inspect import inspect_apk
from workers.tuning import settle

_END = b"PK\x05\x06"
_EVERY_S = 0.2
_COUNTING = 0.02
"""The share of its time that this process counts evidence: in a large batch it would take the worker's caches."""
_TICKS = os.sysconf("SC_CLK_TCK")
_BUCKET = "cost"
_WORKER, _SECOND = "worker", "second reading"
_KINDS = {b"ray::StaticWorker": _WORKER, b"workers.second_reading": _SECOND}
"""What stands in the command line of the processes whose memory is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """One batch; CPU times in milliseconds per app, memory in MB."""

    apps: int
    every_process: float
    engine: float
    peaks: dict[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where one farm reads and writes."""

    source: str
    """What is submitted."""
    env: dict[str, str]
    """Settings of the farm."""
    evidence: Path
    """Folder in which a file more appears with each document of evidence."""

    def documents(self) -> int:
        """Return how many objects there are."""
        return sum(
            not name.endswith((".db", ".pending", ".lock")) for _, _, names in os.walk(self.evidence) for name in names
        )


@dataclass(slots=True)
class Watched:
    """What a tree of processes has used."""

    seconds: dict[int, float] = field(default_factory=dict)
    """CPU time by process."""
    peaks: dict[str, float] = field(default_factory=dict)
    """Largest resident size in MB by kind of process."""

    def look(self, root: int) -> None:
        """Look at all processes below `root`, and at it."""
        for pid, seconds in tree(root):
            self.seconds[pid] = max(seconds, self.seconds.get(pid, 0.0))
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
                kind = next((kind for mark, kind in _KINDS.items() if mark in command), None)
                if kind is not None:
                    status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
                    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
                    self.peaks[kind] = max(peak, self.peaks.get(kind, 0.0))
            except (OSError, IndexError):
                continue  # It has ended meanwhile.


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


def engine_ms(apks: list[Path]) -> float:
    """Return the CPU time of the suite per app, in this process."""
    start = time.process_time()
    for path in apks:
        inspect_apk(path.read_bytes())
    return (time.process_time() - start) * 1e3 / len(apks)


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


def farm_ms(place: Place, apps: int) -> tuple[float, dict[str, float]]:
    """Run a batch of a new farm; return the CPU time of all its processes per app, and peaks of memory."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("FARM_", "RAY_", "AWS_"))}
    env |= {"FARM_LOG": "json", **place.env}
    farm = [sys.executable, "-m", "farm"]
    subprocess.run([*farm, "submit", place.source, "--suite", "static", "--name", "cost"], env=env, check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    watched, moments, there, due = Watched(), list[tuple[int, float]](), place.documents(), 0.0
    with subprocess.Popen([*farm, "run", "--workers", "1", "--json"], env=env, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as driver:  # fmt: skip
        while driver.poll() is None:
            watched.look(driver.pid)
            if (now := time.monotonic()) >= due:
                done = place.documents() - there
                due = now + (time.monotonic() - now) / _COUNTING
                if done and (not moments or done > moments[-1][0]):
                    moments.append((done, sum(watched.seconds.values())))
            time.sleep(_EVERY_S)
    done = place.documents() - there
    if driver.returncode != 0 or len(moments) < 2 or done != apps:
        raise SystemExit(f"The batch ended with {driver.returncode} and {done} of {apps} apps.")
    (first, before), (last, after) = moments[0], moments[-1]
    return (after - before) * 1e3 / (last - first), watched.peaks


@contextmanager
def placed(options: argparse.Namespace, folder: Path, scratch: Path) -> Iterator[Place]:
    """Bring the apps of a folder where the farm is to read them, with a ledger and a store of its own."""
    env = {"FARM_HOME": str(scratch / "home"), "FARM_CROSS_CHECK_ONE_IN": str(options.check_one_in)}
    with ExitStack() as stack:
        if options.ledger == "postgres":
            env["FARM_LEDGER"] = stack.enter_context(postgres())
        if options.store == "folder":
            yield Place(source=str(folder), env=env, evidence=scratch / "home" / "store" / "evidence")
            return
        if reason := swift_missing():
            raise SystemExit(f"Swift cannot be started: {reason}.")
        (scratch / "swift").mkdir()
        server = stack.enter_context(swift_server(scratch / "swift"))
        env |= {"FARM_S3_ENDPOINT": server.endpoint, "FARM_STORE": f"s3://{_BUCKET}/farm", **server.environment}
        upload(folder, server)
        yield Place(source=f"s3://{_BUCKET}/apps/", env=env, evidence=scratch / "swift" / "disk" / "d1" / "objects")


def upload(folder: Path, server: S3Server) -> None:
    """Put the apps into a bucket."""
    server.make_bucket(_BUCKET)
    client = server.client()
    for path in sorted(folder.iterdir()):
        client.put_object(Bucket=_BUCKET, Key=f"apps/{path.name}", Body=path.read_bytes())
    client.close()


def measure(apks: list[Path], times: int, options: argparse.Namespace) -> Cost:
    """Measure one batch."""
    with tempfile.TemporaryDirectory(prefix="farm-cost-") as name:
        scratch = Path(name)
        folder = scratch / "apps"
        folder.mkdir()
        apps = copies(apks, folder, times)
        with placed(options, folder, scratch) as place:
            before = engine_ms(apks)
            every_process, peaks = farm_ms(place, apps)
            engine = (before + engine_ms(apks)) / 2
        return Cost(apps=apps, every_process=every_process, engine=engine, peaks=peaks)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.farm_cost", description=__doc__.splitlines()[0])
    parser.add_argument("folder", metavar="APK_DIR", type=Path)
    parser.add_argument(
        "--times", type=int, default=20, help="size of the large batch, in times the small one; 1: none"
    )
    parser.add_argument("--store", choices=("folder", "swift"), default="folder")
    parser.add_argument("--ledger", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--check-one-in", type=int, default=100, help="FARM_CROSS_CHECK_ONE_IN")
    options = parser.parse_args()
    apks = sorted(options.folder.glob("*.apk"))
    settle()
    engine_ms(apks)  # The first time loads tables and libraries.
    print("| apps | store, ledger | all, per app | engine, per app | the farm adds | peak |\n|---|---|---|---|---|---|")
    costs = []
    for times in (1, options.times, 1) if options.times > 1 else (1,):
        cost = measure(apks, times, options)
        costs.append(cost)
        peaks = ", ".join(f"{kind} {peak:.0f} MB" for kind, peak in sorted(cost.peaks.items()))
        print(
            f"| {cost.apps} | {options.store}, {options.ledger} | {cost.every_process:.1f} ms | {cost.engine:.1f} ms "
            f"| {cost.every_process / cost.engine - 1:.0%} | {peaks} |",
            flush=True,
        )
    if len(costs) > 1:
        before, large, after = costs
        ratio = large.every_process * 2 / (before.every_process + after.every_process)
        print(f"\nAn app of the large batch costs {ratio:.2f} times one of the small ones before and after it.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
