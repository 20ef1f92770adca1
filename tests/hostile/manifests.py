"""Manifests, resources and signatures that lie."""

from __future__ import annotations

import struct

from tests.hostile.making import BROKEN, READ, kind, manifest, patched, signed, with_manifest
from tests.unit.workers.readers.build import Member, apk_bytes
from tests.unit.workers.readers.build_axml import Node, axml


@kind(BROKEN)
def an_empty_manifest() -> bytes:
    """An empty manifest."""
    return with_manifest(b"")


@kind(BROKEN)
def a_manifest_of_zeros() -> bytes:
    """A manifest of zeros."""
    return with_manifest(bytes(10_000))


@kind(BROKEN)
def a_manifest_of_text() -> bytes:
    """A manifest of text."""
    return with_manifest(b'<?xml version="1.0"?><manifest package="a.b"/>')


@kind(BROKEN, READ)
def a_string_pool_of_billions() -> bytes:
    """A string pool of billions."""
    return with_manifest(patched(manifest(), 16, b"\xff\xff\xff\x7f"))


@kind(BROKEN, READ)
def a_string_pool_of_no_size() -> bytes:
    """A string pool of no size."""
    return with_manifest(patched(manifest(), 12, bytes(4)))


@kind(BROKEN)
def a_string_pool_larger_than_the_file() -> bytes:
    """A string pool larger than the file."""
    return with_manifest(patched(manifest(), 12, b"\xf0\xff\xff\xff"))


@kind(BROKEN, READ)
def a_file_size_that_lies() -> bytes:
    """A file size that lies."""
    return with_manifest(patched(manifest(), 4, b"\xff\xff\xff\x7f"))


@kind(BROKEN, READ)
def chunks_of_no_size() -> bytes:
    """Chunks of no size."""
    content = manifest()
    return with_manifest(patched(content, content.index(struct.pack("<2H", 0x0102, 16)) + 4, bytes(4)))


@kind(BROKEN, READ)
def attributes_by_the_ten_thousands() -> bytes:
    """Attributes by the ten thousands."""
    content = manifest()
    return with_manifest(patched(content, content.index(struct.pack("<2H", 0x0102, 16)) + 28, b"\xff\xff"))


@kind(READ, BROKEN)
def a_codename_for_a_level() -> bytes:
    """A codename for a level."""
    level = Node("uses-sdk", {"targetSdkVersion": "Baklava"})
    return with_manifest(axml(Node("manifest", {":package": "a.b"}, [level])))


@kind(READ, BROKEN)
def elements_inside_elements() -> bytes:
    """Elements inside elements."""
    node = Node("x")
    for _ in range(300):
        node = Node("x", {}, [node])
    return with_manifest(axml(Node("manifest", {":package": "a.b"}, [node])))


@kind(READ)
def twenty_thousand_components() -> bytes:
    """Twenty thousand components."""
    parts = [Node("activity", {"name": ".A"})] * 20_000
    return with_manifest(axml(Node("manifest", {":package": "a.b"}, [Node("application", {}, parts)])))


@kind(READ)
def names_of_elements_with_markup() -> bytes:
    """Names of elements with markup."""
    return with_manifest(axml(Node("manifest", {":package": "a.b"}, [Node('x/><uses-permission name="y"')])))


@kind(READ)
def resources_of_junk() -> bytes:
    """Resources of junk."""
    return apk_bytes([Member(name="resources.arsc", content=b"\2\0\x0c\0" + b"\xff" * 5_000)])


@kind(READ)
def resources_that_tell_of_billions() -> bytes:
    """Resources that tell of billions."""
    pool = struct.pack("<2HI5I", 1, 28, 0x7FFFFFFF, 0x7FFFFFFF, 0x7FFFFFFF, 0x100, 0x10, 0x10)
    return apk_bytes([Member(name="resources.arsc", content=struct.pack("<2H2I", 2, 12, 0x7FFFFFFF, 9) + pool)])


@kind(READ)
def a_signing_block_larger_than_the_file() -> bytes:
    """A signing block larger than the file."""
    return signed(struct.pack("<Q", 1 << 60) + b"APK Sig Block 42")


@kind(READ)
def a_signing_block_of_no_size() -> bytes:
    """A signing block of no size."""
    return signed(bytes(16) + b"APK Sig Block 42")


@kind(READ)
def a_signature_of_junk() -> bytes:
    """A signature of junk."""
    return apk_bytes([Member(name="META-INF/CERT.RSA", content=b"\x30\x84\xff\xff\xff\xff" * 200)])
