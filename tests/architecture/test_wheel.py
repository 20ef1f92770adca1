"""What the page on the wheel says is what the wheel is made of."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto" / "build-a-wheel.md").read_text("utf-8")


def _toml(path: str) -> Any:
    return tomllib.loads((ROOT / path).read_text("utf-8"))


def test_every_crate_has_its_licence_told() -> None:
    """A new one is missed here: somebody has to look whether we may use it, and which text must go with it."""
    crates = {package["name"] for package in _toml("native/Cargo.lock")["package"]} - {"apkfarm-native"}
    told = set(re.findall(r"[a-z0-9_-]+", PAGE.partition("## Licences")[2]))

    assert len(crates) > 20
    assert set() == crates - told


def test_the_licences_go_into_the_wheel() -> None:
    """Ours is a copy, since a build sees only the folder of the crate; those beside it are named by a pattern."""
    project = _toml("native/pyproject.toml")["project"]

    assert (ROOT / "LICENSE").read_bytes() == (ROOT / "native" / "LICENSE").read_bytes()
    assert ["LICENSE", "licences/*.txt"] == project["license-files"]
    assert "Eric Biggers" in (ROOT / "native" / "licences" / "libdeflate.txt").read_text("utf-8")


def test_the_wheel_for_others_is_built_by_the_same_maturin() -> None:
    """`make wheel` calls it by itself, with Zig."""
    [needed] = _toml("native/pyproject.toml")["build-system"]["requires"]

    assert f'"{needed.replace("maturin", "maturin[zig]")}"' in (ROOT / "Makefile").read_text("utf-8")


@pytest.mark.parametrize(
    ("target", "libc"),
    [
        ("x86_64-unknown-linux-gnu", "manylinux_2_17"),
        ("aarch64-unknown-linux-gnu", "manylinux_2_17"),
        ("aarch64-unknown-linux-musl", "musllinux_1_2"),
    ],
)
def test_a_wheel_is_named_after_the_libc_it_is_linked_with(target: str, libc: str) -> None:
    """For musl, maturin takes the name of a wheel for glibc without a word, and pip would install it on glibc."""
    command = ["make", "--dry-run", "--silent", "wheel", f"TARGET={target}"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert f'--compatibility {libc} --target "{target}"' in told


def test_the_page_names_the_wheel_of_today() -> None:
    """Version, interface and oldest Python are those of the crate."""
    version = _toml("native/Cargo.toml")["package"]["version"]

    assert f"apkfarm_native-{version}-cp311-abi3-" in PAGE
    assert ">=3.11" == _toml("native/pyproject.toml")["project"]["requires-python"]
