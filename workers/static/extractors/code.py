"""How much code there is, what of it could not be read, and whether the declared components are in it."""

from __future__ import annotations

from workers.model.bounded import Rows, printable, text, texts
from workers.model.evidence import JSON
from workers.model.fact import Fact, anomalies
from workers.static.readers.manifest_model import ComponentKind
from workers.static.view import StaticView

FACT = Fact(
    name="code",
    what="how much code there is, and what of it is missing",
    source="dex files; components of the manifest",
    blind="bodies of methods that a packer empties",
    keys={
        "dex_files": "names of the dex files",
        "dex_bytes": "their bytes, inflated",
        "classes": "classes defined",
        "methods": "methods defined",
        "unreadable": "dex files that could not be read",
        "unreadable[].name": "name of the file",
        "unreadable[].reason": "why",
        "complete": "whether absence means something: all was read, and most components have their class",
        "components": "components declared",
        "components_missing": "those without a class",
        "components_without_class": "their names; at most 50",
        **anomalies("dex files"),
    },
)
"""What this module tells."""

_NAME_LIMIT = 50


def extract(view: StaticView) -> JSON:
    """Return figures of the dex files and the components whose class is in none of them.

    Only where `complete` is true, the absence of a use means something: all dex files were read, and most declared
    components are in them.
    """
    code = view.code
    components = {
        item.name: f"L{item.name.replace('.', '/')};"
        for item in view.manifest.components
        if item.kind is not ComponentKind.ACTIVITY_ALIAS
    }
    defined = code.defined_of(components.values())
    missing = sorted(name for name, descriptor in components.items() if descriptor not in defined)
    unreadable: list[JSON] = [{"name": text(item.name, 255), "reason": text(item.reason)} for item in code.unreadable]
    return {
        "dex_files": texts(code.dex_names, text_limit=255),
        "dex_bytes": code.dex_bytes,
        "classes": code.class_count,
        "methods": code.method_count,
        "unreadable": Rows(unreadable, limit=1_000),
        "complete": not unreadable and (not missing or len(missing) * 2 < len(components)),
        "anomalies": Rows((printable(item.as_json()) for item in code.anomalies), limit=1_000),
        "components": len(components),
        "components_missing": len(missing),
        "components_without_class": texts(missing, limit=_NAME_LIMIT),
    }
