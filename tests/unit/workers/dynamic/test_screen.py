"""A screen is read from a line that the app may have forged."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from workers.dynamic.screen import picture, tree

PNG = b"\x89PNG\r\n\x1a\nrest"
NODE = {"depth": 1, "class": "android.widget.Button", "text": "同意", "bounds": [0, 0, 9, 9], "clickable": True}


def test_a_screen_keeps_what_a_screen_has() -> None:
    """Activity, windows and nodes come through as they are."""
    screen = {"activity": "a.Main", "windows": [{"type": 1, "nodes": [NODE]}], "png": "left out"}
    assert tree(screen) == {"activity": "a.Main", "windows": [{"type": 1, "nodes": [NODE]}]}


@pytest.mark.parametrize("windows", [None, 7, "text", [7], [{"nodes": 7}], [{"nodes": [[[[]]]]}]])
def test_another_shape_is_left_out(windows: Any) -> None:
    """Nothing that is not a node stands in the document."""
    kept = tree({"activity": ["a"] * 9, "windows": windows, "label": "mine", "phase": "background"})
    assert set(kept) == {"activity", "windows"}
    assert all(window["nodes"] == [] for window in kept["windows"])  # type: ignore[union-attr,index,call-overload]


def test_unknown_fields_and_wrong_types_of_a_node_are_left_out() -> None:
    """A field has its type, or is not there."""
    node = {"depth": "1", "text": "x" * 9_000, "bounds": [1, 2, "3", 4], "more": 1}
    assert tree({"windows": [{"type": 1, "nodes": [node]}]})["windows"] == [
        {"type": 1, "nodes": [{"text": "x" * 2_000}]}
    ]


def test_only_a_png_is_a_picture() -> None:
    """Other bytes and broken base64 are no file."""
    assert picture({"png": base64.b64encode(PNG).decode()}) == PNG
    assert picture({"png": base64.b64encode(b"GIF89a").decode()}) == b""
    assert picture({"png": "***"}) == b""
    assert picture({}) == b""
