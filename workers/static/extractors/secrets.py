"""Keys in the code that open something by themselves, without telling them."""

from __future__ import annotations

import hashlib

from workers.data.attribution import attribution_for
from workers.data.secrets import secret_forms
from workers.model.bounded import Rows, text
from workers.model.evidence import JSON
from workers.model.fact import SDK, Fact
from workers.static.view import StaticView

FACT = Fact(
    name="secrets",
    what="keys of services and private keys in the code, masked; at most 200",
    source="strings that instructions load; `workers/data/secrets.tsv`",
    blind="keys without a mark of their own, in pieces, in resources, assets, native code; whether a key still works",
    keys={
        "[].kind": "kind of key, as `aws_access_key`, `private_key`",
        "[].class": "the class that loads it",
        "[].sdk": SDK,
        "[].shown": "its first 8 characters",
        "[].length": "its length",
        "[].sha256": "SHA-256 of it, by which whoever has the key knows it again",
    },
)
"""What this module tells."""

_LIMIT = 200
_SHOWN = 8
_SCAN = 65_536
"""Characters of one string that are searched."""


def extract(view: StaticView) -> JSON:
    """Return a row for each key and class that loads it; the evidence must not be a place to steal keys from."""
    attribution = attribution_for(view.manifest.package)
    forms = secret_forms()
    found: set[tuple[str, str, str]] = set()
    for value, owner in view.code.classes_loading([form.marker for form in forms]):
        for form in forms:
            if form.marker in value:
                found.update((form.kind, key, owner) for key in form.pattern.findall(value[:_SCAN]))
    rows: list[JSON] = []
    for kind, key, owner in sorted(found):
        sdk = attribution.of_class(owner)
        rows.append(
            {
                "kind": kind,
                "class": text(owner),
                "sdk": sdk.name if sdk else None,
                "shown": key[:_SHOWN],
                "length": len(key),
                "sha256": hashlib.sha256(key.encode()).hexdigest(),
            }
        )
    return Rows(rows, limit=_LIMIT)
