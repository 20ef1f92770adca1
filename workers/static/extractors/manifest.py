"""What the manifest says of the app as a whole: SDK levels, flags, entry points, features."""

from __future__ import annotations

from workers.model.bounded import Rows, optional, printable, text, texts
from workers.model.evidence import JSON
from workers.model.fact import Fact, anomalies
from workers.static.view import StaticView

FACT = Fact(
    name="manifest",
    what="SDK levels, flags, Application class, launchers, features, meta-data, permissions it defines",
    source="manifest and resources",
    blind="flags are null where the manifest is silent: the default depends on the target level",
    keys={
        "reader": "the library that read it: `apk_info`, or `androguard` where that one failed",
        "min_sdk": "lowest API level",
        "target_sdk": "API level that the app was made for",
        "max_sdk": "highest API level",
        "application_class": "class that runs before all others",
        "component_factory": "class that makes the others (`android:appComponentFactory`)",
        "shared_user_id": "user shared with other apps of the signer",
        "icon": "file of the icon",
        "main_activity": "the first launcher",
        "launchers": "activities that stand on the home screen",
        "debuggable": "whether a debugger may attach",
        "test_only": "whether it installs for tests only",
        "allow_backup": "whether its data may be saved elsewhere",
        "extract_native_libs": "whether native libraries are unpacked at installation",
        "request_legacy_storage": "whether it asks for the old, open storage",
        "features": "hardware and software that it asks for",
        "features[].name": "name of the feature",
        "features[].required": "whether it is needed",
        "libraries": "shared libraries of the platform that it asks for",
        "defined_permissions": "permissions that it defines itself",
        "defined_permissions[].name": "name of the permission",
        "defined_permissions[].protection_level": "level as declared",
        "meta_data": "values for SDKs; at most 500",
        "meta_data[].name": "name of the value",
        "meta_data[].value": "the value",
        **anomalies("manifest"),
    },
)
"""What this module tells."""

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
