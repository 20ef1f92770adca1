"""`farm serve` as a process of its own: answers over a real socket, ends cleanly."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(home: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `farm serve --no-driver` on a free port; yield the process and its address."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("FARM_")}
    with subprocess.Popen(
        [sys.executable, "-m", "farm", "--home", str(home), "serve", "--no-driver", "--port", "0", *words],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found is not None
            yield process, found.group()
        finally:
            process.kill()


def get(url: str, **headers: str) -> tuple[int, str]:
    """Return status and body of one request."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_one_process_serves_everything_and_ends_cleanly(tmp_path: Path) -> None:
    """Console, API, health and metrics answer, a strange host does not; SIGTERM ends it without a word."""
    with serving(tmp_path) as (process, url):
        assert "farm submit SOURCE" in get(url)[1]
        assert json.loads(get(url + "api/batches")[1])["batches"] == []
        assert get(url + "healthz")[0] == 200
        assert "farm_" in get(url + "metrics")[1]
        assert get(url, Host="evil.example")[0] == 421
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)

        assert (process.returncode, errors) == (0, "")


def test_remote_is_warned_about_and_ctrl_c_is_no_error(tmp_path: Path) -> None:
    """Who listens for other machines is told that there is no authentication; Ctrl-C is the usual way out."""
    with serving(tmp_path, "--host", "0.0.0.0", "--allow-remote") as (process, url):
        assert url.startswith("http://localhost:")
        assert get(url + "healthz")[0] == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)

        assert process.returncode == 0
        assert errors.count("no authentication") == errors.count("\n") == 1
