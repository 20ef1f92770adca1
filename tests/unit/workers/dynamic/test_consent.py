"""A request for consent is recognised, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.workers.dynamic.screens import Case, cases
from workers.data.consent_texts import Role, is_a, named, plain
from workers.dynamic.consent import Consent, find_consent, find_second_refusal
from workers.dynamic.scripted import button, dialog, node, numbered, page
from workers.dynamic.tree import Screen

CASES = cases(Path(__file__).parent / "consent_screens.txt")


def _told(found: Consent | None) -> dict[str, str]:
    """Return what was found in the words of the cases."""
    if found is None:
        return {"none": ""}
    told = {found.kind.value: ""}
    if found.testable:
        told["agree"] = "" if found.agree is None else found.agree.text
        told["refuse"] = "-" if found.refuse is None else found.refuse.text
    told |= {name: "" for name, holds in (("preticked", found.preticked), ("smaller", found.refuse_smaller)) if holds}
    return told | {"links": ",".join(found.links)}


def _expected(case: Case) -> dict[str, str]:
    """Return what the case expects."""
    return {name: value for name, _, value in (word.partition("=") for word in case.expected)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_screen_is_what_a_reader_says_it_is(case: Case) -> None:
    """Kind, both buttons, pre-ticked boxes and sizes; links where the case names them."""
    expected, told = _expected(case), _told(find_consent(case.screen))
    if "links" not in expected:
        told.pop("links", None)
    if "agree" in expected:
        expected["agree"], told["agree"] = plain(expected["agree"]), plain(told["agree"])
    assert expected == told


def test_there_are_cases_of_both_sorts() -> None:
    """Neither half can be dropped unseen."""
    negative = [case for case in CASES if case.expected == ("none",)]
    assert len(CASES) - len(negative) >= 20
    assert len(negative) >= 15


def test_the_place_of_both_buttons_is_told_in_pixels() -> None:
    """An inspector can measure what the user saw."""
    case = next(case for case in CASES if case.name == "dialog-small-grey-refuse")
    found = find_consent(case.screen)
    assert found is not None
    told = found.as_json()
    assert told["agree"] == {"text": "同意", "bounds": [60, 1520, 1020, 1660]}
    assert told["refuse"] == {"text": "拒绝", "bounds": [480, 1690, 600, 1730]}


def test_a_button_that_cannot_be_reached_is_no_button() -> None:
    """A picture of a dialog, or a disabled button, asks for nothing that can be answered."""
    grey = dialog(page("a.Main"), node("隐私政策"), button("同意", enabled=False))
    assert find_consent(numbered(grey)) is None


@pytest.mark.parametrize(
    ("screen", "expected"),
    [
        (dialog(page("a.Main"), node("您再考虑一下"), button("再想想"), button("仍不同意")), "仍不同意"),
        (dialog(page("a.Main"), node("不同意将无法使用"), button("同意"), button("退出应用")), "退出应用"),
        (page("a.Main", node("我的"), button("退出")), None),
        (dialog(page("a.Main"), node("欢迎"), button("开始")), None),
    ],
)
def test_the_second_question_is_answered_by_the_button_that_insists(screen: Screen, expected: str | None) -> None:
    """A button of the app's own page is not an answer to anything."""
    found = find_second_refusal(numbered(screen))
    assert expected == (None if found is None else found.text)


@pytest.mark.parametrize(
    ("role", "text", "expected"),
    [
        (Role.AGREE, "不同意", False),
        (Role.REFUSE, "不同意 ", True),
        (Role.AGREE, "「同意」", True),
        (Role.AGREE, "同意 (10S)", True),
        (Role.AGREE, "ＡＧＲＥＥ", True),
        (Role.TOPIC, "PRIVACY  POLICY", True),
        (Role.LEAVE, "退出登录", True),
        (Role.LEAVE, "退出全屏", False),
    ],
)
def test_words_are_compared_as_people_read_them(role: Role, text: str, *, expected: bool) -> None:
    """Case, width, brackets, spaces and a countdown make no other word."""
    assert is_a(role, text) is expected


def test_the_longest_name_of_a_policy_is_told() -> None:
    """A name inside a longer one is not told again."""
    assert named(Role.TOPIC, "阅读用户服务协议和隐私政策") == ("隐私政策", "用户服务协议")
