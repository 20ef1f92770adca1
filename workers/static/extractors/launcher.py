"""How the app shows itself to the user: launcher entries, label, icon, and whether code takes them away."""

from __future__ import annotations

import struct
import zlib

from workers.data.attribution import attribution_for
from workers.model.bounded import Rows, optional, text
from workers.model.evidence import JSON
from workers.model.fact import CALLER, SDK, Fact
from workers.static.readers.archive import MemberError
from workers.static.view import StaticView

FACT = Fact(
    name="launcher",
    what="how the app shows itself, and whether code takes that away",
    source="manifest, resources, the icon, calls in dex",
    blind="vector icons; which component is switched",
    keys={
        "launchers": "number of launchers",
        "enabled_launchers": "those that are switched on",
        "label": "name below the icon",
        "label_blank": "whether nothing of it can be seen",
        "icon": "file of the icon",
        "icon_transparent": "whether the icon cannot be seen; null: no plain PNG with alpha",
        "component_switches": "who switches components on and off",
        "component_switches[].caller": CALLER,
        "component_switches[].sdk": SDK,
    },
)
"""What this module tells."""

_HIDES = frozenset({"Landroid/content/pm/PackageManager;->setComponentEnabledSetting"})
_PNG = b"\x89PNG\r\n\x1a\n"
_CHUNKS_MAX = 1_000
_PIXELS_MAX = 1 << 20
_WITH_ALPHA = 6
"""PNG colour type: red, green, blue and alpha."""


def extract(view: StaticView) -> JSON:
    """Return launchers that are enabled, the label, whether the icon cannot be seen, and who can hide components.

    `icon_transparent` is null where the icon is no plain PNG with alpha.
    """
    manifest = view.manifest
    attribution = attribution_for(manifest.package)
    hidden = {item.name for item in manifest.components if not item.enabled}
    rows: list[JSON] = []
    for caller in sorted({caller for caller, _ in view.code.callers_of(_HIDES)}):
        sdk = attribution.of_method(caller)
        rows.append({"caller": text(caller), "sdk": sdk.name if sdk else None})
    return {
        "launchers": len(manifest.launchers),
        "enabled_launchers": sum(name not in hidden for name in manifest.launchers),
        "label": optional(manifest.label),
        "label_blank": manifest.label is not None and not manifest.label.strip("\u200b\u200c\u200d\u2060\ufeff \t\n"),
        "icon": optional(manifest.icon),
        "icon_transparent": _transparent(view, manifest.icon),
        "component_switches": Rows(rows, limit=500),
    }


def _transparent(view: StaticView, icon: str | None) -> bool | None:
    """Return whether no pixel of the icon can be seen, or None if that is not known."""
    if icon is None or icon not in view.archive:
        return None
    try:
        content = view.archive.read(icon)
    except MemberError:
        return None
    return transparent_png(content)


def transparent_png(content: bytes) -> bool | None:
    """Return whether all pixels of a PNG with alpha are zero; None for other pictures, and for huge or broken ones."""
    if not content.startswith(_PNG) or len(content) < 33:
        return None
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">2I5B", content, 16)
    if (depth, colour, interlaced) != (8, _WITH_ALPHA, 0) or not 0 < width * height <= _PIXELS_MAX:
        return None
    row = 1 + 4 * width
    try:
        raw = zlib.decompressobj().decompress(b"".join(_data(content)), row * height)
    except zlib.error:
        return None
    if len(raw) < row * height:
        return None
    # In front of each row stands its filter; of zeros all filters make zeros.
    return not any(any(raw[at + 1 : at + row]) for at in range(0, row * height, row))


def _data(content: bytes) -> list[bytes]:
    """Return the pieces of compressed picture data."""
    found: list[bytes] = []
    at = 8
    for _ in range(_CHUNKS_MAX):
        if at + 8 > len(content):
            break
        size, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"IDAT":
            found.append(content[at + 8 : at + 8 + size])
        at += 12 + size
    return found
