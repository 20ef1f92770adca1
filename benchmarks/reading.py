"""How much of big APKs a worker reads from an S3 server, and what that costs in requests and CPU.

usage: python -m benchmarks.reading FOLDER ... [--server swift|moto]

Puts the APKs over 8 MiB of the folders into a bucket of a server that it starts, and inspects each twice with the
worker's own code: by ranges, its hash being known, and to its end, its hash being unknown. `read` is everything that
the store sent for the app, over its size. The evidence of both must be the same. CPU is the least of three runs; with
Swift it is that of the worker alone, moto runs in the same process.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from farm.cluster.task import Inspector
from farm.model.batch import AppRef, InspectionId
from farm.model.execution import Result, Task
from farm.model.inspection import Suite
from farm.objects.s3_client import client_for
from farm.objects.stores import StoreConfig, UrlStores
from tests.s3_servers import S3Server, moto_server, swift_missing, swift_server
from workers.inspect import SUITES
from workers.model.limits import Limits
from workers.static.readers.file import BIG
from workers.tuning import settle

RUNS = 3
BUCKET = "reading"
REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One APK."""

    name: str
    size: int
    read: int
    requests: int
    """GETs by ranges."""
    cpu_ms: float
    """By ranges, evidence and findings included."""
    whole_cpu_ms: float


class Requests:
    """Counts the GETs of this process's client, those for evidence included."""

    def __init__(self, endpoint: str) -> None:
        """Listen to the client that the store will use."""
        self.made = 0
        client_for(endpoint, REGION).meta.events.register("after-call.s3.GetObject", self._count)

    def _count(self, **_: object) -> None:
        self.made += 1


@contextmanager
def running(kind: str) -> Iterator[S3Server]:
    """Run a server with a bucket, and let the environment name its credentials."""
    if kind == "swift" and (reason := swift_missing()):
        raise SystemExit(f"Swift cannot be started: {reason}, or use --server moto.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reading-")))
        server = stack.enter_context(swift_server(folder) if kind == "swift" else moto_server())
        os.environ.update(server.environment)
        server.make_bucket(BUCKET)
        yield server


def inspect(task: Task, endpoint: str) -> tuple[Result, bytes, float]:
    """Inspect an app whose evidence is not there yet; return the result, the evidence and milliseconds of CPU."""
    with tempfile.TemporaryDirectory(prefix="reading-") as home:
        inspector = Inspector(
            stores=UrlStores(StoreConfig(home=home, s3_endpoint=endpoint)),
            limits={suite: Limits() for suite in Suite},
            engines={Suite.STATIC: (SUITES[Suite.STATIC], Limits().digest())},
        )
        start = time.process_time()
        result = inspector.run(task)
        cpu = time.process_time() - start
        if result.evidence_key is None:
            raise SystemExit(f"{task.app.url} has no evidence: {result.outcome}, {result.reason}")
        return result, inspector.stores.farm().get(result.evidence_key), cpu * 1e3


def measure(path: Path, server: S3Server, requests: Requests) -> Row:
    """Measure one APK; raises SystemExit if ranges give other evidence than the whole."""
    data = path.read_bytes()
    etag = server.client().put_object(Bucket=BUCKET, Key=path.name, Body=data)["ETag"].strip('"')
    app = AppRef(url=f"s3://{BUCKET}/{path.name}", etag=etag, size=len(data))
    whole = Task(inspection_id=InspectionId(1), app=app, suite=Suite.STATIC)
    known = replace(whole, known_sha256=hashlib.sha256(data).hexdigest())
    before = requests.made
    in_part = [inspect(known, server.endpoint) for _ in range(RUNS)]
    made = requests.made - before
    as_whole = [inspect(whole, server.endpoint) for _ in range(RUNS)]
    if len({evidence for _, evidence, _ in in_part + as_whole}) > 1:
        raise SystemExit(f"{path.name}: ranges give other evidence than the whole file.")
    return Row(
        name=path.stem,
        size=len(data),
        read=in_part[0][0].bytes_read,
        requests=made // RUNS,
        cpu_ms=min(cpu for _, _, cpu in in_part),
        whole_cpu_ms=min(cpu for _, _, cpu in as_whole),
    )


def table(rows: list[Row]) -> str:
    """Return the figures as Markdown."""
    lines = ["| APK | size | read | requests | CPU by ranges | CPU to its end |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {row.name} | {row.size / 1e6:.1f} MB | {row.read / row.size:.1%} | {row.requests} "
        f"| {row.cpu_ms:.0f} ms | {row.whole_cpu_ms:.0f} ms |"
        for row in rows
    ]
    size, read = sum(row.size for row in rows), sum(row.read for row in rows)
    lines.append(
        f"| **{len(rows)} APKs** | {size / 1e6:.1f} MB | **{read / size:.1%}** | {sum(row.requests for row in rows)} "
        f"| {sum(row.cpu_ms for row in rows):.0f} ms | {sum(row.whole_cpu_ms for row in rows):.0f} ms |"
    )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--server", choices=("swift", "moto"), default="swift")
    options = parser.parse_args()
    found = {path.name: path for folder in options.folders for path in sorted(folder.rglob("*.apk"))}
    paths = [path for path in found.values() if path.stat().st_size > BIG]
    if not paths:
        raise SystemExit("There is no APK over 8 MiB in these folders.")
    settle()
    with running(options.server) as server:
        requests = Requests(server.endpoint)
        sys.stdout.write(table([measure(path, server, requests) for path in paths]))


if __name__ == "__main__":
    main()
