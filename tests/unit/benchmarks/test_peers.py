"""What the benchmark says of other engines: their own CPU and memory, and what brings those that are missing."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.peers.__main__ import END, START, Cell, measured, table, write
from benchmarks.peers.process import run
from benchmarks.peers.registry import OURS, PEERS, Gives, Peer

SAMPLE = Path(__file__).resolve().parents[3] / "examples" / "apps" / "built" / "clean.apk"


def _python(code: str, *, timed: bool = False) -> Peer:
    """Return an engine that is a line of Python."""
    return Peer(
        name="a line", gives=Gives.TABLES, licence="none", command=(sys.executable, "-c", code), install="", timed=timed
    )


def test_a_command_is_measured_without_the_process_that_started_it(tmp_path: Path) -> None:
    """This process holds more than it, and has used up more."""
    here = bytearray(300 << 20)
    used = run([sys.executable, "-I", "-S", "-c", "print('first\\nlast')"], tmp_path, {})

    assert (0, "last") == (used.code, used.said)
    assert 0 < used.cpu_ms < 5_000
    assert used.peak_mb < len(here) / (1 << 20)


def test_what_a_command_starts_is_counted_with_it(tmp_path: Path) -> None:
    """A program behind a script is what is meant."""
    big = [sys.executable, "-I", "-S", "-c", "bytearray(200 << 20)"]
    used = run([sys.executable, "-I", "-c", f"import subprocess; subprocess.run({big!r})"], tmp_path, {})

    assert 200 < used.peak_mb


def test_an_engine_that_fails_has_no_figure() -> None:
    """How it ended stands in its place, unless that is its way of saying that something was unclear."""
    failing = _python("raise SystemExit(3)")

    assert "failed: exit 3" == measured(failing, SAMPLE).failure
    assert "" == measured(replace(failing, ends=(0, 3)), SAMPLE).failure
    assert "failed: ended by signal 9" == measured(_python("import os; os.kill(os.getpid(), 9)"), SAMPLE).failure


def test_an_engine_that_tells_its_time_is_taken_at_its_word() -> None:
    """The start of Python is not what is compared."""
    assert 250 == measured(_python("print(0.25)", timed=True), SAMPLE).cpu_ms


def test_our_own_engine_is_measured_like_the_others() -> None:
    """It reads a real app in a process of its own."""
    cell = measured(replace(OURS, environment=()), SAMPLE)

    assert not cell.failure
    assert 0 < cell.cpu_ms
    assert 10 < cell.peak_mb


def test_every_engine_has_a_line_in_the_table() -> None:
    """One that is missing says what brings it, the others what they take and how many times ours that is."""
    jadx = next(peer for peer in PEERS if peer.name == "jadx")
    figures = {OURS: [Cell(cpu_ms=50, peak_mb=100)], jadx: [Cell(cpu_ms=20_000, peak_mb=3_000)]}
    lines = table([Path("one.apk")], figures).splitlines()

    assert "| ours, native | all facts | Apache-2.0 | 50.0 ms, 100 MB |" in lines
    assert "| jadx \\* | source | Apache-2.0 | 20000 ms (400 x), 3000 MB |" in lines
    assert "| LIEF | tables | Apache-2.0 | not installed: `make peers` |" in lines
    assert len(PEERS) + 2 == len(lines)


def test_an_engine_for_java_is_there_once_its_classes_are(tmp_path: Path) -> None:
    """A Java that is installed is not enough."""
    peer = replace(_python(""), command=(sys.executable, "-cp", f"{tmp_path}/lib/*", "Main"))
    before = peer.installed
    (tmp_path / "lib").mkdir()

    assert (False, True) == (before, peer.installed)


def test_the_table_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    """What stands before and after the marks stays; a document without them is left alone."""
    document = tmp_path / "page.md"
    document.write_text(f"before\n{START}old\n{END}after\n", "utf-8")
    write(document, "new\n")

    assert f"before\n{START}new\n{END}after\n" == document.read_text("utf-8")
    document.write_text("nothing\n", "utf-8")
    with pytest.raises(ValueError, match="has no lines"):
        write(document, "new\n")
