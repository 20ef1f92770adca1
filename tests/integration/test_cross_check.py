"""The suite and androguard read the same from the manifest and the signature of every real APK.

All APKs of a folder and below: `make androguard APKS=folder`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workers.cross_check import cross_check
from workers.model.cross_check import CrossVerdict
from workers.model.errors import InspectionError
from workers.model.limits import Limits
from workers.static.readers.archive import MANIFEST, open_apk

pytestmark = pytest.mark.network


def is_app(data: bytes) -> bool:
    """Return whether a file has a manifest."""
    try:
        return MANIFEST in open_apk(memoryview(data), limits=Limits()).names
    except InspectionError:
        return False


@pytest.mark.timeout(1_800)
def test_both_readers_agree_on_every_real_apk() -> None:
    """Not one fact of one app differs."""
    folder = Path(os.environ.get("APKFARM_APKS", Path(__file__).parents[2] / ".cache" / "apks"))
    # Folders of real APKs also hold zips that were only given the name.
    apps = {path.name: data for path in sorted(folder.rglob("*.apk")) if is_app(data := path.read_bytes())}
    checks = {name: cross_check(data, limits=Limits()) for name, data in apps.items()}
    if not checks:
        pytest.skip("run make apks first")

    assert {name: check for name, check in checks.items() if check.verdict is not CrossVerdict.AGREED} == {}
