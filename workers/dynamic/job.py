"""What the sandbox is told about an app: a Java properties file, safe against what stands in the manifest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from workers.data.runtime import plants, sinks
from workers.data.services import service_calls, service_packages, service_rows, service_values
from workers.data.tables import Protection, permissions
from workers.dynamic.members import PLATFORM_LEVEL, java_member, needs, rows
from workers.model.services import Services

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


def properties(
    *,
    package: str,
    target_sdk: int,
    launcher: str | None,
    canaries: Mapping[str, str] = CANARIES,
    needles: Mapping[str, Sequence[str]] | None = None,
    certificate: bytes | None = None,
    services: Services = Services.ABSENT,
) -> str:
    """Return the text of the file.

    `canaries` are the planted values by kind; `needles` are the texts that prove a planted value, by its kind: without
    them only the values themselves are searched for; `certificate` is the one that the app is signed with, DER;
    `services` says whether the phone has those of Google and of phone makers.
    """
    found = needles if needles is not None else {kind: (value,) for kind, value in canaries.items()}
    values = {
        "apk": "/in/app.apk",
        "package": package,
        "target_sdk": str(target_sdk),
        "dangerous": _table(
            (each.name, each.group)
            for each in permissions().values()
            if each.protection is Protection.DANGEROUS and each.since <= PLATFORM_LEVEL
        ),
        "members": _table(_members(target_sdk)),
        "plants": _table(
            (java_member(plant.member), plant.argument, plant.kind, plant.shape, plant.refusal) for plant in plants()
        ),
        "sinks": _table((java_member(sink.member), sink.kind, ",".join(sink.arguments)) for sink in sinks()),
    }
    values |= {f"canary.{kind}": value for kind, value in canaries.items()}
    values |= {f"needles.{kind}": " ".join(map(_cell, texts)) for kind, texts in found.items()}
    if services is Services.PRESENT:
        values |= _services()
    if launcher is not None:
        values["launcher"] = launcher
    if certificate is not None:
        values["certificate"] = certificate.hex()
    return "".join(f"{key}={_escaped(value)}\n" for key, value in values.items())


def _services() -> dict[str, str]:
    """Return the tables of what the services are and answer."""
    return {
        "services.packages": _table(
            (each.package, each.version_name, str(each.version_code), each.certificate.hex())
            for each in service_packages()
        ),
        "services.calls": _table(
            (
                each.package, each.service, each.action, each.interface, str(each.code), each.method, each.argument,
                str(each.texts), each.answer, each.kind,
            )
            for each in service_calls()
        ),
        "services.rows": _table(
            (
                each.package, each.authority, each.path, each.argument, each.permission, each.operation,
                ",".join(f"{name}={value}" for name, value in each.columns), each.kind, each.spelling,
            )
            for each in service_rows()
        ),
        "services.values": _table((each.form, each.name, each.value, each.kind) for each in service_values()),
    }  # fmt: skip


def _members(target_sdk: int) -> Iterable[Sequence[str]]:
    """Yield member, argument and permissions of what is told: `A|B,C` stands for A or B, and C."""
    for member, apis in sorted(rows().items()):
        for api in apis:
            yield member, api.argument, ",".join("|".join(need.any_of) for need in needs(api, target_sdk))


def _table(entries: Iterable[Sequence[str]]) -> str:
    """Return entries with a space between, their cells with a semicolon between."""
    return " ".join(";".join(map(_cell, entry)) for entry in entries)


def _cell(text: str) -> str:
    """Return a text without anything that separates."""
    return quote(text, safe="")


def _escaped(value: str) -> str:
    """Escape everything that could end a line or begin an escape, in UTF-16 as Java wants it."""

    def units(match: re.Match[str]) -> str:
        raw = match.group().encode("utf-16-be", "surrogatepass")
        return "".join(f"\\u{raw[i]:02x}{raw[i + 1]:02x}" for i in range(0, len(raw), 2))

    return _UNSAFE.sub(units, value)
