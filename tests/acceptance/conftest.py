"""A farm of its own for each test: a home, an S3 bucket with apps, and the command in subprocesses."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from farm.ledger.sql import SqlLedger
from farm.metrics.exporter import render
from farm.model.inspection import State

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "examples" / "apps" / "built"
REAL = Path(os.environ.get("APKFARM_APKS", ROOT / ".cache" / "apks"))
FAULTS = ROOT / "tests" / "faults"
_CROSS_CHECKS = re.compile(r'^farm_cross_checks_total\{verdict="(\w+)"\} (\S+)', re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Command:
    """What a finished command left."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON document on standard output."""
        return json.loads(self.out)


@dataclass(kw_only=True)
class FarmCommand:
    """Calls `farm` in subprocesses with a home and an S3 endpoint of its own."""

    home: Path
    endpoint: str
    bucket: str
    client: Any
    env: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the environment: nothing of the caller's own settings."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("FARM_", "AWS_", "RAY_"))}
        self.env = clean | {
            "FARM_HOME": str(self.home),
            "FARM_S3_ENDPOINT": self.endpoint,
            "FARM_LOG": "json",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "PYTHONPATH": os.pathsep.join([str(FAULTS), str(ROOT)]),
        }

    def __call__(self, *words: str, code: int | None = 0, timeout: float = 240, **env: str) -> Command:
        """Run the command to its end; `code` is the exit code it must have (None: any)."""
        done = subprocess.run(
            [sys.executable, "-m", "farm", *words],
            env=self.env | env,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        command = Command(code=done.returncode, out=done.stdout, err=done.stderr)
        if code is not None:
            assert code == done.returncode, f"farm {' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return command

    def start(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """Start the command in a process group of its own and do not wait."""
        with (self.home.parent / "driver.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "farm", *words],
                env=self.env | env,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def stop(self) -> None:
        """Kill what was started and is still there."""
        for process in self.running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def upload(self, apps: Mapping[str, bytes], prefix: str = "apps/") -> str:
        """Put apps into the bucket; return the URL of the prefix."""
        for name, data in apps.items():
            self.client.put_object(Bucket=self.bucket, Key=f"{prefix}{name}", Body=data)
        return f"s3://{self.bucket}/{prefix}"

    def status(self, batch: str) -> Any:
        """Return the status document."""
        return self("status", batch, "--json").document

    def done(self, batch: str) -> int:
        """Return how many inspections are done, read from the ledger itself: quicker than a command."""
        with SqlLedger.open(f"sqlite:///{self.home / 'ledger.sqlite'}") as ledger:
            return ledger.status(ledger.batch(batch).batch_id, now=time.time()).states[State.DONE]

    def cross_checks(self) -> dict[str, int]:
        """Return the metric `farm_cross_checks_total` by verdict."""
        with SqlLedger.open(f"sqlite:///{self.home / 'ledger.sqlite'}") as ledger:
            page = render(ledger, time.time())[0].decode()
        return {word: int(float(value)) for word, value in _CROSS_CHECKS.findall(page)}


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Poll until the condition holds; fail after `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("the condition never came true")


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """An S3 server on the loopback interface."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def farm(tmp_path: Path, s3_endpoint: str, request: pytest.FixtureRequest) -> Iterator[FarmCommand]:
    """A farm with an empty home and an empty bucket."""
    bucket = "b" + str(abs(hash(request.node.nodeid)))
    client = boto3.client(
        "s3",
        endpoint_url=s3_endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.create_bucket(Bucket=bucket)
    command = FarmCommand(home=tmp_path / "home", endpoint=s3_endpoint, bucket=bucket, client=client)
    yield command
    command.stop()


@pytest.fixture(scope="session")
def samples() -> dict[str, bytes]:
    """The project's own sample apps by name."""
    return {path.stem: path.read_bytes() for path in sorted(SAMPLES.glob("*.apk"))}


@pytest.fixture(scope="session")
def real_apks() -> dict[str, bytes]:
    """Real APKs that `make apks` brought, small ones; empty without a network."""
    paths: Sequence[Path] = sorted(REAL.glob("*.apk"))
    return {path.name: path.read_bytes() for path in paths if path.stat().st_size < 4_000_000}


@pytest.fixture(scope="session")
def many(samples: dict[str, bytes]) -> Callable[[int], dict[str, bytes]]:
    """Make as many different apps as wanted: the clean sample with some bytes behind it, which Android ignores too."""

    def make(count: int) -> dict[str, bytes]:
        return {f"app-{n:04}.apk": samples["clean"] + f"#{n:08}".encode() for n in range(count)}

    return make


def with_fault(app: bytes, fault: str) -> bytes:
    """Return an app that makes its worker misbehave (see tests/faults)."""
    return app + b"APKFARM-FAULT:" + fault.encode()
