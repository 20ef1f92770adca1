"""Submitting: one list is one batch, what is known is seen beforehand, and nothing is written until it is meant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from farm.ledger.sql import SqlLedger
from farm.manifest.frozen import thaw
from farm.model.batch import Batch
from farm.model.errors import (
    BadRowsError,
    BatchNameTakenError,
    SourceError,
    StoreError,
    UnknownBatchError,
    UsageError,
)
from farm.model.execution import Attempted, Result
from farm.model.inspection import State, Suite
from farm.model.keys import claimed_evidence_key, evidence_key
from farm.planning import ShardPolicy
from farm.service.submit import Engines, SubmitPlan, Submitted, plan, submit
from tests.unit.farm.manifest.places import FolderBuckets
from workers.model.evidence import AppIdentity
from workers.model.outcome import Outcome

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
ENGINES: Engines = {Suite.STATIC: ("static-1", "c0ffee00"), Suite.DYNAMIC: ("sandbox-1", "0badf00d")}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    """An empty ledger in a file."""
    with SqlLedger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as opened:
        yield opened


@pytest.fixture
def buckets(tmp_path: Path) -> FolderBuckets:
    """A bucket with three apps below `nov/`."""
    found = FolderBuckets(tmp_path / "buckets")
    for name in ("a", "b", "c"):
        found.put("crawl", f"nov/{name}.apk", name.encode() * 1_000_000)
    return found


class Desk:
    """Plans and submits with everything at hand."""

    def __init__(self, ledger: SqlLedger, buckets: FolderBuckets) -> None:
        self.ledger = ledger
        self.buckets = buckets

    def plan(
        self,
        source: str = "s3://crawl/nov/",
        *,
        suites: tuple[Suite, ...] = (Suite.STATIC,),
        name: str | None = None,
        skip_bad_rows: bool = False,
        engines: Engines = ENGINES,
        cpu_hour_price: float = 0.0,
        read_gb_price: float = 0.0,
    ) -> SubmitPlan:
        """Plan a source."""
        return plan(
            source,
            suites=suites,
            stores=self.buckets,
            ledger=self.ledger,
            engines=engines,
            name=name,
            skip_bad_rows=skip_bad_rows,
            now=NOW,
            cpu_hour_price=cpu_hour_price,
            read_gb_price=read_gb_price,
        )

    def submit(self, planned: SubmitPlan) -> Submitted:
        """Submit what was planned."""
        return submit(planned, stores=self.buckets, ledger=self.ledger)

    def inspect(self, suite: Suite = Suite.STATIC, *, hashed: bool = True) -> None:
        """Run everything that is pending: every app is inspected under the present engine, hashed or by its claim."""
        lease = self.ledger.lease(owner="driver", now=NOW, seconds=60)
        assert lease is not None
        works = [work for work in self.ledger.pending(lease) if work.suite is suite]
        self.ledger.begin(lease, [work.inspection_id for work in works], now=NOW)
        attempted = []
        for work in works:
            store, key = self.buckets.locate(work.app.url)
            sha256 = hashlib.sha256(store.get(key)).hexdigest()
            result = Result(
                inspection_id=work.inspection_id,
                outcome=Outcome.INSPECTED,
                reason="",
                app=AppIdentity(sha256=sha256, sha256_verified=hashed),
                evidence_key=(
                    evidence_key(sha256, suite, *ENGINES[suite])
                    if hashed
                    else claimed_evidence_key(work.app, suite, *ENGINES[suite])
                ),
                evidence_sha256="0" * 64,
                cached=False,
            )
            attempted.append(Attempted(inspection_id=work.inspection_id, result=result, worker="w", state=State.DONE))
        self.ledger.commit(lease, attempted, now=NOW)
        self.ledger.release(lease, now=NOW)


@pytest.fixture
def desk(ledger: SqlLedger, buckets: FolderBuckets) -> Desk:
    """The ledger and the buckets together."""
    return Desk(ledger, buckets)


def test_a_plan_says_what_a_submit_would_do(desk: Desk) -> None:
    """Apps, bytes, shards and what is there already."""
    planned = desk.plan()

    assert (3, 3_000_000, 1, 3, 0, 3) == (
        planned.apps,
        planned.bytes,
        planned.shards,
        planned.new,
        planned.cached,
        planned.inspections,
    )
    assert ("nov-2026-11-23", None, "", ()) == (planned.name, planned.existing, planned.notice, planned.bad_rows)


def test_a_plan_writes_nothing(desk: Desk) -> None:
    """A dry run leaves neither a batch nor an object."""
    desk.plan()

    assert [] == list(desk.ledger.batches())
    assert [] == list(desk.buckets.farm().list())


def test_a_plan_estimates_hours_and_cost(desk: Desk) -> None:
    """Three apps of a megabyte at 0.03 s each, and what is read, at the prices given."""
    planned = desk.plan(cpu_hour_price=3600.0, read_gb_price=100.0)

    assert 0.09 / 3600 == pytest.approx(planned.cpu_hours)
    assert 3_000_000 == planned.read_bytes
    assert 0.09 + 0.3 == pytest.approx(planned.cost)


def test_a_submit_stores_the_manifest_and_writes_the_batch(desk: Desk) -> None:
    """The batch's identity is the hash of the stored manifest."""
    planned = desk.plan(name="november")
    done = desk.submit(planned)
    stored = desk.buckets.farm().get(done.batch.manifest_key)

    assert (3, 3, 0, True, "") == (done.apps, done.new, done.cached, done.created, done.notice)
    assert hashlib.sha256(stored).hexdigest() == done.batch.manifest_sha256
    assert done.batch.manifest_sha256[:16] == done.batch.batch_id
    assert ["s3://crawl/nov/a.apk", "s3://crawl/nov/b.apk", "s3://crawl/nov/c.apk"] == [r.url for r in thaw(stored)]
    assert done.batch == desk.ledger.batch("november")
    assert 3 == desk.ledger.status(done.batch.batch_id, now=NOW).states[State.PENDING]


def test_the_same_list_is_the_same_batch(desk: Desk) -> None:
    """Submitted again, nothing is new, whatever it is to be called; the old name stays, and that is said."""
    first = desk.submit(desk.plan(name="november"))
    again = desk.submit(desk.plan())
    renamed = desk.submit(desk.plan(name="december"))

    assert first.batch == again.batch == renamed.batch
    assert (3, 0, False, "") == (again.apps, again.new, again.created, again.notice)
    assert (0, False) == (renamed.new, renamed.created)
    assert "keeps its name 'november'" in renamed.notice
    assert [first.batch] == list(desk.ledger.batches())


def test_the_order_and_kind_of_a_list_do_not_matter(desk: Desk, tmp_path: Path) -> None:
    """The same rows as CSV in another order are the same batch."""
    rows = [f"s3://crawl/nov/{name}.apk,{name}" for name in "abc"]
    (tmp_path / "one.csv").write_text("\n".join(["url,channel", *rows]))
    (tmp_path / "two.csv").write_text("\n".join(["url,channel", *reversed(rows)]))

    assert desk.plan(str(tmp_path / "one.csv")).batch_id == desk.plan(str(tmp_path / "two.csv")).batch_id


def test_a_changed_object_makes_another_batch(desk: Desk) -> None:
    """The list is the same, but the bytes are not."""
    first = desk.submit(desk.plan())
    desk.buckets.put("crawl", "nov/a.apk", b"changed")
    second = desk.submit(desk.plan())

    assert first.batch.batch_id != second.batch.batch_id
    assert ("nov-2026-11-23", "nov-2026-11-23-2") == (first.batch.name, second.batch.name)


def test_two_submits_at_once_make_one_batch(desk: Desk) -> None:
    """Both planned it as new; the second one finds it."""
    mine, theirs = desk.plan(name="mine"), desk.plan(name="theirs")
    desk.submit(theirs)
    done = desk.submit(mine)

    assert ("theirs", 0, False) == (done.batch.name, done.new, done.created)
    assert "keeps its name 'theirs'" in done.notice


def test_a_batch_written_in_the_last_moment_is_not_claimed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's transaction came between the look and the write: the batch is theirs, and nothing is new."""
    mine, theirs = desk.plan(name="mine"), desk.plan(name="theirs")
    desk.submit(theirs)

    def unknown(reference: str) -> Batch:
        raise UnknownBatchError

    monkeypatch.setattr(desk.ledger, "batch", unknown)
    done = desk.submit(mine)

    assert ("theirs", 0, False) == (done.batch.name, done.new, done.created)
    assert "keeps its name 'theirs'" in done.notice


def test_a_default_name_taken_in_between_gets_a_number(desk: Desk) -> None:
    """Nobody chose it, so that it may change."""
    planned = desk.plan()
    desk.buckets.put("crawl", "dec/d.apk", b"d")
    desk.submit(desk.plan("s3://crawl/dec/", name=planned.name))

    assert "nov-2026-11-23-2" == desk.submit(planned).batch.name


def test_a_chosen_name_that_is_taken_is_refused(desk: Desk) -> None:
    """Before anything is stored, and also when it was taken after the plan."""
    desk.submit(desk.plan(name="november"))
    desk.buckets.put("crawl", "dec/d.apk", b"d")

    with pytest.raises(BatchNameTakenError, match="november"):
        desk.plan("s3://crawl/dec/", name="november")
    late = replace(desk.plan("s3://crawl/dec/", name="december"), name="november")
    with pytest.raises(BatchNameTakenError, match="november"):
        desk.submit(late)


@pytest.mark.parametrize("name", ["", "two words", "a/b", "x" * 81, "名", "line\n"])
def test_a_name_must_be_plain(desk: Desk, name: str) -> None:
    """It is typed in shells and shown in URLs."""
    with pytest.raises(UsageError, match="cannot be the name"):
        desk.plan(name=name)


def test_inspected_apps_are_cache_hits_in_another_batch(desk: Desk) -> None:
    """Whether the list tells the hash or the ledger remembers it from the object's entity tag."""
    desk.submit(desk.plan())
    desk.inspect()
    desk.buckets.put("crawl", "nov/d.apk", b"d" * 1_000_000)
    planned = desk.plan()

    assert (4, 1, 3, 1) == (planned.apps, planned.new, planned.cached, planned.inspections)
    assert 1_000_000 == planned.read_bytes


def test_the_same_bytes_elsewhere_are_cache_hits(desk: Desk, tmp_path: Path) -> None:
    """A folder's hashes are known at submit."""
    desk.submit(desk.plan())
    desk.inspect()
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "copy.apk").write_bytes(b"a" * 1_000_000)
    planned = desk.plan(str(tmp_path / "apps"))

    assert (1, 0, 1, 0) == (planned.apps, planned.new, planned.cached, planned.inspections)


def test_apps_inspected_by_a_claimed_hash_are_cache_hits_of_that_claim(desk: Desk, tmp_path: Path) -> None:
    """Of the same object in another list, not of another object with the same bytes."""
    claim = hashlib.sha256(b"a" * 1_000_000).hexdigest()
    for name, row in (("one", "1"), ("two", "2")):
        (tmp_path / f"{name}.csv").write_text(f"url,sha256,note\ns3://crawl/nov/a.apk,{claim},{row}\n")
    desk.submit(desk.plan(str(tmp_path / "one.csv")))
    desk.inspect(hashed=False)
    again = desk.plan(str(tmp_path / "two.csv"))
    unlisted = desk.plan()

    assert (1, 0) == (again.cached, again.inspections)
    assert (0, 3) == (unlisted.cached, unlisted.inspections)


def test_another_engine_has_no_cache_hits(desk: Desk) -> None:
    """Evidence of an older engine is not that of the present one."""
    desk.submit(desk.plan())
    desk.inspect()
    planned = desk.plan(engines={Suite.STATIC: ("static-3", "c0ffee00")})

    assert (0, 3) == (planned.cached, planned.inspections)


def test_an_app_is_cached_only_when_every_suite_is(desk: Desk) -> None:
    """With the static evidence alone, the dynamic inspections are still to do."""
    desk.submit(desk.plan())
    desk.inspect()
    planned = desk.plan(suites=(Suite.DYNAMIC, Suite.STATIC))

    assert (0, 3) == (planned.cached, planned.inspections)
    assert (Suite.STATIC, Suite.DYNAMIC) == planned.suites


def test_bad_rows_refuse_the_list_or_are_left_out(desk: Desk, tmp_path: Path) -> None:
    """Nothing is dropped in silence: refused with all line numbers, or skipped and reported."""
    path = tmp_path / "list.csv"
    path.write_text("url,size\ns3://crawl/nov/a.apk,\ns3://crawl/nov/b.apk,many\ns3://crawl/nov/none.apk,\n")

    with pytest.raises(BadRowsError) as caught:
        desk.plan(str(path))
    assert "line 3: size many" in str(caught.value)
    assert "line 4: there is no such object" in str(caught.value)
    planned = desk.plan(str(path), skip_bad_rows=True)

    assert (1, [3, 4]) == (planned.apps, [row.line for row in planned.bad_rows])
    assert 1 == desk.submit(planned).new


def test_a_list_of_bad_rows_alone_is_refused_anyway(desk: Desk, tmp_path: Path) -> None:
    """Leaving all of them out would leave nothing."""
    (tmp_path / "list.csv").write_text("url\ns3://crawl/nov/none.apk\n")

    with pytest.raises(BadRowsError, match="line 2") as caught:
        desk.plan(str(tmp_path / "list.csv"), skip_bad_rows=True)
    assert "--skip-bad-rows" not in caught.value.next_step


def test_what_is_no_app_is_counted(desk: Desk) -> None:
    """The plan says how many other objects the prefix has."""
    desk.buckets.put("crawl", "nov/readme.txt", b"1")

    assert {".txt": 1} == desk.plan().left_out


def test_an_empty_source_is_refused(desk: Desk) -> None:
    """There is nothing to inspect, and no batch of nothing."""
    with pytest.raises(SourceError, match="is empty"):
        desk.plan("s3://crawl/december/")


def test_a_batch_needs_a_suite(desk: Desk) -> None:
    """Listing apps for nothing is a mistake."""
    with pytest.raises(UsageError, match="at least one suite"):
        desk.plan(suites=())


def test_a_store_that_refuses_the_manifest_leaves_no_batch(desk: Desk, tmp_path: Path) -> None:
    """The manifest comes first: a batch without one could never be run."""
    planned = desk.plan()
    (desk.buckets.root / "farm").write_bytes(b"a file where the folder should be")

    with pytest.raises(StoreError):
        desk.submit(planned)
    assert [] == list(desk.ledger.batches())


def test_a_batch_is_cut_into_shards(desk: Desk) -> None:
    """In the order of the manifest, as the policy says."""
    done = submit(desk.plan(), stores=desk.buckets, ledger=desk.ledger, policy=ShardPolicy(apps=2))
    shards = desk.ledger.shards(done.batch.batch_id)

    assert [2, 1] == [sum(shard.states.values()) for shard in shards]
