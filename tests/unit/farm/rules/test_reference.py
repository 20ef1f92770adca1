"""The documents about rules say what the packs say."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from farm.rules.catalogue import load_packs
from farm.rules.conditions import AnyOf, ApiUse, BeyondType, Component, Fact, Not, Permission, Rows, SdkPresent
from farm.rules.reference import rules_markdown
from farm.rules.rule import PLACEHOLDERS

DOCS = Path(__file__).parents[4] / "docs"


def test_the_reference_is_written_from_the_packs() -> None:
    """Write it anew with `python -m farm.rules.reference > docs/reference/rules.md`."""
    assert (DOCS / "reference" / "rules.md").read_text("utf-8") == rules_markdown(load_packs())


def test_the_howto_names_every_field_of_every_condition_and_every_placeholder() -> None:
    """What a rule author may write stands in the how-to."""
    text = (DOCS / "howto" / "write-a-rule.md").read_text("utf-8")
    models = (ApiUse, Permission, Component, SdkPresent, Fact, Rows, BeyondType, AnyOf, Not)
    names = {each.name for model in models for each in fields(model) if each.name != "kind"}

    assert {name for name in names if f"`{name}`" not in text} == set()
    assert {name for name in PLACEHOLDERS if f"`{{{name}}}`" not in text} == set()
