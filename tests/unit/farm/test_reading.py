"""How much of an app a worker reads, whose hash it goes by, and what a changing or failing store leads to."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from threading import Barrier, Event, current_thread, main_thread
from typing import NoReturn

import pytest

from farm.cluster.ahead import ReadAhead
from farm.cluster.reading import CHECKED, Meter, Reading, known
from farm.cluster.task import TAKEN, TOGETHER, Inspector, room_ahead, worth_reading_ahead
from farm.model.batch import AppRef, InspectionId
from farm.model.errors import ObjectChangedError, ObjectMissingError, RangesIgnoredError, StoreError
from farm.model.execution import Task
from farm.model.inspection import Suite
from farm.ports import ObjectInfo, ObjectStore
from tests.unit.workers.readers.build import Member, apk_bytes
from workers.inspect import inspect_apk
from workers.memory_file import MemoryFile
from workers.model.cross_check import CrossCheck
from workers.model.limits import Limits
from workers.model.outcome import Outcome
from workers.static.readers.file import BIG, RangedFile, Span

KEPT_OUT = "assets/film.mp4"


@cache
def big_app() -> bytes:
    """Return an app of which a tenth is needed."""
    films = [Member(name=f"{KEPT_OUT}{number}", content=os.urandom(1 << 20), method=0) for number in range(9)]
    icon = Member(name="res/icon.png", content=os.urandom(100_000), method=0)
    return apk_bytes([*films, icon])


def sha256(data: bytes) -> str:
    """Return the hash of an app."""
    return hashlib.sha256(data).hexdigest()


@dataclass
class MemoryStore:
    """Objects in memory under etags that say nothing of their content, as S3's multipart etags do."""

    objects: dict[str, bytes] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)
    """`whole`, `streamed`, or start and length of a part."""
    ranged: bool = True
    fails_after: int = 1_000
    """Parts that are sent before the store fails."""
    changes_after: int = 1_000
    """Parts that are sent before the object becomes another one."""
    breaks_at: int | None = None
    """Byte at which a stream breaks off."""
    becomes: bytes | None = None
    """What the object is by the time that it is streamed, if the server heeds no condition."""
    url: str = "s3://memory"

    def get(
        self, key: str, *, etag: str | None = None, version_id: str | None = None, limit: int | None = None
    ) -> bytes:
        """Return an object whole."""
        assert version_id is None
        assert limit is None or limit > 0
        data = self._object(key, etag)
        if key == "app":
            self.reads.append("whole")
        return data

    def stream(
        self, key: str, *, etag: str | None = None, version_id: str | None = None, limit: int | None = None
    ) -> Generator[bytes, None, None]:
        """Yield an object in pieces that end nowhere in particular."""
        assert version_id is None
        assert limit is None or limit > 0
        self.reads.append("streamed")
        data = self._object(key, etag) if self.becomes is None else self.becomes
        for start in range(0, len(data), 99_991):
            if self.breaks_at is not None and start > self.breaks_at:
                raise StoreError("The stream broke off.")
            yield data[start : start + 99_991]

    def get_range(
        self,
        key: str,
        start: int,
        length: int,
        *,
        etag: str | None = None,
        version_id: str | None = None,
        size: int | None = None,
    ) -> bytes:
        """Return a part of an object."""
        assert version_id is None
        if not self.ranged:
            raise RangesIgnoredError
        if len(self.reads) >= self.fails_after:
            raise StoreError("The store is gone.")
        if len(self.reads) >= self.changes_after:
            self.etags[key] = "changed"
        data = self._object(key, etag)
        if size not in {None, len(data)}:
            raise ObjectChangedError
        self.reads.append(f"{start}+{length}")
        return data[start : start + length]

    def head(self, key: str) -> ObjectInfo | None:
        """Return nothing: no test asks."""
        raise NotImplementedError(key)

    def put(
        self, key: str, data: bytes, *, if_absent: bool = False, content_type: str = "application/octet-stream"
    ) -> bool:
        """Write an object."""
        assert content_type
        if if_absent and key in self.objects:
            return False
        self.objects[key] = data
        return True

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield the objects."""
        yield from (ObjectInfo(key=key, size=0, etag="") for key in sorted(self.objects) if key.startswith(prefix))

    def _object(self, key: str, etag: str | None) -> bytes:
        if key not in self.objects:
            raise ObjectMissingError(f"There is no {key}.")
        if etag not in {None, self.etags.get(key)}:
            raise ObjectChangedError(f"{key} has changed.")
        return self.objects[key]


@dataclass
class OneStore:
    """All URLs lie in one store, which is the farm's own as well."""

    store: MemoryStore

    def locate(self, url: str) -> tuple[ObjectStore, str]:
        """Return the store and the last part of the URL."""
        return self.store, url.rpartition("/")[2]

    def farm(self) -> ObjectStore:
        """Return the store."""
        return self.store


@dataclass
class Desk:
    """An inspector, its store and a task for the one big app in it."""

    store: MemoryStore
    inspector: Inspector
    task: Task

    def listed(self, hashed: str | None, **changes: object) -> Task:
        """Return the task as a list with this hash has it."""
        return replace(self.task, app=replace(self.task.app, sha256=hashed, **changes))  # type: ignore[arg-type] # fields

    def reading(self, task: Task) -> Reading:
        """Return how the app is read."""
        return Reading(task=task, told=known(task), store=self.store, key="app", limits=Limits(), meter=Meter())

    def evidence_keys(self) -> list[str]:
        """Return where evidence lies."""
        return [info.key for info in self.store.list("evidence/")]


@pytest.fixture
def desk() -> Desk:
    """A store with one big app."""
    store = MemoryStore(objects={"app": big_app()}, etags={"app": "tag-2"})
    inspector = Inspector(
        stores=OneStore(store),
        limits={suite: Limits() for suite in Suite},
        engines={Suite.STATIC: ("static-1", "c0ffee00"), Suite.DYNAMIC: ("dynamic-1", "0badf00d")},
    )
    app = AppRef(url="s3://memory/app", etag="tag-2", size=len(big_app()))
    return Desk(store, inspector, Task(inspection_id=InspectionId(1), app=app, suite=Suite.STATIC))


def test_of_a_big_app_with_a_known_hash_only_parts_are_read(desk: Desk) -> None:
    """The evidence is that of the whole."""
    result = desk.inspector.run(replace(desk.task, known_sha256=sha256(big_app())))
    assert result.evidence_key is not None

    assert Outcome.INSPECTED is result.outcome
    assert "whole" not in desk.store.reads
    assert result.bytes_read < len(big_app()) / 5
    assert len(big_app()) == result.object_bytes > BIG
    assert inspect_apk(big_app()).as_bytes() == desk.store.objects[result.evidence_key]


def test_a_big_app_without_a_known_hash_is_hashed_in_one_pass(desk: Desk) -> None:
    """All of it is sent once, and its end before; the evidence is that of the whole."""
    result = desk.inspector.run(desk.task)
    assert result.evidence_key is not None

    assert "whole" not in desk.store.reads
    assert 1 == desk.store.reads.count("streamed")
    assert result.app is not None
    assert (sha256(big_app()), True) == (result.app.sha256, result.app.sha256_verified)
    assert len(big_app()) == result.object_bytes < result.bytes_read < len(big_app()) * 1.1
    assert inspect_apk(big_app()).as_bytes() == desk.store.objects[result.evidence_key]


def test_of_a_big_app_that_is_hashed_only_parts_are_in_memory(desk: Desk) -> None:
    """Those that the suite needs."""
    app = desk.reading(desk.task).needed()

    assert isinstance(app.data, RangedFile)
    assert app.held < len(big_app()) / 5
    assert all(big_app()[start : start + len(piece)] == piece for start, piece in app.data.pieces())


def test_a_small_app_is_read_in_one_request(desk: Desk) -> None:
    """Most of it is needed anyway."""
    small = apk_bytes()
    desk.store.objects["app"] = small
    desk.inspector.run(desk.listed(None, size=len(small)))

    assert ["whole"] == desk.store.reads


@pytest.mark.parametrize("place", [-1, -100_000], ids=["end", "before the directory"])
def test_an_object_that_changes_between_its_end_and_the_pass_is_a_changed_object(desk: Desk, place: int) -> None:
    """Though the server heeds no condition: the end is compared with what goes through."""
    changed = bytearray(big_app())
    changed[place] ^= 1
    desk.store.becomes = bytes(changed)
    result = desk.inspector.run(desk.task)

    assert Outcome.CHANGED_OBJECT is result.outcome
    assert [] == desk.evidence_keys()


@pytest.mark.parametrize("change", [-10, 10])
def test_an_object_that_has_another_size_in_the_pass_is_a_changed_object(desk: Desk, change: int) -> None:
    """It went on, or ended early, where nothing was compared."""
    data = big_app()
    desk.store.becomes = data + bytes(change) if change > 0 else data[:change]

    assert Outcome.CHANGED_OBJECT is desk.inspector.run(desk.task).outcome


def test_what_is_inspected_is_what_was_hashed(desk: Desk) -> None:
    """Another object with the same end is taken for what it is: its hash goes with its own bytes."""
    changed = bytearray(big_app())
    changed[2_000_000] ^= 1
    desk.store.becomes = bytes(changed)
    result = desk.inspector.run(desk.task)

    assert result.app is not None
    assert sha256(bytes(changed)) == result.app.sha256 != sha256(big_app())


def test_a_stream_that_breaks_off_is_no_fault_of_the_app(desk: Desk) -> None:
    """Nothing is kept of it."""
    desk.store.breaks_at = 5_000_000
    result = desk.inspector.run(desk.task)

    assert (Outcome.STORE_UNAVAILABLE, "The stream broke off.") == (result.outcome, result.reason)
    assert [] == desk.evidence_keys()


def test_a_server_that_ignores_ranges_sends_it_whole_to_be_hashed(desk: Desk) -> None:
    """Its end cannot be had before the rest."""
    desk.store.ranged = False
    result = desk.inspector.run(desk.task)

    assert ["whole"] == desk.store.reads
    assert Outcome.INSPECTED is result.outcome


@pytest.mark.parametrize("hashed", [True, False])
def test_a_big_app_over_the_limit_is_refused_before_it_is_sent(desk: Desk, hashed: bool) -> None:
    """Whether its hash is known or not."""
    limits = replace(Limits(), file_bytes=len(big_app()) - 1)
    inspector = replace(desk.inspector, limits=dict.fromkeys(Suite, limits), ahead=ReadAhead())
    result = inspector.run(replace(desk.task, known_sha256=sha256(big_app()) if hashed else None))

    assert Outcome.OVER_SIZE_LIMIT is result.outcome
    assert [] == desk.store.reads


def test_a_hash_that_is_not_the_listed_one_is_a_changed_object(desk: Desk) -> None:
    """As where all of it is read at once."""
    with pytest.raises(ObjectChangedError, match="manifest"):
        desk.reading(desk.listed("0" * 64)).needed(hashed=True)


def test_a_big_app_that_is_no_zip_is_told_as_such(desk: Desk) -> None:
    """Nothing is foreseen of it."""
    desk.store.objects["app"] = bytes(len(big_app()))

    assert Outcome.NOT_AN_APK is desk.inspector.run(desk.task).outcome


@pytest.mark.parametrize("known", [None, "hashed", "claimed"])
def test_a_big_app_of_the_sample_is_read_again_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, known: str | None
) -> None:
    """Androguard needs all of it, once it is known that it is to read it; the worker never has it."""
    checked: list[bytes] = []

    def check(apk: MemoryFile, *, limits: Limits, seconds: float) -> CrossCheck:
        assert limits.seconds >= seconds > 0
        checked.append(os.pread(apk.descriptor, apk.size, 0))
        return CrossCheck()

    monkeypatch.setattr("farm.cluster.task.cross_check", check)
    task = desk.listed(sha256(big_app())) if known == "claimed" else desk.task
    task = replace(task, known_sha256=sha256(big_app())) if known == "hashed" else task
    result = replace(desk.inspector, cross_check_one_in=1, ahead=ReadAhead()).run(task)

    assert [big_app()] == checked
    assert CrossCheck() == result.cross_check
    assert result.app is not None
    assert result.app.sha256_verified
    assert "streamed" == desk.store.reads[-1]


def test_a_big_app_of_the_sample_that_is_gone_after_its_inspection_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its evidence stays."""
    known = replace(desk.task, known_sha256=sha256(big_app()))
    monkeypatch.setattr(MemoryStore, "stream", _refuse)
    result = replace(desk.inspector, cross_check_one_in=1, ahead=ReadAhead()).run(known)

    assert Outcome.INSPECTED is result.outcome
    assert result.cross_check is not None
    assert "cannot be read any more" in result.cross_check.failure


def _refuse(*_: object, **__: object) -> Generator[bytes, None, None]:
    """Yield nothing of the app."""
    raise ObjectMissingError("It is gone.")
    yield b""


def test_a_big_app_of_the_sample_that_has_become_another_one_is_told(desk: Desk) -> None:
    """Nothing is compared with what was not inspected."""
    known = replace(desk.task, known_sha256=sha256(big_app()))
    desk.store.becomes = big_app()[:-1]
    result = replace(desk.inspector, cross_check_one_in=1, ahead=ReadAhead()).run(known)

    assert Outcome.INSPECTED is result.outcome
    assert result.cross_check is not None
    assert "SHA-256" in result.cross_check.failure


@pytest.mark.parametrize("error", [OSError(12, "Cannot allocate memory"), MemoryError()])
def test_a_second_reading_without_memory_never_costs_the_first_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The evidence is safe by then."""

    def refuse(_: object) -> None:
        raise error

    monkeypatch.setattr("farm.cluster.task.in_memory", refuse)
    result = replace(desk.inspector, cross_check_one_in=1, ahead=ReadAhead()).run(desk.task)

    assert Outcome.INSPECTED is result.outcome
    assert result.cross_check is not None
    assert "memory" in result.cross_check.failure


def test_what_is_read_for_a_lost_check_alone_is_told_with_the_size_of_its_object(desk: Desk) -> None:
    """A cache hit reads nothing, but its second reading does."""
    known = replace(desk.task, known_sha256=sha256(big_app()))
    desk.inspector.run(known)
    again = replace(desk.inspector, cross_check_one_in=1, ahead=ReadAhead()).run(replace(known, unfinished=True))

    assert again.cached
    assert len(big_app()) == again.object_bytes < again.bytes_read


def test_an_app_without_an_etag_is_read_whole(desk: Desk) -> None:
    """Nothing would hold its parts together."""
    desk.inspector.run(desk.listed(sha256(big_app()), etag=None))

    assert ["whole"] == desk.store.reads


def test_a_claimed_hash_is_said_to_be_claimed(desk: Desk) -> None:
    """In the evidence, in its key, and to the ledger."""
    result = desk.inspector.run(desk.listed(sha256(big_app())))
    assert result.evidence_key is not None
    assert result.app is not None

    assert "whole" not in desk.store.reads
    assert "-claimed-" in result.evidence_key
    assert not result.app.sha256_verified
    assert json.loads(desk.store.objects[result.evidence_key])["app"]["sha256_verified"] is False


def test_what_was_seen_under_a_claim_is_found_again(desk: Desk) -> None:
    """By the same claim on the same object."""
    desk.inspector.run(desk.listed(sha256(big_app())))
    desk.store.reads.clear()
    again = desk.inspector.run(desk.listed(sha256(big_app())))

    assert again.cached
    assert again.app is not None
    assert not again.app.sha256_verified
    assert (0, []) == (again.object_bytes, desk.store.reads)


def test_a_wrong_claim_harms_no_other_app(desk: Desk) -> None:
    """Evidence on the app that really has the hash is not taken from it."""
    small = apk_bytes(package="com.example.other")
    desk.inspector.run(desk.listed(sha256(small)))
    desk.store.objects["other"], desk.store.etags["other"] = small, "o"
    other = desk.inspector.run(
        replace(desk.task, app=AppRef(url="s3://memory/other", etag="o", size=len(small), sha256=sha256(small)))
    )

    assert not other.cached
    assert other.app is not None
    assert ("com.example.other", True) == (other.app.package, other.app.sha256_verified)


def test_a_cache_hit_by_a_claim_stays_a_claim(desk: Desk) -> None:
    """The evidence is of the true bearer of the hash; that this object is the same is only said."""
    desk.inspector.run(desk.task)
    hit = desk.inspector.run(desk.listed(sha256(big_app())))

    assert hit.cached
    assert hit.app is not None
    assert not hit.app.sha256_verified


def test_some_claims_are_checked(desk: Desk) -> None:
    """Always the same ones, about one of 32; a wrong one is a changed object."""
    whole = 0
    for number in range(400):
        desk.store.reads.clear()
        desk.store.etags["app"] = f"tag-{number}"
        result = desk.inspector.run(desk.listed("0" * 64, etag=f"tag-{number}"))
        if "streamed" in desk.store.reads:
            whole += 1
            assert Outcome.CHANGED_OBJECT is result.outcome

    assert 400 / CHECKED / 3 < whole < 400 / CHECKED * 3


def test_a_list_that_contradicts_the_farm_is_not_believed(desk: Desk) -> None:
    """The farm has hashed the object itself."""
    result = desk.inspector.run(replace(desk.listed("0" * 64), known_sha256=sha256(big_app())))

    assert Outcome.CHANGED_OBJECT is result.outcome
    assert [] == desk.store.reads


def test_an_etag_that_is_the_hash_is_proof(desk: Desk) -> None:
    """A store that compares it has hashed the object."""
    desk.store.etags["app"] = sha256(big_app())
    result = desk.inspector.run(desk.listed(sha256(big_app()), etag=sha256(big_app())))

    assert "whole" not in desk.store.reads
    assert result.app is not None
    assert result.app.sha256_verified


def test_an_object_that_changes_between_two_parts_is_a_changed_object(desk: Desk) -> None:
    """Parts of two objects are never put together."""
    desk.store.changes_after = 2
    result = desk.inspector.run(replace(desk.task, known_sha256=sha256(big_app())))

    assert Outcome.CHANGED_OBJECT is result.outcome
    assert [] == desk.evidence_keys()


def test_a_store_that_fails_between_two_parts_is_no_fault_of_the_app(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither ahead nor in the middle of the inspection."""
    known = replace(desk.task, known_sha256=sha256(big_app()))
    desk.store.fails_after = 2
    ahead = desk.inspector.run(known)
    monkeypatch.setattr("farm.cluster.reading.read_ahead", lambda *_, **__: None)
    desk.store.reads.clear()
    later = desk.inspector.run(known)

    assert [Outcome.STORE_UNAVAILABLE] * 2 == [ahead.outcome, later.outcome]
    assert "The store is gone." == later.reason


def test_of_an_app_that_is_given_up_nothing_more_is_asked_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one would wait behind all its parts."""
    asked: list[int] = []
    given_up = Event()

    def fail_at_first(_store: MemoryStore, _key: str, start: int, length: int, **_: object) -> bytes:
        asked.append(start)
        if start == 0 and not given_up.is_set():
            raise StoreError("The store is gone.")
        given_up.wait(5)
        return bytes(length)

    known = replace(desk.task, known_sha256=sha256(big_app()))
    monkeypatch.setattr(MemoryStore, "get_range", fail_at_first)
    monkeypatch.setattr("farm.cluster.reading.read_ahead", lambda file, **_: file.load(_far_apart(100), near=0))
    with pytest.raises(StoreError, match="gone"):
        desk.reading(known).needed()
    given_up.set()
    desk.reading(known).needed()

    assert 100 <= len(asked) < 120


def test_parts_that_come_at_the_same_time_are_all_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them once."""
    both = Barrier(2)

    class Part(bytes):
        """Bytes that threads measure at the same time."""

        __slots__ = ()

        def __len__(self) -> int:
            if current_thread() is not main_thread():
                both.wait(5)
            return super().__len__()

    monkeypatch.setattr(MemoryStore, "get_range", lambda *_, **__: Part(b"x"))
    monkeypatch.setattr("farm.cluster.reading.read_ahead", lambda file, **_: file.load(_far_apart(2), near=0))
    reading = desk.reading(replace(desk.task, known_sha256=sha256(big_app())))
    reading.needed()

    assert 2 == reading.meter.bytes


def _far_apart(count: int) -> list[Span]:
    """Return ranges of one byte."""
    return [(90_000 * number, 90_000 * number + 1) for number in range(count)]


def test_a_server_that_ignores_ranges_is_read_whole(desk: Desk) -> None:
    """At the price of a request."""
    desk.store.ranged = False
    result = desk.inspector.run(replace(desk.task, known_sha256=sha256(big_app())))

    assert ["whole"] == desk.store.reads
    assert Outcome.INSPECTED is result.outcome


@pytest.mark.parametrize("wrong", [-1_000, 1_000])
def test_a_size_that_is_wrong_in_the_list_changes_nothing(desk: Desk, wrong: int) -> None:
    """Nobody knows where the end is, so it is read whole."""
    known = replace(desk.listed(None, size=len(big_app()) + wrong), known_sha256=sha256(big_app()))
    result = desk.inspector.run(known)

    assert ["whole"] == desk.store.reads
    assert Outcome.INSPECTED is result.outcome


def test_the_next_app_is_read_while_one_is_inspected(desk: Desk) -> None:
    """When its turn comes, nothing is read any more."""
    small = apk_bytes(package="com.example.other")
    desk.store.objects["next"], desk.store.etags["next"] = small, "n"
    following = replace(
        desk.task, inspection_id=InspectionId(2), app=AppRef(url="s3://memory/next", etag="n", size=len(small))
    )
    desk.inspector.run(desk.task, following)
    taken = desk.inspector.ahead.take(following)
    assert taken is not None
    desk.inspector.ahead.start(following, lambda _: taken)
    del desk.store.objects["next"]
    result = desk.inspector.run(following)

    assert result.app is not None
    assert ("com.example.other", len(small)) == (result.app.package, result.bytes_read)
    assert {"read", "inspect"} <= set(result.stage_seconds)


@pytest.mark.parametrize(("size", "taken"), [(TOGETHER - TAKEN * 100, True), (TOGETHER, False)])
def test_two_apps_that_are_too_large_together_are_not_in_memory_at_once(desk: Desk, size: int, taken: bool) -> None:
    """The next one is then read in its own turn; here it has no etag, and is read whole."""
    current = replace(desk.task, app=replace(desk.task.app, size=100))
    following = replace(current, inspection_id=InspectionId(2), app=replace(desk.task.app, size=size, etag=None))

    assert worth_reading_ahead(following, current, held=100) is taken


def test_of_a_big_app_ahead_as_much_is_read_as_there_is_room_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the current one has in memory counts, not its size."""
    following = replace(desk.task, inspection_id=InspectionId(2))
    small = replace(desk.task, app=replace(desk.task.app, etag="small"))
    told: list[int] = []

    def note(_: RangedFile, *, limits: Limits, most: int) -> list[Span]:
        assert limits == Limits()
        told.append(most)
        return []

    monkeypatch.setattr("farm.cluster.reading.foreseen", note)
    inspector = desk.inspector
    desk.store.objects["small"], desk.store.etags["small"] = apk_bytes(), "s"
    current = replace(small, app=AppRef(url="s3://memory/small", etag="s", size=len(apk_bytes())))
    inspector.run(current, following)
    inspector.ahead.take(following)

    assert [room_ahead(len(apk_bytes()))] == told


@pytest.mark.parametrize(("held", "room"), [(0, TOGETHER), (4 << 20, 20 << 20), (20 << 20, 10 << 20)])
def test_a_large_app_leaves_little_room_for_the_next_one(desk: Desk, held: int, room: int) -> None:
    """Of one whose hash is known that much is read ahead; one that has to be sent whole waits if it wants more."""
    unknown = replace(desk.task, app=replace(desk.task.app, etag="next"))
    size = max(2 * room, BIG + 2)
    fits = replace(unknown, app=replace(unknown.app, size=size))
    too_large = replace(unknown, app=replace(unknown.app, size=2 * size))
    current = replace(desk.task, app=replace(desk.task.app, etag="current"))

    assert room == room_ahead(held)
    assert worth_reading_ahead(fits, current, held=held)
    assert not worth_reading_ahead(too_large, current, held=held)
    assert worth_reading_ahead(replace(too_large, known_sha256="ab" * 32), current, held=held)


def test_what_is_the_same_app_again_is_not_read_ahead(desk: Desk) -> None:
    """Its evidence will be there."""
    again = replace(desk.task, inspection_id=InspectionId(2))
    desk.inspector.run(desk.task, again)
    result = desk.inspector.run(again)

    assert result.cached


def test_a_failure_ahead_is_asked_again_in_its_turn(desk: Desk) -> None:
    """It may have come from the limits of the app before."""

    def refuse(_: Task) -> NoReturn:
        raise MemoryError

    desk.inspector.ahead.start(desk.task, refuse)

    assert Outcome.INSPECTED is desk.inspector.run(desk.task).outcome


def test_what_was_read_of_another_task_is_not_taken() -> None:
    """A chunk that was given up leaves nothing for the next one."""
    one = Task(inspection_id=InspectionId(1), app=AppRef(url="a"), suite=Suite.STATIC)
    two = replace(one, inspection_id=InspectionId(2))
    ahead: ReadAhead[str] = ReadAhead()
    ahead.start(one, lambda task: task.app.url)

    assert ahead.take(two) is None
    assert "a" == ahead.take(one)
    assert ahead.take(one) is None


def test_an_inspector_is_sent_without_what_it_has_read(desk: Desk) -> None:
    """A thread cannot be pickled, and bytes should not be."""
    done = Event()
    ahead: ReadAhead[bool] = ReadAhead()
    ahead.start(desk.task, lambda _: done.wait(5))
    copy = pickle.loads(pickle.dumps(ahead))
    done.set()

    assert ahead.take(desk.task) is True
    assert copy.take(desk.task) is None
