"""A screen is read from a line that the app may have forged."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from workers.dynamic.screen import picture, read_screen
from workers.dynamic.tree import Screen

PNG = b"\x89PNG\r\n\x1a\nrest"
NODE = {"depth": 1, "class": "android.widget.Button", "text": "同意", "bounds": [0, 0, 9, 9], "clickable": True}


def _read(screen: Any) -> Screen:
    """Return a screen that is one."""
    read = read_screen(screen)
    assert read is not None
    return read


def test_a_screen_keeps_what_a_screen_has() -> None:
    """Activity, windows and nodes come through as they are."""
    screen = {"activity": "a.Main", "windows": [{"type": 1, "nodes": [NODE]}], "png": "left out"}
    assert {"activity": "a.Main", "windows": [{"type": 1, "nodes": [NODE]}]} == _read(screen).as_json()


@pytest.mark.parametrize("windows", [None, 7, "text", [7], [{"nodes": 7}], [{"nodes": [[[[]]]]}]])
def test_another_shape_is_left_out(windows: Any) -> None:
    """Nothing that is not a node stands in the document."""
    screen = _read({"activity": ["a"] * 9, "windows": windows, "label": "mine", "phase": "background"})
    assert {"activity", "windows"} == set(screen.as_json())
    assert all(window.nodes == () for window in screen.windows)


@pytest.mark.parametrize("screen", [None, 7, [], "text"])
def test_what_is_no_object_is_no_screen(screen: Any) -> None:
    """A reply without a screen has none."""
    assert read_screen(screen) is None


def test_unknown_fields_and_wrong_types_of_a_node_are_left_out() -> None:
    """A field has its type and a sane size, or is not there."""
    node = {"depth": "1", "text": "x" * 9_000, "bounds": [1, 2, "3", 4], "n": 10**30, "checked": "yes", "more": 1}
    (read,) = _read({"windows": [{"type": True, "nodes": [node]}]}).windows[0].nodes
    assert {"depth": 0, "class": "", "text": "x" * 2_000, "clickable": False} == read.as_json()
    assert read.n is None


def test_numbers_of_windows_and_nodes_are_bounded() -> None:
    """A forged line costs no more than a large screen."""
    screen = _read({"windows": [{"type": 1, "nodes": [NODE] * 10_000}] * 100})
    assert 20 == len(screen.windows)
    assert 800 == len(screen.windows[0].nodes)
    assert screen.signature


def test_a_deep_tree_is_no_trouble() -> None:
    """Eight hundred levels, and depths that make no sense."""
    nodes = [{**NODE, "depth": depth} for depth in (*range(700), -5, 10**5, 3)]
    screen = _read({"windows": [{"type": 1, "nodes": nodes}]})
    assert screen.signature == _read({"windows": [{"type": 1, "nodes": nodes}]}).signature
    assert screen.top.labels


def test_only_a_png_is_a_picture() -> None:
    """Other bytes and broken base64 are no file."""
    assert picture({"png": base64.b64encode(PNG).decode()}) == PNG
    assert picture({"png": base64.b64encode(b"GIF89a").decode()}) == b""
    assert picture({"png": "***"}) == b""
    assert picture({}) == b""
    assert picture(None) == b""


def test_a_clock_that_ticks_is_the_same_state() -> None:
    """Two screens that differ in texts only have one signature; another button makes another state."""

    def screen(text: str, *more: dict[str, Any]) -> Screen:
        return _read({"activity": "a.Main", "windows": [{"type": 1, "nodes": [NODE | {"text": text}, *more]}]})

    assert screen("10:01").signature == screen("10:02").signature
    assert screen("10:01").signature != screen("10:01", NODE).signature


def test_a_toast_is_not_what_is_touched() -> None:
    """The window below it is."""
    windows = [{"type": 1, "nodes": [NODE]}, {"type": 2005, "nodes": [NODE | {"text": "saved"}]}]
    assert ("同意",) == _read({"windows": windows}).top.texts


def test_a_button_has_the_text_that_stands_in_it() -> None:
    """A row that is clicked as a whole is named by its texts."""
    nodes = [
        {"depth": 0, "class": "LinearLayout", "clickable": True, "n": 0},
        {"depth": 1, "class": "TextView", "text": "用户", "n": 1},
        {"depth": 1, "class": "TextView", "text": "协议", "n": 2},
    ]
    top = _read({"windows": [{"type": 1, "nodes": nodes}]}).top
    assert ["用户 协议"] == [top.labels[node] for node in top.buttons]
