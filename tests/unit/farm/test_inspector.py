"""What a worker does with one task: read, cache, inspect, store, judge; over folders and the sample apps."""

from __future__ import annotations

import hashlib
import json
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from farm.cluster.inline import InlineExecutor
from farm.cluster.task import Inspector
from farm.model.batch import AppRef, InspectionId
from farm.model.execution import Chunk, Ended, Progress, Task
from farm.model.inspection import Suite
from farm.objects.stores import StoreConfig, UrlStores
from workers.model.limits import Limits
from workers.model.outcome import Outcome

SAMPLES = Path(__file__).resolve().parents[3] / "examples" / "apps" / "built"


@pytest.fixture
def inspector(tmp_path: Path) -> Inspector:
    """An inspector whose store is a folder."""
    stores = UrlStores(StoreConfig(home=str(tmp_path / "store"), s3_endpoint=None, s3_region="us-east-1"))
    return Inspector(stores=stores, limits=Limits(), engines={Suite.STATIC: "static-1"})


def _task(path: Path, **known: str) -> Task:
    """Return a task for a file."""
    ref = AppRef(url=path.absolute().as_uri(), size=path.stat().st_size if path.exists() else 0, **known)  # type: ignore[arg-type] # strings only
    return Task(inspection_id=InspectionId(1), app=ref, suite=Suite.STATIC)


def test_an_app_is_inspected_stored_and_judged(inspector: Inspector) -> None:
    """The evidence lies under the result key and the result names its hash."""
    result = inspector.run(_task(SAMPLES / "imei-before-consent.apk"))
    assert result.evidence_key is not None
    document = inspector.stores.farm().get(result.evidence_key)

    assert Outcome.INSPECTED is result.outcome
    assert hashlib.sha256(document).hexdigest() == result.evidence_sha256
    assert "org.apkfarm.sample" in json.loads(document)["app"]["package"]
    assert result.findings
    assert not result.cached


def test_the_second_time_is_a_cache_hit_with_the_same_findings(inspector: Inspector) -> None:
    """Known by its hash, the app is not even read."""
    first = inspector.run(_task(SAMPLES / "clean.apk"))
    assert first.app is not None
    again = inspector.run(_task(SAMPLES / "gone.apk", sha256=first.app.sha256))

    assert again.cached
    assert first.findings == again.findings
    assert first.evidence_sha256 == again.evidence_sha256


def test_a_wrong_hash_in_the_list_is_a_changed_object(inspector: Inspector) -> None:
    """The manifest's hash is checked against the bytes."""
    result = inspector.run(_task(SAMPLES / "clean.apk", sha256="0" * 64))

    assert Outcome.CHANGED_OBJECT is result.outcome


def test_a_missing_object_and_a_changed_etag_are_input_outcomes(inspector: Inspector, tmp_path: Path) -> None:
    """Neither is retried."""
    missing = inspector.run(_task(tmp_path / "none.apk"))
    changed = inspector.run(_task(SAMPLES / "clean.apk", etag="1" * 64))

    assert (Outcome.MISSING_OBJECT, Outcome.CHANGED_OBJECT) == (missing.outcome, changed.outcome)


def test_a_file_over_the_limit_is_not_read(inspector: Inspector) -> None:
    """The size limit holds before any byte is read."""
    small = replace(inspector, limits=Limits(file_bytes=100))
    result = small.run(_task(SAMPLES / "clean.apk"))

    assert Outcome.OVER_SIZE_LIMIT is result.outcome
    assert 0 == result.bytes_read


def test_a_failure_of_the_input_is_not_kept_as_evidence(inspector: Inspector, tmp_path: Path) -> None:
    """Only lasting words about an app are stored."""
    (tmp_path / "note.apk").write_text("hello")
    result = inspector.run(_task(tmp_path / "note.apk"))

    assert Outcome.NOT_AN_APK is result.outcome
    assert result.evidence_key is None


def test_an_inspector_can_be_sent_to_another_machine(inspector: Inspector) -> None:
    """It survives pickling and works on the other side."""
    inspector.run(_task(SAMPLES / "clean.apk"))
    copy: Inspector = pickle.loads(pickle.dumps(inspector))

    assert copy.run(_task(SAMPLES / "clean.apk")).cached


def test_the_inline_executor_reports_a_whole_chunk(inspector: Inspector) -> None:
    """All results come before the end."""
    executor = InlineExecutor(inspector.run)
    executor.submit(Chunk(chunk_id=7, tasks=(_task(SAMPLES / "clean.apk"),), deadline_s=1))
    *progress, end = executor.wait(0)

    assert Ended(chunk_id=7) == end
    assert [Outcome.INSPECTED] == [r.outcome for p in progress if isinstance(p, Progress) for r in p.results]
    assert () == executor.wait(0)
