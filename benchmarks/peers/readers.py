"""Read an APK with one library, and print the CPU seconds of the quickest of some readings.

usage: python -m benchmarks.peers.readers NAME APK

It runs with the Python that has the library, and imports nothing else before it knows which.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

Reading = Callable[[], object]
_REPEATS = 5
_ENOUGH_S = 4.0
"""Readings that took so long together are not repeated."""


def facts(path: Path) -> Reading:
    """Read all facts with our own suite."""
    from benchmarks.static_suite import inspect
    from workers.tuning import settle

    settle()
    return lambda: inspect(path, graph=False)


def graph(path: Path) -> Reading:
    """Read all facts with our own suite, those of the call graph too."""
    from benchmarks.static_suite import inspect
    from workers.tuning import settle

    settle()
    return lambda: inspect(path, graph=True)


def apk_info(path: Path) -> Reading:
    """Read manifest, label and signers."""
    from apk_info import APK

    def work() -> object:
        apk = APK(str(path))
        return apk.get_package_name(), list(apk.get_permissions()), list(apk.get_activities()), apk.get_signatures()

    return work


def pyaxmlparser(path: Path) -> Reading:
    """Read manifest and label."""
    from pyaxmlparser import APK

    def work() -> object:
        apk = APK(str(path))
        return apk.package, apk.get_permissions(), apk.get_activities()

    return work


def lief(path: Path) -> Reading:
    """Read the tables of every DEX file, and say of each class and method its name."""
    import lief

    def work() -> object:
        # As a list: bytes are taken for a path.
        files = [lief.DEX.parse(list(dex)) for dex in _dex_files(path)]
        return [(one.fullname, [method.name for method in one.methods]) for file in files for one in file.classes]

    return work


def dexparser(path: Path) -> Reading:
    """Read strings, types and methods of every DEX file."""
    from dexparser import Dexparser

    def work() -> object:
        files = [Dexparser(fileobj=dex) for dex in _dex_files(path)]
        return [
            (file.get_strings(), file.get_typeids(), file.get_methods(), file.get_classdef_data()) for file in files
        ]

    return work


def androguard_dex(path: Path) -> Reading:
    """Parse every DEX file, without cross-references."""
    from androguard.core.dex import DEX

    _be_silent()

    def work() -> object:
        files = [DEX(dex) for dex in _dex_files(path)]
        return [(file.get_classes_names(), file.get_methods(), file.get_strings()) for file in files]

    return work


def androguard(path: Path) -> Reading:
    """Read everything that androguard's own entry point reads."""
    from androguard.misc import AnalyzeAPK

    _be_silent()
    return lambda: AnalyzeAPK(str(path))


def _be_silent() -> None:
    """Let androguard tell nothing: telling would be most of what it does."""
    from loguru import logger

    logger.remove()


def _dex_files(path: Path) -> Iterator[bytes]:
    """Yield the DEX files of an APK as a user of a library would read them."""
    import zipfile  # noqa: TID251 - the APKs of a benchmark are known to be whole

    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("classes") and name.endswith(".dex"):
                yield archive.read(name)


READERS: dict[str, Callable[[Path], Reading]] = {
    "facts": facts,
    "graph": graph,
    "apk-info": apk_info,
    "pyaxmlparser": pyaxmlparser,
    "lief": lief,
    "dexparser": dexparser,
    "androguard-dex": androguard_dex,
    "androguard": androguard,
}


def quickest_s(work: Reading) -> float:
    """Return the least CPU time that `work` took."""
    times: list[float] = []
    while len(times) < _REPEATS and sum(times) < _ENOUGH_S:
        gc.collect()
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    print(quickest_s(READERS[sys.argv[1]](Path(sys.argv[2]))))
