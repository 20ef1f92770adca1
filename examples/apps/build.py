#!/usr/bin/env python3
"""Build the sample apps from source: build.py [APP ...]; see docs/howto/build-sample-apps.md."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from builder.compiling import sign, unsigned_apk
from builder.malform import malformed
from builder.spec import GROUPS, BuildError, SampleApp, load_apps, source_folders
from builder.sums import digest_of_files, read_sums, write_sums
from builder.toolchain import Toolchain, prepare

ROOT = Path(__file__).resolve().parent
BUILT = ROOT / "built"
JARS = ROOT.parents[1] / ".cache" / "sample-apps"


def build(app: SampleApp, tools: Toolchain | None) -> bytes:
    """Return the bytes of one app; `tools` may be None for an app without source code."""
    if app.derived_from is not None:
        source = BUILT / f"{app.derived_from}.apk"
        if not source.is_file():
            raise BuildError(f"{app.name} is made out of {source.name}; run: build.py {app.derived_from} {app.name}")
        return malformed(source.read_bytes())
    if tools is None:
        raise BuildError(f"{app.name} has source code and needs the tools")
    with tempfile.TemporaryDirectory(prefix="sample-app-") as folder:
        work = Path(folder)
        unsigned = work / "unsigned.apk"
        unsigned.write_bytes(unsigned_apk(app, tools, ROOT / "shared", work))
        return sign(app, unsigned, ROOT / "key", work)


def store(app: SampleApp, content: bytes) -> str:
    """Write one APK at once, never half, and say whether it differs from the one that was there."""
    path = BUILT / app.group / f"{app.name}.apk"
    path.parent.mkdir(exist_ok=True)
    before = path.read_bytes() if path.is_file() else None
    if before == content:
        return "same bytes as before"
    partial = path.with_suffix(".part")
    partial.write_bytes(content)
    os.replace(partial, path)  # noqa: PTH105 - says that it replaces
    return "new" if before is None else "CHANGED"


def write_lists(built: list[SampleApp]) -> None:
    """Write the hash of every APK, and the hash of the source that each of `built` was built from, per folder."""
    for group in sorted({app.group for app in built}):
        folder = BUILT / group
        hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.apk")}
        write_sums(folder / "SHA256SUMS", hashes)
        sources = read_sums(folder / "SOURCES")
        sources.update({app.name: digest_of_files(*source_folders(app, ROOT)) for app in built if app.group == group})
        write_sums(folder / "SOURCES", sources)


def main(arguments: list[str] | None = None) -> int:
    """Build the apps that are named, or all of them; return 0, or 1 after an error that is told."""
    parser = argparse.ArgumentParser(description=__doc__)
    apps = load_apps(ROOT)
    parser.add_argument(
        "app", nargs="*", metavar="APP", help=f"an app or a group ({', '.join(GROUPS)}); all of them if none is named"
    )
    names = parser.parse_args(arguments).app
    unknown = sorted(set(names) - set(apps) - set(GROUPS))
    if unknown:
        parser.error(f"no such app: {', '.join(unknown)}; there are {', '.join(apps)}")
    chosen = [app for app in apps.values() if not names or app.name in names or app.group in names]
    BUILT.mkdir(exist_ok=True)
    try:
        needs_tools = any(app.derived_from is None for app in chosen)
        tools = prepare(ROOT / "pom.xml", ROOT / "tools.sha256", JARS) if needs_tools else None
        # What is made out of another app comes last, so that it finds the other one in place.
        for derived in (False, True):
            some = [app for app in chosen if (app.derived_from is not None) is derived]
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                for app, content in zip(some, pool.map(lambda app: build(app, tools), some), strict=True):
                    print(f"{app.name:24} {len(content):7} bytes  {store(app, content)}", flush=True)
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    write_lists(chosen)
    return 0


if __name__ == "__main__":
    sys.exit(main())
