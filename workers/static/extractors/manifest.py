"""What the manifest says of the app as a whole: SDK levels, flags, entry points, features."""

from __future__ import annotations

from workers.model.bounded import Rows, optional, printable, text, texts
from workers.model.evidence import JSON
from workers.static.view import StaticView

_META_LIMIT = 500


def extract(view: StaticView) -> JSON:
    """Return one object; flags that the manifest does not set are null."""
    manifest = view.manifest
    meta: list[JSON] = [{"name": text(name), "value": text(value)} for name, value in manifest.meta_data]
    features: list[JSON] = [{"name": text(item.name), "required": item.required} for item in manifest.features]
    defined: list[JSON] = [
        {"name": text(item.name), "protection_level": optional(item.protection_level)}
        for item in manifest.declared_permissions
    ]
    return {
        "reader": manifest.reader.value,
        "min_sdk": manifest.min_sdk,
        "target_sdk": manifest.target_sdk,
        "max_sdk": manifest.max_sdk,
        "application_class": optional(manifest.application_class),
        "component_factory": optional(manifest.component_factory),
        "shared_user_id": optional(manifest.shared_user_id),
        "icon": optional(manifest.icon),
        "main_activity": optional(manifest.main_activity),
        "launchers": texts(manifest.launchers),
        "debuggable": manifest.debuggable,
        "test_only": manifest.test_only,
        "allow_backup": manifest.allow_backup,
        "extract_native_libs": manifest.extract_native_libs,
        "request_legacy_storage": manifest.request_legacy_storage,
        "features": Rows(features),
        "libraries": texts(manifest.libraries),
        "defined_permissions": Rows(defined),
        "meta_data": Rows(meta, limit=_META_LIMIT),
        "anomalies": Rows(printable(item.as_json()) for item in manifest.anomalies),
    }
