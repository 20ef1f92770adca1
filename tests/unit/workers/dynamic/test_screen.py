"""A screen is read from a line that the app may have forged."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from workers.dynamic.screen import read_screen

PNG = b"\x89PNG\r\n\x1a\nrest"
NODE = {"depth": 1, "class": "android.widget.Button", "text": "同意", "bounds": [0, 0, 9, 9], "clickable": True}


def test_a_screen_keeps_what_a_screen_has() -> None:
    """Activity, windows and nodes come through as they are."""
    screen = {"activity": "a.Main", "windows": [{"type": 1, "nodes": [NODE]}], "png": "left out"}
    assert read_screen(screen).as_json() == {"activity": "a.Main", "windows": [{"type": 1, "nodes": [NODE]}]}


@pytest.mark.parametrize("windows", [None, 7, "text", [7], [{"nodes": 7}], [{"nodes": [[[[]]]]}]])
def test_another_shape_is_left_out(windows: Any) -> None:
    """Nothing that is not a node stands in the document."""
    screen = read_screen({"activity": ["a"] * 9, "windows": windows, "label": "mine", "phase": "background"})
    assert set(screen.as_json()) == {"activity", "windows"}
    assert list(screen.nodes) == []


def test_unknown_fields_and_wrong_types_of_a_node_are_left_out() -> None:
    """A field has its type, or is not there."""
    (node,) = read_screen({"windows": [{"nodes": [{"depth": "1", "text": "x" * 9_000, "bounds": [1, 2, "3"]}]}]}).nodes
    assert node.as_json() == {"depth": 0, "class": "", "bounds": [0, 0, 0, 0], "text": "x" * 2_000}


def test_only_a_png_is_a_picture() -> None:
    """Other bytes and broken base64 are no file."""
    assert read_screen({"png": base64.b64encode(PNG).decode()}).png == PNG
    assert read_screen({"png": base64.b64encode(b"GIF89a").decode()}).png == b""
    assert read_screen({"png": "***"}).png == b""
    assert read_screen(None).png == b""


def test_a_clock_that_ticks_is_the_same_state() -> None:
    """Two screens that differ in texts only have one signature; another button makes another state."""

    def screen(text: str, *more: dict[str, Any]) -> dict[str, Any]:
        return {"activity": "a.Main", "windows": [{"type": 1, "nodes": [NODE | {"text": text}, *more]}]}

    assert read_screen(screen("10:01")).signature == read_screen(screen("10:02")).signature
    assert read_screen(screen("10:01")).signature != read_screen(screen("10:01", NODE)).signature
