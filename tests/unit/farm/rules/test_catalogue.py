"""Loading rule packs: what comes with the farm, and errors that name file, rule and field."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from farm.model.errors import RulePackError
from farm.model.inspection import Suite
from farm.rules.catalogue import NAMES, load_packs, parse_pack, read_pack

TEXT = (resources.files("farm.rules") / "packs" / "cac191.toml").read_text("utf-8")


def test_all_packs_load_in_the_order_of_reports() -> None:
    """Two packs come with the farm."""
    assert [(pack.name, pack.edition) for pack in load_packs()] == [("miit164", "2020-07"), ("cac191", "2019-11")]


def test_there_are_at_least_fourteen_static_rules() -> None:
    """The first packs are worth running."""
    assert sum(rule.suite is Suite.STATIC for pack in load_packs() for rule in pack.rules) >= 14


def test_packs_are_read_once() -> None:
    """A worker asks for the packs for every app."""
    assert load_packs()[0] is load_packs(["miit164"])[0]


def test_every_file_of_the_folder_is_in_the_catalogue() -> None:
    """A pack that nobody loads would be dead."""
    files = {each.name for each in (resources.files("farm.rules") / "packs").iterdir()}

    assert files == {f"{name}.toml" for name in NAMES}


def test_clauses_of_the_categories_that_were_not_sourced_say_so() -> None:
    """Categories 4 to 6 of the method have no source; reports must not present them as official."""
    pack = load_packs(["cac191"])[0]

    assert {rule.code: rule.clause.sourced for rule in pack.rules} == {
        rule.code: rule.code.split(".")[1] in {"1", "2", "3"} for rule in pack.rules
    }


def test_an_unknown_pack_is_named_with_the_choice() -> None:
    """The user learns what there is."""
    with pytest.raises(RulePackError, match="no rule pack 'gb41391'") as caught:
        load_packs(["gb41391"])

    assert caught.value.next_step == "Choose from: miit164, cac191."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda text: text.replace('severity = "high"', 'severity = "grave"', 1),
            r"rule cac191\.1\.1, field severity: ",
        ),
        (
            lambda text: text.replace('kind = "fact"', 'kind = "python"', 1),
            r"rule cac191\.1\.1, field condition: .*'python'",
        ),
        (
            lambda text: text.replace('op = "equals"', 'op = "equals", code = "x"', 1),
            r"field condition\.fact\.code: Extra",
        ),
        (
            lambda text: text.replace("found in the app", "{subject.name}", 1),
            r"field summary\.en: \{subject\.name\} is not",
        ),
        (lambda text: text.replace("found in the app", "{count!r}", 1), r"field summary\.en: "),
        (
            lambda text: text.replace('"cac191.2.1"', '"cac191.1.1"', 1),
            r"cac191\.toml: two rules have the code cac191\.1\.1",
        ),
        (lambda text: text.replace('"cac191.2.1"', '"other.2.1"', 1), r"rule other\.2\.1 does not begin with cac191\."),
        (lambda text: text.replace('phases = ["ST"]', 'phases = ["D0"]', 1), r"phases must be"),
        (lambda text: text.replace("name =", "nom =", 1), r"field name: Field required; field nom: Extra"),
        (
            lambda text: text.replace('"/facts/privacy_policy/found"', '"/etc/passwd"', 1),
            r"field condition\.fact\.path: ",
        ),
        (lambda text: text + "\n[[rules", r"cac191\.toml: this is not TOML"),
    ],
)
def test_an_error_names_file_rule_and_field(change: Callable[[str], str], message: str) -> None:
    """A rule author can go straight to the line."""
    with pytest.raises(RulePackError, match=message) as caught:
        parse_pack(change(TEXT), file="cac191.toml")

    assert str(caught.value).startswith("cac191.toml: ")


def test_a_pack_of_the_user_is_read_from_a_file(tmp_path: Path) -> None:
    """A pack need not come with the farm."""
    (tmp_path / "own.toml").write_text(TEXT, "utf-8")

    assert read_pack(tmp_path / "own.toml") == load_packs(["cac191"])[0]


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    """No traceback for a wrong path."""
    with pytest.raises(RulePackError, match=r"own\.toml cannot be read"):
        read_pack(tmp_path / "own.toml")


def test_judging_loads_no_library_for_schemas() -> None:
    """It would take 12 MB of each worker."""
    code = "import sys; from farm.rules.catalogue import load_packs; load_packs(); sys.exit('pydantic' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
