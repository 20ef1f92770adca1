"""Which other apps the app asks to see (package visibility, Android 11 and later)."""

from __future__ import annotations

from workers.model.bounded import Rows, texts
from workers.model.evidence import JSON
from workers.model.fact import Fact
from workers.static.readers.manifest_model import IntentFilter
from workers.static.view import StaticView

FACT = Fact(
    name="queries",
    what="which other apps it asks to see",
    source="manifest: `<queries>` and permissions",
    blind="apps found by other means",
    keys={
        "query_all_packages": "whether it may see all apps",
        "permissions": "permissions for all apps that it asks for",
        "packages": "apps by name",
        "intents": "apps by what they can do",
        "intents[].actions": "actions",
        "intents[].categories": "categories",
        "intents[].schemes": "schemes of addresses",
        "authorities": "apps by their providers",
    },
)
"""What this module tells."""

_ALL = frozenset({"android.permission.QUERY_ALL_PACKAGES", "com.android.permission.GET_INSTALLED_APPS"})


def extract(view: StaticView) -> JSON:
    """Return whether all apps are asked for, and the entries of `<queries>`."""
    manifest = view.manifest
    asked = {item.name for item in manifest.permissions} & _ALL
    return {
        "query_all_packages": "android.permission.QUERY_ALL_PACKAGES" in asked,
        "permissions": [*sorted(asked)],
        "packages": texts(sorted(set(manifest.queries.packages))),
        "intents": Rows(_intent(item) for item in manifest.queries.intents),
        "authorities": texts(sorted(set(manifest.queries.authorities))),
    }


def _intent(item: IntentFilter) -> JSON:
    """Return one `<intent>`."""
    schemes = sorted({each.scheme for each in item.data if each.scheme})
    return {
        "actions": texts(item.actions, limit=100),
        "categories": texts(item.categories, limit=100),
        "schemes": texts(schemes, limit=100),
    }
