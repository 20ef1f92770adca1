"""A small writer of binary XML, for manifests that no build tool would make."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

ANDROID = "http://schemas.android.com/apk/res/android"
"""Namespace of the framework's attributes."""


@dataclass(frozen=True)
class Ref:
    """A reference to the resource with a number."""

    number: int


Value: TypeAlias = str | int | bool | Ref
"""A string, a number, a boolean or a reference."""

RESOURCE_IDS: Mapping[str, int] = {
    "label": 0x01010001,
    "icon": 0x01010002,
    "name": 0x01010003,
    "permission": 0x01010006,
    "protectionLevel": 0x01010009,
    "enabled": 0x0101000E,
    "debuggable": 0x0101000F,
    "exported": 0x01010010,
    "process": 0x01010011,
    "authorities": 0x01010018,
    "priority": 0x0101001C,
    "value": 0x01010024,
    "mimeType": 0x01010026,
    "scheme": 0x01010027,
    "host": 0x01010028,
    "port": 0x01010029,
    "path": 0x0101002A,
    "pathPrefix": 0x0101002B,
    "targetActivity": 0x01010202,
    "minSdkVersion": 0x0101020C,
    "versionCode": 0x0101021B,
    "versionName": 0x0101021C,
    "targetSdkVersion": 0x01010270,
    "maxSdkVersion": 0x01010271,
    "testOnly": 0x01010272,
    "allowBackup": 0x01010280,
    "required": 0x0101028E,
    "usesCleartextTraffic": 0x010104EC,
    "networkSecurityConfig": 0x01010527,
    "foregroundServiceType": 0x01010599,
    "versionCodeMajor": 0x01010576,
    "usesPermissionFlags": 0x01010644,
}
"""Ids from the framework's public.xml."""


@dataclass
class Node:
    """One element; attributes of the android namespace unless the name starts with a colon."""

    tag: str
    attributes: dict[str, Value] = field(default_factory=dict)
    children: Sequence[Node] = ()
    text: str = ""
    """Text in front of the children."""
    namespaced: bool = False
    """Whether the element is of the android namespace, as in `<android:uses-permission/>`."""


def axml(root: Node) -> bytes:
    """Return `root` as binary XML."""
    names = sorted({name for node in _walk(root) for name in node.attributes if name in RESOURCE_IDS})
    strings, seen = [*names], set(names)
    for node in _walk(root):
        plain = [name.removeprefix(":") for name in node.attributes]
        values = [value for value in node.attributes.values() if isinstance(value, str)]
        wanted = (node.tag, ANDROID, "android", *plain, *values, *([node.text] if node.text else []))
        strings += [text for text in dict.fromkeys(wanted) if text not in seen]
        seen.update(wanted)
    index = {text: i for i, text in enumerate(strings)}
    ids = b"".join(struct.pack("<I", RESOURCE_IDS[name]) for name in names)
    namespace = struct.pack("<2I2I", 1, 0xFFFFFFFF, index["android"], index[ANDROID])
    body = (
        string_pool(strings)
        + chunk(0x0180, 8, ids)
        + chunk(0x0100, 16, namespace)
        + _element(root, index)
        + chunk(0x0101, 16, namespace)
    )
    return chunk(0x0003, 8, body)


def _walk(node: Node) -> list[Node]:
    """Return the node and all below it."""
    return [node, *(below for child in node.children for below in _walk(child))]


def chunk(kind: int, header_size: int, content: bytes) -> bytes:
    """Return a chunk with its header."""
    return struct.pack("<2HI", kind, header_size, 8 + len(content)) + content


def string_pool(strings: Sequence[str]) -> bytes:
    """Return a UTF-16 string pool."""
    offsets, data = b"", b""
    for text in strings:
        offsets += struct.pack("<I", len(data))
        raw = text.encode("utf-16-le", "surrogatepass")
        data += struct.pack("<H", len(raw) // 2) + raw + b"\0\0"
    data += b"\0" * (-len(data) % 4)
    header = struct.pack("<5I", len(strings), 0, 0, 28 + len(offsets), 0)
    return chunk(0x0001, 28, header + offsets + data)


def _element(node: Node, index: Mapping[str, int]) -> bytes:
    """Return an element with everything inside it."""
    none = 0xFFFFFFFF
    attributes = b""
    for name, value in node.attributes.items():
        namespace = none if name.startswith(":") else index[ANDROID]
        raw, kind, data = none, 0x10, 0
        if isinstance(value, bool):
            kind, data = 0x12, none if value else 0
        elif isinstance(value, int):
            kind, data = 0x10, value & none
        elif isinstance(value, Ref):
            kind, data = 0x01, value.number
        else:
            raw, kind, data = index[value], 0x03, index[value]
        attributes += struct.pack("<3IHBBI", namespace, index[name.removeprefix(":")], raw, 8, 0, kind, data)
    owner = index[ANDROID] if node.namespaced else none
    start = struct.pack("<4I6H", 1, none, owner, index[node.tag], 20, 20, len(node.attributes), 0, 0, 0) + attributes
    end = struct.pack("<4I", 1, none, owner, index[node.tag])
    inside = b"".join(_element(child, index) for child in node.children)
    if node.text:
        inside = chunk(0x0104, 16, struct.pack("<3I2HI", 1, none, index[node.text], 8, 0, 0)) + inside
    return chunk(0x0102, 16, start) + inside + chunk(0x0103, 16, end)
