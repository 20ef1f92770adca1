"""Means to download and install other apps."""

from __future__ import annotations

import re

from workers.data.attribution import Attribution, attribution_for
from workers.data.matching import find_uses
from workers.data.tables import Category
from workers.model.bounded import Rows, text, texts
from workers.model.evidence import JSON
from workers.model.fact import API, CALLER, SDK, Fact
from workers.static.view import StaticView

FACT = Fact(
    name="download_install",
    what="means to download and install other apps; at most 500",
    source="manifest, dex",
    blind="downloads through plain HTTP code",
    keys={
        "request_install_packages": "whether it asks for the permission to install",
        "callers": "who uses DownloadManager and PackageInstaller",
        "callers[].api": API,
        "callers[].caller": CALLER,
        "callers[].sdk": SDK,
        "install_intents": "who names the type of an APK, as an intent to install does",
        "install_intents[].type": "the type",
        "install_intents[].caller": CALLER,
        "install_intents[].sdk": SDK,
        "apk_urls": "addresses of APKs",
        "sdks": "SDKs that download",
    },
)
"""What this module tells."""

_ARCHIVE_TYPE = "application/vnd.android.package-archive"
_APK_URL = re.compile(r"https?://[^\s\"'<>?#]{4,1024}\.apk\b", re.IGNORECASE)
_KINDS = frozenset({"install_package", "download"})
_CATEGORIES = frozenset({Category.AD_DOWNLOAD, Category.DOWNLOAD})
_ROW_LIMIT = 500


def extract(view: StaticView) -> JSON:
    """Return the permission, the callers of downloading and installing members, the install intent, APK addresses."""
    attribution = attribution_for(view.manifest.package)
    found = {(use.api.member, use.caller) for use in find_uses(view.code) if use.api.pi_kind in _KINDS}
    intents = {(_ARCHIVE_TYPE, use.caller) for use in view.code.string_uses({_ARCHIVE_TYPE})}
    addresses: set[str] = set()
    for value in view.code.strings_with((".apk", ".APK")):
        addresses.update(_APK_URL.findall(value[:8_192]))
    owners = attribution.count_packages(view.code.packages)
    return {
        "request_install_packages": any(
            item.name == "android.permission.REQUEST_INSTALL_PACKAGES" for item in view.manifest.permissions
        ),
        "callers": _rows("api", found, attribution),
        "install_intents": _rows("type", intents, attribution),
        "apk_urls": texts(sorted(addresses), limit=_ROW_LIMIT),
        "sdks": [*sorted({sdk.name for sdk in owners if sdk.category in _CATEGORIES})],
    }


def _rows(what: str, found: set[tuple[str, str]], attribution: Attribution) -> Rows:
    """Return pairs of what is used and by whom, sorted."""
    rows: list[JSON] = []
    for used, caller in sorted(found):
        sdk = attribution.of_method(caller)
        rows.append({what: used, "caller": text(caller), "sdk": sdk.name if sdk else None})
    return Rows(rows, limit=_ROW_LIMIT)
