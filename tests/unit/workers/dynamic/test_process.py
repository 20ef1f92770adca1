"""What comes out of the sandbox is distrusted, and the process never outlives its owner."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from workers.dynamic.backend import BackendEndedError, BackendTimeoutError, Line
from workers.dynamic.process import SandboxProcess


@pytest.fixture
def start() -> Callable[..., SandboxProcess]:
    """Start a Python program in place of the sandbox."""

    def run(program: str, *, seconds: float = 20.0, lines: list[Line] | None = None) -> SandboxProcess:
        seen = [] if lines is None else lines
        process = SandboxProcess([sys.executable, "-c", program])
        process.begin(seconds=seconds, on_line=seen.append)
        return process

    return run


def test_a_reply_comes_after_the_lines_before_it(start: Callable[..., SandboxProcess]) -> None:
    """Events on the way to a reply are handed over; garbage between them is skipped."""
    lines: list[Line] = []
    program = """
input()
print('{"type":"event","op":"a"}')
print('garbage'); print('[1]'); print('{"type":'); print('{"type":"event","op":NaN}'); print('[' * 100000)
print('{"type":"reply","n":1}', flush=True)
"""
    with start(program, lines=lines) as process:
        assert process.ask("launch") == {"type": "reply", "n": 1}
    assert lines == [{"type": "event", "op": "a"}]


def test_an_app_that_ends_itself_ends_the_run(start: Callable[..., SandboxProcess]) -> None:
    """The end of the process is told, not waited for."""
    with start("import os; os._exit(0)") as process, pytest.raises(BackendEndedError):
        process.wait_for("reply")


def test_an_app_that_says_nothing_runs_out_of_time(start: Callable[..., SandboxProcess]) -> None:
    """Silence ends with the time that was given."""
    with start("import time; time.sleep(600)", seconds=0.2) as process, pytest.raises(BackendTimeoutError):
        process.wait_for("reply")


def test_an_endless_line_ends_the_run(start: Callable[..., SandboxProcess]) -> None:
    """Memory is bounded, whatever the app prints."""
    program = "import os\nwhile True: os.write(1, b'x' * 65536)"
    with start(program) as process, pytest.raises(BackendEndedError, match="more than may be read"):
        process.wait_for("reply")


def test_one_command_has_a_time_of_its_own(start: Callable[..., SandboxProcess]) -> None:
    """An app that hangs in one command does not use up the time of all."""
    with start("import time; time.sleep(600)") as process, pytest.raises(BackendTimeoutError):
        process.ask("tap", "1", seconds=0.2)


def test_a_word_cannot_end_its_line(start: Callable[..., SandboxProcess]) -> None:
    """A name from a hostile manifest stays one word of one command."""
    program = "import json; print(json.dumps({'type': 'reply', 'got': input()}), flush=True)"
    with start(program) as process:
        told = process.ask("force", "activity", "a\tb\nquit\\n\r\ud800")
    assert told["got"] == "force\tactivity\ta\\tb\\nquit\\\\n ?"
