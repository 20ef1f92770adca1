"""Cut a manifest into shards and a shard's work into chunks; pure arithmetic over sizes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from farm.model.batch import AppRef, Work
from farm.model.inspection import Suite


@dataclass(frozen=True, kw_only=True, slots=True)
class ShardPolicy:
    """When a shard is full: whichever comes first."""

    apps: int = 256
    """Apps in a shard."""
    bytes: int = 5_000_000_000
    """Bytes in a shard; a single larger app has a shard for itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Predictor:
    """How long an inspection takes, as far as its size tells.

    Measured with the native engine, and a store that sends 150 MB/s; with the reference it is seven times as long.
    """

    static_s: float = 0.02
    """Seconds that every static inspection takes."""
    static_s_per_mb: float = 0.01
    """Seconds for each megabyte of the APK."""
    dynamic_s: float = 12.0
    """Seconds that a dynamic inspection takes, whatever the size."""

    def seconds(self, size: int, suite: Suite) -> float:
        """Return the predicted seconds of one inspection of an app of `size` bytes."""
        if suite is Suite.DYNAMIC:
            return self.dynamic_s
        return self.static_s + self.static_s_per_mb * size / 1e6


@dataclass(frozen=True, kw_only=True, slots=True)
class ChunkPolicy:
    """How much work goes to a worker in one call: enough to hide the call, little enough to lose."""

    target_s: float = 1.5
    """Predicted seconds of a chunk."""
    works: int = 64
    """Most inspections in a chunk."""
    predictor: Predictor = field(default_factory=Predictor)
    """Where predicted seconds come from."""


def plan_shards(refs: Iterable[AppRef], policy: ShardPolicy | None = None) -> Iterator[tuple[AppRef, ...]]:
    """Yield the shards of a manifest one after another, in its order: every app is in exactly one."""
    limits = policy or ShardPolicy()
    shard: list[AppRef] = []
    size = 0
    for ref in refs:
        if shard and (len(shard) >= limits.apps or size + ref.size > limits.bytes):
            yield tuple(shard)
            shard, size = [], 0
        shard.append(ref)
        size += ref.size
    if shard:
        yield tuple(shard)


def chunk(works: Sequence[Work], policy: ChunkPolicy | None = None) -> list[tuple[Work, ...]]:
    """Return the works as chunks, the longest first, so that no long one is left for the end.

    A chunk has one suite only; a work that must be alone is; a work longer than the target is alone, too.
    """
    limits = policy or ChunkPolicy()
    chunks: list[tuple[float, tuple[Work, ...]]] = []
    for suite in Suite:
        weighed = [(limits.predictor.seconds(work.app.size, suite), work) for work in works if work.suite is suite]
        chunks += [(seconds, (work,)) for seconds, work in weighed if work.alone]
        together = sorted((one for one in weighed if not one[1].alone), key=lambda one: -one[0])
        chunks += _fill(together, limits)
    chunks.sort(key=lambda one: -one[0])
    return [members for _, members in chunks]


def _fill(weighed: Sequence[tuple[float, Work]], limits: ChunkPolicy) -> Iterator[tuple[float, tuple[Work, ...]]]:
    """Yield chunks of works that are sorted by falling seconds, with the seconds of each chunk."""
    members: list[Work] = []
    total = 0.0
    for seconds, work in weighed:
        if members and (len(members) >= limits.works or total + seconds > limits.target_s):
            yield total, tuple(members)
            members, total = [], 0.0
        members.append(work)
        total += seconds
    if members:
        yield total, tuple(members)


def shares(wanted: Collection[Suite], *, cpus: int, room: int) -> dict[Suite, int]:
    """Return how many of `cpus` workers each wanted suite gets; `room` is how many sandboxes memory allows.

    Running apps takes a hundred times as long as reading them, so that the static suite keeps one worker and the
    sandboxes have the rest. A single CPU reads first. If only sandboxes are wanted and have no room,
    there is nothing for anybody.
    """
    static = Suite.STATIC in wanted
    if Suite.DYNAMIC not in wanted or (static and (cpus < 2 or not room)):
        return {Suite.STATIC: cpus} if static and cpus else {}
    sandboxes = min(cpus - static, room)
    split = {Suite.STATIC: cpus - sandboxes if static else 0, Suite.DYNAMIC: sandboxes}
    return {suite: number for suite, number in split.items() if number}


_STARTUP_S = 5.0
"""A worker's own start, imports and commit of evidence, in seconds."""

_BYTES_PER_S = 10e6
"""Slowest object store that is not yet taken for a hang."""


def deadline_s(works: Sequence[Work], limits_seconds: float) -> float:
    """Return the seconds without any result after which a worker with these works is taken to hang.

    The inspection stops itself after `limits_seconds`; beyond that there is time to read its largest app, a tenth of
    the limit for unwinding, and the start of a worker.
    """
    largest = max((work.app.size for work in works), default=0)
    return limits_seconds * 1.1 + largest / _BYTES_PER_S + _STARTUP_S
