"""Find what the sandbox runs on: Java, bubblewrap, and the classes that `make sandbox` has built."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOME_VARIABLE = "APKFARM_SANDBOX"
"""Environment variable with the folder of the built sandbox; otherwise `sandbox` beside the packages is taken."""
_FRAMEWORK = "android-all-instrumented-*.jar"
_PROCESSOR = "x86_64"
"""On Linux, Robolectric's `nativeruntime-dist-compat` has native code (drawing, SQLite) for this processor alone."""


class BackendMissingError(Exception):
    """Something that the sandbox needs is not on this machine; the message says what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Toolkit:
    """Absolute paths of the programs and folders that one run needs."""

    java: Path
    """Home of the Java runtime."""
    bwrap: Path
    forbids_namespaces: bool = False
    """This bubblewrap (since 0.8) can keep what runs inside from making namespaces of its own."""
    runtime: Path
    """Folder with `classes` and `lib` of the process that runs the app."""
    translator: Path
    """The same of the translator, which must stay on a class path of its own."""
    sinkhole: Path | None = None
    """Folder of the network sinkhole; None if it was not installed: then an app has no network at all."""


def find_toolkit() -> Toolkit:
    """Return what is there.

    Raises:
        BackendMissingError: something is not there.
    """
    if platform.machine() != _PROCESSOR:
        raise BackendMissingError(
            f"The sandbox has Android's native code for {_PROCESSOR} alone, and this machine is {platform.machine()}. "
            f"Run the dynamic suite on a machine with {_PROCESSOR}."
        )
    java, bwrap = shutil.which("java"), shutil.which("bwrap")
    if java is None:
        raise BackendMissingError("Java is not installed. Debian: apt-get install openjdk-17-jdk-headless maven.")
    if bwrap is None:
        raise BackendMissingError("bubblewrap is not installed. Debian: apt-get install bubblewrap.")
    if not _can_confine(bwrap):
        raise BackendMissingError(
            "bubblewrap cannot make namespaces here. Allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
            "or AppArmor's restriction of them off), or give the container the right to."
        )
    home = Path(os.environ.get(HOME_VARIABLE) or Path(__file__).resolve().parents[2] / "sandbox")
    runtime, translator = home / "runtime" / "target", home / "translator" / "target"
    built = (runtime / "classes").is_dir() and (translator / "classes").is_dir()
    if not built or not any((runtime / "framework").glob(_FRAMEWORK)):
        raise BackendMissingError("The sandbox is not built. In a checkout of apkfarm: make sandbox.")
    sinkhole = home / "sinkhole"
    return Toolkit(
        java=Path(java).resolve().parents[1],
        bwrap=Path(bwrap).resolve(),
        forbids_namespaces=_can_confine(bwrap, "--unshare-user", "--disable-userns"),
        runtime=runtime,
        translator=translator,
        sinkhole=sinkhole if (sinkhole / "target" / ".installed").is_file() else None,
    )


@cache
def _can_confine(bwrap: str, *options: str) -> bool:
    """Return whether this machine lets bubblewrap do its work; tried once per process."""
    trial = [bwrap, "--unshare-all", *options, "--die-with-parent", "--ro-bind", "/", "/", "--", "/bin/true"]
    try:
        return subprocess.run(trial, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
