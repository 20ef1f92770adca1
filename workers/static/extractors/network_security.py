"""Whose certificates the app trusts, and where it may talk in clear text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workers.model.bounded import Rows, optional, text
from workers.model.evidence import JSON
from workers.model.fact import Fact
from workers.static.readers.archive import MemberError
from workers.static.readers.axml_steps import XmlError
from workers.static.readers.network_config import SYSTEM, USER, Entry, NetworkConfig, read_network_config
from workers.static.view import StaticView

FACT = Fact(
    name="network_security",
    what="whose certificates the app trusts, and where it may talk in clear text",
    source="manifest, and the network security configuration that it names",
    blind="variants of the file for other devices; a file that Android refuses in part; connections with rules of "
    "their own in code",
    keys={
        "declared": "the manifest's word on clear text; null if it is silent; no matter with a configuration",
        "by_default": "what applies without a word, by the target level",
        "cleartext": "whether clear text is permitted where `domains` do not say otherwise; null: not read",
        "certificates": "whose it trusts there: `system`, `user` (installed by the user), `own` (in the app)",
        "user_certificates": "whether `user` is among them; null: not read",
        "config": "configuration file that the manifest names",
        "config_present": "whether that file is in the archive",
        "config_error": "why it could not be read; null without one, and if it could",
        "domains": "rules for domains, in the order of the file; at most 500",
        "domains[].domain": "name of the domain",
        "domains[].subdomains": "whether what is below it is meant too",
        "domains[].cleartext": "whether clear text is permitted",
        "domains[].certificates": "whose certificates are trusted, as above",
        "domains[].pins": "number of keys of which one must be met; 0: any certificate will do",
        "domains[].pins_expire": "day from which on the pins are not asked for, as it is written",
        "debug_overrides": "certificates trusted besides where the app is debuggable; null if it has no such part",
    },
)
"""What this module tells."""

_CLEARTEXT_OFF_SINCE = 28
"""Apps that target this level have clear text off by default (developer.android.com, "Network security configuration",
and `usesCleartextTraffic` of `<application>`)."""
_USER_TRUSTED_UNTIL = 23
"""Apps that target at most this level trust certificates that the user has installed (the same page)."""
_BYTES_MAX = 1 << 20
_ROWS = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class _Defaults:
    """What applies where nothing is said."""

    cleartext: bool
    certificates: frozenset[str]

    def under(self, entry: Entry | None) -> _Defaults:
        """Return what applies where `entry` is silent."""
        if entry is None:
            return self
        return _Defaults(
            cleartext=self.cleartext if entry.cleartext is None else entry.cleartext,
            certificates=self.certificates if entry.certificates is None else frozenset(entry.certificates),
        )


def extract(view: StaticView) -> JSON:
    """Return what applies everywhere and what applies to single domains.

    With a configuration file Android ignores `usesCleartextTraffic` from API level 24 on.
    """
    manifest = view.manifest
    name = manifest.network_security_config
    target = manifest.level
    by_default = target < _CLEARTEXT_OFF_SINCE
    declared = manifest.cleartext_traffic
    trusted = {SYSTEM, USER} if target <= _USER_TRUSTED_UNTIL else {SYSTEM}
    cleartext = by_default if declared is None or name is not None else declared
    default = _Defaults(cleartext=cleartext, certificates=frozenset(trusted))
    config, error = (None, None) if name is None else _read(view, name)
    applies = None if error else default.under(config.base if config else None)
    return {
        "declared": declared,
        "by_default": by_default,
        "cleartext": applies.cleartext if applies else None,
        "certificates": _names(applies.certificates) if applies else [],
        "user_certificates": USER in applies.certificates if applies else None,
        "config": optional(name),
        "config_present": name is not None and name in view.archive,
        "config_error": error,
        "domains": Rows(_rows(config, applies) if config and applies else (), limit=_ROWS),
        "debug_overrides": _names(config.debug.certificates or ()) if config and config.debug else None,
    }


def _read(view: StaticView, name: str) -> tuple[NetworkConfig | None, str | None]:
    """Return the configuration, or why it could not be read."""
    entry = view.archive.entry(name)
    if entry is None:
        return None, "It is not in the archive."
    if entry.size > _BYTES_MAX:
        return None, f"It has {entry.size} bytes; the limit is {_BYTES_MAX}."
    try:
        return read_network_config(view.archive.read(name)), None
    except (MemberError, XmlError) as error:
        return None, text(str(error), 300)


def _rows(config: NetworkConfig, base: _Defaults) -> Iterator[JSON]:
    """Yield a row for each domain."""
    for entry in config.entries:
        applies = base.under(entry)
        for domain, subdomains in entry.domains:
            yield {
                "domain": text(domain),
                "subdomains": subdomains,
                "cleartext": applies.cleartext,
                "certificates": _names(applies.certificates),
                "pins": entry.pins or 0,
                "pins_expire": optional(entry.pins_expire),
            }


def _names(certificates: Iterable[str]) -> list[JSON]:
    """Return whose certificates they are, in order."""
    return [*sorted(certificates)]
