"""URLs lead to the right store, and never further than they say."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from farm.model.errors import ConfigError, SourceError
from farm.objects.stores import StoreConfig, UrlStores

ROOT = Path(__file__).parents[4]


def _stores(home: str = "/tmp/farm", endpoint: str | None = None) -> UrlStores:
    """Return stores that have contacted nobody."""
    return UrlStores(StoreConfig(home=home, s3_endpoint=endpoint))


@pytest.mark.parametrize(
    ("url", "root", "key"),
    [
        ("s3://crawl/2026/a.apk", "s3://crawl", "2026/a.apk"),
        ("s3://crawl/a b+c%20?.apk", "s3://crawl", "a b+c%20?.apk"),
        ("s3://crawl/2026/", "s3://crawl", "2026/"),
        ("s3://crawl", "s3://crawl", ""),
        ("S3://crawl//a", "s3://crawl", "/a"),
        ("file:///data/apps/a.apk", "file:///data/apps", "a.apk"),
        ("file:///data/%E5%BE%AE%20b.apk", "file:///data", "微 b.apk"),
    ],
)
def test_a_url_is_a_store_and_a_key(url: str, root: str, key: str) -> None:
    """Keys in S3 stand as they are; paths in file URLs are percent-encoded."""
    store, found = _stores().locate(url)

    assert (root, key) == (store.url, found)


@pytest.mark.parametrize(
    "url", ["http://host/a", "a.apk", "", "s3://", "file://host/a", "file:relative", "file:///a/../b", "file:///a%00b"]
)
def test_other_addresses_are_refused(url: str) -> None:
    """Whatever is not plainly an object in S3 or a file of this machine is a SourceError with a next step."""
    with pytest.raises(SourceError) as caught:
        _stores().locate(url)
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("home", "url"),
    [
        ("/var/farm", "file:///var/farm"),
        ("file:///var/farm", "file:///var/farm"),
        ("s3://farm", "s3://farm"),
        ("s3://farm/a/b/", "s3://farm/a/b"),
    ],
)
def test_the_farms_own_store_is_where_the_setting_says(home: str, url: str) -> None:
    """A folder, a file URL, a bucket or a prefix."""
    assert url == _stores(home).farm().url


@pytest.mark.parametrize("home", ["", "s3://", "ftp://x"])
def test_a_home_that_is_none_is_a_wrong_setting(home: str) -> None:
    """It is told as a setting, not as a source."""
    with pytest.raises(ConfigError, match="store is"):
        _stores(home).farm()


def test_stores_are_a_value() -> None:
    """Workers get them pickled, without a client inside."""
    stores = _stores("s3://farm/x", "http://127.0.0.1:9")
    stores.farm()

    assert stores == pickle.loads(pickle.dumps(stores))


def test_a_folder_store_loads_no_boto3() -> None:
    """On a laptop without S3 nobody pays for it."""
    script = (
        "import sys\n"
        "from farm.objects.stores import StoreConfig, UrlStores\n"
        "UrlStores(StoreConfig(home='/tmp/x')).farm().head('k')\n"
        "print([m for m in ('boto3', 'botocore') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()
