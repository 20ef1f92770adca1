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
from farm.model.errors import StoreError
from farm.model.execution import Chunk, Ended, Progress, Task
from farm.model.inspection import Suite
from farm.model.keys import artefact_key
from farm.objects.folder import FolderStore
from farm.objects.stores import StoreConfig, UrlStores
from tests.hostile.archives import two_manifests
from tests.unit.workers import runs
from workers.dynamic import suite as dynamic_suite
from workers.model.cross_check import CrossVerdict, Field
from workers.model.limits import Limits
from workers.model.outcome import Outcome
from workers.model.services import Services

SAMPLES = Path(__file__).resolve().parents[3] / "examples" / "apps" / "built"


@pytest.fixture
def inspector(tmp_path: Path) -> Inspector:
    """An inspector whose store is a folder."""
    stores = UrlStores(StoreConfig(home=str(tmp_path / "store"), s3_endpoint=None, s3_region="us-east-1"))
    return Inspector(
        stores=stores,
        limits={suite: Limits() for suite in Suite},
        engines={Suite.STATIC: ("static-1", "0a"), Suite.DYNAMIC: ("dynamic-1", "0b")},
    )


def _task(path: Path, suite: Suite = Suite.STATIC, **known: str) -> Task:
    """Return a task for a file."""
    ref = AppRef(url=path.absolute().as_uri(), size=path.stat().st_size if path.exists() else 0, **known)  # type: ignore[arg-type] # strings only
    return Task(inspection_id=InspectionId(1), app=ref, suite=suite)


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


@pytest.mark.parametrize("name", ["clean", "imei-before-consent", "induced-download", "self-start", "two-dex"])
def test_the_second_time_is_a_cache_hit_with_the_same_findings(inspector: Inspector, name: str) -> None:
    """Known by its hash, the app is not even read; its document is judged as the evidence was that it was made of."""
    first = inspector.run(_task(SAMPLES / f"{name}.apk"))
    assert first.app is not None
    again = inspector.run(_task(SAMPLES / "gone.apk", sha256=first.app.sha256))

    assert again.cached
    assert first.findings == again.findings
    assert first.evidence_sha256 == again.evidence_sha256


def test_an_app_of_the_sample_is_read_twice(inspector: Inspector, tmp_path: Path) -> None:
    """The evidence is the same as without, and an app that is known already is not read again."""
    twice = replace(inspector, cross_check_one_in=1)
    plain = inspector.run(_task(SAMPLES / "clean.apk"))
    cached = twice.run(_task(SAMPLES / "clean.apk"))
    elsewhere = UrlStores(StoreConfig(home=str(tmp_path / "other"), s3_endpoint=None, s3_region="us-east-1"))
    checked = replace(twice, stores=elsewhere).run(_task(SAMPLES / "clean.apk"))

    assert (plain.cross_check, cached.cross_check) == (None, None)
    assert checked.cross_check is not None
    assert (checked.cross_check.verdict, checked.reason) == (CrossVerdict.AGREED, "")
    assert checked.evidence_sha256 == plain.evidence_sha256


def test_a_check_that_got_lost_is_made_at_the_next_attempt(inspector: Inspector) -> None:
    """The evidence was stored, its result never came: the cache hit is read a second time, and read for that."""
    inspector.run(_task(SAMPLES / "clean.apk"))
    again = replace(_task(SAMPLES / "clean.apk"), unfinished=True)
    found = replace(inspector, cross_check_one_in=1).run(again)
    outside_the_sample = inspector.run(again)

    assert found.cached
    assert found.cross_check is not None
    assert CrossVerdict.AGREED is found.cross_check.verdict
    assert (SAMPLES / "clean.apk").stat().st_size == found.object_bytes
    assert outside_the_sample.cross_check is None


def test_an_app_that_may_have_killed_its_worker_is_not_read_a_second_time(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That it was not is told all the same."""
    inspector.run(_task(SAMPLES / "clean.apk"))
    monkeypatch.delattr("farm.cluster.task.cross_check")
    again = replace(_task(SAMPLES / "clean.apk"), unfinished=True, suspect=True)
    found = replace(inspector, cross_check_one_in=1).run(again)

    assert Outcome.INSPECTED is found.outcome
    assert found.cross_check is not None
    assert CrossVerdict.ORACLE_FAILED is found.cross_check.verdict


def test_a_lost_check_of_an_app_that_is_gone_is_told_as_failed(inspector: Inspector) -> None:
    """The evidence stands; only the check cannot be made."""
    first = inspector.run(_task(SAMPLES / "clean.apk"))
    assert first.app is not None
    again = replace(_task(SAMPLES / "gone.apk", sha256=first.app.sha256), unfinished=True)
    found = replace(inspector, cross_check_one_in=1).run(again)

    assert Outcome.INSPECTED is found.outcome
    assert found.cross_check is not None
    assert "cannot be read any more" in found.cross_check.failure


def test_a_disagreement_is_told_and_changes_nothing_else(inspector: Inspector, tmp_path: Path) -> None:
    """Android's readers differ on two manifests of one name, and so do ours: the attempt says it."""
    (tmp_path / "two.apk").write_bytes(two_manifests())
    plain = inspector.run(_task(tmp_path / "two.apk"))
    elsewhere = UrlStores(StoreConfig(home=str(tmp_path / "other"), s3_endpoint=None, s3_region="us-east-1"))
    checked = replace(inspector, stores=elsewhere, cross_check_one_in=1).run(_task(tmp_path / "two.apk"))

    assert checked.cross_check is not None
    assert [item.field for item in checked.cross_check.disagreements] == [Field.PACKAGE]
    assert checked.reason == "androguard disagrees on package (package: we com.example.app, it b.b)."
    assert (checked.outcome, checked.evidence_sha256) == (plain.outcome, plain.evidence_sha256)


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
    small = replace(inspector, limits={Suite.STATIC: Limits(file_bytes=100)})
    result = small.run(_task(SAMPLES / "clean.apk"))

    assert Outcome.OVER_SIZE_LIMIT is result.outcome
    assert 0 == result.bytes_read


@pytest.mark.parametrize(
    ("limits", "outcome"),
    [
        (Limits(member_bytes=1_500), Outcome.OVER_INFLATE_LIMIT),
        (Limits(member_bytes=100), Outcome.OVER_INFLATE_LIMIT),
        (Limits(strings=1), Outcome.OVER_STRING_LIMIT),
        (Limits(instructions=1), Outcome.OVER_CODE_LIMIT),
    ],
)
def test_an_app_beyond_a_limit_is_kept_as_evidence_and_not_read_twice(
    inspector: Inspector, limits: Limits, outcome: Outcome
) -> None:
    """It says something lasting about the app under these limits, with the manifest or without."""
    small = replace(inspector, limits={Suite.STATIC: limits})
    first, second = (small.run(_task(SAMPLES / "clean.apk")) for _ in range(2))

    assert (outcome, False) == (first.outcome, first.cached)
    assert (outcome, True) == (second.outcome, second.cached)
    assert first.reason == second.reason != ""


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


def _tells(monkeypatch: pytest.MonkeyPatch, **fields: object) -> list[int]:
    """Let the dynamic suite tell a document with these fields; return a list that grows with each run."""
    runs_made: list[int] = []
    told = runs.suite_that_tells(runs.document(runs.event(), **fields))

    def run(apk: Path, view: object, out: Path, *, seconds: float, services: Services) -> object:
        runs_made.append(1)
        return told(apk, view, out, seconds=seconds, services=services)

    monkeypatch.setattr(dynamic_suite, "run", run)
    return runs_made


def test_a_run_is_stored_with_its_pictures(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    """The document names each picture with its hash, and so finds it beside itself."""
    _tells(monkeypatch)
    result = inspector.run(_task(SAMPLES / "clean.apk", Suite.DYNAMIC))
    assert result.evidence_key is not None
    store = inspector.stores.farm()
    document = json.loads(store.get(result.evidence_key))
    ((name, sha256),) = document["artefacts"].items()

    assert Outcome.INSPECTED is result.outcome
    assert "/dynamic/dynamic-1-" in result.evidence_key
    assert document["dynamic"]["screenshots"] == [name]
    assert runs.PNG == store.get(artefact_key(result.evidence_key, name, sha256))


def test_a_run_meets_the_phone_that_the_farm_is_set_to(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    """The evidence says whether services were there."""
    _tells(monkeypatch)
    result = replace(inspector, services=Services.ABSENT).run(_task(SAMPLES / "clean.apk", Suite.DYNAMIC))
    assert result.evidence_key is not None

    assert "absent" == json.loads(inspector.stores.farm().get(result.evidence_key))["dynamic"]["services"]


def test_a_cache_hit_runs_and_writes_nothing(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the pictures."""
    runs_made = _tells(monkeypatch)
    task = _task(SAMPLES / "clean.apk", Suite.DYNAMIC)
    first = inspector.run(task)
    monkeypatch.setattr(FolderStore, "put", lambda *_, **__: pytest.fail("it was written"))
    again = inspector.run(task)

    assert [1] == runs_made
    assert again.cached
    assert first.evidence_sha256 == again.evidence_sha256


def test_pictures_are_there_before_the_document(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that dies between them leaves no document that names what is not there; the next one goes on."""
    _tells(monkeypatch)
    put, fails = FolderStore.put, [True]

    def broken(store: FolderStore, key: str, data: bytes, **options: object) -> bool:
        if key.endswith(".json") and fails:
            fails.clear()
            raise StoreError("The disk is gone.")
        return put(store, key, data, **options)  # type: ignore[arg-type] # passed on

    monkeypatch.setattr(FolderStore, "put", broken)
    task = _task(SAMPLES / "clean.apk", Suite.DYNAMIC)
    lost = inspector.run(task)
    kept = [info.key for info in inspector.stores.farm().list("evidence/")]
    again = inspector.run(task)

    assert Outcome.UPLOAD_FAILED is lost.outcome
    assert [True] == [key.endswith("-cold-start-1s.png") for key in kept]
    assert (Outcome.INSPECTED, False) == (again.outcome, again.cached)


@pytest.mark.parametrize("word", ["login_wall", "crashed_at_launch", "no_launcher", "native_code_needed", "packed"])
def test_how_far_an_app_came_is_kept_as_evidence(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    """It says something lasting about the app."""
    _tells(monkeypatch, outcome=word, reason="why")
    result = inspector.run(_task(SAMPLES / "clean.apk", Suite.DYNAMIC))

    assert (word, "why") == (result.outcome.value, result.reason)
    assert result.evidence_key is not None


@pytest.mark.parametrize("word", ["backend_missing", "timeout", "strange"])
def test_what_says_nothing_of_the_app_is_not_kept(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    """Neither document nor pictures."""
    _tells(monkeypatch, outcome=word, reason="Java is not installed.")
    result = inspector.run(_task(SAMPLES / "clean.apk", Suite.DYNAMIC))

    assert result.evidence_key is None
    assert "Java is not installed." in result.reason
    assert [] == list(inspector.stores.farm().list("evidence/"))


def test_an_app_is_judged_by_the_category_of_the_list(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same evidence, found by its key: too much for a browser, needed by a map, unknown without a category."""
    _tells(monkeypatch, events=[runs.event(pi_kind="location")])
    words = [{"category": "浏览器"}, {"category": "导航"}, {}]
    results = [inspector.run(_task(SAMPLES / "clean.apk", Suite.DYNAMIC, **word)) for word in words]
    rules = [[f.rule for f in result.findings].count("cac191.4.1.beyond_type") for result in results]

    assert [1, 0, 0] == rules
    assert 1 == len({result.evidence_sha256 for result in results})


def test_the_two_suites_of_an_app_have_their_own_keys(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence of one is no cache hit for the other."""
    _tells(monkeypatch)
    results = [inspector.run(_task(SAMPLES / "clean.apk", suite)) for suite in Suite]

    assert [False, False] == [result.cached for result in results]
    assert 2 == len({result.evidence_key for result in results})
