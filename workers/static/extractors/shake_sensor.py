"""Listeners to motion sensors, and whether they stand in ad SDKs: leads for shake-to-jump advertisements."""

from __future__ import annotations

from workers.data.attribution import attribution_for
from workers.data.matching import find_uses
from workers.data.tables import Category
from workers.model.bounded import Rows, text
from workers.model.evidence import JSON
from workers.model.fact import CALLER, SDK, Fact
from workers.static.view import StaticView

FACT = Fact(
    name="shake_sensor",
    what="who listens to sensors, as shake-to-open advertisements do; at most 500",
    source="calls in dex",
    blind="which sensor, and its threshold",
    keys={
        "listeners": "methods that listen to a sensor",
        "listeners[].caller": CALLER,
        "listeners[].sdk": SDK,
        "listeners[].ad_sdk": "whether that SDK shows advertisements",
        "in_ad_sdk": "whether any does",
        "ad_sdks": "all SDKs for advertisements in the app",
    },
)
"""What this module tells."""

_LISTEN = "Landroid/hardware/SensorManager;->registerListener"
_ADS = frozenset({Category.ADS, Category.AD_DOWNLOAD})


def extract(view: StaticView) -> JSON:
    """Return the methods that listen to a sensor, and the ad SDKs of the app."""
    attribution = attribution_for(view.manifest.package)
    rows: list[JSON] = []
    in_ads = False
    for caller in sorted({use.caller for use in find_uses(view.code) if use.api.member == _LISTEN}):
        sdk = attribution.of_method(caller)
        is_ad = sdk is not None and sdk.category in _ADS
        in_ads = in_ads or is_ad
        rows.append({"caller": text(caller), "sdk": sdk.name if sdk else None, "ad_sdk": is_ad})
    owners = attribution.count_packages(view.code.packages)
    return {
        "listeners": Rows(rows, limit=500),
        "in_ad_sdk": in_ads,
        "ad_sdks": [*sorted({sdk.name for sdk in owners if sdk.category in _ADS})],
    }
