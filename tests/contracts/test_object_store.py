"""What every object store does: a folder, moto's S3, and OpenStack Swift's S3, a real server."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from farm.model.errors import ObjectChangedError, ObjectMissingError, StoreError
from farm.objects.s3 import S3Store
from farm.objects.stores import StoreConfig, UrlStores
from farm.ports import PIECE, ObjectStore
from workers.model.errors import OverLimitError

THREADS = 64


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("a", b""),
        ("deep/er/key.apk", bytes(range(256)) * 300),
        ("with space+plus%25.apk", b"hello"),
        ("应用/微信.apk", b"hello"),
        ("a.b/c~d=e&f", b"hello"),
    ],
    ids=["empty", "77k", "signs", "chinese", "query"],
)
def test_what_was_put_comes_back(store: ObjectStore, key: str, data: bytes) -> None:
    """An object is read as it was written, whatever is in its key."""
    assert store.put(key, data) is True

    assert data == store.get(key)
    assert [(key, len(data))] == [(found.key, found.size) for found in store.list()]


def test_a_missing_object_is_told_apart(store: ObjectStore) -> None:
    """Reading what is not there raises ObjectMissingError; asking for it returns None."""
    store.put("there", b"1")

    with pytest.raises(ObjectMissingError, match="not-there"):
        store.get("not-there")
    with pytest.raises(ObjectMissingError, match="not-there"):
        store.get_range("not-there", 0, 1)
    with pytest.raises(ObjectMissingError, match="not-there"):
        store.get_range("not-there", 0, 0)
    assert store.head("not-there") is None


def test_head_tells_size_and_an_etag_that_listing_repeats(store: ObjectStore) -> None:
    """What `head` and `list` say of an object is the same."""
    store.put("k", b"hello")
    head = store.head("k")

    assert head is not None
    assert ("k", 5) == (head.key, head.size)
    assert head.etag
    assert '"' not in head.etag
    assert [head.etag] == [found.etag for found in store.list()]


def test_another_content_has_another_etag(store: ObjectStore) -> None:
    """An overwritten object of the same size is not the old one."""
    store.put("k", b"hello")
    before = store.head("k")
    store.put("k", b"world")
    after = store.head("k")

    assert before is not None
    assert after is not None
    assert before.etag != after.etag
    assert b"world" == store.get("k", etag=after.etag)


def test_a_changed_object_is_never_read_as_the_old_one(store: ObjectStore) -> None:
    """A read under the old etag raises ObjectChangedError, whole or in part."""
    store.put("k", b"hello")
    old = store.head("k")
    assert old is not None
    store.put("k", b"world")

    with pytest.raises(ObjectChangedError, match="changed"):
        store.get("k", etag=old.etag)
    with pytest.raises(ObjectChangedError, match="changed"):
        store.get_range("k", 1, 2, etag=old.etag)


def test_the_right_etag_lets_a_range_through(store: ObjectStore) -> None:
    """A part may be read under the present etag."""
    store.put("k", b"hello")
    info = store.head("k")

    assert info is not None
    assert b"ell" == store.get_range("k", 1, 3, etag=info.etag)


def test_a_part_of_an_object_of_another_size_is_refused(store: ObjectStore) -> None:
    """Who reads parts must know where the object ends."""
    store.put("k", b"hello")

    assert b"ell" == store.get_range("k", 1, 3, size=5)
    with pytest.raises(ObjectChangedError, match="changed"):
        store.get_range("k", 1, 3, size=6)


@pytest.mark.parametrize("size", [0, 5, PIECE, 3 * PIECE + 7])
def test_a_stream_is_the_object_in_pieces(store: ObjectStore, size: int) -> None:
    """None of them is larger than was promised, and none is empty."""
    data = bytes(range(251)) * (size // 251) + bytes(size % 251)
    store.put("k", data)
    info = store.head("k")
    assert info is not None
    pieces = list(store.stream("k", etag=info.etag, limit=size))

    assert data == b"".join(pieces)
    assert all(0 < len(piece) <= PIECE for piece in pieces)


def test_a_stream_of_another_object_ends_in_an_error(store: ObjectStore) -> None:
    """Before its first byte, or after its last; one that is missing or too large is told as by `get`."""
    store.put("k", b"hello")
    old = store.head("k")
    assert old is not None
    store.put("k", b"world")

    with pytest.raises(ObjectChangedError, match="changed"):
        list(store.stream("k", etag=old.etag))
    with pytest.raises(ObjectMissingError, match="not-there"):
        list(store.stream("not-there"))
    with pytest.raises(OverLimitError, match="4"):
        list(store.stream("k", limit=4))


def test_a_stream_can_be_left(store: ObjectStore) -> None:
    """What is not read of it hinders nobody."""
    store.put("k", b"0123456789" * PIECE)
    for _ in range(3):
        stream = store.stream("k")
        next(stream)
        stream.close()

    assert b"0123" == store.get_range("k", 0, 4)


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0, 4, b"0123"),
        (3, 4, b"3456"),
        (8, 100, b"89"),
        (10, 1, b""),
        (99, 5, b""),
        (-3, 3, b"789"),
        (-3, 100, b"789"),
        (-4, 2, b"67"),
        (-100, 3, b"012"),
        (0, 0, b""),
    ],
)
def test_ranges_are_those_of_a_slice(store: ObjectStore, start: int, length: int, expected: bytes) -> None:
    """A range ends where the object does, and a negative start counts from the end."""
    store.put("k", b"0123456789")

    assert expected == store.get_range("k", start, length)


def test_any_range_of_an_empty_object_is_empty(store: ObjectStore) -> None:
    """There is nothing to read, and that is no error."""
    store.put("k", b"")

    assert [b"", b"", b""] == [store.get_range("k", start, 5) for start in (0, 3, -3)]


def test_a_negative_length_is_a_mistake_of_the_caller(store: ObjectStore) -> None:
    """It raises ValueError before anything is asked."""
    with pytest.raises(ValueError, match="negative"):
        store.get_range("k", 0, -1)


def test_a_conditional_put_leaves_what_is_there(store: ObjectStore) -> None:
    """The second writer gets False and changes nothing."""
    assert store.put("k", b"first", if_absent=True) is True
    assert store.put("k", b"second", if_absent=True) is False

    assert b"first" == store.get("k")


def test_a_plain_put_replaces(store: ObjectStore) -> None:
    """Without a condition the last writer wins."""
    store.put("k", b"first")

    assert store.put("k", b"second") is True
    assert b"second" == store.get("k")


@pytest.mark.parametrize("name", ["folder", "moto"])
def test_of_64_conditional_puts_one_wins(request: pytest.FixtureRequest, name: str) -> None:
    """Exactly one of many writers at the same moment is told that it wrote, and its bytes are there."""
    store: ObjectStore = request.getfixturevalue(f"{name}_store")
    won = _race(store)

    assert 1 == won.count(True)
    assert _raced(won.index(True)) == store.get("raced/k")


def test_after_a_race_the_object_is_a_winners_and_stays(store: ObjectStore) -> None:
    """On every server the object is whole, and is that of a writer who was told so; nobody writes after that.

    Swift looks for the object before it takes the bytes and not again after, so that several of 64 writers may win:
    the farm takes a conditional put for thrift, and counts by the ledger.
    """
    won = _race(store)
    final = store.get("raced/k")

    assert final in {_raced(number) for number, wrote in enumerate(won) if wrote}
    assert [False] * THREADS == _race(store)
    assert final == store.get("raced/k")


def _race(store: ObjectStore) -> list[bool]:
    """Put under one key from many threads at the same moment; return who was told that it wrote."""
    line = Barrier(THREADS)

    def put(number: int) -> bool:
        line.wait(timeout=60)
        return store.put("raced/k", _raced(number), if_absent=True)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(put, range(THREADS)))


def _raced(number: int) -> bytes:
    """Return what one of the racing threads writes."""
    return b"%03d" % number * 1000


def test_readers_never_see_half_an_object(store: ObjectStore) -> None:
    """While an object is replaced again and again, each read is one whole version."""
    versions = [bytes([65 + number]) * 50_000 for number in range(8)]
    store.put("k", versions[0])

    with ThreadPoolExecutor(4) as threads:
        writing = [threads.submit(store.put, "k", version) for version in versions]
        seen = [store.get("k") for _ in range(10)]
        assert all(future.result() for future in writing)

    assert set(seen) <= set(versions)


def test_an_object_over_the_limit_is_refused(store: ObjectStore) -> None:
    """The limit itself is still allowed."""
    store.put("k", b"x" * 100)

    assert b"x" * 100 == store.get("k", limit=100)
    with pytest.raises(OverLimitError, match="100"):
        store.get("k", limit=99)


def test_listing_is_sorted_by_the_bytes_of_the_key(store: ObjectStore) -> None:
    """All stores list in S3's order, in which `a-b` stands before `a/b`."""
    keys = ["a-b", "a.b", "a/b", "a/b-c", "a/c/d", "a0", "b", "é", "中"]
    for key in reversed(keys):
        store.put(key, b"1")

    assert keys == [found.key for found in store.list()]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("a/", ["a/b", "a/c/d"]),
        ("a", ["a-b", "a/b", "a/c/d"]),
        ("a/c", ["a/c/d"]),
        ("a/c/", ["a/c/d"]),
        ("no/such", []),
        ("b/", []),
    ],
)
def test_listing_takes_any_beginning_of_a_key(store: ObjectStore, prefix: str, expected: list[str]) -> None:
    """A prefix need not end at a slash."""
    for key in ("a-b", "a/b", "a/c/d", "b"):
        store.put(key, b"1")

    assert expected == [found.key for found in store.list(prefix)]


@pytest.mark.parametrize("name", ["folder", "moto"])
def test_listing_goes_on_after_a_thousand_keys(request: pytest.FixtureRequest, name: str) -> None:
    """S3 answers 1,000 keys at a time; a listing has them all, once."""
    store: ObjectStore = request.getfixturevalue(f"{name}_store")
    keys = [f"k/{number:04}" for number in range(1_005)]
    _fill(store, keys)

    assert keys == [found.key for found in store.list("k/")]


def _fill(store: ObjectStore, keys: list[str]) -> None:
    """Make empty objects without a request for each: moto lives in this process."""
    if isinstance(store, S3Store):
        from moto.s3.models import s3_backends

        backend = s3_backends["123456789012"]["aws"]
        for key in keys:
            backend.put_object(store.bucket, f"{store.prefix}/{key}", b"")
    else:
        for key in keys:
            store.put(key, b"")


@pytest.mark.parametrize("key", ["", "../out", "a/../../out", "a/./b", "..", "nul\0", "line\nfeed", "k" * 1025])
def test_a_key_that_could_lead_elsewhere_is_refused(store: ObjectStore, key: str) -> None:
    """Such a key is neither read nor written."""
    with pytest.raises(StoreError):
        store.put(key, b"1")
    with pytest.raises(StoreError):
        store.get(key)
    with pytest.raises(StoreError):
        store.head(key)


def test_a_store_can_be_sent_to_another_process(store: ObjectStore) -> None:
    """A store is a value: it pickles, also after it was used."""
    store.put("k", b"hello")
    sent: ObjectStore = pickle.loads(pickle.dumps(store))

    assert b"hello" == sent.get("k")
    assert store == sent


def test_a_url_leads_back_to_the_object(store: ObjectStore) -> None:
    """`locate` finds what lies under the store's URL and a key."""
    store.put("a/b.apk", b"hello")
    endpoint = store.endpoint if isinstance(store, S3Store) else None
    stores = UrlStores(StoreConfig(home=store.url, s3_endpoint=endpoint))
    found, key = stores.locate(f"{store.url}/a/b.apk")

    assert b"hello" == found.get(key)
    assert store == stores.farm()


def test_a_missing_bucket_is_said(no_bucket: S3Store) -> None:
    """Every method names the bucket; none takes it for a missing object."""
    for method in (
        lambda: no_bucket.get("k"),
        lambda: no_bucket.get_range("k", 0, 1),
        lambda: list(no_bucket.stream("k")),
        lambda: no_bucket.head("k"),
        lambda: no_bucket.put("k", b"1"),
        lambda: no_bucket.put("k", b"1", if_absent=True),
        lambda: list(no_bucket.list()),
    ):
        with pytest.raises(StoreError, match="no bucket 'nobody-made-this-bucket'") as caught:
            method()
        assert not isinstance(caught.value, ObjectMissingError)
        assert "Create it" in caught.value.next_step


@pytest.mark.parametrize(
    ("variable", "value"), [("AWS_SECRET_ACCESS_KEY", "wrong"), ("AWS_ACCESS_KEY_ID", "farm:nobody")]
)
def test_wrong_credentials_are_said(
    swift_store: S3Store, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """A wrong secret and an unknown key are both told as such, also by HEAD, which has no body to tell it."""
    monkeypatch.setenv(variable, value)

    for method in (lambda: swift_store.get("k"), lambda: swift_store.head("k"), lambda: swift_store.put("k", b"1")):
        with pytest.raises(StoreError, match="refused the credentials") as caught:
            method()
        assert "AWS_ACCESS_KEY_ID" in caught.value.next_step


def test_missing_rights_are_not_wrong_credentials(swift_store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A known user without rights is told which rights are missing."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "farm:guest")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "guest-secret")

    for method in (lambda: swift_store.get("k"), lambda: swift_store.head("k"), lambda: swift_store.put("k", b"1")):
        with pytest.raises(StoreError, match="may not use") as caught:
            method()
        assert "s3:GetObject" in caught.value.next_step
