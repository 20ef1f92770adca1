"""S3 Inventory: the manifest.json that Amazon writes, with its CSV or Parquet files."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from farm.model.batch import AppRef
from farm.model.errors import SourceError
from tests.unit.farm.manifest.places import FolderBuckets, listed

SCHEMA = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass"
PLACE = "inv/crawl/weekly"
MANIFEST = f"s3://crawl/{PLACE}/2026-11-01T00-00Z/manifest.json"

ROWS = [
    ("crawl", "nov/a%20b%2B%E5%BE%AE.apk", "v1", "true", "false", "12", "2026-11-01T00:00:00.000Z", "e1", "STANDARD"),
    ("crawl", "nov/a.apk", "v0", "false", "false", "11", "2026-10-01T00:00:00.000Z", "e0", "STANDARD"),
    ("crawl", "nov/gone.apk", "v2", "true", "true", "", "2026-11-01T00:00:00.000Z", "", ""),
    ("crawl", "nov/readme.txt", "v3", "true", "false", "5", "2026-11-01T00:00:00.000Z", "e3", "STANDARD"),
]
EXPECTED = AppRef(url="s3://crawl/nov/a b+微.apk", etag="e1", version_id="v1", size=12)


def _csv(rows: Sequence[tuple[str, ...]]) -> bytes:
    """Return a data file as Amazon writes it: every value quoted, no header, gzipped."""
    return gzip.compress("".join(",".join(f'"{value}"' for value in row) + "\n" for row in rows).encode())


def _parquet() -> bytes:
    """Return the same rows as Parquet, in which keys are not encoded."""
    names = ["bucket", "key", "version_id", "is_latest", "is_delete_marker", "size", "e_tag", "storage_class"]
    rows = [
        ("crawl", "nov/a b+微.apk", "v1", True, False, 12, "e1", "STANDARD"),
        ("crawl", "nov/a.apk", "v0", False, False, 11, "e0", "STANDARD"),
        ("crawl", "nov/gone.apk", "v2", True, True, None, None, None),
        ("crawl", "nov/readme.txt", "v3", True, False, 5, "e3", "STANDARD"),
    ]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows]), sink)
    return sink.getvalue()


def _manifest(data_files: dict[str, bytes], **changes: object) -> bytes:
    """Return a manifest.json for data files."""
    document = {
        "sourceBucket": "crawl",
        "destinationBucket": "arn:aws:s3:::crawl",
        "version": "2016-11-30",
        "creationTimestamp": "1761955200000",
        "fileFormat": "CSV",
        "fileSchema": SCHEMA,
        "files": [
            {"key": f"{PLACE}/data/{name}", "size": len(data), "MD5checksum": hashlib.md5(data).hexdigest()}
            for name, data in data_files.items()
        ],
    }
    return json.dumps(document | changes).encode()


def _publish(buckets: FolderBuckets, data_files: dict[str, bytes], **changes: object) -> None:
    """Put an inventory into the bucket where Amazon would."""
    buckets.put("crawl", f"{PLACE}/2026-11-01T00-00Z/manifest.json", _manifest(data_files, **changes))
    for name, data in data_files.items():
        buckets.put("crawl", f"{PLACE}/data/{name}", data)


@pytest.mark.parametrize("kind", ["CSV", "Parquet"])
def test_an_inventory_lists_the_present_apks(buckets: FolderBuckets, kind: str) -> None:
    """Old versions, delete markers and other files are counted; nothing is asked of the store."""
    schema = SCHEMA if kind == "CSV" else "message s3.inventory { required binary bucket (STRING); }"
    _publish(buckets, {"1.gz": _csv(ROWS) if kind == "CSV" else _parquet()}, fileFormat=kind, fileSchema=schema)

    assert ([EXPECTED], [], {"old versions": 1, "delete markers": 1, ".txt": 1}) == listed(MANIFEST, buckets)


def test_all_files_of_an_inventory_are_read(buckets: FolderBuckets) -> None:
    """A large bucket's inventory has many."""
    _publish(buckets, {f"{n}.csv.gz": _csv([("crawl", f"{n}.apk", *ROWS[0][2:])]) for n in range(3)})
    refs, _, _ = listed(MANIFEST, buckets)

    assert ["s3://crawl/0.apk", "s3://crawl/1.apk", "s3://crawl/2.apk"] == [ref.url for ref in refs]


def test_a_local_copy_is_read_with_the_files_beside_it(tmp_path: Path, buckets: FolderBuckets) -> None:
    """Whoever copied the inventory to a laptop needs no bucket for its data files."""
    data = _csv(ROWS)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "1.csv.gz").write_bytes(data)
    (tmp_path / "manifest.json").write_bytes(_manifest({"1.csv.gz": data}, destinationBucket="arn:aws:s3:::nobody"))

    assert [EXPECTED] == listed(tmp_path / "manifest.json", buckets)[0]


def test_a_local_manifest_alone_leads_to_the_bucket(tmp_path: Path, buckets: FolderBuckets) -> None:
    """The data files are fetched from where the manifest says."""
    _publish(buckets, {"1.csv.gz": _csv(ROWS)})
    (tmp_path / "manifest.json").write_bytes(_manifest({"1.csv.gz": _csv(ROWS)}))

    assert [EXPECTED] == listed(tmp_path / "manifest.json", buckets)[0]


def test_a_bad_row_is_told_with_its_file(buckets: FolderBuckets) -> None:
    """An inventory has many files, so that a line number alone would not do."""
    bad_row = ("crawl", "nov/b.apk", "v1", "true", "false", "many", "", "e1", "STANDARD")
    _publish(buckets, {"part-7.csv.gz": _csv([ROWS[0], bad_row])})
    _, (bad,), _ = listed(MANIFEST, buckets)

    assert ("part-7.csv.gz", 2) == (bad.file, bad.line)
    assert str(bad).startswith("part-7.csv.gz line 2: size many")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fileFormat": "ORC"}, "ORC"),
        ({"fileFormat": "XML"}, "unknown format 'XML'"),
        ({"fileSchema": "Size, ETag"}, "no Bucket and Key"),
        ({"files": "none"}, "not an S3 Inventory"),
        ({"files": [{"key": f"{PLACE}/data/none.csv.gz", "MD5checksum": "0"}]}, "no object"),
        ({"files": [{"key": f"{PLACE}/data/1.csv.gz", "MD5checksum": "0" * 32}]}, "MD5 differs"),
    ],
)
def test_an_inventory_that_cannot_be_read_is_refused(
    buckets: FolderBuckets, changes: dict[str, object], said: str
) -> None:
    """Each with its reason and a next step."""
    _publish(buckets, {"1.csv.gz": _csv(ROWS)}, **changes)

    with pytest.raises(SourceError, match=said) as caught:
        listed(MANIFEST, buckets)
    assert caught.value.next_step


def test_a_damaged_data_file_is_refused(buckets: FolderBuckets) -> None:
    """A file that has the right checksum but is no gzip is told by name."""
    _publish(buckets, {"1.csv.gz": b"not gzip"})

    with pytest.raises(SourceError, match=r"1\.csv\.gz cannot be read"):
        listed(MANIFEST, buckets)
