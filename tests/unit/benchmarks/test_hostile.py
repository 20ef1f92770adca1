"""What the hostile apps are judged by: it notices what gets out, and what breaks a document."""

from __future__ import annotations

import math
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.hostile import outside, trial
from benchmarks.hostile.outside import MARK, PROCESS_MARK, Outside
from benchmarks.hostile.trial import HostileApp, attempt, hostile_apps
from workers.model.outcome import Outcome

KNOWN = hostile_apps()
BUILT = Path(__file__).resolve().parents[3] / "examples" / "apps" / "built"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is all that is watched, with a port of its own."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setattr(outside, "PORT", free.getsockname()[1])
    return tmp_path


def app(allowed: str = "inspected") -> HostileApp:
    """Return an app that may end in one way."""
    return HostileApp(name="sample", apk=BUILT / "clean.apk", allowed=frozenset([allowed]), quick=False)


def document(**fields: Any) -> dict[str, Any]:
    """Return a document that is all right but for `fields`."""
    return {
        "outcome": "inspected",
        "reached": {"application": True, "launcher_resumed": True},
        "components": {"tried": 0, "ok": 0, "failures": []},
        "consent": None,
        "phases": [],
        "events": [],
        "screenshots": [],
        "not_seen": [],
        "cost": {},
    } | fields


def tried(monkeypatch: pytest.MonkeyPatch, here: Path, told: dict[str, Any], *files: str) -> tuple[str, ...]:
    """Return the problems that an attempt finds if the suite returns `told` and leaves `files`."""
    out = here / "out"
    out.mkdir()
    for name in files:
        (out / name).touch()
    monkeypatch.setattr(trial, "run", lambda *_, **__: told)
    with Outside() as watched:
        return attempt(app(), out, watched, seconds=1).problems


def test_a_harmless_app_has_no_problems(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """Nothing outside, an allowed outcome, a document as it should be."""
    assert () == tried(monkeypatch, here, document(screenshots=["a.png"]), "a.png")


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": "timeout"},
        {"outcome": "forged"},
        {"cost": {"cpu_s": math.inf}},
        {"reason": math.nan},
        {"components": {"tried": True, "ok": 0, "failures": [{}]}},
        {"events": [{"op": "x"}]},
        {"screenshots": ["../../etc/passwd"]},
    ],
)
def test_a_broken_or_wrong_document_is_noticed(
    monkeypatch: pytest.MonkeyPatch, here: Path, fields: dict[str, Any]
) -> None:
    """An outcome that is not allowed, numbers that no JSON can carry, fields of another shape."""
    assert tried(monkeypatch, here, document(**fields))


def test_a_file_among_the_artefacts_that_nobody_named_is_noticed(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """Only screenshots that the document names may be there."""
    assert ("file not named: b.png",) == tried(monkeypatch, here, document(screenshots=["a.png"]), "a.png", "b.png")


def test_a_file_outside_is_noticed(here: Path) -> None:
    """In a watched folder and one level below."""
    with Outside() as watched:
        (here / MARK).touch()
        (here / "below").mkdir()
        (here / "below" / f"{MARK}-link").touch()

        assert 2 == len([problem for problem in watched.problems() if "file outside" in problem])


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_connection_is_noticed(here: Path, kind: socket.SocketKind) -> None:
    """By TCP and by UDP."""
    with Outside() as watched, socket.socket(socket.AF_INET, kind) as caller:
        caller.connect(("127.0.0.1", outside.PORT))
        caller.send(b"x")

        assert any("connection" in problem for problem in watched.problems())


def test_a_local_connection_is_noticed(here: Path) -> None:
    """By the name of a socket in the file system."""
    with Outside() as watched, socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(here / f"{MARK}.sock"))

        assert any("connection" in problem for problem in watched.problems())


def test_a_process_that_stays_is_noticed(here: Path) -> None:
    """By the argument that each process of a hostile app carries."""
    code = "import sys; sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, PROCESS_MARK.decode()], stdin=subprocess.PIPE) as left:
        with Outside() as watched:
            assert [f"process left: {left.pid}"] == [p for p in watched.problems() if "process left" in p]
        left.kill()


def test_at_least_thirty_hostile_apps_run_with_every_test_run() -> None:
    """The tests run the quick ones, the command all."""
    assert len([each for each in KNOWN.values() if each.quick]) >= 30
    assert not all(each.quick for each in KNOWN.values())


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_an_allowed_outcome_is_one_that_exists(name: str) -> None:
    """A misspelt one could never be met."""
    known = {"crashed_at_launch", "inspected", "native_code_needed", "timeout"}
    assert KNOWN[name].allowed <= known
    assert "inspected" in set(Outcome)
