"""Whether the app may talk in clear text, as far as manifest and names say."""

from __future__ import annotations

from workers.model.bounded import optional
from workers.model.evidence import JSON
from workers.model.fact import Fact
from workers.static.view import StaticView

FACT = Fact(
    name="network_security",
    what="whether the app may talk in clear text",
    source="manifest, names in the archive",
    blind="what the configuration file says: `cleartext` is null with one",
    keys={
        "declared": "the manifest's word; null if it is silent",
        "by_default": "what applies without a word, by the target level",
        "cleartext": "what applies",
        "config": "configuration file that the manifest names",
        "config_present": "whether that file is in the archive",
    },
)
"""What this module tells."""

_CLEARTEXT_OFF_SINCE = 28
"""Apps that target this level have clear text off by default (`usesCleartextTraffic`)."""


def extract(view: StaticView) -> JSON:
    """Return the manifest's word, the default that applies without one, and the configuration file if there is one.

    With a configuration file Android ignores `usesCleartextTraffic` from API level 24 on, so `cleartext` is null then.
    """
    manifest = view.manifest
    config = manifest.network_security_config
    target = manifest.target_sdk or manifest.min_sdk or 1
    by_default = target < _CLEARTEXT_OFF_SINCE
    declared = manifest.cleartext_traffic
    cleartext = by_default if declared is None else declared
    return {
        "declared": declared,
        "by_default": by_default,
        "cleartext": None if config else cleartext,
        "config": optional(config),
        "config_present": config is not None and config in view.archive,
    }
