"""The committed sample apps are the ones their sources and lists speak of; no Android tool is needed."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile  # noqa: TID251 - reads the project's own sample apps
from pathlib import Path
from types import ModuleType

import pytest

APPS = Path(__file__).resolve().parents[2] / "examples" / "apps"
BUILT = APPS / "built"
NAMES = sorted(path.parent.name for path in APPS.glob("*/app.toml"))
WITH_SOURCE = [name for name in NAMES if (APPS / name / "AndroidManifest.xml").is_file()]
SIGNING_BLOCK = b"APK Sig Block 42"


def builder(name: str) -> ModuleType:
    """Load one module of the builder that stands alone."""
    qualified = f"sample_builder_{name}"
    spec = importlib.util.spec_from_file_location(qualified, APPS / "builder" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[qualified] = module
    spec.loader.exec_module(module)
    return module


def built(name: str) -> bytes:
    """Return the bytes of one committed app."""
    return (BUILT / f"{name}.apk").read_bytes()


def strings(path: Path) -> dict[str, str]:
    """Return the string resources of one file."""
    return {element.attrib["name"]: element.text or "" for element in ET.parse(path).getroot().iter("string")}


def test_the_promised_apps_are_there() -> None:
    """The apps that the documents and the demo speak of exist."""
    expected = ["clean", "imei-before-consent", "induced-download", "malformed", "old-target"]
    assert [*expected, "packed-looking", "self-start", "two-dex"] == NAMES


def test_each_built_app_has_a_source_folder() -> None:
    """Nothing is committed built that cannot be built again, and nothing was left unbuilt."""
    assert sorted(path.stem for path in BUILT.glob("*.apk")) == NAMES


def test_hashes_are_those_of_the_list() -> None:
    """SHA256SUMS names every app with the hash it has."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in BUILT.glob("*.apk")}
    assert builder("sums").read_sums(BUILT / "SHA256SUMS") == found


@pytest.mark.parametrize("name", NAMES)
def test_a_built_app_is_small(name: str) -> None:
    """A sample app stays below 200 kB, because it is committed."""
    assert len(built(name)) < 200_000


@pytest.mark.parametrize("name", NAMES)
def test_an_app_was_built_from_the_source_that_is_there(name: str) -> None:
    """Whoever changes a source runs build.py before committing."""
    sources = builder("sums").read_sums(BUILT / "SOURCES")
    spec = builder("spec")
    folders = spec.source_folders(spec.load_app(APPS / name), APPS)
    assert builder("sums").digest_of_files(*folders) == sources[name], f"run examples/apps/build.py {name}"


@pytest.mark.parametrize("name", NAMES)
def test_each_app_is_described(name: str) -> None:
    """The README of the built apps has a row for every app."""
    assert f"| `{name}.apk` |" in (BUILT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WITH_SOURCE)
def test_an_app_speaks_chinese_and_english(name: str) -> None:
    """Every text exists in both languages."""
    resources = APPS / name / "res"
    assert (
        strings(resources / "values" / "strings.xml").keys() == strings(resources / "values-en" / "strings.xml").keys()
    )


@pytest.mark.parametrize("name", WITH_SOURCE)
def test_an_app_has_a_package_of_ours(name: str) -> None:
    """No sample app takes the identity of a real one."""
    manifest = ET.parse(APPS / name / "AndroidManifest.xml").getroot()
    assert manifest.attrib["package"].startswith("org.apkfarm.sample.")


@pytest.mark.parametrize("name", WITH_SOURCE)
def test_an_app_talks_to_no_host_that_exists(name: str) -> None:
    """Addresses end in a name that is reserved for never existing."""
    files = [path for path in (APPS / name).rglob("*") if path.suffix in {".java", ".xml"}]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    hosts = set(re.findall(r"https?://([^/\s\"]+)", text)) - {"schemas.android.com"}
    assert {host for host in hosts if not host.endswith((".invalid", ".example"))} == set()


@pytest.mark.parametrize("name", WITH_SOURCE)
def test_the_signature_is_the_one_asked_for(name: str) -> None:
    """An app has the signing block of v2 and v3 exactly if its app.toml asks for those schemes."""
    asked = builder("spec").load_app(APPS / name).signatures
    assert (SIGNING_BLOCK in built(name)) == bool(asked & {"v2", "v3"})


def test_the_second_dex_file_is_a_dex_file() -> None:
    """two-dex has exactly two DEX files at its root."""
    with zipfile.ZipFile(BUILT / "two-dex.apk") as archive:
        magic = {name: archive.read(name)[:4] for name in archive.namelist() if name.endswith(".dex")}
    assert magic == {"classes.dex": b"dex\n", "classes2.dex": b"dex\n"}


def test_the_payload_of_the_packed_app_comes_from_its_name_alone() -> None:
    """The noise in packed-looking can be made again from app.toml."""
    ((path, size),) = builder("spec").load_app(APPS / "packed-looking").noise.items()
    with zipfile.ZipFile(BUILT / "packed-looking.apk") as archive:
        assert builder("packing").noise(path, size) == archive.read(path)


def test_the_malformed_app_is_made_out_of_the_clean_one() -> None:
    """The malformed app is byte for byte what its script makes."""
    assert builder("malform").malformed(built("clean")) == built("malformed")


def test_no_entry_of_the_malformed_app_can_be_reached() -> None:
    """Each entry is listed and points behind the end of the file."""
    with zipfile.ZipFile(BUILT / "malformed.apk") as archive:
        entries = {entry.filename: entry.header_offset for entry in archive.infolist()}
    assert "AndroidManifest.xml" in entries
    assert min(entries.values()) > len(built("malformed"))


def test_a_zip_does_not_depend_on_the_order_of_its_entries() -> None:
    """The same content gives the same bytes."""
    entries = {"b": b"2", "AndroidManifest.xml": b"1", "resources.arsc": b"3"}
    packing = builder("packing")
    assert packing.zip_bytes(entries) == packing.zip_bytes(dict(reversed(entries.items())))


def test_a_missing_tool_is_named_with_its_package(tmp_path: Path) -> None:
    """Without the tools, build.py says what to install and builds nothing."""
    environment = {**os.environ, "PATH": str(tmp_path)}
    command = [sys.executable, "-B", str(APPS / "build.py"), "clean"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    packages = "aapt apksigner maven openjdk-17-jdk-headless zipalign"
    assert (1, f"error: tools are missing; run: apt-get install --no-install-recommends {packages}\n") == (
        done.returncode,
        done.stderr,
    )


def test_an_unknown_app_is_refused() -> None:
    """A name that is no app ends with exit code 2 and the names there are."""
    command = [sys.executable, "-B", str(APPS / "build.py"), "nosuch"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "no such app: nosuch; there are clean, " in done.stderr
