"""A network security configuration is read as Android reads it, and what is none is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workers.readers.build_axml import Node, Ref, axml
from workers.static.readers.axml_steps import XmlError
from workers.static.readers.network_config import NetworkConfig, read_network_config

CLEAR = ":cleartextTrafficPermitted"


def domain(name: str, **attributes: bool) -> Node:
    """Return a `<domain>`."""
    return Node("domain", {f":{key}": value for key, value in attributes.items()}, text=name)


def trust(*sources: str | Ref) -> Node:
    """Return `<trust-anchors>`."""
    return Node("trust-anchors", children=[Node("certificates", {":src": source}) for source in sources])


def pins(*digests: str, expiration: str = "2027-01-31") -> Node:
    """Return a `<pin-set>`."""
    nodes = [Node("pin", {":digest": "SHA-256"}, text=digest) for digest in digests]
    return Node("pin-set", {":expiration": expiration}, nodes)


def config(*children: Node) -> NetworkConfig:
    """Return what is read of a configuration."""
    return read_network_config(axml(Node("network-security-config", children=children)))


def test_the_base_says_what_applies_everywhere() -> None:
    """Certificates of the user, of the app, and clear text."""
    base = config(Node("base-config", {CLEAR: True}, [trust("system", "user", Ref(0x7F010000))])).base

    assert base is not None
    assert (base.cleartext, base.certificates) == (True, {"system", "user", "own"})


def test_silence_is_none() -> None:
    """So that the level that the app targets can decide."""
    base = config(Node("base-config")).base

    assert base is not None
    assert (base.cleartext, base.certificates, base.pins) == (None, None, None)
    assert config() == NetworkConfig(base=None, entries=(), debug=None)


def test_a_word_that_is_no_boolean_permits() -> None:
    """`getAttributeBooleanValue` falls back to the default, which is true."""
    base = config(Node("base-config", {CLEAR: "false"})).base

    assert base is not None
    assert base.cleartext is True


def test_domains_have_names_pins_and_what_is_below_them() -> None:
    """Names as Android compares them."""
    (entry,) = config(
        Node("domain-config", {CLEAR: False}, [domain(" API.Example.com\n", includeSubdomains=True), pins("a=", "b=")])
    ).entries

    assert entry.domains == [("api.example.com", True)]
    assert (entry.cleartext, entry.pins, entry.pins_expire) == (False, 2, "2027-01-31")


def test_inner_domains_have_what_the_outer_ones_say_even_later() -> None:
    """The order in the file does not matter."""
    inner = Node("domain-config", {CLEAR: True}, [domain("b.example")])
    outer, below = config(
        Node("domain-config", {CLEAR: False}, [domain("a.example"), inner, pins("a="), trust("user")])
    ).entries

    assert (outer.cleartext, below.cleartext) == (False, True)
    assert (below.certificates, below.pins, below.pins_expire) == ({"user"}, 1, "2027-01-31")


def test_debug_overrides_are_apart() -> None:
    """They apply to apps that can be debugged only."""
    found = config(Node("debug-overrides", children=[trust("user")]))

    assert found.debug is not None
    assert (found.base, found.debug.certificates) == (None, {"user"})


def test_what_stands_in_a_wrong_place_means_nothing() -> None:
    """Nor does what is inside of it."""
    found = config(
        Node("base-config", children=[domain("a.example"), pins("a="), Node("x", children=[trust("user")])]),
        trust("user"),
        Node("x", children=[Node("domain-config", children=[domain("b.example")])]),
    )

    assert found.entries == ()
    assert found.base is not None
    assert (found.base.domains, found.base.certificates, found.base.pins) == ([], None, None)


@pytest.mark.parametrize("data", [b"", b"<network-security-config/>", axml(Node("full-backup-content")), bytes(4_000)])
def test_what_is_no_configuration_is_told(data: bytes) -> None:
    """Android would stop the app."""
    with pytest.raises(XmlError):
        read_network_config(data)


GOOD = axml(
    Node("network-security-config", children=[Node("domain-config", {CLEAR: True}, [domain("a.example"), pins("a=")])])
)


@given(st.binary(max_size=8), st.integers(0, len(GOOD)))
def test_a_damaged_configuration_is_read_or_told(junk: bytes, at: int) -> None:
    """Nothing else is ever raised."""
    try:
        found = read_network_config(GOOD[:at] + junk + GOOD[at + len(junk) :])
    except XmlError:
        return

    assert len(found.entries) <= 1
