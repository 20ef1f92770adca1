"""Folders and prefixes as sources: every APK, and an account of everything else."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from farm.manifest.rows import bad_rows_error
from farm.manifest.source import open_source
from farm.model.batch import AppRef
from farm.model.errors import SourceError, StoreError
from tests.unit.farm.manifest.places import FolderBuckets, listed


def test_a_folder_lists_every_apk_below_it(tmp_path: Path, buckets: FolderBuckets) -> None:
    """Each app has a file URL, its size, and its SHA-256 as identity and entity tag."""
    folder = tmp_path / "apps"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "b.APK").write_bytes(b"bb")
    (folder / "deep" / "er" / "微信 1.apk").write_bytes(b"a")
    refs, bad, left_out = listed(folder, buckets)
    bb, a = (hashlib.sha256(data).hexdigest() for data in (b"bb", b"a"))

    assert [
        AppRef(url=(folder / "b.APK").as_uri(), etag=bb, size=2, sha256=bb),
        AppRef(url=(folder / "deep" / "er" / "微信 1.apk").as_uri(), etag=a, size=1, sha256=a),
    ] == refs
    assert ([], {}) == (bad, left_out)


def test_what_a_folder_has_besides_is_counted(tmp_path: Path, buckets: FolderBuckets) -> None:
    """Nothing is left out in silence: other files by extension, and symbolic links."""
    for name in ("a.apk", "b.xapk", "c.xapk", "readme", "notes.txt"):
        (tmp_path / name).write_bytes(b"1")
    (tmp_path / "link.apk").symlink_to("a.apk")
    (tmp_path / "loop").symlink_to(tmp_path)
    refs, bad, left_out = listed(tmp_path, buckets)

    assert [(tmp_path / "a.apk").as_uri()] == [ref.url for ref in refs]
    assert [] == bad
    assert {".xapk": 2, "without extension": 1, ".txt": 1, "symbolic links": 2} == left_out


def test_files_that_cannot_be_apps_are_bad_rows(tmp_path: Path, buckets: FolderBuckets) -> None:
    """A name with a line break, and a pipe named like an app, are told; neither stops the listing."""
    (tmp_path / "bad\nname.apk").write_bytes(b"1")
    (tmp_path / "good.apk").write_bytes(b"1")
    os.mkfifo(tmp_path / "pipe.apk")
    refs, bad, _ = listed(tmp_path, buckets)

    assert 1 == len(refs)
    assert ["the path has control characters", "not a file"] == [row.reason for row in bad]
    assert str(bad_rows_error(bad)).startswith("2 apps cannot be used")
    assert "line" not in str(bad_rows_error(bad))
    assert "\n" not in "".join(str(row) for row in bad)


def test_a_name_that_is_not_utf8_is_listed_and_found_again(tmp_path: Path, buckets: FolderBuckets) -> None:
    """Its URL is plain ASCII and leads back to the file."""
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb0\xb1.apk")).write_bytes(b"1")
    (ref,), _, _ = listed(tmp_path, buckets)
    store, key = buckets.locate(ref.url)

    assert ref.url.isascii()
    assert b"1" == store.get(key, etag=ref.etag)


def test_a_prefix_lists_every_apk_below_it(buckets: FolderBuckets) -> None:
    """With or without the last slash; neighbours whose name begins alike are not in it."""
    for key in ("nov/a.apk", "nov/b/c.apk", "nov2/d.apk", "nov/e.txt"):
        buckets.put("crawl", key, key.encode())

    for source in ("s3://crawl/nov/", "s3://crawl/nov"):
        refs, bad, left_out = listed(source, buckets)

        assert ["s3://crawl/nov/a.apk", "s3://crawl/nov/b/c.apk"] == [ref.url for ref in refs]
        assert [9, 11] == [ref.size for ref in refs]
        assert all(ref.etag for ref in refs)
        assert ([], {".txt": 1}) == (bad, left_out)


def test_a_whole_bucket_is_a_source(buckets: FolderBuckets) -> None:
    """The key may be empty."""
    buckets.put("crawl", "x/a.apk", b"1")

    assert ["s3://crawl/x/a.apk"] == [ref.url for ref in listed("s3://crawl", buckets)[0]]


def test_one_apk_is_a_source(tmp_path: Path, buckets: FolderBuckets) -> None:
    """On this machine and in S3."""
    (tmp_path / "a.apk").write_bytes(b"1")
    buckets.put("crawl", "x/a.apk", b"22")
    (here,), _, _ = listed(tmp_path / "a.apk", buckets)
    (there,), _, _ = listed("s3://crawl/x/a.apk", buckets)

    assert (hashlib.sha256(b"1").hexdigest(), 1) == (here.sha256, here.size)
    assert ("s3://crawl/x/a.apk", 2) == (there.url, there.size)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "''"),
        ("no/such/folder", "no/such/folder"),
        ("no/such.csv", "no/such.csv"),
        ("gopher://host/x", "gopher"),
        ("https://host/list.csv", "https"),
        ("s3://", "no bucket"),
        ("s3:///key", "no bucket"),
        ("s3://crawl/no/such.csv", r"no object s3://crawl/no/such\.csv"),
        ("s3://crawl/list.xlsx", "not a kind"),
        ("two\nlines", "not a source"),
    ],
)
def test_what_is_no_source_is_said(buckets: FolderBuckets, source: str, said: str) -> None:
    """The message names it, and the next step names what can be given."""
    with pytest.raises(SourceError, match=said) as caught:
        listed(source, buckets)
    assert caught.value.next_step


def test_a_file_of_another_kind_is_refused(tmp_path: Path, buckets: FolderBuckets) -> None:
    """A spreadsheet is not read as a list."""
    (tmp_path / "list.xlsx").write_bytes(b"PK")

    with pytest.raises(SourceError, match="not a kind of source"):
        listed(tmp_path / "list.xlsx", buckets)


def test_a_missing_bucket_is_the_stores_error(buckets: FolderBuckets) -> None:
    """It is not taken for an empty one."""
    with pytest.raises(StoreError, match="no bucket 'nobody'"):
        listed("s3://nobody/x/", buckets)


def test_an_empty_source_says_what_is_there_instead(tmp_path: Path, buckets: FolderBuckets) -> None:
    """A folder of other files is told from an empty one."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.xapk").write_bytes(b"1")
    empty = open_source(str(tmp_path / "empty"), buckets)
    other = open_source(str(tmp_path / "other"), buckets)

    assert [] == [*empty.rows, *other.rows]
    assert "is empty" in str(empty.empty_error())
    assert "1 .xapk" in str(other.empty_error())


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("s3://crawl/2026-11/", "2026-11"),
        ("s3://crawl", "crawl"),
        ("s3://crawl/lists/november.csv", "november"),
        ("s3://crawl/inv/bucket/weekly/2026-11-01T00-00Z/manifest.json", "weekly"),
        ("s3://crawl/x/app.apk", "app"),
        ("s3://crawl/lists/november.jsonl.gz", "november"),
    ],
)
def test_a_source_has_a_name(tmp_path: Path, source: str, name: str) -> None:
    """A batch is named after the last part of the address."""
    buckets = FolderBuckets(tmp_path)
    manifest = b'{"fileFormat":"CSV","fileSchema":"Bucket, Key","destinationBucket":"arn:aws:s3:::crawl","files":[]}'
    buckets.put("crawl", "inv/bucket/weekly/2026-11-01T00-00Z/manifest.json", manifest)
    for key in ("lists/november.csv", "lists/november.jsonl.gz"):
        buckets.put("crawl", key, b"")

    assert name == open_source(source, buckets).name
