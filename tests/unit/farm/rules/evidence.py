"""Hand-made evidence: a clean app, and the same app with some facts changed."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from workers.model.evidence import JSON

SHA256 = "0123456789abcdef" * 4


def use(
    member: str, pi_kind: str, *, sdk: str | None = None, caller: str = "Lcom/example/Main;->run()V", **more: JSON
) -> JSON:
    """Return a row of `api_uses`; `member` is `android/telephony/TelephonyManager.getDeviceId`."""
    owner, _, name = member.rpartition(".")
    row: dict[str, JSON] = {
        "api": f"L{owner};->{name}",
        "caller": caller,
        "sdk": sdk,
        "pi_kind": pi_kind,
        "permissions": [],
        "argument": None,
    }
    return row | more


def sdk(name: str, category: str, prefix: str = "com.vendor", version: str | None = None) -> JSON:
    """Return a row of `sdks`."""
    return {
        "name": name,
        "name_zh": None,
        "vendor": "Vendor",
        "category": category,
        "version": version,
        "version_told_by": version and f"{prefix}.Constants.VERSION",
        "prefix": prefix,
        "prefixes": [prefix],
        "classes": 12,
        "components": 0,
    }


def permission(name: str, *, group: str | None = None) -> JSON:
    """Return a row of `permissions`; with a group it is a dangerous one. Short names are the platform's."""
    return {
        "name": name if "." in name else f"android.permission.{name}",
        "min_sdk": None,
        "max_sdk": None,
        "flags": [],
        "known": True,
        "protection": "dangerous" if group else "normal",
        "dangerous": group is not None,
        "group": group,
        "name_en": None,
        "name_zh": None,
        "defined_here": False,
    }


def component(kind: str, name: str, *actions: str, sdk: str | None = None) -> JSON:
    """Return a row of `components`."""
    each: JSON = {"actions": list(actions), "categories": [], "data": [], "priority": 0}
    filters: list[JSON] = [each] if actions else []
    return {"kind": kind, "name": name, "sdk": sdk, "exported": True, "enabled": True, "filters": filters}


def document(
    facts: Mapping[str, JSON] | None = None,
    *,
    outcome: str = "inspected",
    reason: str = "",
    app: Mapping[str, JSON] | None = None,
) -> dict[str, JSON]:
    """Return the evidence of a clean app, with the given facts in place of its own; None leaves a fact out."""
    identity: dict[str, JSON] = {
        "sha256": SHA256,
        "package": "com.example.app",
        "version_code": 7,
        "version_name": "1.2",
        "min_sdk": 21,
        "target_sdk": 34,
        "label": "示例",
    }
    merged = copy.deepcopy(_CLEAN) | dict(facts or {})
    present: dict[str, JSON] = {name: value for name, value in merged.items() if value is not None}
    return {
        "schema": 1,
        "suite": "static",
        "engine": "static-1",
        "outcome": outcome,
        "reason": reason,
        "app": identity | dict(app or {}),
        "facts": present,
    }


_CLEAN: dict[str, JSON] = {
    "manifest": {"reader": "apk_info", "min_sdk": 21, "target_sdk": 34, "debuggable": None},
    "permissions": [permission("INTERNET")],
    "components": [component("activity", "com.example.Main", "android.intent.action.MAIN")],
    "queries": {"query_all_packages": False, "permissions": [], "packages": [], "intents": [], "authorities": []},
    "network_security": {
        "declared": None,
        "by_default": False,
        "cleartext": False,
        "certificates": ["system"],
        "user_certificates": False,
        "config": None,
        "config_present": False,
        "config_error": None,
        "domains": [],
        "debug_overrides": None,
    },
    "native_libs": {},
    "signing": {
        "schemes": ["v2"],
        "signers": [
            {
                "scheme": "v2",
                "certificate_sha256": "ab" * 32,
                "subject": "CN=Example",
                "issuer": "CN=Example",
                "valid_from": "2020-01-01T00:00:00Z",
                "valid_until": "2050-01-01T00:00:00Z",
                "debug_key": False,
            }
        ],
        "certificates": ["ab" * 32],
        "debug_key": False,
        "janus": False,
    },
    "code": {"dex_files": ["classes.dex"], "dex_bytes": 1000, "classes": 10, "methods": 50, "unreadable": []},
    "sdks": [sdk("AndroidX", "platform_library", "androidx")],
    "api_uses": [],
    "permission_gap": {"unused_groups": [], "undeclared": []},
    "self_start": {"receivers": [], "sync_adapters": [], "exported_services": []},
    "urls": {"urls": [], "hosts": []},
    "privacy_policy": {
        "found": True,
        "texts": ["隐私政策"],
        "urls": ["https://example.com/privacy"],
        "terms_in_resources": [],
        "files": [],
    },
    "webview": {"callers_by_api": {}, "callers": []},
    "dynamic_code": {"loaders": [], "embedded": []},
    "download_install": {
        "request_install_packages": False,
        "callers": [],
        "install_intents": [],
        "apk_urls": [],
        "sdks": [],
    },
    "shake_sensor": {"listeners": [], "in_ad_sdk": False, "ad_sdks": []},
}
