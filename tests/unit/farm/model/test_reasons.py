"""What the workers write about an app is told in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from farm.ledger.leases import ABANDONED
from farm.ledger.reruns import CANCELLED
from farm.model.reasons import reason
from tests.unit.workers.readers.build import Member, zip_bytes
from tests.unit.workers.readers.build_axml import Node, axml
from workers.inspect import inspect_apk
from workers.model import errors
from workers.model.limits import Limits

ROOT = Path(__file__).resolve().parents[4]
SAMPLE = ROOT / "examples" / "apps" / "built" / "clean.apk"
WORKERS = ROOT / "workers"

MODULES = (
    *WORKERS.glob("static/*.py"),
    *WORKERS.glob("static/readers/*.py"),
    *WORKERS.glob("static/extractors/*.py"),
    *WORKERS.glob("dynamic/*.py"),
    *WORKERS.glob("dynamic/phases/*.py"),
    *(WORKERS / name for name in ("inspect.py", "isolation.py", "sandboxed.py")),
)
"""Where sentences about apps are written."""

NOT_OF_APPS = {
    "EngineMissingError",
    "LibraryError",
    "RuntimeError",
    "SinkholeError",
    "UnreadError",
    "ValueError",
    "XmlError",
}
"""Errors that become no reason: those of our machine, and those that a reader keeps to itself."""

TERMS = {"APK", "AndroidManifest", "DEX", "GiB", "Java", "MiB", "dex", "make", "not", "read", "sandbox", "xml", "zip"}
"""Words of the Chinese sentences that are not Chinese."""


def _sentences(module: Path) -> Iterator[str]:
    """Yield the sentences of a module that stand outside of docstrings, with a number for each field."""
    tree = ast.parse(module.read_text("utf-8"))
    docstrings = [each.value for each in ast.walk(tree) if isinstance(each, ast.Expr)]
    left_out: list[ast.AST] = [each for each in docstrings if isinstance(each, ast.Constant)]
    left_out += [each for each in ast.walk(tree) if isinstance(each, ast.Call) and _called(each) in NOT_OF_APPS]
    inside = {id(part) for each in left_out for part in ast.walk(each)}
    joined = [each for each in ast.walk(tree) if isinstance(each, ast.JoinedStr)]
    inside |= {id(part) for each in joined for part in ast.walk(each) if part is not each}
    for each in ast.walk(tree):
        if id(each) not in inside and (text := _text(each)) and re.fullmatch(r"[A-Z7'].* .*(?:\.|: 7)", text):
            yield text


def _called(call: ast.Call) -> str:
    """Return the name of what is called."""
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _text(node: ast.AST) -> str:
    """Return a text with a number for each field; empty if the node is none."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) for part in parts)
        case ast.FormattedValue(conversion=conversion):
            return "'7'" if conversion == ord("r") else "7"
        case _:
            return ""


def _english(said: str) -> set[str]:
    """Return the English words of a sentence that ought to be Chinese."""
    return set(re.findall("[A-Za-z]{2,}", said)) - TERMS


def test_a_sentence_has_its_numbers_in_both_languages() -> None:
    """One that nobody knows stays as it is."""
    assert "启动了 60/99 个组件。" == reason("60 of 99 components were started.")[0]
    assert "它用到了这里不能运行的内容：web content。" == reason("It asked for what cannot run here: web content.")[0]
    assert ("Quux.", "Quux.") == reason("Quux.")


def test_every_sentence_of_the_workers_is_known() -> None:
    """As it stands in their code: whoever writes a new one gives it its Chinese."""
    sentences = [sentence for module in MODULES for sentence in _sentences(module)]

    assert len(sentences) >= 80
    assert {} == {each: said for each in sentences if _english(said := reason(each)[0]) or said == each}


def test_every_refusal_of_the_native_engine_is_known() -> None:
    """Most are those of its twin in Python."""
    text = "".join(path.read_text("utf-8") for path in (ROOT / "native" / "src").rglob("*.rs"))
    said = [re.sub(r"\{[^}]*\}", "7", each) for each in re.findall(r'refuse\(\s*(?:format!\(\s*)?"([^"]+)"', text)]

    assert len(said) >= 15
    assert {} == {each: told for each in said if _english(told := reason(each)[0]) or told == each}


@pytest.mark.parametrize(
    "error",
    {*errors.InspectionError.__subclasses__(), *errors.OverLimitError.__subclasses__()} - {errors.OverLimitError},
)
def test_an_error_without_words_of_its_own_is_known(error: type[errors.InspectionError]) -> None:
    """Its docstring is its sentence."""
    assert set() == _english(reason(str(error()))[0])


@pytest.mark.parametrize("sentence", [ABANDONED, CANCELLED])
def test_what_the_ledger_says_of_an_attempt_is_known(sentence: str) -> None:
    """Nobody's fault, and told all the same."""
    assert set() == _english(reason(sentence)[0])


def test_every_reason_of_a_phase_is_known() -> None:
    """As it stands in the code of the phases, with a number for each field."""
    phases = WORKERS / "dynamic"
    text = "".join(path.read_text("utf-8") for path in (*phases.glob("phases/*.py"), phases / "explorer.py"))
    said = re.findall(r'(?:cut=|_TOO_SLOW = )f?"([^"]+)"', text)
    sentences = [re.sub(r"\{[^}]*\}", "7", sentence) for sentence in said]

    assert len(sentences) >= 8
    assert [] == [sentence for sentence in sentences if reason(sentence)[0] == sentence]


def test_several_sentences_are_told_one_by_one() -> None:
    """What nobody knows stays as it is, and does not keep the rest from being told."""
    said = (
        "The signature could not be read: The member 'META-INF/A. B.RSA' has no local header. "
        "classes2.dex and 3 more could not be read: Its byte order is not little-endian. "
        "3 of 4 declared components have no class: the code is hidden or in another file. Quux."
    )

    assert (
        "签名没有读取：META-INF/A. B.RSA 没有本地文件头。classes2.dex 和另外 3 个文件没有读取：字节序不是小端。"
        "3/4 个声明的组件没有对应的类：代码被隐藏，或在另一个文件里。Quux."
    ) == reason(said)[0]


@pytest.mark.parametrize("said", ["The code could not be read: " * 60, ". " * 900, "x" * 100_000, "A failed. " * 150])
def test_a_reason_made_to_be_slow_comes_back(said: str) -> None:
    """Names of an app's choosing stand in reasons; the English stays whatever they are."""
    assert said == reason(said)[1]


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


@pytest.mark.parametrize("name", ["res/icon.png", "res/" + "很长" * 900 + ".png", 'res/"a" isn\'t b. C.png'])
def test_a_limit_that_one_fact_meets_is_told(name: str) -> None:
    """An icon too large to be read; however long its name is, the limit is named."""
    manifest = axml(Node("manifest", {":package": "com.example.app"}, [Node("application", {"icon": name})]))
    members = [Member(name="AndroidManifest.xml", content=manifest), Member(name=name, content=bytes(20_000))]
    evidence = inspect_apk(zip_bytes(members), limits=Limits(member_bytes=10_000))
    said = reason(evidence.reason)[0]

    assert "over_inflate_limit" == evidence.outcome.value
    assert said.startswith("事实 launcher 没有读到：res/")
    assert said.endswith(" 有 20000 字节，上限为 10000。")
