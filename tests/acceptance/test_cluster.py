"""A cluster of two nodes (two raylets on this machine): one is killed, one is added, nothing is lost."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.acceptance.conftest import FarmCommand, wait_for, with_fault

RAY = Path(sys.executable).with_name("ray")
TUNED = {
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "2000",
    "RAY_health_check_failure_threshold": "3",
    "RAY_USAGE_STATS_ENABLED": "0",
}
TOKEN = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "f" * 64}
"""What every node and the driver share, as docs/howto/deploy.md asks for."""


class Cluster:
    """Nodes started with `ray start --block`, each in a process group of its own so that it can be killed whole."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        """Take the environment that workers inherit, and a folder for the nodes' logs."""
        self._folder = folder
        self._env = env | TUNED | TOKEN
        self._nodes: list[subprocess.Popen[bytes]] = []
        self.address = f"127.0.0.1:{_free_port()}"

    def head(self) -> subprocess.Popen[bytes]:
        """Start the head without workers of its own."""
        port = self.address.rpartition(":")[2]
        return self._start(
            "--head", f"--port={port}", "--node-ip-address=127.0.0.1", "--num-cpus=0", "--include-dashboard=false"
        )

    def node(self) -> subprocess.Popen[bytes]:
        """Start a node with one CPU."""
        return self._start(f"--address={self.address}", "--node-ip-address=127.0.0.1", "--num-cpus=1")

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a node and wait until it says that it runs."""
        said = self._folder / f"node-{len(self._nodes)}.log"
        with said.open("wb") as log:
            process = subprocess.Popen(
                [RAY, "start", "--block", "--disable-usage-stats", *words],
                env=self._env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._nodes.append(process)
        wait_for(lambda: b"Ray runtime started" in said.read_bytes() or process.poll() is not None, seconds=90)
        assert process.poll() is None, said.read_text("utf-8", "replace")
        return process

    def stop(self) -> None:
        """Kill all nodes."""
        for process in reversed(self._nodes):
            kill(process)


def _free_port() -> int:
    """Return a free port below those that Ray gives its workers (10002 to 19999) and the system gives clients."""
    for port in range(6400, 6500):
        with socket.socket() as trial, suppress(OSError):
            trial.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port from 6400 to 6499")


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a node with everything that it started, as a power cut would."""
    raylets = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout.split("\n")
    children: dict[int, list[int]] = {}
    for line in raylets:
        if line.strip():
            pid, parent = map(int, line.split())
            children.setdefault(parent, []).append(pid)
    doomed = [process.pid]
    for pid in doomed:
        doomed.extend(children.get(pid, []))
    for pid in reversed(doomed):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


@pytest.fixture
def cluster(farm: FarmCommand, tmp_path: Path) -> Iterator[Cluster]:
    """A cluster that is gone afterwards."""
    cluster = Cluster(farm.env, tmp_path)
    yield cluster
    cluster.stop()


@pytest.mark.timeout(280)
def test_a_node_dies_and_another_joins_in_the_middle_of_a_batch(
    farm: FarmCommand, cluster: Cluster, samples: dict[str, bytes], tmp_path: Path
) -> None:
    """Every app is inspected and counted once although a node with work in hand was killed."""
    cluster.head()
    first, _second = cluster.node(), cluster.node()
    apps = {f"a-{n:03}.apk": with_fault(samples["clean"] + bytes([n]), "slow:0.25") for n in range(90)}
    farm("submit", farm.upload(apps), "--name", "nodes", "--json")
    driver = farm.start("run", "--address", cluster.address, **TOKEN)
    wait_for(lambda: farm.done("nodes") >= 8)
    kill(first)
    cluster.node()
    code = driver.wait(200)
    status = farm.status("nodes")

    assert 0 == code, (tmp_path / "driver.log").read_text()
    assert {"done": 90} == {k: v for k, v in status["states"].items() if v}
    assert 90 == status["counted"]


def test_an_unreachable_cluster_is_said_at_once(farm: FarmCommand, samples: dict[str, bytes]) -> None:
    """Nobody listens at the address: a clear error, and the batch stays pending."""
    farm("submit", farm.upload({"a.apk": samples["clean"]}), "--name", "alone", "--json")
    failed = farm("run", "--address", "127.0.0.1:1", code=8)

    assert "127.0.0.1:1" in failed.err
    assert "Traceback" not in failed.err
    assert 1 == farm.status("alone")["states"]["pending"]
