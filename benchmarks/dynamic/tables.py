"""What a set of runs amounts to: what was reached, whose faults the failures are, and where the time went."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from benchmarks.dynamic.measured import Measured

EMULATOR_MINUTES = 5.0
"""What one app costs on an emulator or a phone: install, start, explore, five real minutes in the background."""
SHOWN = 8
"""Causes of the app's and the input's faults that are printed."""
_SPREAD = "median {:.1f}, p90 {:.1f}, max {:.1f}"


def reached(runs: Sequence[Measured]) -> Iterator[str]:
    """Yield how far the apps came; an app whose code is not there cannot come anywhere."""
    outcomes = Counter(run.document["outcome"] for run in runs)
    yield "outcomes     " + ", ".join(f"{word} {count}" for word, count in outcomes.most_common())
    there = [run for run in runs if run.document["outcome"] not in {"packed", "backend_missing"}]
    created = [run.document["reached"]["application"] for run in there]
    yield f"application  {_share(created)} created, of those whose code is there"
    launched = [run.document["reached"]["launcher_resumed"] for run in there if run.has_launcher]
    yield f"launcher     {_share(launched)} resumed, of those that have one"
    tried = sum(run.document["components"]["tried"] for run in runs)
    failures = list(_failures(runs))
    faults = Counter(fault for _, fault, _ in failures)
    yield f"components   {tried} starts; failures by fault: {dict(faults) or 'none'}"
    if tried:
        yield f"             {1 - faults['sandbox'] / tried:.1%} of the starts without a fault of the sandbox"


def sandbox_faults(runs: Sequence[Measured]) -> Iterator[str]:
    """Yield each cause of a fault that is the sandbox's, with how often and where it was met first."""
    yield from _causes(runs, "sandbox")


def other_faults(runs: Sequence[Measured]) -> Iterator[str]:
    """Yield the most frequent causes of the other faults."""
    for fault in ("app", "input"):
        lines = list(_causes(runs, fault))
        yield from (f"{fault:<6}{line}" for line in lines[:SHOWN])
        if len(lines) > SHOWN:
            yield f"{fault:<6}      and {len(lines) - SHOWN} other causes"


def costs(runs: Sequence[Measured], *, floor: Measured | None, jobs: int, wall_s: float) -> Iterator[str]:
    """Yield what the runs cost; `floor` is an app that does nothing, run in the same call."""
    for title, values in (
        ("CPU s/app", [run.cpu_s for run in runs]),
        ("wall s/app", [run.wall_s for run in runs]),
        ("peak MB", [float(run.peak_mb) for run in runs]),
    ):
        yield f"{title:<13}{_spread(values)}"
    if floor is not None:
        ratio = statistics.median(run.cpu_s for run in runs) / floor.cpu_s
        yield (
            f"floor        an app that does nothing: {floor.cpu_s:.1f} CPU s, {floor.wall_s:.1f} s wall; "
            f"the median is {ratio:.2f} times its CPU"
        )
    per_minute = 60 * len(runs) / wall_s
    yield (
        f"rate         {len(runs)} apps in {wall_s:.0f} s with {jobs} at a time: {per_minute:.1f} per minute, "
        f"{per_minute * EMULATOR_MINUTES / jobs:.0f} times an emulator's slot ({EMULATOR_MINUTES:.0f} min per app)"
    )
    yield from _phases(runs)


def _phases(runs: Sequence[Measured]) -> Iterator[str]:
    """Yield where the time went."""
    yield f"{'phase':<13}{'apps':>5}{'CPU s, mean':>13}{'wall s, mean':>14}{'cut':>5}"
    names = dict.fromkeys(record["phase"] for run in runs for record in run.document["phases"])
    for name in names:
        records = [item for run in runs for item in run.document["phases"] if item["phase"] == name]
        cpu = statistics.mean(item["cpu_s"] or 0.0 for item in records)
        wall = statistics.mean(item["wall_s"] for item in records)
        yield f"{name:<13}{len(records):>5}{cpu:>13.2f}{wall:>14.2f}{sum(item['cut'] for item in records):>5}"


def _causes(runs: Iterable[Measured], wanted: str) -> Iterator[str]:
    """Yield the causes of one fault, the most frequent first."""
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for run, fault, cause in _failures(runs):
        if fault == wanted:
            counts[cause] += 1
            first.setdefault(cause, run.name)
    for cause, count in counts.most_common():
        yield f"{count:>4}  {cause[:110]}  ({first[cause]})"


def _failures(runs: Iterable[Measured]) -> Iterator[tuple[Measured, str, str]]:
    """Yield run, fault and innermost cause of each failed start."""
    for run in runs:
        for failure in run.document["components"]["failures"]:
            if failure["step"] in {"start", "attach"}:
                heads = [line for line in failure["cause"].split("\n") if line and not line.startswith(" ")]
                yield run, failure["fault"], heads[-1] if heads else "(no trace)"


def _share(values: Iterable[bool]) -> str:
    """Return how many of how many hold."""
    all_of_them = list(values)
    good = sum(all_of_them)
    return f"{good} of {len(all_of_them)}" + (f" ({good / len(all_of_them):.1%})" if all_of_them else "")


def _spread(values: Sequence[float]) -> str:
    """Return median, 90th percentile and maximum."""
    ordered = sorted(values)
    return _SPREAD.format(statistics.median(ordered), ordered[int(0.9 * (len(ordered) - 1))], ordered[-1])
