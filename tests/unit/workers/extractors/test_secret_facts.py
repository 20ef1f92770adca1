"""Keys are told by kind and place, and never shown whole."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.unit.workers.extractors.fake import APP, FakeCode, make_view
from workers.data.secrets import secret_forms
from workers.model.evidence import JSON
from workers.static.extractors import secrets

PUSH = "Lcn/jpush/android/a/Core;->init()V"
KEY = "AKIA" + "Q7" * 8


def _found(*constants: tuple[str, str]) -> list[dict[str, JSON]]:
    """Return the keys of an app whose methods load these strings."""
    rows = secrets.extract(make_view(code=FakeCode(constants=constants)))
    assert isinstance(rows, list)
    return [row for row in rows if isinstance(row, dict)]


def test_a_key_is_told_with_its_class_and_masked() -> None:
    """Whoever has the key knows it by its hash; whoever reads the evidence cannot use it."""
    assert [
        {
            "kind": "aws_access_key",
            "class": "Lcom/example/app/Main;",
            "sdk": None,
            "shown": KEY[:8],
            "length": 20,
            "sha256": hashlib.sha256(KEY.encode()).hexdigest(),
        }
    ] == _found((APP, f"key={KEY};"))


def test_a_key_of_an_sdk_is_the_sdks() -> None:
    """Each class that loads a key is a row."""
    assert ["JPush", None] == [row["sdk"] for row in _found((APP, KEY), (PUSH, KEY))]


@pytest.mark.parametrize("wanted", [Encoding.PEM, Encoding.DER])
def test_a_private_key_is_found_with_its_header_and_without(wanted: Encoding) -> None:
    """As PEM, and as bare base64, the form in which payment keys stand in apps."""
    made = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)
    content = made.private_bytes(wanted, PrivateFormat.PKCS8, NoEncryption())
    told = content.decode() if wanted is Encoding.PEM else base64.b64encode(content).decode()

    assert {"private_key"} == {row["kind"] for row in _found((APP, told))}


def test_the_token_of_a_telegram_bot_is_a_key() -> None:
    """Thieves of messages send them to a bot of theirs; the address stands in front, or apart."""
    token = "1234567890:AA" + "b-_7Q" * 6 + "xyz"

    assert ["telegram_bot_token"] * 2 == [
        row["kind"] for row in _found((APP, f"https://api.telegram.org/bot{token}/sendMessage"), (PUSH, token))
    ]


@pytest.mark.parametrize(
    "harmless",
    [
        "-----BEGIN PRIVATE KEY-----",
        "AKIA",
        "LTAI is a prefix",
        "xoxb-",
        "https://a.cn/AKIA",
        "PUBLIC KEY-----",
        "12345678:AA",
    ],
)
def test_a_mark_without_a_key_is_nothing(harmless: str) -> None:
    """Readers of keys hold the marks too."""
    assert [] == _found((APP, harmless))


def test_every_form_has_its_mark() -> None:
    """A key that the pattern takes and the mark does not is never looked at."""
    forms = secret_forms()

    assert len(forms) >= 8
    assert [] == [form.marker for form in forms if form.marker not in form.pattern.pattern]
