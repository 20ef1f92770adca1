"""A frozen manifest is the same bytes for the same apps, and gives them back."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from farm.manifest import frozen
from farm.manifest.frozen import freeze, suites_of, thaw
from farm.model.batch import AppRef
from farm.model.errors import SourceError
from farm.model.inspection import Suite

FULL = AppRef(
    url="s3://crawl/应用.apk",
    etag="e",
    version_id="v",
    size=2**40,
    sha256="ab" * 32,
    package="p",
    version="1",
    channel="c",
    category="k",
    developer="d",
    extra={"z": "1", "a": "二"},
)


def _refs(count: int) -> list[AppRef]:
    """Return apps in the order of their URLs."""
    return [AppRef(url=f"s3://crawl/{number:06}.apk", etag=f"e{number}", size=number) for number in range(count)]


def test_what_was_frozen_thaws() -> None:
    """Every field comes back, absent ones as None."""
    refs = [AppRef(url="file:///a.apk"), FULL]
    manifest = freeze(refs, [Suite.STATIC])

    assert refs == list(thaw(manifest.data))
    assert (2, 2**40) == (manifest.apps, manifest.bytes_total)
    assert hashlib.sha256(manifest.data).hexdigest() == manifest.sha256


def test_the_order_of_the_list_does_not_matter() -> None:
    """Any order gives the same bytes, sorted by URL."""
    refs = [*_refs(2_000), replace(FULL, url="s3://crawl/zz.apk")]
    shuffled = refs[:]
    random.Random(7).shuffle(shuffled)

    assert freeze(refs, [Suite.STATIC]) == freeze(shuffled, [Suite.STATIC])
    assert refs == list(thaw(freeze(shuffled, [Suite.STATIC]).data))


def test_the_order_of_extra_columns_does_not_matter() -> None:
    """A crawler that writes its columns in another order gives the same batch."""
    turned = replace(FULL, extra={"a": "二", "z": "1"})

    assert freeze([FULL], [Suite.STATIC]) == freeze([turned], [Suite.STATIC])


def test_how_the_list_was_read_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The size of the blocks in which rows arrive leaves no trace."""
    refs = _refs(100)
    before = freeze(refs, [Suite.STATIC])
    monkeypatch.setattr(frozen, "_BLOCK", 7)

    assert before == freeze(refs, [Suite.STATIC])


@pytest.mark.parametrize(
    "other",
    [
        replace(FULL, etag="e2"),
        replace(FULL, size=1),
        replace(FULL, version_id=None),
        replace(FULL, channel="other"),
        replace(FULL, extra={}),
    ],
)
def test_another_list_is_another_batch(other: AppRef) -> None:
    """Whatever differs in a row differs in the identity."""
    assert freeze([FULL], [Suite.STATIC]).sha256 != freeze([other], [Suite.STATIC]).sha256


def test_suites_are_part_of_the_identity() -> None:
    """In any order: the same list for other suites is another batch."""
    both = freeze([FULL], [Suite.DYNAMIC, Suite.STATIC])

    assert both == freeze([FULL], [Suite.STATIC, Suite.DYNAMIC])
    assert both.sha256 != freeze([FULL], [Suite.STATIC]).sha256
    assert (Suite.STATIC, Suite.DYNAMIC) == suites_of(both.data)


def test_nothing_can_be_frozen_too() -> None:
    """An empty list has a manifest; whether it may be submitted is not decided here."""
    manifest = freeze([], [Suite.STATIC])

    assert (0, 0, []) == (manifest.apps, manifest.bytes_total, list(thaw(manifest.data)))


def _foreign() -> bytes:
    """Return a Parquet file that is no manifest."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"url": ["a"]}), sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data


@pytest.mark.parametrize("data", [b"", b"PAR1", b"x" * 100, freeze([FULL], [Suite.STATIC]).data[:-9], _foreign()])
def test_other_bytes_are_no_manifest(data: bytes) -> None:
    """Damaged and foreign files are refused, not half read."""
    with pytest.raises(SourceError):
        list(thaw(data))
    with pytest.raises(SourceError):
        suites_of(data)
