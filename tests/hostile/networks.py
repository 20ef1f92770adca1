"""Network security configurations, and the resources that name them, that cost more than they seem to."""

from __future__ import annotations

import struct

from tests.hostile.making import READ, dex, kind
from tests.unit.workers.readers.build import Member, zip_bytes
from tests.unit.workers.readers.build_arsc import FIRST, arsc
from tests.unit.workers.readers.build_axml import Node, Ref, axml

FILE = "res/xml/net.xml"
_START, _END, _POOL = struct.pack("<2H", 0x0102, 16), struct.pack("<2H", 0x0103, 16), 8


def named(config: bytes, value: str | Ref = FILE, table: bytes | None = None) -> bytes:
    """Return an app whose manifest names a configuration."""
    manifest = Node(
        "manifest", {":package": "com.example.app"}, [Node("application", {"networkSecurityConfig": value})]
    )
    members = [Member(name="AndroidManifest.xml", content=axml(manifest)), Member(name=FILE, content=config)]
    members.append(Member(name="classes.dex", content=dex()))
    return zip_bytes([*members, *([] if table is None else [Member(name="resources.arsc", content=table)])])


def nested(tag: str, times: int) -> bytes:
    """Return a configuration whose `domain-config` holds an element within itself so many times."""
    one = axml(
        Node("network-security-config", children=[Node("domain-config", children=[Node(tag, text="a.example")])])
    )
    first, last = one.rindex(_START), one.rindex(_END) - one.rindex(_END, 0, one.rindex(_END))
    end = one.rindex(_END) - 2 * last
    inner, after = one[first:end], one[end : end + last]
    return one[:first] + inner * times + after * times + one[end + last :]


@kind(READ)
def a_configuration_within_itself() -> bytes:
    """A network security configuration of 10,000 levels."""
    return named(nested("domain-config", 10_000))


@kind(READ)
def a_configuration_of_domains_alone() -> bytes:
    """More domains than anybody has."""
    return named(nested("domain", 11_000))


@kind(READ)
def a_configuration_of_one_long_string() -> bytes:
    """Every name and text is the same, of 60 kB."""
    content = axml(
        Node("network-security-config", children=[Node("domain-config", children=[Node("domain", text="x" * 30_000)])])
    )
    (count,) = struct.unpack_from("<I", content, _POOL + 8)
    first, end = content.index(_START), content.rindex(_END)
    offsets = struct.unpack_from(f"<{count}I", content, _POOL + 28)
    same = struct.pack(f"<{count}I", *[max(offsets)] * count)
    return named(content[: _POOL + 28] + same + content[_POOL + 28 + 4 * count : end] + content[first:end] * 4_000)


@kind(READ)
def a_configuration_that_inflates() -> bytes:
    """A hundred megabytes of zeros behind it."""
    return named(axml(Node("network-security-config")) + bytes(100 << 20))


@kind(READ)
def a_configuration_that_is_the_code() -> bytes:
    """Any member can be named."""
    return named(b"", "classes.dex")


@kind(READ)
def a_configuration_behind_a_circle() -> bytes:
    """Two resources that stand for each other."""
    return named(b"", Ref(FIRST), arsc([Ref(FIRST + 1), Ref(FIRST)]))


@kind(READ)
def a_configuration_among_a_hundred_thousand_types() -> bytes:
    """A resource table of tiny chunks."""
    table = arsc([FILE])
    return named(b"", Ref(FIRST + 1), table + struct.pack("<2HI", 0x0201, 8, 8) * 100_000)


@kind(READ)
def a_configuration_with_rules_for_domains() -> bytes:
    """Nothing is wrong with it: it has something of everything."""
    pins = Node("pin-set", {":expiration": "2027-01-31"}, [Node("pin", {":digest": "SHA-256"}, text="a=")])
    domain = Node("domain", {":includeSubdomains": True}, text="api.example.com")
    user = Node("trust-anchors", children=[Node("certificates", {":src": "user"})])
    config = Node(
        "network-security-config",
        children=[
            Node("base-config", {":cleartextTrafficPermitted": False}),
            Node("domain-config", {":cleartextTrafficPermitted": True}, [domain, pins]),
            Node("debug-overrides", children=[user]),
        ],
    )
    return named(axml(config), Ref(FIRST), arsc([FILE]))
