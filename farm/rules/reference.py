"""The reference of all rules as Markdown: docs/reference/rules.md is the output of `rules_markdown`.

`python -m farm.rules.reference > docs/reference/rules.md` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from farm.rules.app_types import AppType, app_types
from farm.rules.catalogue import load_packs
from farm.rules.rule import Phase, Rule, RulePack
from farm.rules.vocabulary import kind_en

_PHASES = {
    Phase.STATIC: "static, without running the app",
    Phase.BEFORE_CONSENT: "running, nothing touched, before consent",
    Phase.REFUSED: "running, consent refused",
    Phase.AFTER_CONSENT: "running, after consent, in the foreground",
    Phase.BACKGROUND: "running in the background or silent",
    Phase.PERSON: "a person looks",
    Phase.SERVER: "the server's side; not to be seen from the app",
}

_INTRODUCTION = (
    "Every finding is a lead until a person confirms it. All sentences are our own; clauses are cited by number, as",
    'public copies count them, and never quoted. "Not verified" marks clauses whose number and meaning stand in no',
    "source we have seen. How to write a rule: [howto](../howto/write-a-rule.md).",
    "What none of them can see: [limits](../explanation/limits.md).",
)

_ABOUT_TYPES = (
    "An app's type is the `category` of the list, or `--app-type` of `farm inspect`: a number, a name or one of the",
    "other words. No other category is guessed at: the rule is then not testable. What people type in (names,",
    "addresses, documents, payments) is no kind here. *Works on* is our own reading: what the function handles by its",
    "nature. Neither column is held against an app.",
)


def rules_markdown(packs: Sequence[RulePack]) -> str:
    """Return the reference of these packs."""
    return "\n".join(_lines(packs)) + "\n"


def _lines(packs: Sequence[RulePack]) -> Iterator[str]:
    """Yield the page."""
    yield "# Rules"
    yield ""
    yield "<!-- Written by `python -m farm.rules.reference`; a test compares. Change the packs, not this page. -->"
    yield ""
    yield from _INTRODUCTION
    yield ""
    yield "| Phase | Meaning |"
    yield "|---|---|"
    for phase, meaning in _PHASES.items():
        yield f"| {phase} | {meaning} |"
    for pack in packs:
        yield from _pack(pack)
    yield from _types()


def _pack(pack: RulePack) -> Iterator[str]:
    """Yield the section of a pack."""
    yield ""
    yield f"## {pack.name} {pack.edition}: {pack.title.zh}"
    yield ""
    yield f"{pack.title.en}. Issued by {pack.issued_by.en} ({pack.issued_by.zh}), in force since {pack.effective_from}."
    yield f"Source: {pack.source}"
    yield ""
    yield "| Code | Title | Severity | Confidence | Subject |"
    yield "|---|---|---|---|---|"
    for rule in pack.rules:
        subject = "app" if rule.subject == "app" else "app and each SDK"
        cells = (f"`{rule.code}`", f"{rule.title.zh}<br>{rule.title.en}", rule.severity, rule.confidence, subject)
        yield "| " + " | ".join(str(cell) for cell in cells) + " |"
    for rule in pack.rules:
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    """Yield the section of a rule."""
    verified = "" if rule.clause.sourced else " (not verified)"
    yield ""
    yield f"### `{rule.code}`"
    yield ""
    yield f"{rule.title.zh} · {rule.title.en}"
    yield ""
    yield f"- Looks for: {rule.about.en} {rule.about.zh}"
    yield f"- Why it matters: {rule.why.en} {rule.why.zh}"
    yield f"- Cannot see: {rule.blind.en} {rule.blind.zh}"
    yield f"- Tested in: {', '.join(rule.phases)}; settled by: {', '.join(rule.settled_by)}"
    yield f"- Clause: {rule.clause.number}, {rule.clause.source}{verified}"


def _types() -> Iterator[str]:
    """Yield the section of app types."""
    table = app_types()
    yield ""
    yield "## App types"
    yield ""
    yield table.source
    yield ""
    yield from _ABOUT_TYPES
    yield ""
    yield "| No. | Type | Other words | Needs | Works on |"
    yield "|---|---|---|---|---|"
    for each in table.types:
        yield "| " + " | ".join(_type_cells(each)) + " |"


def _type_cells(each: AppType) -> tuple[str, ...]:
    """Return the row of a type."""
    needs, works_on = (", ".join(kind_en(kind) for kind in kinds) or "none" for kinds in (each.needs, each.works_on))
    return (
        str(each.number),
        f"{each.zh}, {each.en}",
        ", ".join(each.aliases),
        needs,
        works_on,
    )


if __name__ == "__main__":
    sys.stdout.write(rules_markdown(load_packs()))
