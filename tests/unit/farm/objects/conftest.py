"""Servers for the tests of the S3 store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.farm.objects.scripted_server import ScriptedServer, scripted_server


@pytest.fixture(scope="module")
def running() -> Iterator[ScriptedServer]:
    """A scripted server that runs; one for all, because each endpoint costs a client."""
    with scripted_server() as scripted:
        yield scripted


@pytest.fixture
def server(running: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> ScriptedServer:
    """The server without answers, and credentials for it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for script in (running.answers, running.requests, running.headers):
        script.clear()
    return running
