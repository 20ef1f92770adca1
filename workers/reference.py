"""The catalogue of all facts as Markdown: docs/reference/facts.md is the output of `facts_markdown`.

`python -m workers.reference > docs/reference/facts.md` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from workers import dynamic_facts
from workers.dynamic.version import ENGINE as DYNAMIC_ENGINE
from workers.model.fact import Fact
from workers.static import suite

_INTRODUCTION = """\
# Facts

<!-- Written by `python -m workers.reference`; a test compares. Change what the modules tell, not this page. -->

Facts are what was seen, without judgement; rules read them. They stand under `facts` in an evidence document.
How to read them, and what holds for all of them: [evidence](evidence.md).
A key is a path: `[]` is any row of a list, `*` any name."""

_NOT_OF_AN_EXTRACTOR = (
    Fact(
        name="not_read",
        what="facts that could not be read; the outcome is then `inspected_partly`, or that of a limit",
        source="errors of the readers",
        blind="parts of a fact that are missing: those are told by `code.unreadable` and `left_out`",
        keys={"[].fact": "name of the fact", "[].reason": "why it is missing"},
    ),
    Fact(
        name="left_out",
        what="rows cut off by a limit, by table",
        source="limits on rows",
        blind="text that was cut: it ends in `…`",
        keys={"*": "number of rows, as in `api_uses` or `urls.urls`"},
    ),
)
"""Names among the facts that the suites themselves add where there is a reason."""


def static_facts() -> tuple[Fact, ...]:
    """Return what the static suite can tell, in the order in which it runs."""
    return (*(each.about for each in suite.EXTRACTORS), *_NOT_OF_AN_EXTRACTOR)


def dynamic_suite_facts() -> tuple[Fact, ...]:
    """Return what can be told of a run."""
    return (*dynamic_facts.FACTS, *(fact for fact in _NOT_OF_AN_EXTRACTOR if fact.name == "left_out"))


def facts_markdown() -> str:
    """Return the page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    """Yield the page."""
    yield _INTRODUCTION
    modules = {each.fact: each.extract.__module__.replace(".", "/") + ".py" for each in suite.EXTRACTORS}
    yield from _section(f"Static suite, engine `{suite.ENGINE}`", static_facts(), modules)
    yield from _section(f"Dynamic suite, engine `{DYNAMIC_ENGINE}`", dynamic_suite_facts(), {})


def _section(title: str, facts: Iterable[Fact], modules: dict[str, str]) -> Iterator[str]:
    """Yield the overview of a suite's facts, then each with its keys and the module that finds it."""
    yield from ("", f"## {title}", "", "| Fact | What it is | Where from | What it cannot see |", "|---|---|---|---|")
    for fact in facts:
        yield f"| `{fact.name}` | {fact.what} | {fact.source} | {fact.blind} |"
    for fact in facts:
        module = f" (`{modules[fact.name]}`)" if fact.name in modules else ""
        yield from ("", f"### `{fact.name}`", "", f"{fact.what[0].upper()}{fact.what[1:]}{module}.", "")
        yield from ("| Key | Meaning |", "|---|---|")
        yield from (f"| `{key}` | {meaning} |" for key, meaning in fact.keys.items())


if __name__ == "__main__":
    sys.stdout.write(facts_markdown())
