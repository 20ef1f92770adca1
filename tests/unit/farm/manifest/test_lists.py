"""CSV, JSONL and Parquet lists: what a row may say, and what happens to one that says something else."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from farm.manifest.rows import BadRow, bad_rows_error
from farm.model.batch import AppRef
from farm.model.errors import SourceError, StoreError
from tests.unit.farm.manifest.places import FolderBuckets, listed

SHA = "ab" * 32
FULL = {
    "url": "s3://crawl/a.apk",
    "etag": "e1",
    "version_id": "v1",
    "size": 12,
    "sha256": SHA,
    "package": "com.example",
    "version": "1.2",
    "channel": "豌豆荚",
    "category": "地图导航",
    "developer": "某某, 有限公司",
    "crawler": "c7",
}
EXPECTED = AppRef(
    url="s3://crawl/a.apk",
    etag="e1",
    version_id="v1",
    size=12,
    sha256=SHA,
    package="com.example",
    version="1.2",
    channel="豌豆荚",
    category="地图导航",
    developer="某某, 有限公司",
    extra={"crawler": "c7"},
)


def _csv(folder: Path, *lines: str, name: str = "list.csv") -> Path:
    """Write a list."""
    path = folder / name
    path.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    return path


def _write(folder: Path, kind: str) -> Path:
    """Write the full row as a list of a kind."""
    path = folder / f"list.{kind}"
    quoted = ",".join(f'"{value}"' for value in FULL.values())
    match kind:
        case "csv":
            path.write_text("\ufeff" + ",".join(FULL) + "\r\n" + quoted + "\r\n", "utf-8")
        case "csv.gz":
            path.write_bytes(gzip.compress(f"{','.join(FULL)}\n{quoted}\n".encode()))
        case "jsonl" | "ndjson":
            path.write_text(json.dumps(FULL, ensure_ascii=False) + "\n\n", "utf-8")
        case "jsonl.gz":
            path.write_bytes(gzip.compress(json.dumps(FULL).encode()))
        case _:
            pq.write_table(pa.Table.from_pylist([FULL]), path)
    return path


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "jsonl", "ndjson", "jsonl.gz", "parquet"])
@pytest.mark.parametrize("place", ["here", "s3"])
def test_every_kind_of_list_gives_the_same_app(tmp_path: Path, buckets: FolderBuckets, kind: str, place: str) -> None:
    """All columns arrive, unknown ones as extra, wherever the list lies; nobody asks the store for a full row."""
    path = _write(tmp_path, kind)
    buckets.put("crawl", f"lists/{path.name}", path.read_bytes())
    source = path if place == "here" else f"s3://crawl/lists/{path.name}"

    assert ([EXPECTED], [], {}) == listed(source, buckets)


def test_other_names_of_columns_are_known(tmp_path: Path, buckets: FolderBuckets) -> None:
    """Bucket, Key, ETag, VersionId and source are read as crawlers and S3 write them."""
    path = _csv(tmp_path, "Bucket,Key,ETag,VersionId,Size,Source", 'crawl,x/a b.apk,"""e1""",v1,12,store7')
    (ref,), bad, _ = listed(path, buckets)

    assert [] == bad
    assert AppRef(url="s3://crawl/x/a b.apk", etag="e1", version_id="v1", size=12, channel="store7") == ref


def test_a_second_column_of_the_same_meaning_is_kept(tmp_path: Path, buckets: FolderBuckets) -> None:
    """`channel` wins over `source`, which stays in extra."""
    path = _csv(tmp_path, "url,etag,size,source,channel", "s3://crawl/a.apk,e,1,site,store")
    (ref,), _, _ = listed(path, buckets)

    assert ("store", {"source": "site"}) == (ref.channel, ref.extra)


def test_keys_are_relative_to_the_list(tmp_path: Path, buckets: FolderBuckets) -> None:
    """A list travels together with its apps, in a folder and in S3."""
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "a.apk").write_bytes(b"1")
    path = _csv(tmp_path, "key", "apps/a.apk")
    buckets.put("crawl", "nov/list.csv", path.read_bytes())
    buckets.put("crawl", "nov/apps/a.apk", b"1")
    (here,), _, _ = listed(path, buckets)
    (there,), _, _ = listed("s3://crawl/nov/list.csv", buckets)

    assert (tmp_path / "apps" / "a.apk").as_uri() == here.url
    assert "s3://crawl/nov/apps/a.apk" == there.url


def test_what_a_row_leaves_open_is_asked_of_the_store(tmp_path: Path, buckets: FolderBuckets) -> None:
    """Size and entity tag are pinned at submit; a file's SHA-256 comes with them."""
    (tmp_path / "a.apk").write_bytes(b"hello")
    buckets.put("crawl", "a.apk", b"hello")
    path = _csv(tmp_path, "url", "a.apk", "s3://crawl/a.apk")
    (here, there), bad, _ = listed(path, buckets)

    assert [] == bad
    assert (5, here.etag, here.etag) == (here.size, here.sha256, there.etag)
    assert (5, None) == (there.size, there.sha256)


def test_a_row_that_contradicts_the_store_is_bad(tmp_path: Path, buckets: FolderBuckets) -> None:
    """Missing objects and those that are not as the list says are told by line."""
    buckets.put("crawl", "a.apk", b"hello")
    buckets.put("crawl", "b.apk", b"hello")
    (tmp_path / "c.apk").write_bytes(b"hello")
    path = _csv(
        tmp_path,
        "url,size,etag,version_id,sha256",
        "s3://crawl/none.apk,,,,",
        "s3://crawl/a.apk,6,,,",
        "s3://crawl/b.apk,,other,,",
        f"c.apk,,,,{SHA}",
        "s3://crawl/./d.apk,,,,",
        "gone.apk,,,,",
    )
    buckets.put("crawl", "v.apk", b"1")
    with path.open("a") as file:
        file.write("s3://crawl/v.apk,,,v1,\n")
    refs, bad, _ = listed(path, buckets)

    assert [] == refs
    assert [
        (2, "there is no such object"),
        (3, "its size is 5, not 6"),
        (4, "its etag is another one"),
        (5, "its sha256 is another one"),
        (6, "the key has a part '.' or '..'"),
        (7, "there is no such object"),
        (8, "its version is not the current one; give its etag and size in the list"),
    ] == [(row.line, row.reason) for row in bad]


def test_a_bucket_that_is_missing_stops_the_submit(tmp_path: Path, buckets: FolderBuckets) -> None:
    """It is one mistake, not thousands of bad rows."""
    with pytest.raises(StoreError, match="nobody"):
        listed(_csv(tmp_path, "url", "s3://nobody/a.apk"), buckets)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",e,1,", "no url and no key"),
        ("s3://crawl/a.apk,e,twelve,", "size twelve is not a number"),
        ("s3://crawl/a.apk,e,-1,", "size -1 is not a number"),
        ("s3://crawl/a.apk,e,1.5,", "size 1.5 is not a number"),
        ("s3://crawl/a.apk,e,1,xyz", "sha256 xyz does not have 64"),
        ("s3://crawl/a/../b.apk,e,1,", "'.' or '..'"),
        ("s3://crawl/,e,1,", "names a folder"),
        ("s3:///a.apk,e,1,", "bucket's name is not valid"),
        ("s3://c/a.apk,e,1,", "bucket's name is not valid"),
        ("https://host/a.apk,e,1,", "https:// is not s3:// or file://"),
        ("file://host/a.apk,e,1,", "not absolute"),
        ("../a.apk,e,1,", "'.' or '..'"),
        ("s3://crawl/a\x01.apk,e,1,", "control characters"),
        ("s3://crawl/a\0.apk,e,1,", "NUL or is not UTF-8"),
        ("s3://crawl/\udcff.apk,e,1,", "NUL or is not UTF-8"),
        (f"s3://crawl/{'k' * 1100}.apk,e,1,", "more than 1024 bytes"),
        ("s3://crawl/a.apk,e,1", "3 values for 4 columns"),
        ("s3://crawl/a.apk,e,1,,,", "6 values for 4 columns"),
        ('s3://crawl/a.apk,"e"x,1,', "not CSV"),
        (f"s3://crawl/a.apk,{'e' * 10_001},1,", "more than 10000 characters"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_by_line(
    tmp_path: Path, buckets: FolderBuckets, row: str, reason: str
) -> None:
    """The rows before and after it are read."""
    path = _csv(tmp_path, "url,etag,size,sha256", "s3://crawl/1.apk,e,1,", row, "s3://crawl/2.apk,e,1,")
    refs, (bad,), _ = listed(path, buckets)

    assert ["s3://crawl/1.apk", "s3://crawl/2.apk"] == [ref.url for ref in refs]
    assert 3 == bad.line
    assert reason in bad.reason
    assert str(bad).isprintable()


def test_the_same_object_twice_is_a_bad_row(tmp_path: Path, buckets: FolderBuckets) -> None:
    """However it is written; the first line is named."""
    path = _csv(tmp_path, "bucket,key,etag,size", "crawl,a.apk,e,1", "crawl,b.apk,e,1", ",s3://crawl/a.apk,e,1")
    refs, (bad,), _ = listed(path, buckets)

    assert 2 == len(refs)
    assert (4, "the same object as line 2") == (bad.line, bad.reason)


def test_a_quote_that_is_never_closed_swallows_nothing_in_silence(tmp_path: Path, buckets: FolderBuckets) -> None:
    """The lines it covers are named."""
    path = _csv(tmp_path, "url,etag,size", "s3://crawl/1.apk,e,1", 's3://crawl/2.apk,"e,1', "s3://crawl/3.apk,e,1")
    refs, (bad,), _ = listed(path, buckets)

    assert ["s3://crawl/1.apk"] == [ref.url for ref in refs]
    assert "lines 3 to 4" in bad.text


def test_a_list_in_s3_cannot_name_files_of_this_machine(buckets: FolderBuckets) -> None:
    """Whoever can write the list must not choose what the farm reads from its own disks."""
    buckets.put("crawl", "list.csv", b"url,etag,size\nfile:///etc/passwd,e,1\n/etc/passwd,e,1\n")
    refs, bad, _ = listed("s3://crawl/list.csv", buckets)

    assert [] == refs
    assert ["this machine" in bad[0].reason, "slash" in bad[1].reason] == [True, True]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ('{"size": 1}', "no url and no key"),
        ('{"url": null}', "no url and no key"),
        ('{"url": "s3://crawl/a.apk", "etag": "e", "size": true}', "size true is not"),
        ('{"url": "s3://crawl/\\ud800.apk"}', "not UTF-8"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_json_line_that_cannot_be_used_is_told(
    tmp_path: Path, buckets: FolderBuckets, text: str, reason: str
) -> None:
    """The line after it is read."""
    path = _csv(tmp_path, text, '{"url": "s3://crawl/b.apk", "etag": "e", "size": 1}', name="list.jsonl")
    refs, (bad,), _ = listed(path, buckets)

    assert ["s3://crawl/b.apk"] == [ref.url for ref in refs]
    assert 1 == bad.line
    assert reason in bad.reason


def test_values_that_are_no_text_are_kept_as_text(tmp_path: Path, buckets: FolderBuckets) -> None:
    """Numbers, nested values and what pandas makes of missing numbers."""
    rows = [{"url": "s3://crawl/a.apk", "etag": "e", "size": 12.0, "version": 7, "tags": ["b", "a"], "n": float("nan")}]
    path = tmp_path / "list.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    (ref,), bad, _ = listed(path, buckets)

    assert [] == bad
    assert (12, "7", {"tags": '["b", "a"]'}) == (ref.size, ref.version, ref.extra)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("list.csv", b"", "names no columns"),
        ("list.csv", b"name,size\na,1\n", "only: name,size|only: name, size"),
        ("list.csv", b"url,URL\na,b\n", "column twice"),
        ("list.csv", "url\na.apk\n".encode("utf-16"), "not UTF-8"),
        ("list.csv", b"PAR1xxxx", "not UTF-8"),
        ("list.csv.gz", b"not gzip", "cannot be read"),
        ("list.csv.gz", gzip.compress(b"url\n" + bytes(range(48, 58)) * 9999)[:-30], "cannot be read"),
        ("list.parquet", b"url\na.apk\n", "cannot be read"),
        ("list.parquet", b"", "cannot be read"),
        ("list.json", b"[]", "not an S3 Inventory"),
    ],
)
def test_a_list_that_is_not_what_it_says_is_refused(
    tmp_path: Path, buckets: FolderBuckets, name: str, data: bytes, said: str
) -> None:
    """One clear message with a next step instead of a thousand bad rows."""
    (tmp_path / name).write_bytes(data)

    with pytest.raises(SourceError, match=said) as caught:
        listed(tmp_path / name, buckets)
    assert caught.value.next_step


def test_the_error_shows_twenty_rows_and_counts_the_others() -> None:
    """A person sees where to begin and how much there is."""
    error = bad_rows_error([BadRow(line=n, text="x", reason="odd") for n in range(1, 26)])

    assert "25 rows" in str(error)
    assert "line 20: odd" in str(error)
    assert "line 21" not in str(error)
    assert "and 5 more" in str(error)
    assert "--skip-bad-rows" in error.next_step
