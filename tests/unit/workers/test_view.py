"""The view reads each part once, when it is asked for."""

from __future__ import annotations

import hashlib
import mmap
import tempfile

import pytest

from tests.unit.workers.readers.build import Class, DexFile, Member, apk_bytes
from workers.model.errors import NotAnApkError, OverLimitError
from workers.model.evidence import AppIdentity
from workers.model.limits import Limits
from workers.static.view import StaticView

DEX = DexFile(classes=[Class(name="La/A;")]).as_bytes(sums=False)
APK = apk_bytes([Member(name="classes.dex", content=DEX, flags=1)])


def test_parts_are_read_once() -> None:
    """The same objects come back."""
    view = StaticView(APK)
    assert (view.archive, view.manifest, view.signing, view.code) == (
        view.archive,
        view.manifest,
        view.signing,
        view.code,
    )
    assert view.manifest is view.manifest


def test_identity_comes_from_the_manifest() -> None:
    """With the hash of the whole file."""
    identity = AppIdentity(sha256=hashlib.sha256(APK).hexdigest(), package="com.example.app", version_code=7)
    assert StaticView(APK).identity == identity


def test_the_known_identity_reads_nothing() -> None:
    """Before the manifest is read only the hash is known."""
    view = StaticView(APK)
    before = view.known_identity.package
    assert (before, view.manifest.package, view.known_identity.package) == (None, "com.example.app", "com.example.app")


def test_anomalies_of_all_readers_are_together() -> None:
    """Those of the archive include what is only seen when members are read."""
    kinds = {anomaly.kind for anomaly in StaticView(APK).anomalies}
    assert kinds == {"zip.encrypted-flag", "dex.bad-checksum"}


def test_any_buffer_will_do() -> None:
    """Bytes, an array of bytes, or a mapped file."""
    with tempfile.TemporaryFile() as file:
        file.write(APK)
        file.flush()
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        view = StaticView(memoryview(mapped))
        assert view.code.classes == StaticView(bytearray(APK)).code.classes == ("La/A;",)
        del view
        mapped.close()


def test_errors_come_when_the_part_is_asked_for() -> None:
    """Making a view of anything succeeds."""
    view = StaticView(b"no zip")
    with pytest.raises(NotAnApkError):
        _ = view.manifest


def test_limits_hold() -> None:
    """The caps of the caller reach the readers."""
    view = StaticView(APK, limits=Limits(member_bytes=100))
    with pytest.raises(OverLimitError):
        _ = view.code
