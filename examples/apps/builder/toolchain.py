"""Finds the tools that build an app, fetches the Java ones, and says what is missing."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from builder.spec import BuildError
from builder.sums import read_sums

DEBIAN_PACKAGE = {
    "aapt": "aapt",
    "apksigner": "apksigner",
    "java": "openjdk-17-jdk-headless",
    "javac": "openjdk-17-jdk-headless",
    "mvn": "maven",
    "zipalign": "zipalign",
}
"""The Debian package that brings each command."""
TIME_LIMIT_S = 600
"""How long one tool may take, a download included."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Toolchain:
    """The Java tools, checked; the commands are on the PATH."""

    d8: Path
    """The archive that holds d8."""
    framework: Path
    """The classes and resources of Android 14."""
    java_home: Path
    """The JDK, whose classes d8 takes as a library."""


def run(command: list[str]) -> None:
    """Run one tool quietly; raise BuildError with what it said if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIME_LIMIT_S)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip())[-4000:]
        raise BuildError(f"{Path(command[0]).name} failed with exit code {done.returncode}:\n{said}")


def missing_packages() -> list[str]:
    """Return the Debian packages that bring the commands not found on the PATH."""
    return sorted({package for command, package in DEBIAN_PACKAGE.items() if shutil.which(command) is None})


def prepare(pom: Path, sums: Path, jars: Path) -> Toolchain:
    """Check the commands, fetch the archives of `pom` into `jars`, and check them against `sums`."""
    missing = missing_packages()
    if missing:
        raise BuildError(f"tools are missing; run: apt-get install --no-install-recommends {' '.join(missing)}")
    wanted = read_sums(sums)
    if any(not (jars / name).is_file() for name in wanted):
        jars.mkdir(parents=True, exist_ok=True)
        print(f"fetching {len(wanted)} archives (155 MB) with Maven into {jars}", flush=True)
        run(["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={jars}"])
    for name, expected in wanted.items():
        _check(jars / name, expected)
    return Toolchain(
        d8=_only(jars, "r8-*.jar"),
        framework=_only(jars, "android-all-*.jar"),
        java_home=Path(shutil.which("javac") or "javac").resolve().parents[1],
    )


def _check(path: Path, expected: str) -> None:
    """Raise BuildError unless the file has this sha256; a wrong file is removed, so that the next run fetches it."""
    if not path.is_file():
        raise BuildError(f"Maven did not bring {path.name}; see docs/howto/build-sample-apps.md")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        path.unlink()
        raise BuildError(f"{path.name} has sha256 {found}, not {expected}; it was removed, run the command again")


def _only(folder: Path, pattern: str) -> Path:
    """Return the one file in `folder` that matches."""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise BuildError(f"{folder} holds {len(found)} files {pattern} instead of one; remove it and run again")
    return found[0]
