"""An executor on a Ray cluster: actors of two kinds on its CPUs, none of Ray's own retries or job states."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import socket
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ray
import structlog
from ray.exceptions import GetTimeoutError, RayError

from farm.cluster.sandbox_worker import SandboxWorker
from farm.cluster.stream import Inspect
from farm.cluster.workers import StaticWorker
from farm.model.errors import ClusterError
from farm.model.execution import Chunk, Ended, ExecutorEvent, LossCause, Lost, Progress
from farm.model.inspection import Suite
from farm.planning import shares

log = structlog.get_logger()

START_S = 120.0
"""Longest wait for the first worker, in seconds."""
REFRESH_S = 2.0
"""How often the cluster is asked for its CPUs, in seconds."""
OBJECT_STORE_BYTES = 100 << 20
"""Shared memory of a local cluster: only tasks and results pass through it, never an APK."""
SANDBOX_BYTES = 2_048 << 20
"""Memory of a sandbox worker: the JVM's heap and classes, the app's folder in memory, the JVM that gets warm for the
next app, and the worker itself."""
RECYCLE_TASKS = 2_000
"""Tasks after which a worker process is replaced, so that no leak lasts."""

ALLOCATORS = {
    # One heap for all threads, Ray's twenty included: glibc would give out up to eight for each processor, each of
    # which keeps what it once had.
    "MALLOC_ARENA_MAX": "1",
    # Of apk-info's allocator, mimalloc: pages of 4 KiB instead of 2 MiB, of which it fills little.
    "MIMALLOC_ALLOW_THP": "0",
}
"""Variables that keep a worker small. They are read when a process starts or loads a library, before any code of ours:
whoever starts the cluster must set them."""


@dataclass(slots=True)
class _Slot:
    """One actor and what it is doing."""

    suite: Suite
    handle: Any
    greeting: Any
    """Reference to the answer of `greet`; None once it has come."""
    able: bool = True
    """Whether its machine has what the suite needs."""
    node: str = ""
    name: str = "starting"
    chunk: Chunk | None = None
    stream: Any = None
    killed: bool = False
    """Whether the driver killed it at a deadline."""
    tasks: int = 0

    @property
    def free(self) -> bool:
        """Whether it could take a chunk."""
        return self.greeting is None and self.chunk is None


class _Chatter(io.TextIOBase):
    """Takes what Ray prints on standard output (worker deaths, for one), which belongs to the command's own words."""

    def write(self, text: str, /) -> int:
        """Hand it to the standard library's logging, which never writes to standard output."""
        if text.strip():
            logging.getLogger(__name__).debug("%s", text.strip()[:2000])
        return len(text)


class RayExecutor:
    """Keeps one actor for each CPU of the cluster, as nodes come and go, and gives each one chunk at a time.

    Of which kind the actors are follows the work that waits; one that is idle gives way to one of the other kind.
    """

    def __init__(
        self,
        inspect: Inspect,
        *,
        address: str | None,
        workers: int,
        sandbox_bytes: int = SANDBOX_BYTES,
    ) -> None:
        """Take what inspects one task (picklable), a cluster's address (None: a local one), and a local one's size.

        `sandbox_bytes` is the memory that each sandbox worker has for itself.
        """
        self._inspect = inspect
        self._address = address
        self._workers = workers or os.cpu_count() or 1
        self._sandbox_bytes = sandbox_bytes
        self._wanted: frozenset[Suite] = frozenset({Suite.STATIC})
        self._slots: list[_Slot] = []
        self._refreshed = 0.0
        self._remotes: dict[Suite, Any] = {}
        self._streams = contextlib.ExitStack()

    def start(self) -> None:
        """Connect and wait for the first worker."""
        self._streams.enter_context(contextlib.redirect_stdout(_Chatter()))
        _connect(self._address, self._workers)
        actor = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0, max_concurrency=1)
        self._remotes = {
            Suite.STATIC: actor(StaticWorker),
            Suite.DYNAMIC: actor(SandboxWorker).options(memory=self._sandbox_bytes),
        }
        deadline = time.monotonic() + START_S
        while not self.workers():
            self._refresh()
            self._greet(0.5)
            if time.monotonic() > deadline:
                self.close()
                raise ClusterError(
                    f"The cluster gave no worker within {START_S:.0f} seconds: it has no free CPU.",
                    next_step="Look at 'ray status': is another job holding the CPUs?",
                )
        log.info("cluster.ready", workers=self.workers(), address=self._address or "local")

    def prepare(self, waiting: Mapping[Suite, int]) -> None:
        """Have workers of the kinds that wait or work; raises ClusterError if there can be none."""
        busy = {slot.suite for slot in self._slots if slot.chunk is not None}
        wanted = frozenset(suite for suite, chunks in waiting.items() if chunks) | busy
        if wanted and wanted != self._wanted:
            self._wanted = wanted
            self._refreshed = 0.0
        self._refresh()

    def idle(self, suite: Suite) -> int:
        """Return how many workers are ready for the suite and have nothing to do."""
        self._refresh()
        return len(self._free(suite))

    def _free(self, suite: Suite) -> list[_Slot]:
        """Return the free workers for a suite: of those on able machines, and others only if there are no able ones."""
        slots = [slot for slot in self._slots if slot.suite is suite]
        if any(slot.greeting is None and slot.able for slot in slots):
            return [slot for slot in slots if slot.free and slot.able]
        # Only when all have come up is it known that none is able; their outcome will say what is missing.
        return [slot for slot in slots if slot.free] if all(slot.greeting is None for slot in slots) else []

    def workers(self) -> int:
        """Return how many workers have said hello."""
        return sum(1 for s in self._slots if s.greeting is None)

    def submit(self, chunk: Chunk) -> None:
        """Send the chunk to an idle worker; raises ClusterError if there is none."""
        slot = next(iter(self._free(chunk.suite)), None)
        if slot is None:
            raise ClusterError(f"There is no idle worker for the {chunk.suite} suite.")
        slot.chunk = chunk
        slot.stream = slot.handle.run.options(num_returns="streaming").remote(chunk.tasks)

    def wait(self, timeout_s: float) -> Sequence[ExecutorEvent]:
        """Return what the busy workers have reported."""
        self._refresh()
        self._greet(0)
        busy = {s.stream: s for s in self._slots if s.chunk is not None}
        if not busy:
            self._greet(timeout_s)
            return ()
        ready = _ready(busy, timeout_s)
        if len(busy) > 1:
            ready = _ready(busy, 0, count=len(busy))
        return [self._event(busy[stream]) for stream in ready]

    def kill(self, chunk_id: int) -> None:
        """Kill the actor that has the chunk; `ray.kill` also ends a hang that holds the interpreter's lock."""
        for slot in self._slots:
            if slot.chunk is not None and slot.chunk.chunk_id == chunk_id:
                slot.killed = True
                ray.kill(slot.handle, no_restart=True)

    def close(self) -> None:
        """Kill the actors and leave the cluster (or stop the local one)."""
        with self._streams:
            if ray.is_initialized():
                for slot in self._slots:
                    ray.kill(slot.handle, no_restart=True)
                ray.shutdown()
            self._slots.clear()

    def _event(self, slot: _Slot) -> ExecutorEvent:
        """Return what the next item of the slot's stream says."""
        chunk = slot.chunk
        if chunk is None:
            raise ClusterError("A worker without a chunk reported.")
        try:
            results = ray.get(next(slot.stream))
        except StopIteration:
            if slot.killed:
                return self._lost(slot, chunk, "killed at the deadline")
            slot.tasks += len(chunk.tasks)
            slot.chunk = slot.stream = None
            if slot.tasks >= RECYCLE_TASKS:
                self._drop(slot)
            return Ended(chunk_id=chunk.chunk_id)
        except RayError as error:
            # Mostly the actor's death. An error of the task itself cannot be: `run_all` reports outcomes; should one
            # come all the same, the process is not to be trusted any more.
            return self._lost(slot, chunk, _first_line(getattr(error, "cause", None) or error))
        return Progress(chunk_id=chunk.chunk_id, results=results, worker=slot.name)

    def _lost(self, slot: _Slot, chunk: Chunk, detail: str) -> Lost:
        """Forget the actor and say why its chunk came back."""
        if slot.killed:
            cause = LossCause.DEADLINE
        elif not _node_answers(slot.node):
            cause = LossCause.NODE_LOST
        else:
            cause = LossCause.WORKER_DIED
        self._drop(slot)
        log.warning("worker.lost", worker=slot.name, cause=cause, detail=detail)
        return Lost(chunk_id=chunk.chunk_id, cause=cause, detail=detail, worker=slot.name)

    def _drop(self, slot: _Slot) -> None:
        """Make sure that the actor is gone and its place is free."""
        ray.kill(slot.handle, no_restart=True)
        self._slots.remove(slot)
        self._refreshed = 0.0

    def _refresh(self) -> None:
        """Have as many actors as the cluster has CPUs, of the kinds that are wanted."""
        now = time.monotonic()
        if now - self._refreshed < REFRESH_S:
            return
        self._refreshed = now
        nodes = [node["Resources"] for node in _nodes()]
        cpus = sum(int(node.get("CPU", 0)) for node in nodes)
        room = sum(min(int(node.get("CPU", 0)), int(node.get("memory", 0) // self._sandbox_bytes)) for node in nodes)
        target = shares(self._wanted, cpus=cpus, room=room)
        if not target and cpus:
            raise ClusterError(
                f"No node of the cluster has a CPU and {self._sandbox_bytes >> 20} MiB of memory for a sandbox worker.",
                next_step="Give the nodes more memory, or lower FARM_DYNAMIC_MEMORY_MB.",
            )
        for suite, number in target.items():
            for _ in range(number - sum(slot.suite is suite for slot in self._slots)):
                if len(self._slots) >= cpus and not self._retire(target):
                    return
                self._add(suite)

    def _retire(self, target: Mapping[Suite, int]) -> bool:
        """Make one free actor give up its CPU if there are more of its kind than wanted; return whether one did."""
        kinds = Counter(slot.suite for slot in self._slots)
        slot = next((s for s in self._slots if s.free and kinds[s.suite] > target.get(s.suite, 0)), None)
        if slot is not None:
            ray.kill(slot.handle, no_restart=True)
            self._slots.remove(slot)
        return slot is not None

    def _add(self, suite: Suite) -> None:
        """Start an actor."""
        handle = self._remotes[suite].remote()
        self._slots.append(_Slot(suite=suite, handle=handle, greeting=handle.greet.remote(self._inspect)))

    def _greet(self, timeout_s: float) -> None:
        """Take note of actors that have come up, and forget those that could not."""
        starting = {s.greeting: s for s in self._slots if s.greeting is not None}
        if not starting:
            time.sleep(timeout_s)
            return
        for reference in _ready(starting, timeout_s):
            slot = starting[reference]
            try:
                node, address, pid, lacks = ray.get(reference, timeout=1)
            except GetTimeoutError:
                continue
            except RayError as error:
                log.warning("worker.did_not_start", detail=_first_line(error))
                self._slots.remove(slot)
                continue
            slot.node, slot.name, slot.greeting, slot.able = node, f"{address}:{pid}", None, not lacks
            if lacks:
                log.warning("worker.without_backend", worker=slot.name, detail=lacks)


def _connect(address: str | None, workers: int) -> None:
    """Join the cluster at `address`, or start one on this machine; a busy machine gets a second try."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    if address is not None:
        _reachable(address)
        _init(f"The Ray cluster at {address}", address=address, **quiet)
        return
    for name, value in ALLOCATORS.items():
        os.environ.setdefault(name, value)
    local = quiet | {
        "address": "local",
        "num_cpus": workers,
        "include_dashboard": False,
        "object_store_memory": OBJECT_STORE_BYTES,
    }
    try:
        _init("A local Ray cluster", **local)
    except ClusterError as error:
        log.warning("cluster.slow_start", detail=str(error))
        ray.shutdown()
        _init("A local Ray cluster", **local)


def _init(what: str, **options: Any) -> None:  # noqa: ANN401 - whatever ray.init takes
    """Call `ray.init`; raises ClusterError."""
    try:
        ray.init(**options)
    except Exception as error:  # Ray raises bare Exception when its processes are late
        raise ClusterError(
            f"{what} cannot be used: {_first_line(error)}",
            next_step="Check the address with 'ray status'. A cluster that uses tokens wants RAY_AUTH_MODE=token and "
            "its RAY_AUTH_TOKEN here too.",
        ) from error


def _reachable(address: str) -> None:
    """Raise ClusterError at once if nobody listens at `host:port`; Ray itself would try for a minute."""
    if address == "auto":
        return
    host, _, port = address.rpartition(":")
    if "://" in address or not host or not port.isdigit():
        raise ClusterError(
            f"{address!r} is not an address of a Ray cluster.",
            next_step="Give --address host:port (the head's port, normally 6379) or --address auto.",
        )
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError as error:
        raise ClusterError(f"Nobody answers at {address}: {error}.") from error


def _ready(references: Iterable[Any], timeout_s: float, *, count: int = 1) -> list[Any]:
    """Return those that have something to say, once `count` have or the time is over; raises ClusterError."""
    try:
        ready: list[Any] = ray.wait(list(references), num_returns=count, timeout=timeout_s)[0]
    except RayError as error:
        raise _gone(error) from error
    return ready


def _nodes() -> list[dict[str, Any]]:
    """Return the nodes that Ray calls alive; raises ClusterError."""
    try:
        return [node for node in ray.nodes() if node["Alive"]]
    except (RayError, ConnectionError, RuntimeError) as error:
        raise _gone(error) from error


def _node_answers(node_id: str) -> bool:
    """Return whether the node's raylet still takes connections; Ray itself may call it alive for 14 more seconds."""
    node = next((each for each in _nodes() if each["NodeID"] == node_id), None)
    if node is None:
        return False
    try:
        socket.create_connection((node["NodeManagerAddress"], node["NodeManagerPort"]), timeout=2).close()
    except OSError:
        return False
    return True


def _gone(error: Exception) -> ClusterError:
    """Return what is said of a cluster that does not answer any more."""
    return ClusterError(f"The Ray cluster is gone: {_first_line(error)}")


def _first_line(error: BaseException) -> str:
    """Return the first line of an error's text, bounded."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def probe(address: str) -> str:
    """Return what a cluster offers, in words; raises ClusterError."""
    _connect(address, 0)
    try:
        return f"{address}: {len(_nodes())} nodes, {ray.cluster_resources().get('CPU', 0):.0f} CPUs"
    finally:
        ray.shutdown()
