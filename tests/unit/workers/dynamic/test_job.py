"""What the sandbox is told about an app."""

from __future__ import annotations

import pytest

from workers.dynamic.job import CANARIES, properties
from workers.dynamic.members import java_member, kind_of, rows


def test_a_hostile_package_name_stays_one_value() -> None:
    """Line ends and escapes of a name from the manifest cannot add a property."""
    text = properties(package="a\nlauncher=evil\\u000a", target_sdk=33, launcher=None)
    assert not any(line.startswith("launcher") for line in text.splitlines())
    assert "package=a\\u000alauncher\\u003devil\\u005cu000a\n" in text


def test_the_hook_table_is_the_one_of_the_static_suite() -> None:
    """At least 150 members, canaries among their kinds."""
    assert len(rows()) >= 150
    assert set(CANARIES) <= {api.pi_kind for apis in rows().values() for api in apis}


@pytest.mark.parametrize(
    ("member", "arguments", "expected"),
    [
        ("android.telephony.TelephonyManager.getSubscriberId", [], (True, "imsi")),
        ("android.provider.Settings$Secure.getString", ["x", "android_id"], (True, "android_id")),
        ("android.provider.Settings$Secure.getString", ["x", "other"], (False, None)),
        ("java.lang.System.exit", ["0"], (True, None)),
    ],
)
def test_a_call_has_the_kind_of_its_row(member: str, arguments: list[str], expected: tuple[bool, str | None]) -> None:
    """A condition on an argument holds for the values of the run too."""
    assert kind_of(member, arguments) == expected


def test_members_are_named_as_java_names_them() -> None:
    """The name of the dex file becomes the name that a stack shows."""
    assert java_member("Landroid/provider/Settings$Secure;->getString") == "android.provider.Settings$Secure.getString"
