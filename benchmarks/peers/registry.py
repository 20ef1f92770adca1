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


def _library(name: str, gives: Gives, licence: str, *, reader: str) -> Peer:
    """Return a library for Python that `make peers` brings; `reader` is its name in `readers`."""
    return Peer(name=name, gives=gives, licence=licence, command=_python(reader), install=_PEERS, timed=True)


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
    _library("apk-info", Gives.MANIFEST, "Apache-2.0", reader="apk-info"),
    # pypi.org/project/pyaxmlparser: no release since March 2024.
    _library("pyaxmlparser", Gives.MANIFEST, "Apache-2.0", reader="pyaxmlparser"),
    # pypi.org/project/apkid: GPL-3 or commercial, so it is only ever run as a command that somebody has installed.
    Peer(
        name="APKiD",
        gives=Gives.PACKERS,
        licence="GPL-3.0 or commercial",
        command=("apkid", "-j", "{apk}"),
        install="pipx install apkid",
    ),
    # lief.re: its DEX has neither instructions nor references between methods.
    _library("LIEF", Gives.TABLES, "Apache-2.0", reader="lief"),
    # pypi.org/project/dexparser: no release since April 2023; the licence stands in its repository.
    _library("dexparser", Gives.TABLES, "MIT", reader="dexparser"),
    _library("androguard, DEX", Gives.TABLES, "Apache-2.0", reader="androguard-dex"),
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
    _library("androguard, AnalyzeAPK", Gives.REFERENCES, "Apache-2.0", reader="androguard"),
)
