"""The committed golden and hostile apps are the ones their sources speak of; no Android tool is needed."""

from __future__ import annotations

import hashlib
import re
import zipfile  # noqa: TID251 - reads the project's own sample apps
from pathlib import Path

import pytest

from tests.unit.test_sample_apps import builder
from workers.static.view import StaticView

APPS = Path(__file__).resolve().parents[2] / "examples" / "apps"
GROUPS = ("dynamic", "hostile")
TINY = sorted(
    (path.parent.parent.name, path.parent.name) for group in GROUPS for path in APPS.glob(f"{group}/*/app.toml")
)


def built(group: str, name: str) -> Path:
    """Return the committed file of one app."""
    return APPS / "built" / group / f"{name}.apk"


@pytest.mark.parametrize("group", GROUPS)
def test_each_tiny_app_was_built_and_is_on_the_list(group: str) -> None:
    """One APK for each folder, with the hash that SHA256SUMS says."""
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in built(group, "x").parent.glob("*.apk")
    }
    assert builder("sums").read_sums(APPS / "built" / group / "SHA256SUMS") == found
    assert {f"{name}.apk" for of, name in TINY if of == group} == found.keys()


@pytest.mark.parametrize(("group", "name"), TINY)
def test_a_tiny_app_is_tiny_and_built_from_the_source_that_is_there(group: str, name: str) -> None:
    """At most 30 kB, and whoever changes a source runs build.py before committing."""
    assert built(group, name).stat().st_size <= 30_000
    sources = builder("sums").read_sums(APPS / "built" / group / "SOURCES")
    spec = builder("spec")
    folders = spec.source_folders(spec.load_app(APPS / group / name), APPS)
    assert builder("sums").digest_of_files(*folders) == sources[name], f"run examples/apps/build.py {name}"


@pytest.mark.parametrize(("group", "name"), TINY)
def test_a_tiny_app_takes_nobodys_name_and_talks_to_no_host_that_exists(group: str, name: str) -> None:
    """Packages are ours; addresses end in a name that is reserved for never existing."""
    assert (StaticView(built(group, name).read_bytes()).manifest.package or "").startswith("org.apkfarm.sample.")
    text = "".join(path.read_text(encoding="utf-8") for path in (APPS / group / name).rglob("*.java"))
    hosts = set(re.findall(r"https?://([^/\s\"]+)", text))
    assert {host for host in hosts if not host.endswith((".invalid", ".example"))} == set()


@pytest.mark.parametrize(("group", "name"), TINY)
def test_a_tiny_app_says_what_it_is_there_for(group: str, name: str) -> None:
    """In one sentence, and an expectation lies beside it."""
    assert len(builder("spec").load_app(APPS / group / name).title) > 10
    assert (APPS / group / name / "expected.toml").is_file()


def test_code_for_later_is_only_among_the_assets() -> None:
    """The app that loads a dex file at run time has the reader there and nowhere else."""
    with zipfile.ZipFile(built("dynamic", "start-late-dex")) as archive:
        main, late = archive.read("classes.dex"), archive.read("assets/late.dex")
    reader = b"Lorg/apkfarm/sample/startlatedex/Reader;"
    assert (False, True) == (reader in main, reader in late)


def test_any_label_can_be_written() -> None:
    """Markup and control characters reach the app as they were meant."""
    label = StaticView(built("hostile", "hostile-label").read_bytes()).manifest.label
    assert label is not None
    assert label.startswith("\x1b[31m</script>")


def test_the_expectation_of_an_app_is_no_part_of_its_source(tmp_path: Path) -> None:
    """Whoever corrects an expectation need not build the app again."""
    (tmp_path / "Main.java").write_text("class Main {}", encoding="utf-8")
    digest = builder("sums").digest_of_files(tmp_path)
    (tmp_path / "expected.toml").write_text('outcome = "inspected"', encoding="utf-8")
    assert digest == builder("sums").digest_of_files(tmp_path)


def test_a_written_manifest_is_well_formed() -> None:
    """Names of permissions are made whole; what means something to XML is escaped."""
    spec = builder("spec")
    stamp = spec.load_app(APPS / "dynamic" / "permissions-at-once").stamp
    assert stamp is not None
    assert ("org.apkfarm.sample.permissionsatonce", ".Main") == (stamp.package, stamp.launcher)
    manifest = StaticView(built("dynamic", "permissions-at-once").read_bytes()).manifest
    assert "android.permission.CAMERA" in {permission.name for permission in manifest.permissions}
