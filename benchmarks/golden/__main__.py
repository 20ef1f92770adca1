"""Precision and recall of the dynamic suite on the golden apps, class by class.

usage: python -m benchmarks.golden [APP ...] [--timeline] [--out DIR]

Runs one app after the other and prints a line for each, with what was missed or told falsely below it, then the table.
Exit codes: 0 all right, 1 something is not 1.0, 3 the sandbox cannot run here.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.golden.expected import Expectation, expectations
from benchmarks.golden.score import Comparison, compare, table, tallies
from benchmarks.golden.seen import Document, seen
from workers.dynamic.suite import run
from workers.dynamic.toolkit import BackendMissingError, find_toolkit
from workers.sandboxed import keep_warm
from workers.static.view import StaticView

SECONDS = 60.0
"""Wall time of one app: those that never come back use it up."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    known = expectations()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.golden", description=__doc__.splitlines()[0])
    parser.add_argument("app", nargs="*", metavar="APP", help="names of golden apps; all of them if none is named")
    parser.add_argument("--timeline", action="store_true", help="print each app's events too")
    parser.add_argument("--out", metavar="DIR", type=Path, help="keep screenshots in a folder per app")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.app) - set(known)):
        parser.error(f"no such app: {', '.join(unknown)}; there are {', '.join(known)}")
    try:
        find_toolkit()
    except BackendMissingError as error:
        print(error, file=sys.stderr)
        return 3
    keep_warm()
    with tempfile.TemporaryDirectory(prefix="apkfarm-golden-") as folder:
        chosen = [known[name] for name in options.app or known]
        comparisons = [
            comparison
            for expectation in chosen
            for comparison in _one(expectation, (options.out or Path(folder)) / expectation.app, options.timeline)
        ]
    print("\n" + table(tallies(comparisons)))
    return 1 if any(comparison.differences for comparison in comparisons) else 0


def _one(expectation: Expectation, out: Path, timeline: bool) -> tuple[Comparison, ...]:  # noqa: FBT001 - as parsed
    """Run one app, print how it went, and return the comparison."""
    out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    view = StaticView(expectation.apk.read_bytes())
    document: dict[str, Any] = run(expectation.apk, view, out, seconds=SECONDS, services=expectation.services)
    comparisons = compare(expectation, seen(document, expectation.timing))
    wrong = [line for comparison in comparisons for line in comparison.differences]
    right = sum(len(comparison.right) for comparison in comparisons)
    verdict = "ok  " if not wrong else "FAIL"
    print(
        f"{verdict}  {expectation.app:<24}{right:>3} right {len(wrong):>3} wrong {time.monotonic() - started:6.1f} s",
        flush=True,
    )
    for line in [*wrong, *(_timeline(document) if timeline else ())]:
        print(f"      {line}")
    return comparisons


def _timeline(document: Document) -> Iterator[str]:
    """Yield the events that say something, one line each, in their order."""
    for event in document["events"]:
        canaries = f" -> {', '.join(event['canary'])}" if event["canary"] else ""
        if event["pi_kind"] or canaries:
            when = f"{event['phase']}/{event['consent']} {event['sim_ms'] / 1_000:.1f} s"
            yield f"{when}  {event['pi_kind'] or event['kind']}  {event['op']}  {event['subject']}{canaries}"


if __name__ == "__main__":
    raise SystemExit(main())
