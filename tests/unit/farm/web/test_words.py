"""Tests of the console's languages."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette

from farm.model.batch import ShardState
from farm.model.inspection import State, Suite
from farm.model.target import Standing
from farm.web.words import _TEXTS, Words, choose_language, percent, rate
from tests.unit.farm.web.browser import ask
from workers.model.outcome import Outcome, OutcomeClass


@pytest.mark.parametrize(
    ("prefix", "members"),
    [
        ("state", State),
        ("suite", Suite),
        ("outcome", Outcome),
        ("class", OutcomeClass),
        ("shard", ShardState),
        ("standing", Standing),
    ],
)
def test_every_value_has_words(prefix: str, members: type) -> None:
    """No state, outcome or class is without a word in either language."""
    keys = {key.partition(".")[2] for key in _TEXTS if key.startswith(f"{prefix}.")}

    assert keys == {member.value for member in members}  # type: ignore[attr-defined] # they are enums


def test_a_reason_is_told_in_the_language_of_the_page() -> None:
    """The ledger has it in English."""
    said = "The archive has more than 9 entries."

    assert ["安装包内的文件超过上限 9 个。", said] == [Words(language=each).reason(said) for each in ("zh", "en")]


def test_both_languages_take_the_same_values() -> None:
    """A text and its translation have the same gaps to fill."""
    for english, chinese in _TEXTS.values():
        assert sorted(re.findall(r"{\d}", english)) == sorted(re.findall(r"{\d}", chinese))


@pytest.mark.parametrize(
    ("wanted", "accept", "language"),
    [
        (None, None, "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "en-GB;q=0.5, zh-Hans;q=0.7", "zh"),
        (None, "fr, de;q=0.9", "en"),
        (None, "zh;q=0, en;q=0.1", "en"),
        (None, "zh;q=x", "en"),
        (None, "zh;q=inf", "en"),
        ("en", "zh", "en"),
        ("zh", None, "zh"),
        ("tlh", "zh", "zh"),
    ],
)
def test_language_is_chosen(wanted: str | None, accept: str | None, language: str) -> None:
    """A person's choice goes before the browser's, and what cannot be read before nothing."""
    assert choose_language(wanted, accept) == language


def test_browser_chooses_the_language(console: Starlette) -> None:
    """A Chinese browser gets Chinese pages that say so."""
    answer = ask(console, "/", headers={"Accept-Language": "zh-CN"})

    assert "调度进程" in answer.text
    assert answer.headers["content-language"] == "zh-Hans"


def test_every_link_keeps_the_chosen_language(console: Starlette) -> None:
    """Whoever has chosen a language stays in it; only the switch leads out of it."""
    links = [link for link in ask(console, "/batches/nov?lang=zh").page.links if link != "#main"]

    assert [link for link in links if "lang=zh" not in link] == ["/batches/nov?lang=en"]


@pytest.mark.parametrize("path", ["/", "/batches/nov", "/batches/nov/failures", "/apps/4", "/nothing"])
def test_chinese_pages_are_chinese(console: Starlette, path: str) -> None:
    """No English sentence of our own is left on a Chinese page."""
    text = ask(console, f"{path}?lang=zh").page.text

    for english, chinese in _TEXTS.values():
        if english != chinese and " " in english and "{" not in english:
            assert english not in text


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (-3, "0 s", "0 秒"),
        (89, "89 s", "89 秒"),
        (90, "1 min", "1 分钟"),
        (5400, "1 h 30 min", "1 小时 30 分"),
        (36000, "10 h", "10 小时"),
        (172800, "2 d", "2 天"),
    ],
)
def test_lengths_of_time(seconds: float, english: str, chinese: str) -> None:
    """A length of time is told in one or two units."""
    assert (Words(language="en").duration(seconds), Words(language="zh").duration(seconds)) == (english, chinese)


def test_numbers() -> None:
    """Shares are rounded down, so that 100 % means all; rates are short."""
    assert (percent(0.99999), percent(1)) == ("99.99 %", "100.00 %")
    assert (rate(99.94), rate(1234.5)) == ("99.9", "1,234")
