"""The engines that are compared: what each gives, its licence, how it runs, and how to install it."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workers.static.readers.engine import VARIABLE, Engine

HOME = Path(__file__).resolve().parents[2] / ".cache" / "peers"
"""Where `make peers` puts what it installs."""


class Gives(StrEnum):
    """What an engine has read at the end, from the least to the most."""

    MANIFEST = "manifest"
    """Package, permissions, components; no code."""
    PACKERS = "packers"
    """Which packers, compilers and tricks were used."""
    TABLES = "tables"
    """Classes, methods and strings of every DEX file; no instruction."""
    CALLS = "calls"
    """Every instruction, so that each call and each use of a string is seen."""
    SMALI = "smali"
    """Every instruction as text, and the resources."""
    SOURCE = "source"
    """Java source."""
    REFERENCES = "cross-references"
    """Calls and uses, by caller and by callee."""
    FACTS = "all facts"
    """What an inspection needs: manifest, signers, SDKs, uses of sensitive APIs with their callers, and the rest."""
    GRAPH = "all facts, call graph"
    """With class hierarchy, dispatch, and what can be reached from the manifest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """One engine."""

    name: str
    gives: Gives
    licence: str
    command: tuple[str, ...]
    """How it runs; `{apk}` and `{out}`, an empty folder, are put in."""
    install: str
    """What brings it."""
    timed: bool = False
    """Whether it prints the CPU seconds that its reading took, without the start of Python."""
    environment: tuple[tuple[str, str], ...] = ()
    ends: tuple[int, ...] = (0,)
    """Exit codes with which it has done its work."""

    @property
    def installed(self) -> bool:
        """Whether it can run here."""
        program = self.command[0]
        jars = [Path(word.removesuffix("*")) for word in _class_path(self.command)]
        return shutil.which(program) is not None and all(each.exists() for each in jars)


def _class_path(command: tuple[str, ...]) -> list[str]:
    """Return the parts of the class path of a command for Java; nothing for others."""
    return command[command.index("-cp") + 1].split(":") if "-cp" in command else []


def _python(name: str, *, ours: bool = False) -> tuple[str, ...]:
    """Return how a library for Python runs."""
    program = sys.executable if ours else str(HOME / "bin" / "python")
    return (program, "-m", "benchmarks.peers.readers", name, "{apk}")


def _java(*words: str) -> tuple[str, ...]:
    """Return how a program for Java runs."""
    return ("java", "-cp", f"{HOME}/java/classes:{HOME}/java/lib/*", *words)


_PEERS = "make peers"
_NATIVE, _REFERENCE = (((VARIABLE, engine.value),) for engine in (Engine.NATIVE, Engine.REFERENCE))

OURS = Peer(
    name="ours, native",
    gives=Gives.FACTS,
    licence="Apache-2.0",
    command=_python("facts", ours=True),
    install="make setup, with cargo",
    timed=True,
    environment=_NATIVE,
)
"""What the others are compared with."""

PEERS = (
    OURS,
    Peer(
        name="ours, native",
        gives=Gives.GRAPH,
        licence="Apache-2.0",
        command=_python("graph", ours=True),
        install="make setup, with cargo",
        timed=True,
        environment=_NATIVE,
    ),
    Peer(
        name="ours, reference",
        gives=Gives.FACTS,
        licence="Apache-2.0",
        command=_python("facts", ours=True),
        install="make setup",
        timed=True,
        environment=_REFERENCE,
    ),
    # pypi.org/project/apk-info: the suite's own reader of manifest and signers.
    Peer(
        name="apk-info",
        gives=Gives.MANIFEST,
        licence="Apache-2.0",
        command=_python("apk-info"),
        install=_PEERS,
        timed=True,
    ),
    # pypi.org/project/pyaxmlparser: no release since March 2024.
    Peer(
        name="pyaxmlparser",
        gives=Gives.MANIFEST,
        licence="Apache-2.0",
        command=_python("pyaxmlparser"),
        install=_PEERS,
        timed=True,
    ),
    # pypi.org/project/apkid: GPL-3 or commercial, so it is only ever run as a command that somebody has installed.
    Peer(
        name="APKiD",
        gives=Gives.PACKERS,
        licence="GPL-3.0 or commercial",
        command=("apkid", "-j", "{apk}"),
        install="pipx install apkid",
    ),
    # lief.re: its DEX has neither instructions nor references between methods.
    Peer(
        name="LIEF",
        gives=Gives.TABLES,
        licence="Apache-2.0",
        command=_python("lief"),
        install=_PEERS,
        timed=True,
    ),
    # pypi.org/project/dexparser: no release since April 2023; the licence stands in its repository.
    Peer(
        name="dexparser",
        gives=Gives.TABLES,
        licence="MIT",
        command=_python("dexparser"),
        install=_PEERS,
        timed=True,
    ),
    Peer(
        name="androguard, DEX",
        gives=Gives.TABLES,
        licence="Apache-2.0",
        command=_python("androguard-dex"),
        install=_PEERS,
        timed=True,
    ),
    # AOSP's art/dexdump; packages.debian.org/bookworm/dexdump.
    Peer(
        name="dexdump -d",
        gives=Gives.CALLS,
        licence="Apache-2.0",
        command=("dexdump", "-d", "{apk}"),
        install="apt-get install dexdump",
    ),
    # github.com/google/smali: the library below baksmali; java/Dexlib.java reads every instruction with it.
    Peer(
        name="dexlib2",
        gives=Gives.CALLS,
        licence="BSD-3-Clause",
        command=_java("Dexlib", "{apk}"),
        install=_PEERS,
    ),
    # apktool.org; packages.debian.org/bookworm/apktool.
    Peer(
        name="apktool d",
        gives=Gives.SMALI,
        licence="Apache-2.0",
        command=("apktool", "d", "-f", "-o", "{out}", "{apk}"),
        install="apt-get install apktool",
    ),
    # github.com/skylot/jadx: ends with 3 where some methods have become comments instead of source.
    Peer(
        name="jadx",
        gives=Gives.SOURCE,
        licence="Apache-2.0",
        command=_java("jadx.cli.JadxCLI", "--no-res", "-j", "1", "-d", "{out}", "{apk}"),
        install=_PEERS,
        ends=(0, 3),
    ),
    Peer(
        name="androguard, AnalyzeAPK",
        gives=Gives.REFERENCES,
        licence="Apache-2.0",
        command=_python("androguard"),
        install=_PEERS,
        timed=True,
    ),
)
