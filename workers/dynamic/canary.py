"""The values planted in one run: of no real device or person, the same for the same seed, easy to find again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType

from workers.dynamic.needles import Finder, forms

_TAC = "00440123"
"""First eight digits of the IMEI: reporting body 00 is for test devices."""
_NETWORK = "46099"
"""China's country code with a network code that no operator has."""
_LATITUDE, _LONGITUDE = "30.1", "103.2"
"""Corner of a square of a tenth of a degree in the mountains, in which the planted position lies."""
_ROUNDED_DOWN = "11"
"""Last decimals of a coordinate: whether an app rounds it or cuts it, the first four stay."""


@dataclass(frozen=True, kw_only=True)
class Canaries:
    """Planted values by kind: keys of `workers.data.tables.pi_kinds`, and `input` and `password` for text fields."""

    values: Mapping[str, str]

    @classmethod
    def of(cls, seed: str) -> Canaries:
        """Return the values that belong to `seed`, such as the SHA-256 of the APK."""
        return cls(values=MappingProxyType(_values(_Digits(seed))))

    @cached_property
    def needles(self) -> Mapping[str, Sequence[str]]:
        """By kind, every text that proves that the value went somewhere; the shortest has six characters."""
        return MappingProxyType({kind: forms(parts(kind, value)) for kind, value in self.values.items()})

    @cached_property
    def _finder(self) -> Finder:
        """Searches for all needles at once."""
        return Finder(self.needles)

    def find(self, content: str | bytes) -> tuple[str, ...]:
        """Return the kinds whose value stands in `content`, in any form; compressed and encoded content is opened."""
        return self._finder.find(content)


def parts(kind: str, value: str) -> tuple[str, ...]:
    """Return what of a planted value counts as the value, such as each coordinate of a position."""
    if kind == "location":
        # Four decimals are eleven metres: rounding keeps them, more digits follow them. Some send millionths.
        coordinates = value.split(",")
        return tuple(text[:-2] for text in coordinates) + tuple(text.replace(".", "") for text in coordinates)
    if kind in {"contacts", "sms", "call_log", "calendar"}:
        return tuple(value.split(","))
    if kind == "phone_number":
        return value, value.removeprefix("+86")
    if kind == "ssid":
        return value, value.strip('"')
    if kind == "input":
        return value, value[-8:]  # A field for numbers keeps only the digits.
    return (value,)


class _Digits:
    """Digits that follow from a seed."""

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def hexadecimal(self, name: str, count: int) -> str:
        """Return lower-case hexadecimal digits, the same for the same name."""
        return hashlib.sha256(f"apkfarm canary {self._seed} {name}".encode(errors="replace")).hexdigest()[:count]

    def decimal(self, name: str, count: int) -> str:
        """Return decimal digits, the first of them not 0."""
        number = int(self.hexadecimal(name, 64), 16)
        return str(number % (9 * 10 ** (count - 1)) + 10 ** (count - 1))


def _values(digits: _Digits) -> dict[str, str]:
    """Return the value of each kind."""
    hexadecimal, decimal = digits.hexadecimal, digits.decimal
    phone = "199" + decimal("phone", 8)
    friend = "198" + decimal("friend", 8)
    address = int(hexadecimal("ip", 4), 16)
    return {
        "accounts": f"canary.{hexadecimal('account', 8)}@example.com",
        "android_id": hexadecimal("android_id", 16),
        "bluetooth": _mac("02:b1", hexadecimal("bluetooth", 8)),
        "bssid": _mac("02:b5", hexadecimal("bssid", 8)),
        "calendar": f"Canary meeting {hexadecimal('meeting', 8)}",
        "call_log": "197" + decimal("caller", 8),
        "cell_location": decimal("cell", 8),
        "clipboard": f"canary clip {hexadecimal('clipboard', 10)}",
        "contacts": f"Canary Friend {hexadecimal('contact', 8)},{friend}",
        "iccid": _luhn("898699" + decimal("iccid", 13)),
        "imei": _luhn(_TAC + decimal("imei", 6)),
        "imsi": _NETWORK + decimal("imsi", 10),
        "input": f"cn{decimal('input', 8)}",
        "installed_apps": f"org.apkfarm.canary.a{hexadecimal('package', 8)}",
        # 100.64.0.0/10 is for carriers' own use: no address of the internet.
        "ip": f"100.{64 + address % 64}.{200 + address // 64 % 50}.{200 + address // 4096 % 50}",
        "location": ",".join(f"{corner}{decimal(corner, 3)}{_ROUNDED_DOWN}" for corner in (_LATITUDE, _LONGITUDE)),
        "mac": _mac("02:ca", hexadecimal("mac", 8)),
        "meid": f"A1{decimal('meid', 6)}{hexadecimal('meid', 6)}".upper(),
        "oaid": _uuid(hexadecimal("oaid", 32)),
        "password": f"Pw{hexadecimal('password', 10)}1",
        "phone_number": f"+86{phone}",
        "serial": f"CANARY{hexadecimal('serial', 8).upper()}",
        "sms": f"Canary message {hexadecimal('message', 8)},196{decimal('sender', 8)}",
        "ssid": f'"CANARY-{hexadecimal("ssid", 8).upper()}"',
    }


def _mac(start: str, digits: str) -> str:
    """Return an address whose first octet says that it is locally administered: no maker's."""
    return ":".join([start, *(digits[place : place + 2] for place in range(0, 8, 2))])


def _uuid(digits: str) -> str:
    """Return 32 digits in the groups of a UUID."""
    cuts = (0, 8, 12, 16, 20, 32)
    return "-".join(digits[low:high] for low, high in pairwise(cuts))


def _luhn(digits: str) -> str:
    """Return the digits with their check digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{digits}{-total % 10}"
