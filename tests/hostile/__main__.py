"""Inspect each kind of hostile file in a fork and print a line of JSON for each."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from tests.hostile import archives, claims, codes, manifests, networks
from tests.hostile.making import KINDS, Kind
from workers.inspect import inspect_apk
from workers.static.readers.code import load_reader
from workers.tuning import settle

MAKERS = (archives, claims, codes, manifests, networks)
"""The modules that register the kinds."""


def trial(one: Kind) -> dict[str, object]:
    """Inspect a kind in a fork; return its outcome, seconds of CPU and peak memory in MB."""
    data = one.make()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        start = time.process_time()
        evidence = inspect_apk(data)
        seconds = time.process_time() - start
        status = Path("/proc/self/status").read_text("ascii")
        found = {
            "outcome": evidence.outcome.value,
            "reason": evidence.reason,
            "seconds": seconds,
            "peak_mb": int(status.partition("VmHWM:")[2].split()[0]) / 1024,
        }
        os.write(writing, json.dumps(found).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        text = answer.read()
    _, ended = os.waitpid(child, 0)
    result: dict[str, object] = json.loads(text) if text else {"outcome": f"died with {ended}"}
    return {"kind": one.name, "bytes": len(data), "right": [*one.outcomes], **result}


def main() -> None:
    """Try every kind and print a line of JSON for each."""
    load_reader()
    settle()
    for one in KINDS:
        sys.stdout.write(json.dumps(trial(one)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
