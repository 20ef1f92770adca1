"""What the workers write about a run is told in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from farm.service.run_reasons import reason
from workers.inspect import inspect_apk
from workers.model.limits import Limits

SAMPLE = Path(__file__).resolve().parents[4] / "examples" / "apps" / "built" / "clean.apk"
PHASES = Path(__file__).resolve().parents[4] / "workers" / "dynamic"


def test_a_sentence_has_its_numbers_in_both_languages() -> None:
    """One that nobody knows stays as it is."""
    assert "启动了 60/99 个组件。" == reason("60 of 99 components were started.")[0]
    assert "它用到了这里不能运行的内容：web content。" == reason("It asked for what cannot run here: web content.")[0]
    assert ("Quux.", "Quux.") == reason("Quux.")


def test_every_reason_of_a_phase_is_known() -> None:
    """As it stands in the code of the phases, with a number for each field."""
    text = "".join(path.read_text("utf-8") for path in (*PHASES.glob("phases/*.py"), PHASES / "explorer.py"))
    said = re.findall(r'(?:cut=|_TOO_SLOW = )f?"([^"]+)"', text)
    sentences = [re.sub(r"\{[^}]*\}", "7", sentence) for sentence in said]

    assert len(sentences) >= 8
    assert [] == [sentence for sentence in sentences if reason(sentence)[0] == sentence]


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(file_bytes=1), "上限为 1。"),
        (Limits(entries=1), "上限 1 个"),
        (Limits(member_bytes=100), "AndroidManifest.xml 有 "),
        (Limits(inflated_bytes=2_500), "解压"),
        (Limits(strings=1), "代码没有读取：dex 共有 "),
        (Limits(instructions=1), "条指令，上限为 1。"),
        (Limits(dex_bytes=1), "字节，上限为 1。"),
    ],
)
def test_the_sentence_on_each_limit_is_known(limits: Limits, words: str) -> None:
    """As the static suite says it of a real app."""
    said = inspect_apk(SAMPLE.read_bytes(), limits=limits).reason

    assert words in reason(said)[0]
    assert "limit" not in reason(said)[0]
