"""Read a network security configuration: what the app trusts, and where it may talk in clear text.

Follows `XmlConfigSource` of the framework, and developer.android.com/privacy-and-security/security-config for what
applies where the file is silent. Unlike Android, which stops the app, it skips what stands in a wrong place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from workers.static.readers.axml_steps import Attribute, End, Start, Text, XmlError, steps

SYSTEM, USER, OWN = "system", "user", "own"
"""Whose certificates: Android's, those that the user installs, those that the app brings."""

_ROOT, _BASE, _DOMAINS, _DEBUG = "network-security-config", "base-config", "domain-config", "debug-overrides"
_INSIDE = {
    "": {_ROOT},
    _ROOT: {_BASE, _DOMAINS, _DEBUG},
    _BASE: {"trust-anchors"},
    _DEBUG: {"trust-anchors"},
    _DOMAINS: {"trust-anchors", "pin-set", "domain", _DOMAINS},
    "trust-anchors": {"certificates"},
    "pin-set": {"pin"},
}
"""Which elements mean something inside of which."""
_DOMAINS_MAX = 10_000
_NOTHING = Attribute()


@dataclass(kw_only=True, slots=True)
class Entry:
    """One `base-config`, `domain-config` or `debug-overrides`; None where it and what is around it are silent."""

    domains: list[tuple[str, bool]] = field(default_factory=list)
    """Domains in lower case, and whether what is below them is meant too."""
    cleartext: bool | None = None
    certificates: set[str] | None = None
    pins: int | None = None
    """Number of pins; a `domain-config` without pins of its own has those of the one around it."""
    pins_expire: str | None = None
    """Day from which on the pins are not asked for, as it is written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkConfig:
    """A configuration as it stands in the file."""

    base: Entry | None
    entries: tuple[Entry, ...]
    """Every `domain-config`, outer ones first."""
    debug: Entry | None


def read_network_config(data: bytes) -> NetworkConfig:
    """Return the configuration in binary XML; raises XmlError if it is none."""
    reading = _Reading()
    for step in steps(data):
        match step:
            case Start():
                reading.start(step)
            case Text():
                reading.text(step.text)
            case End():
                reading.end()
            case _:
                assert_never(step)
    return reading.config()


class _Reading:
    """What was read so far."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._open: list[tuple[str, Entry]] = [("", Entry())]
        """Tags around the place that is read, with the entry that each belongs to; `?` means nothing here."""
        self._found: dict[str, list[Entry]] = {_ROOT: [], _BASE: [], _DOMAINS: [], _DEBUG: []}
        self._around: list[Entry] = []
        """For each `domain-config` the entry around it."""
        self._domains = 0

    def start(self, step: Start) -> None:
        """Begin an element."""
        tag, entry = self._open[-1]
        name = step.name if step.name in _INSIDE.get(tag, ()) else "?"
        if name == _DOMAINS:
            self._around.append(entry)
        if name in self._found:
            entry = Entry()
            self._found[name].append(entry)
        self._enter(entry, name, step)
        self._open.append((name, entry))

    def _enter(self, entry: Entry, name: str, step: Start) -> None:
        """Take over what an element says by its attributes."""
        given = step.attributes.get
        match name:
            case "base-config" | "domain-config":
                said = given("cleartextTrafficPermitted")
                entry.cleartext = None if said is None else said.flag(default=True)
            case "trust-anchors":
                entry.certificates = set()
            case "certificates":
                source = given("src", _NOTHING)
                whose = source.text if source.reference is None else OWN
                if entry.certificates is not None and whose in {SYSTEM, USER, OWN}:
                    entry.certificates.add(whose)
            case "pin-set":
                entry.pins, entry.pins_expire = 0, given("expiration", _NOTHING).text
            case "pin":
                entry.pins = (entry.pins or 0) + 1
            case "domain":
                self._domains += 1
                if self._domains > _DOMAINS_MAX:
                    raise XmlError(f"It names more than {_DOMAINS_MAX} domains.")
                entry.domains.append(("", given("includeSubdomains", _NOTHING).flag(default=False)))
            case _:
                pass  # It means something by what is inside of it, or nothing.

    def text(self, text: str) -> None:
        """Take over the name of a domain."""
        tag, entry = self._open[-1]
        if tag == "domain":
            entry.domains[-1] = text.strip().lower(), entry.domains[-1][1]

    def end(self) -> None:
        """End the innermost element."""
        if len(self._open) > 1:
            self._open.pop()

    def config(self) -> NetworkConfig:
        """Return everything, entries with what they have from the one around them."""
        if not self._found[_ROOT]:
            raise XmlError("It is no network security configuration.")
        for entry, around in zip(self._found[_DOMAINS], self._around, strict=True):
            if entry.cleartext is None:
                entry.cleartext = around.cleartext
            if entry.certificates is None:
                entry.certificates = around.certificates
            if entry.pins is None:
                entry.pins, entry.pins_expire = around.pins, around.pins_expire
        return NetworkConfig(
            base=next(iter(self._found[_BASE]), None),
            entries=tuple(self._found[_DOMAINS]),
            debug=next(iter(self._found[_DEBUG]), None),
        )
