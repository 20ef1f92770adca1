"""The object stores that share one contract: a folder, moto's S3, and a real S3 server."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from farm.objects.folder import open_folder
from farm.objects.s3 import S3Store
from farm.ports import ObjectStore
from tests.s3_servers import S3Server, moto_server, swift_missing, swift_server

_prefixes = itertools.count(1)


@pytest.fixture(scope="session")
def moto_running() -> Iterator[S3Server]:
    """Moto's S3 server with a bucket."""
    with moto_server() as server:
        server.make_bucket("contract")
        yield server


@pytest.fixture(scope="session")
def swift_running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A real S3 server with a bucket."""
    if reason := swift_missing():
        pytest.skip(reason)
    with swift_server(tmp_path_factory.mktemp("swift")) as server:
        server.make_bucket("contract")
        yield server


@pytest.fixture
def folder_store(tmp_path: Path) -> ObjectStore:
    """A folder that does not exist yet."""
    return open_folder(tmp_path / "store")


@pytest.fixture
def moto_store(moto_running: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    """An empty prefix at moto."""
    return _empty_prefix(moto_running, monkeypatch)


@pytest.fixture
def swift_store(swift_running: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    """An empty prefix at the real server."""
    return _empty_prefix(swift_running, monkeypatch)


@pytest.fixture(params=["folder", "moto", "swift"])
def store(request: pytest.FixtureRequest) -> ObjectStore:
    """Each implementation in turn, empty."""
    found: ObjectStore = request.getfixturevalue(f"{request.param}_store")
    return found


@pytest.fixture(params=["moto", "swift"])
def s3_store(request: pytest.FixtureRequest) -> S3Store:
    """Each S3 server in turn."""
    found: S3Store = request.getfixturevalue(f"{request.param}_store")
    return found


@pytest.fixture
def no_bucket(s3_store: S3Store) -> S3Store:
    """A store in a bucket that nobody has made."""
    return replace(s3_store, bucket="nobody-made-this-bucket")


def _empty_prefix(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    """Return a store below a prefix that no other test uses, with the credentials in the environment."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    return S3Store(bucket="contract", prefix=f"test-{next(_prefixes)}", endpoint=server.endpoint)
