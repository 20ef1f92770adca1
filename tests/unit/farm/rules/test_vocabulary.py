"""The words in which rules and findings speak of evidence."""

from __future__ import annotations

import pytest

from farm.rules.vocabulary import called


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("ro.serialno", "Method.invoke(ro.serialno)"),
        ("", "Method.invoke"),
        ("android.permission.CAMERA,android.permission.CALL_PHONE", "Method.invoke"),
        ("x" * 61, "Method.invoke"),
    ],
)
def test_a_call_is_told_with_the_one_constant_that_made_it_count(argument: str, told: str) -> None:
    """Of a call by reflection that constant is what tells; lists and long ones stand in the evidence."""
    assert called("Ljava/lang/reflect/Method;->invoke", argument) == told
