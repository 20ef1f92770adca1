"""Planted values belong to nobody, and are found again in every form in which an app sends them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.data.tables import pi_kinds
from workers.dynamic.canary import Canaries
from workers.dynamic.recorder import FIELD_CANARIES

CANARIES = Canaries.of("a" * 64)
VALUES = CANARIES.values


def _luhn(digits: str) -> bool:
    """Return whether the check digit is right."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def test_every_kind_is_one_that_events_know() -> None:
    """Kinds of the shared table, and the two of text fields."""
    assert VALUES.keys() <= pi_kinds().keys() | FIELD_CANARIES
    assert {"imei", "android_id", "location", "contacts", "input", "password"} <= VALUES.keys()


def test_the_same_seed_gives_the_same_values_and_another_seed_others() -> None:
    """The same APK gives the same events twice; two apps cannot be mistaken for each other."""
    assert VALUES == Canaries.of("a" * 64).values
    other = Canaries.of("b" * 64).values
    assert [] == [kind for kind in VALUES if VALUES[kind] == other[kind]]


@given(st.text(max_size=80))
def test_values_have_the_form_of_their_kind(seed: str) -> None:
    """What an app checks before it uses a value: lengths, check digits, marks."""
    values = Canaries.of(seed).values
    forms = {
        "imei": r"00440123\d{7}",
        "imsi": r"46099\d{10}",
        "iccid": r"898699\d{14}",
        "meid": r"A1[0-9A-F]{12}",
        "android_id": r"[0-9a-f]{16}",
        "mac": r"02(:[0-9a-f]{2}){5}",
        "phone_number": r"\+86199\d{8}",
        "ip": r"100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.(2[0-4]\d)\.(2[0-4]\d)",
        "location": r"30\.1\d{3}11,103\.2\d{3}11",
        "oaid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "input": r"cn\d{8}",
        "contacts": r"[^,]+,198\d{8}",
    }
    assert [] == [kind for kind, form in forms.items() if not re.fullmatch(form, values[kind])]
    assert _luhn(values["imei"])
    assert _luhn(values["iccid"])


def test_no_needle_is_short_and_none_proves_two_kinds() -> None:
    """A text of five characters turns up by chance; one that belongs to two kinds proves neither."""
    needles = CANARIES.needles
    assert 6 <= min(len(text) for texts in needles.values() for text in texts)
    assert sum(map(len, needles.values())) == len({text for texts in needles.values() for text in texts})
    assert all(text.isascii() and "\n" not in text for texts in needles.values() for text in texts)


FORMS: list[Callable[[str], str | bytes]] = [
    lambda value: value,
    lambda value: value.upper(),
    lambda value: value.lower(),
    lambda value: value.replace(":", "").replace("-", "").replace("+86", "").strip('"'),
    lambda value: base64.b64encode(value.encode()),
    lambda value: base64.b64encode(b"x" + value.encode() + b"tail"),
    lambda value: base64.urlsafe_b64encode(b"xy" + value.encode() + b"tail"),
    lambda value: value.encode().hex(),
    lambda value: value.encode().hex().upper(),
    lambda value: quote(value, safe=""),
    lambda value: hashlib.md5(value.encode()).hexdigest(),
    lambda value: hashlib.sha1(value.upper().encode()).hexdigest().upper(),
    lambda value: hashlib.sha256(value.encode()).hexdigest(),
    lambda value: gzip.compress(json.dumps({"id": value}).encode()),
    lambda value: zlib.compress(f"id={value}".encode()),
    lambda value: base64.b64encode(gzip.compress(f"id={value}".encode())),
    lambda value: quote(base64.b64encode(b"id=" + value.encode()).decode(), safe=""),
    lambda value: ("前" * 40 + value + "后" * 40).encode(),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["imei", "mac", "android_id", "phone_number", "oaid", "ssid", "password", "ip"])
def test_a_value_is_found_in_every_form(kind: str, form: Callable[[str], str | bytes]) -> None:
    """Clear, encoded, hashed, compressed, each alone and inside something longer."""
    assert (kind,) == CANARIES.find(form(VALUES[kind]))


def test_each_coordinate_alone_is_a_position() -> None:
    """With four decimals or more, rounded or cut, or as millionths; two decimals are a town, and no proof."""
    latitude, longitude = VALUES["location"].split(",")
    assert ("location",) == CANARIES.find(f'{{"lat":{latitude}}}')
    assert ("location",) == CANARIES.find(f"lng={float(longitude):.4f}")
    assert ("location",) == CANARIES.find(f"latE6={round(float(latitude) * 1e6)}")
    assert () == CANARIES.find(f"{float(latitude):.2f}")


def test_a_name_or_a_number_alone_is_a_contact() -> None:
    """Either says who was in the address book."""
    name, number = VALUES["contacts"].split(",")
    assert ("contacts",) == CANARIES.find(name)
    assert ("contacts",) == CANARIES.find(f"tel:{number}")


def test_several_kinds_are_told_in_order() -> None:
    """One body can hold many."""
    body = "&".join(VALUES[kind] for kind in ("mac", "imei", "android_id"))
    assert ("android_id", "imei", "mac") == CANARIES.find(body)


@pytest.mark.parametrize("content", ["", b"", b"\x1f\x8b broken", b"\x78\x9c", "%zz%", "A" * 100_000, b"\xff" * 1_000])
def test_what_holds_nothing_accuses_nobody(content: str | bytes) -> None:
    """Broken encodings are no trouble."""
    assert () == CANARIES.find(content)


def test_another_apps_values_are_not_found() -> None:
    """Only what was planted in this run counts."""
    other = Canaries.of("b" * 64)
    assert () == CANARIES.find(json.dumps(dict(other.values)))


def test_a_bomb_is_opened_only_so_far() -> None:
    """A megabyte of zeros in a kilobyte, a thousand times."""
    bomb = base64.b64encode(gzip.compress(b"\0" * (1 << 20)))
    assert () == CANARIES.find(b" ".join([bomb] * 100))
