"""What the sandbox is told about an app."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from workers.data.runtime import plants, sinks
from workers.data.tables import SensitiveApi, sensitive_apis
from workers.dynamic.job import CANARIES, properties
from workers.dynamic.members import java_member, kind_of, needs, rows


def test_a_hostile_package_name_stays_one_value() -> None:
    """Line ends and escapes of a name from the manifest cannot add a property."""
    text = properties(package="a\nlauncher=evil\\u000a", target_sdk=33, launcher=None)
    assert not any(line.startswith("launcher") for line in text.splitlines())
    assert "package=a\\u000alauncher\\u003devil\\u005cu000a\n" in text


def _value(text: str, key: str) -> str:
    """Return a property as Java reads it."""
    line = next(line for line in text.splitlines() if line.startswith(f"{key}="))
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), line.partition("=")[2])


def _cells(text: str, key: str) -> list[list[str]]:
    """Return a table of the job as the sandbox reads it."""
    return [[unquote(cell) for cell in entry.split(";")] for entry in _value(text, key).split(" ")]


def test_the_job_carries_every_table() -> None:
    """Members with their arguments, answers and sinks stand in the file, cell for cell."""
    text = properties(package="a", target_sdk=33, launcher=None)
    assert len(_cells(text, "members")) == sum(map(len, rows().values()))
    assert [cells[0] for cells in _cells(text, "plants")] == [java_member(plant.member) for plant in plants()]
    assert [cells[0] for cells in _cells(text, "sinks")] == [java_member(sink.member) for sink in sinks()]
    assert ["android.provider.Settings$Secure.getString", "android_id", ""] in _cells(text, "members")
    assert ["java.net.URL.openConnection", "net", "this"] in _cells(text, "sinks")


def test_a_needle_with_separators_stays_one_needle() -> None:
    """A planted value may hold spaces, semicolons and line ends, and is found as it is."""
    hostile = "a b;c\n%20=ü"
    text = properties(
        package="a", target_sdk=33, launcher=None, canaries={"ssid": hostile}, needles={"ssid": (hostile, "x")}
    )
    assert _value(text, "canary.ssid") == hostile
    assert [unquote(cell) for cell in _value(text, "needles.ssid").split(" ")] == [hostile, "x"]
    assert len(text.splitlines()) == 9


def test_without_needles_the_values_themselves_are_searched_for() -> None:
    """Nothing that is planted is missed for want of a list."""
    text = properties(package="a", target_sdk=33, launcher=None, canaries={"imei": "861"})
    assert _value(text, "needles.imei") == "861"


def _row(member: str) -> SensitiveApi:
    """Return the row of a member."""
    return next(api for api in sensitive_apis() if java_member(api.member) == member)


@pytest.mark.parametrize(
    ("member", "target_sdk", "expected"),
    [
        ("android.telephony.TelephonyManager.getDeviceId", 22, ["READ_PHONE_STATE"]),
        ("android.telephony.TelephonyManager.getDeviceId", 34, ["READ_PHONE_STATE"]),
        ("android.bluetooth.BluetoothAdapter.getName", 28, ["BLUETOOTH"]),
        ("android.bluetooth.BluetoothAdapter.getName", 33, ["BLUETOOTH_CONNECT"]),
        ("android.app.ActivityManager.getRunningTasks", 33, []),
        ("android.os.Environment.getExternalStorageDirectory", 33, []),
    ],
)
def test_a_call_needs_what_the_simulated_phone_asks_for(member: str, target_sdk: int, expected: list[str]) -> None:
    """The framework asks by target; identifiers are guarded as on the last Android that gave them out."""
    found = [name for need in needs(_row(member), target_sdk) for name in sorted(need.any_of)]
    assert found == [f"android.permission.{name}" for name in expected]


def test_one_request_of_permissions_is_one_event() -> None:
    """Libraries that ask end in the platform's own call: only that one is told."""
    requests = {member for member, apis in rows().items() if apis[0].pi_kind == "permission_request"}
    assert requests == {"android.app.Activity.requestPermissions", "android.app.Fragment.requestPermissions"}


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
        ("android.content.Context.startActivity", ["Intent { act=x }"], (True, None)),
        ("android.content.Context.startActivity", ["Intent { act=x }", "to another app"], (True, "app_start")),
        ("android.os.Build.SERIAL", [], (True, "serial")),
        ("java.lang.Runtime.exec", ["getprop ro.serialno"], (True, "serial")),
        ("java.lang.Runtime.exec", ["ls"], (True, "exec")),
    ],
)
def test_a_call_has_the_kind_of_its_row(member: str, arguments: list[str], expected: tuple[bool, str | None]) -> None:
    """A condition on an argument holds for the values of the run too."""
    assert kind_of(member, arguments) == expected


def test_members_are_named_as_java_names_them() -> None:
    """The name of the dex file becomes the name that a stack shows."""
    assert java_member("Landroid/provider/Settings$Secure;->getString") == "android.provider.Settings$Secure.getString"


def test_the_phone_asks_the_user_for_each_dangerous_permission() -> None:
    """Robolectric knows few of them, and what is not known would be granted."""
    text = properties(package="a", target_sdk=33, launcher=None)
    (line,) = [line for line in text.splitlines() if line.startswith("dangerous=")]

    assert "android.permission.READ_PHONE_STATE\\u003bPHONE" in line
    assert "android.permission.INTERNET" not in line
