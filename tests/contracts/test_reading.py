"""A big app is read in part, and all of it from the one object, by every store."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from farm.cluster import reading
from farm.cluster.task import Inspector
from farm.model.batch import AppRef, InspectionId
from farm.model.execution import Task
from farm.model.inspection import Suite
from farm.objects.folder import FolderStore
from farm.objects.s3 import S3Store
from farm.objects.stores import StoreConfig, UrlStores
from farm.ports import ObjectStore
from tests.unit.workers.readers.build import Member, apk_bytes
from workers.inspect import inspect_apk
from workers.model.limits import Limits
from workers.model.outcome import Outcome


@cache
def big_app() -> bytes:
    """Return an app of which a small part is needed."""
    films = [Member(name=f"assets/{number}.mp4", content=os.urandom(1 << 20), method=0) for number in range(10)]
    return apk_bytes(films)


def _task(store: ObjectStore) -> Task:
    """Put the app into the store; return the task of which the hash is known."""
    store.put("big.apk", big_app())
    info = store.head("big.apk")
    assert info is not None
    app = AppRef(url=f"{store.url}/big.apk", etag=info.etag, size=info.size)
    sha256 = hashlib.sha256(big_app()).hexdigest()
    return Task(inspection_id=InspectionId(1), app=app, suite=Suite.STATIC, known_sha256=sha256)


def _inspector(store: ObjectStore, home: Path) -> Inspector:
    """Return an inspector that keeps its evidence in a folder."""
    endpoint = store.endpoint if isinstance(store, S3Store) else None
    return Inspector(
        stores=UrlStores(StoreConfig(home=str(home), s3_endpoint=endpoint)),
        limits={suite: Limits() for suite in Suite},
        engines={Suite.STATIC: ("static-1", "c0ffee00"), Suite.DYNAMIC: ("dynamic-1", "0badf00d")},
    )


def test_a_big_app_is_read_in_part(store: ObjectStore, tmp_path: Path) -> None:
    """And the evidence is that of the whole."""
    inspector = _inspector(store, tmp_path / "home")
    result = inspector.run(_task(store))
    assert result.evidence_key is not None

    assert inspect_apk(big_app()).as_bytes() == inspector.stores.farm().get(result.evidence_key)
    assert 0 < result.bytes_read < len(big_app()) / 4
    assert len(big_app()) == result.object_bytes


def test_a_big_app_of_unknown_hash_is_hashed_as_it_goes_by(store: ObjectStore, tmp_path: Path) -> None:
    """With the evidence of the whole, and the hash of the whole in it."""
    inspector = _inspector(store, tmp_path / "home")
    result = inspector.run(replace(_task(store), known_sha256=None))
    assert result.evidence_key is not None

    assert inspect_apk(big_app()).as_bytes() == inspector.stores.farm().get(result.evidence_key)
    assert len(big_app()) <= result.bytes_read < len(big_app()) * 1.1


def test_an_object_that_is_replaced_before_it_goes_by_is_a_changed_object(
    store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end was read of the one before."""
    task = replace(_task(store), known_sha256=None)
    kind = type(store)
    stream = kind.stream

    def replaced(self: FolderStore | S3Store, key: str, **options: object) -> Generator[bytes, None, None]:
        store.put("big.apk", big_app()[:-1] + b"!")
        return stream(self, key, **options)  # type: ignore[arg-type] # passed on

    monkeypatch.setattr(kind, "stream", replaced)

    assert Outcome.CHANGED_OBJECT is _inspector(store, tmp_path / "home").run(task).outcome


def test_an_object_that_is_replaced_in_the_middle_is_a_changed_object(
    store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By one of the same size: only its etag tells, at each part."""
    task = _task(store)
    kind = type(store)
    get_range = kind.get_range
    parts: list[int] = []

    def replaced(self: FolderStore | S3Store, key: str, start: int, length: int, **options: object) -> bytes:
        parts.append(start)
        if len(parts) == 3:
            store.put("big.apk", big_app()[:-1] + b"!")
        return get_range(self, key, start, length, **options)  # type: ignore[arg-type] # passed on

    monkeypatch.setattr(kind, "get_range", replaced)
    result = _inspector(store, tmp_path / "home").run(task)

    assert len(parts) >= 3
    assert Outcome.CHANGED_OBJECT is result.outcome
    assert not list(_inspector(store, tmp_path / "home").stores.farm().list("evidence/"))


def test_an_object_that_changed_before_is_a_changed_object(store: ObjectStore, tmp_path: Path) -> None:
    """Whatever its size is now."""
    task = _task(store)
    store.put("big.apk", big_app() + b"more")

    assert Outcome.CHANGED_OBJECT is _inspector(store, tmp_path / "home").run(task).outcome


def test_a_small_app_is_read_whole(store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One request is cheaper than many, and most of a small app is needed anyway."""
    task = _task(store)
    monkeypatch.setattr(reading, "BIG", len(big_app()))

    assert len(big_app()) == _inspector(store, tmp_path / "home").run(task).bytes_read


def test_a_missing_object_is_missing(store: ObjectStore, tmp_path: Path) -> None:
    """Also where its hash is known."""
    task = _task(store)
    gone = replace(task, app=replace(task.app, url=f"{store.url}/gone.apk"))

    assert Outcome.MISSING_OBJECT is _inspector(store, tmp_path / "home").run(gone).outcome
