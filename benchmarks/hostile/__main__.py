"""Run hostile apps and say whether the worker, its report and this machine came out of it unharmed.

usage: python -m benchmarks.hostile [APP ...] [--seconds S]

Exit codes: 0 unharmed, 1 not, 3 the sandbox cannot run here.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.hostile.outside import Outside
from benchmarks.hostile.trial import Trial, attempt, hostile_apps
from workers.dynamic.toolkit import BackendMissingError, find_toolkit
from workers.sandboxed import keep_warm

SECONDS = 40.0
"""Wall time of one app: those that never come back use it up."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    known = hostile_apps()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__.splitlines()[0])
    parser.add_argument("app", nargs="*", metavar="APP", help="names of hostile apps; all of them if none is named")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"wall time of one app ({SECONDS:.0f})")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.app) - set(known)):
        parser.error(f"no such app: {', '.join(unknown)}; there are {', '.join(known)}")
    try:
        toolkit = find_toolkit()
    except BackendMissingError as error:
        print(error, file=sys.stderr)
        return 3
    keep_warm()
    harmed = 0
    chosen = [known[name] for name in options.app or known]
    with Outside(toolkit.runtime, toolkit.translator) as outside, tempfile.TemporaryDirectory() as folder:
        for app in chosen:
            out = Path(folder) / app.name
            out.mkdir()
            harmed += _print(attempt(app, out, outside, seconds=options.seconds))
    print(f"{len(chosen) - harmed} of {len(chosen)} did no harm")
    return 1 if harmed else 0


def _print(trial: Trial) -> bool:
    """Print one line and the problems below it; return whether there are any."""
    verdict = "FAIL" if trial.problems else "ok  "
    print(f"{verdict}  {trial.app.name:<22}{trial.outcome:<20}{trial.wall_s:6.1f} s  {trial.reason[:70]}", flush=True)
    for problem in trial.problems:
        print(f"      {problem}")
    return bool(trial.problems)


if __name__ == "__main__":
    raise SystemExit(main())
