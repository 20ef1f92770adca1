"""What the farm command says of itself, and how it ends when something goes wrong."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from farm.cli import main as command
from farm.cli.main import cli, main


def test_help_begins_with_four_commands_each_on_its_line() -> None:
    """A newcomer copies them one by one."""
    lines = [line.strip() for line in CliRunner().invoke(cli, ["--help"]).output.splitlines()]
    first = lines.index("farm submit ./apks --name first")

    assert ["farm run", "farm status first"] == lines[first + 1 : first + 3]


def test_what_moves_a_terminal_is_only_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of a crawl may be called anything, and errors name it."""
    said: list[str] = []
    monkeypatch.setattr(click, "echo", lambda text, **_: said.append(text))

    with pytest.raises(SystemExit) as ended:
        main(["inspect", str(tmp_path / "a\x1b[2Jb.apk")])

    assert 4 == ended.value.code
    assert "\x1b" not in "".join(said)
    assert r"a\u001b[2Jb.apk" in said[0]


def test_a_run_that_is_interrupted_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C before there is anything to stop in order, as while a cluster starts."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command.LazyGroup, "invoke", interrupted)

    with pytest.raises(SystemExit) as ended:
        main(["status"])

    assert (130, "farm: Stopped.") == (ended.value.code, capsys.readouterr().err.strip())
