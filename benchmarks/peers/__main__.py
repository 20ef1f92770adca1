"""CPU time and memory of other engines on the same APKs, as ratios to ours.

usage: python -m benchmarks.peers APK ... [--out FILE]

`make peers` installs what it can. Each engine runs alone, in a process of its own for each APK; one that is not
installed has a line that says what brings it. Figures are of one run on one machine: only ratios mean something
elsewhere.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers import process
from benchmarks.peers.registry import OURS, PEERS, Peer

START, END = "<!-- peers -->\n", "<!-- end of peers -->\n"
"""Between these marks of a document the table stands."""
_QUICK_MS = 5_000
"""What takes less is run again."""
_RUNS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """What one engine took for one APK."""

    cpu_ms: float
    """Reading alone where the engine can tell, else all of the process."""
    peak_mb: float
    failure: str = ""


Figures = Mapping[Peer, Sequence[Cell]]


def measured(peer: Peer, apk: Path) -> Cell:
    """Run one engine on one APK; the best of some runs of what is quick."""
    cells = [_once(peer, apk)]
    while len(cells) < _RUNS and not cells[0].failure and cells[0].cpu_ms < _QUICK_MS:
        cells.append(_once(peer, apk))
    return min(cells, key=lambda cell: cell.cpu_ms)


def _once(peer: Peer, apk: Path) -> Cell:
    """Run one engine once."""
    with tempfile.TemporaryDirectory(prefix="peer-") as folder:
        out = Path(folder) / "out"
        command = [word.format(apk=apk, out=out) for word in peer.command]
        used = process.run(command, Path(folder), dict(peer.environment))
        shutil.rmtree(out, ignore_errors=True)
    if used.code not in peer.ends:
        how = f"exit {used.code}" if used.code > 0 else f"ended by signal {-used.code}"
        return Cell(cpu_ms=used.cpu_ms, peak_mb=used.peak_mb, failure=f"failed: {how}")
    return Cell(cpu_ms=float(used.said) * 1e3 if peer.timed else used.cpu_ms, peak_mb=used.peak_mb)


def table(apks: Sequence[Path], figures: Figures) -> str:
    """Return the figures as Markdown: an engine a line, an APK a column."""
    lines = [
        "| " + " | ".join(["engine", "gives", "licence", *(apk.stem for apk in apks)]) + " |",
        "|---" * (len(apks) + 3) + "|",
    ]
    ours = figures.get(OURS, ())
    for peer in PEERS:
        cells = figures.get(peer)
        words = (
            [f"not installed: `{peer.install}`"] + [""] * (len(apks) - 1)
            if cells is None
            else [_words(cell, ours[number] if ours else None) for number, cell in enumerate(cells)]
        )
        started = "" if peer.timed else " \\*"
        lines.append(f"| {peer.name}{started} | {peer.gives} | {peer.licence} | " + " | ".join(words) + " |")
    return "\n".join(lines) + "\n"


def _words(cell: Cell, ours: Cell | None) -> str:
    """Return one figure."""
    if cell.failure:
        return cell.failure
    ratio = f" ({_rounded(cell.cpu_ms / ours.cpu_ms)} x)" if ours and ours is not cell and not ours.failure else ""
    return f"{_rounded(cell.cpu_ms)} ms{ratio}, {cell.peak_mb:.0f} MB"


def _rounded(number: float) -> str:
    """Return a number with as many digits as mean something."""
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def write(document: Path, text: str) -> None:
    """Put the table between the marks of a document; raises ValueError where they are missing."""
    head, start, rest = document.read_text("utf-8").partition(START)
    _, end, tail = rest.partition(END)
    if not (start and end):
        raise ValueError(f"{document} has no lines {START.strip()} and {END.strip()}.")
    document.write_text(head + start + text + end + tail, "utf-8")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("apk", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, help="write the table into this file, between its marks")
    options = parser.parse_args()
    apks = [apk.resolve() for apk in options.apk]
    figures: dict[Peer, list[Cell]] = {}
    for peer in PEERS:
        if peer.installed:
            figures[peer] = [measured(peer, apk) for apk in apks]
    text = table(apks, figures)
    print(text, end="")
    if options.out:
        write(options.out, text)


if __name__ == "__main__":
    main()
