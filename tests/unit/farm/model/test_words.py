"""What outcomes, states, suites and severities are called: one word in each language, said in one place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import pytest

from farm.model.finding import Severity
from farm.model.inspection import State, Suite
from farm.model.words import OUTCOMES, SEVERITIES, STATES, SUITES, Label
from farm.reports import labels
from farm.web.words import Words
from workers.model.outcome import Outcome

ROOT = Path(__file__).resolve().parents[4]
WORDS = ROOT / "farm" / "model" / "words.py"
SETS: dict[type[StrEnum], Mapping[StrEnum, Label]] = {
    Outcome: OUTCOMES,  # type: ignore[dict-item] # a mapping of one enum is none of all
    State: STATES,  # type: ignore[dict-item]
    Suite: SUITES,  # type: ignore[dict-item]
    Severity: SEVERITIES,  # type: ignore[dict-item]
}
"""The closed sets and their words."""

SENTENCES = {"STATE_NOTES"}
"""Tables that explain the members of a set and do not name them."""


def _members(table: ast.Dict) -> Iterator[tuple[str, str]]:
    """Yield what a table with Chinese in it names, by the set and the member, as far as its keys tell."""
    for key, value in zip(table.keys, table.values, strict=True):
        if not any(isinstance(part, ast.Constant) and _chinese(part.value) for part in ast.walk(value)):
            continue
        match key:
            case ast.Attribute(value=ast.Name(id=name), attr=member):
                yield name.lower(), member.lower()
            case ast.Constant(value=str() as text) if "." in text:
                yield text.partition(".")[0], text.partition(".")[2]
            case _:
                pass


def _chinese(value: object) -> bool:
    """Return whether it is a text with a Chinese character."""
    return isinstance(value, str) and re.search("[\u4e00-\u9fff]", value) is not None


def _second_tables(module: Path) -> Iterator[str]:
    """Yield each member of a shared set that a module names in a table of its own."""
    known = {(members.__name__.lower(), member.value) for members in SETS for member in members}
    tree = ast.parse(module.read_text("utf-8"))
    notes = {
        id(each.value)
        for each in ast.walk(tree)
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.target.id in SENTENCES
    }
    for table in ast.walk(tree):
        if isinstance(table, ast.Dict) and id(table) not in notes:
            yield from (f"{module.name}: {'.'.join(each)}" for each in _members(table) if each in known)


@pytest.mark.parametrize("members", SETS, ids=lambda each: each.__name__)
def test_every_member_has_a_word_of_its_own(members: type[StrEnum]) -> None:
    """In Chinese and in English; two that are called the same could not be told apart."""
    told = SETS[members]

    assert set(members) == set(told)
    assert all(_chinese(chinese) and english.isascii() and english for chinese, english in told.values())
    assert [len(told)] * 2 == [len({label[language] for label in told.values()}) for language in (0, 1)]


def test_the_words_are_said_once() -> None:
    """No other module of the farm has a table that names an outcome, a state, a suite or a severity."""
    modules = [module for module in (ROOT / "farm").rglob("*.py") if module != WORDS]

    assert [] == [found for module in modules for found in _second_tables(module)]


def test_a_second_table_is_seen(tmp_path: Path) -> None:
    """Whether its keys are members or texts."""
    module = tmp_path / "a.py"
    module.write_text(
        'A = {Outcome.MALFORMED: "结构损坏"}\nB = {"outcome.malformed": ("malformed", "结构损坏")}\n', "utf-8"
    )

    assert ["a.py: outcome.malformed"] * 2 == list(_second_tables(module))


@pytest.mark.parametrize("outcome", Outcome)
def test_console_and_report_call_an_outcome_the_same(outcome: Outcome) -> None:
    """The command line takes the table itself."""
    console = tuple(Words(language=language)(f"outcome.{outcome}") for language in ("zh", "en"))

    assert labels.OUTCOMES[outcome] == console
