"""`python -m workers APK` prints the evidence of a suite, `python -m workers xrefs APK` who calls what."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from workers.inspect import DEFAULT_LIMITS, DYNAMIC, STATIC, inspect_apk
from workers.isolation import guard
from workers.model.errors import InspectionError
from workers.model.outcome import OutcomeClass
from workers.model.services import DEFAULT_SERVICES, Services
from workers.static.view import StaticView

EXIT_OK = 0
EXIT_NO_FILE = 4
"""The file is not there or cannot be opened."""
EXIT_NOT_INSPECTED = 11
"""There is an outcome, but it is not OK."""

_DESCRIPTION = """\
Inspect one APK on this machine, without cluster, object store or ledger.

  python -m workers APK         print the evidence document of the static suite (JSON)
  python -m workers APK --suite dynamic --out DIR
                                run the app in the sandbox; the document has `dynamic`, screenshots go to DIR
  python -m workers xrefs APK   print each distinct pair of calling and called method: one a line, sorted, TAB between
"""
_EPILOG = "Exit codes: 0 inspected, 2 wrong usage, 4 no such file, 11 not inspected (the document says why)."
_ESCAPES = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    xrefs = words[:1] == ["xrefs"]
    parser = argparse.ArgumentParser(
        prog="python -m workers",
        usage="python -m workers [xrefs] APK [--suite static|dynamic] [--out DIR] [--services absent|present]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("apk", metavar="APK", type=Path, help="path of the file")
    parser.add_argument("--suite", choices=(STATIC, DYNAMIC), default=STATIC, help="suite to run (static)")
    parser.add_argument("--out", metavar="DIR", type=Path, help="folder for screenshots; only with --suite dynamic")
    parser.add_argument(
        "--services",
        type=Services,
        choices=[*Services],
        default=DEFAULT_SERVICES,
        help="Google's and vendors' services on the phone of the dynamic suite (%(default)s)",
    )
    options = parser.parse_args(words[1:] if xrefs else words)
    path: Path = options.apk
    dynamic = options.suite == DYNAMIC
    if dynamic != (options.out is not None) or (dynamic and xrefs):
        parser.error("--suite dynamic and --out DIR go together, and not with xrefs.")
    try:
        data = path.read_bytes()
    except OSError as error:
        sys.stderr.write(f"Cannot read {path}: {error.strerror or error}. Give the path of an APK file.\n")
        return EXIT_NO_FILE
    try:
        code = _print_xrefs(data) if xrefs else _print_evidence(data, options.suite, options.out, options.services)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough; Python would complain once more when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    return code


def _print_evidence(data: bytes, suite: str, out: Path | None, services: Services) -> int:
    """Print the evidence document, and leave the artefacts of the run in `out`."""
    try:
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
        evidence = inspect_apk(data, suite=suite, services=services)
        if out is not None:
            for name, content in evidence.artefacts.items():
                (out / name).write_bytes(content)
    except OSError as error:
        sys.stderr.write(f"Cannot write to {out}: {error.strerror or error}. Give a folder of your own.\n")
        return EXIT_NO_FILE
    _print(json.dumps(evidence.as_json(), ensure_ascii=False, indent=2) + "\n")
    return EXIT_OK if evidence.outcome.outcome_class is OutcomeClass.OK else EXIT_NOT_INSPECTED


def _print_xrefs(data: bytes) -> int:
    """Print the cross-references; dex files that cannot be read are told on standard error."""
    try:
        with guard(DEFAULT_LIMITS):
            code = StaticView(data).code
            lines = sorted(
                f"{caller.translate(_ESCAPES)}\t{callee.translate(_ESCAPES)}\n" for caller, callee in code.xrefs()
            )
    except InspectionError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_NOT_INSPECTED
    for dex in code.unreadable:
        sys.stderr.write(f"{dex.name} is left out: {dex.reason}\n")
    _print("".join(lines))
    return EXIT_OK


def _print(text: str) -> None:
    """Write to standard output as UTF-8; lone surrogates of hostile names become escapes, which JSON knows too."""
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))


if __name__ == "__main__":
    raise SystemExit(main())
