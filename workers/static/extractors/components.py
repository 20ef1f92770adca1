"""Activities, services, receivers and providers, and who can reach them."""

from __future__ import annotations

from workers.data.attribution import Attribution, attribution_for
from workers.model.bounded import Rows, optional, text, texts
from workers.model.evidence import JSON
from workers.model.fact import SDK, Fact
from workers.static.readers.manifest_model import Component, IntentFilter
from workers.static.view import StaticView

FACT = Fact(
    name="components",
    what="activities, services, receivers and providers, one row each",
    source="manifest",
    blind="components made in code",
    keys={
        "[].kind": "`activity`, `activity-alias`, `service`, `receiver`, `provider`",
        "[].name": "class of the component",
        "[].sdk": SDK,
        "[].exported": "whether other apps reach it, with Android's defaults applied",
        "[].exported_declared": "what the manifest says of that; null if nothing",
        "[].enabled": "whether it is switched on",
        "[].permission": "what a caller must hold",
        "[].process": "process of its own",
        "[].target": "activity behind an alias",
        "[].authorities": "addresses of a provider",
        "[].foreground_types": "types of a foreground service",
        "[].filters": "intents that it takes; at most 100",
        "[].filters[].actions": "actions",
        "[].filters[].categories": "categories",
        "[].filters[].data": "data, as far as given",
        "[].filters[].data[].scheme": "scheme of an address",
        "[].filters[].data[].host": "host of an address",
        "[].filters[].data[].port": "port of an address",
        "[].filters[].data[].path": "path of an address",
        "[].filters[].data[].mime_type": "type of content",
        "[].filters[].priority": "priority among receivers",
    },
)
"""What this module tells."""

_FILTER_LIMIT = 100


def extract(view: StaticView) -> JSON:
    """Return a row for each component in the order of the manifest; `sdk` is null for own and unknown classes."""
    attribution = attribution_for(view.manifest.package)
    return Rows(_row(item, attribution) for item in view.manifest.components)


def _row(item: Component, attribution: Attribution) -> JSON:
    """Return the row of one component."""
    sdk = attribution.of_java_name(item.target or item.name)
    return {
        "kind": item.kind.value,
        "name": text(item.name),
        "sdk": sdk.name if sdk else None,
        "exported": item.exported,
        "exported_declared": item.exported_declared,
        "enabled": item.enabled,
        "permission": optional(item.permission),
        "process": optional(item.process),
        "target": optional(item.target),
        "authorities": texts(item.authorities, limit=_FILTER_LIMIT),
        "foreground_types": texts(item.foreground_types, limit=_FILTER_LIMIT),
        "filters": Rows((_filter(each) for each in item.filters), limit=_FILTER_LIMIT),
    }


def _filter(item: IntentFilter) -> JSON:
    """Return an intent filter; of its data, what is given."""
    data: list[JSON] = []
    for each in item.data[:_FILTER_LIMIT]:
        given = {
            "scheme": each.scheme,
            "host": each.host,
            "port": each.port,
            "path": each.path,
            "mime_type": each.mime_type,
        }
        data.append({name: text(value) for name, value in given.items() if value is not None})
    return {
        "actions": texts(item.actions, limit=_FILTER_LIMIT),
        "categories": texts(item.categories, limit=_FILTER_LIMIT),
        "data": data,
        "priority": item.priority,
    }
