"""Settings of web views that open the app to the pages it shows."""

from __future__ import annotations

from collections import Counter

from workers.data.attribution import attribution_for
from workers.data.matching import find_uses
from workers.model.bounded import Rows, text
from workers.model.evidence import JSON
from workers.model.fact import API, CALLER, SDK, Fact
from workers.static.view import StaticView

FACT = Fact(
    name="webview",
    what="settings of web views that open the app to pages; at most 1,000 callers",
    source="calls in dex",
    blind="whether a setting is turned on or off",
    keys={
        "callers_by_api": "how many methods call each member",
        "callers_by_api.*": "number of callers, by member",
        "callers": "who calls which member",
        "callers[].api": API,
        "callers[].caller": CALLER,
        "callers[].sdk": SDK,
    },
)
"""What this module tells."""

_SETTINGS = ("Landroid/webkit/WebSettings;", "Lcom/tencent/smtt/sdk/WebSettings;")
_MEMBERS = frozenset(
    {
        f"{owner}->{name}"
        for owner in _SETTINGS
        for name in (
            "setJavaScriptEnabled",
            "setAllowFileAccess",
            "setAllowFileAccessFromFileURLs",
            "setAllowUniversalAccessFromFileURLs",
            "setAllowContentAccess",
            "setMixedContentMode",
            "setSavePassword",
            "setGeolocationEnabled",
        )
    }
    | {
        "Landroid/webkit/WebView;->setWebContentsDebuggingEnabled",
        "Landroid/webkit/SslErrorHandler;->proceed",
        "Lcom/tencent/smtt/export/external/interfaces/SslErrorHandler;->proceed",
    }
)
_BRIDGE = "->addJavascriptInterface"


def extract(view: StaticView) -> JSON:
    """Return how often each member is called, and the distinct callers; whether a setting is turned on is not known."""
    attribution = attribution_for(view.manifest.package)
    found = {(call.member, call.caller) for call in view.code.calls_to(_MEMBERS)}
    found |= {(use.api.member, use.caller) for use in find_uses(view.code) if use.api.member.endswith(_BRIDGE)}
    counts = Counter(member for member, _ in found)
    rows: list[JSON] = []
    for member, caller in sorted(found):
        sdk = attribution.of_method(caller)
        rows.append({"api": member, "caller": text(caller), "sdk": sdk.name if sdk else None})
    return {"callers_by_api": {member: counts[member] for member in sorted(counts)}, "callers": Rows(rows, limit=1_000)}
