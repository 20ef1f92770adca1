"""What only a folder store has to get right: disks, links, and files that are no files."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from farm.model.errors import ObjectMissingError, StoreError
from farm.objects.folder import open_folder

ROOT = Path(__file__).parents[4]


def test_the_etag_is_the_sha256_of_the_content(tmp_path: Path) -> None:
    """A folder's entity tag is the identity of the app."""
    store = open_folder(tmp_path)
    store.put("k", b"hello")
    info = store.head("k")

    assert info is not None
    assert hashlib.sha256(b"hello").hexdigest() == info.etag


def test_a_file_edited_in_place_gets_another_etag(tmp_path: Path) -> None:
    """The cache of entity tags never outlives a change of size or time."""
    store = open_folder(tmp_path)
    path = tmp_path / "k"
    path.write_bytes(b"hello")
    store.head("k")
    path.write_bytes(b"world")
    os.utime(path, ns=(1, 1))
    info = store.head("k")

    assert info is not None
    assert hashlib.sha256(b"world").hexdigest() == info.etag


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """The error says what to do; neither the object nor a temporary file is left, and the old object stays."""
    store = open_folder(tmp_path)
    store.put("k", b"old")

    def full(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="is full") as caught:
        store.put("k", b"new")

    assert "Free some space" in caught.value.next_step
    assert b"old" == store.get("k")
    assert [] == list((tmp_path / ".incoming").iterdir())


def test_a_write_that_the_kernel_cuts_short_leaves_nothing_behind(tmp_path: Path) -> None:
    """A process that may write 4 KB a file (as on a full disk) gets a StoreError and leaves no file."""
    script = (
        "import resource, sys\n"
        "from farm.model.errors import StoreError\n"
        "from farm.objects.folder import open_folder\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    open_folder(sys.argv[1]).put('a/k', b'x' * 100_000, if_absent=True)\n"
        "except StoreError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "is full" in done.stdout
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_link_out_of_the_root_is_not_followed(tmp_path: Path) -> None:
    """Neither a file nor a folder outside can be read, written or listed through a symbolic link."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    store = open_folder(tmp_path / "root")
    store.put("k", b"1")
    (tmp_path / "root" / "folder").symlink_to(tmp_path / "outside")
    (tmp_path / "root" / "file").symlink_to(tmp_path / "outside" / "secret")

    for key in ("folder/secret", "file"):
        with pytest.raises(StoreError, match="leads out"):
            store.get(key)
        with pytest.raises(StoreError, match="leads out"):
            store.put(key, b"2")
    assert ["k"] == [found.key for found in store.list()]
    assert b"secret" == (tmp_path / "outside" / "secret").read_bytes()


def test_a_link_inside_the_root_may_be_read(tmp_path: Path) -> None:
    """What stays in the store is no danger; only a listing leaves links out, so that nothing is counted twice."""
    store = open_folder(tmp_path)
    store.put("k", b"hello")
    (tmp_path / "same").symlink_to("k")

    assert b"hello" == store.get("same")
    assert ["k"] == [found.key for found in store.list()]


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    """An operator may move the whole store to another disk."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "store").symlink_to("disk")
    store = open_folder(tmp_path / "store")
    store.put("a/k", b"hello")

    assert b"hello" == store.get("a/k")
    assert (tmp_path / "disk" / "a" / "k").is_file()


def test_a_pipe_is_not_an_object(tmp_path: Path) -> None:
    """A FIFO named like an object neither blocks the reader nor counts as one."""
    os.mkfifo(tmp_path / "k")
    store = open_folder(tmp_path)

    assert store.head("k") is None
    with pytest.raises(ObjectMissingError, match="not a file"):
        store.get("k")
    assert [] == list(store.list())


def test_a_folder_is_not_an_object(tmp_path: Path) -> None:
    """A key that is the folder of others has no content, and cannot be given one."""
    store = open_folder(tmp_path)
    store.put("a/b", b"1")

    assert store.head("a") is None
    with pytest.raises(StoreError):
        store.put("a", b"2")
    with pytest.raises(StoreError):
        store.put("a/b/c", b"2")


def test_a_folder_without_write_rights_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the folder and the right that is missing."""

    def refuse(self: Path, **options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StoreError, match="Permission denied") as caught:
        open_folder(tmp_path).put("k", b"1")

    assert str(tmp_path) in caught.value.next_step


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    """It is no file that somebody has taken away."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be written: Not a directory") as caught:
        open_folder(tmp_path / "file" / "store").put("k", b"1")

    assert "FARM_STORE" in caught.value.next_step
    assert type(caught.value) is StoreError


def test_what_is_being_written_cannot_be_addressed(tmp_path: Path) -> None:
    """The folder of temporary files is no part of the store."""
    store = open_folder(tmp_path)

    with pytest.raises(StoreError, match="reserved"):
        store.put(".incoming/x", b"1")


def test_a_folder_keeps_no_versions(tmp_path: Path) -> None:
    """Asking for a version is asking for something that is not there."""
    store = open_folder(tmp_path)
    store.put("k", b"1")

    with pytest.raises(ObjectMissingError, match="no version"):
        store.get("k", version_id="v1")


def test_listing_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    """A store that nobody has written to yet has no objects."""
    assert [] == list(open_folder(tmp_path / "none").list("evidence/"))


def test_a_name_that_is_not_utf8_can_be_listed_and_read(tmp_path: Path) -> None:
    """Old archives have such names; they must not stop a listing."""
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.apk")).write_bytes(b"1")
    store = open_folder(tmp_path)

    (found,) = store.list()
    assert b"1" == store.get(found.key)
