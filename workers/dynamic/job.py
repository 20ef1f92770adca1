"""What the sandbox is told about an app: a Java properties file, safe against what stands in the manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping

from workers.dynamic.members import rows

CANARIES: Mapping[str, str] = {
    "android_id": "9774d56dca7e1a1d",
    "bssid": "3c:06:30:ca:fe:02",
    "iccid": "89860012345678901234",
    "imei": "861234567890123",
    "imsi": "460001234567890",
    "mac": "3c:06:30:ca:fe:01",
    "meid": "A1000049CA7E01",
    "phone_number": "+8613800138000",
    "serial": "CANARYSERIAL01",
    "ssid": '"CANARY-WIFI"',
}
"""What the phone of the sandbox answers, by kind of personal information: of no real device, easy to find again."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._$:+-]")


def properties(*, package: str, target_sdk: int, launcher: str | None) -> str:
    """Return the text of the file."""
    values = {
        "apk": "/in/app.apk",
        "package": package,
        "target_sdk": str(target_sdk),
        "members": " ".join(sorted(rows())),
    } | {f"canary.{kind}": value for kind, value in CANARIES.items()}
    if launcher is not None:
        values["launcher"] = launcher
    return "".join(f"{key}={_escaped(value)}\n" for key, value in values.items())


def _escaped(value: str) -> str:
    """Escape everything that could end a line or begin an escape, in UTF-16 as Java wants it."""

    def units(match: re.Match[str]) -> str:
        raw = match.group().encode("utf-16-be", "surrogatepass")
        return "".join(f"\\u{raw[i]:02x}{raw[i + 1]:02x}" for i in range(0, len(raw), 2))

    return _UNSAFE.sub(units, value)
