"""The table of app types: 39 rows of certain words and known kinds, and how a category finds its row."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

import pytest

from farm.model.errors import RulePackError, UsageError
from farm.rules.app_types import app_type_named, app_types, find_app_type, parse_app_types

TEXT = (resources.files("farm.rules") / "app_types.toml").read_text("utf-8")


def test_thirteen_types_need_no_personal_information() -> None:
    """As the provision says: their basic function must work without any. What couriers (8) need has no kind here."""
    assert {8, 21, *range(27, 39)} == {each.number for each in app_types().types if not each.needs}


def test_types_that_move_people_need_to_know_where_they_are() -> None:
    """And no others."""
    assert ["地图导航", "网络约车", "用车服务"] == [each.zh for each in app_types().types if "location" in each.needs]


def test_what_a_function_works_on_is_not_told_twice() -> None:
    """A kind that the provision counts as necessary needs no reading of ours."""
    assert [] == [each.zh for each in app_types().types if set(each.needs) & set(each.works_on)]


@pytest.mark.parametrize("word", ["1", "地图导航", " 导航 ", "Maps and Navigation", "\uff11"])
def test_a_type_is_found_by_number_name_and_alias(word: str) -> None:
    """Width, case and spaces make no difference."""
    found = find_app_type(word)

    assert found is not None
    assert 1 == found.number


@pytest.mark.parametrize("word", [None, "", " ", "0", "40", "社交", "工具", "导航软件", "game"])
def test_a_word_that_is_not_certain_names_no_type(word: str | None) -> None:
    """Words for several types are not guessed at."""
    assert find_app_type(word) is None


def test_a_type_that_nobody_knows_is_an_error_with_the_next_step() -> None:
    """What may be given, and where it is listed; the word cannot upset the terminal."""
    with pytest.raises(UsageError, match=r"There is no app type '社交\\\\u202e'") as caught:
        app_type_named("社交\u202e")

    assert "a number from 1 to 39 or a name such as 地图导航" in caught.value.next_step


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace('"cell_location"', '"heart"', 1), r"types\.0\.needs: heart: no kind of personal"),
        (
            lambda text: text.replace('"cell_location"', '"webview"', 1),
            r"types\.0\.needs: webview: no kind of personal",
        ),
        (lambda text: text.replace("number = 2,", "number = 1,", 1), r"numbers must go from 1 to 39, each once"),
        (lambda text: text.replace("number = 39,", "number = 40,", 1), r"types\.38\.number: "),
        (lambda text: text.replace('"打车"', '"导航"', 1), r"导航 stands twice: type 1 and type 2"),
        (lambda text: text.replace('"打车"', '"39"', 1), r"39 stands twice: type 2 and type 39"),
        (lambda text: text.replace("needs =", "need =", 1), r"types\.0\.need: Extra"),
        (lambda text: text + "[", r"this is not TOML"),
    ],
)
def test_an_error_in_the_table_names_row_and_field(change: Callable[[str], str], message: str) -> None:
    """Closed kinds, every number once, every word for one type."""
    with pytest.raises(RulePackError, match=rf"^app_types\.toml: {message}"):
        parse_app_types(change(TEXT))
