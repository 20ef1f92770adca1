"""What the dynamic suite reaches and costs on a folder of real APKs.

usage: python -m benchmarks.dynamic APK_DIR [--jobs N] [--twice] [--keep DIR] [--seconds S] [--services S]

Prints one row per APK; then what was reached, each cause of a failure that is the sandbox's fault, and the cost by
phase, beside an app that does nothing. `--twice` runs each APK a second time and compares the two documents.

Exit codes: 0 done, 1 two runs of an APK differ, 3 the sandbox cannot run here.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.dynamic.measured import Measured, comparable, measure
from benchmarks.dynamic.tables import costs, other_faults, reached, sandbox_faults
from workers.dynamic.toolkit import BackendMissingError, find_toolkit
from workers.model.services import DEFAULT_SERVICES, Services
from workers.sandboxed import keep_warm

SECONDS = 120.0
_NOTHING = Path(__file__).resolve().parents[2] / "examples" / "apps" / "built" / "dynamic" / "clean-dead-code.apk"


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dynamic", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="APK_DIR")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="apps at a time (1)")
    parser.add_argument("--twice", action="store_true", help="run each APK a second time and compare")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the documents here")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"wall time of one app ({SECONDS:.0f})")
    parser.add_argument(
        "--services",
        type=Services,
        choices=[*Services],
        default=DEFAULT_SERVICES,
        help="of Google and vendors (%(default)s)",
    )
    options = parser.parse_args(arguments)
    apks = sorted(options.folder.rglob("*.apk"))
    if not apks:
        parser.error(f"no *.apk below {options.folder}")
    try:
        find_toolkit()
    except BackendMissingError as error:
        print(error, file=sys.stderr)
        return 3
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
    once = partial(measure, seconds=options.seconds, services=options.services)
    run = partial(once, keep=options.keep)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=spawn, initializer=keep_warm) as pool:
        floor = pool.submit(once, _NOTHING).result()
        started = time.monotonic()
        runs = list(_told(pool.map(run, apks)))
        wall_s = time.monotonic() - started
        again = list(pool.map(once, apks)) if options.twice else None
    _summary(runs, floor, jobs=options.jobs, wall_s=wall_s)
    return 0 if again is None else _compare(runs, again)


def _told(runs: Iterator[Measured]) -> Iterator[Measured]:
    """Print a row for each run as it ends."""
    print(f"{'app':<60}{'outcome':<20}{'ok':>4}{'tried':>6}{'events':>7}{'CPU s':>7}{'wall s':>7}{'MB':>5}")
    for run in runs:
        told = run.document
        parts = told["components"]
        print(
            f"{run.name[-58:]:<60}{told['outcome']:<20}{parts['ok']:>4}{parts['tried']:>6}{len(told['events']):>7}"
            f"{run.cpu_s:>7.1f}{run.wall_s:>7.1f}{run.peak_mb:>5}",
            flush=True,
        )
        yield run


def _summary(runs: Sequence[Measured], floor: Measured, *, jobs: int, wall_s: float) -> None:
    """Print the tables."""
    print()
    for title, lines in (
        ("reached", reached(runs)),
        ("the sandbox's faults, by cause", sandbox_faults(runs)),
        ("other failures", other_faults(runs)),
        ("cost", costs(runs, floor=floor, jobs=jobs, wall_s=wall_s)),
    ):
        print(f"== {title}")
        print("\n".join(lines) or "none")


def _compare(runs: Sequence[Measured], again: Sequence[Measured]) -> int:
    """Print which runs differ from their repeats; return the exit code."""
    unequal = 0
    for one, two in zip(runs, again, strict=True):
        fields = [
            name for name in one.document
            if comparable({name: one.document[name]}) != comparable({name: two.document.get(name)})
        ]  # fmt: skip
        unequal += bool(fields)
        if fields:
            print(f"{one.name}: the second run differs in {', '.join(fields)}")
    print(f"== two runs\n{len(runs) - unequal} of {len(runs)} equal, but for the cost")
    return 1 if unequal else 0


if __name__ == "__main__":
    raise SystemExit(main())
