"""Network security configurations of real APKs are read as androguard's decoder and lxml show them.

All APKs of a folder and below: `APKFARM_APKS=folder .venv/bin/pytest tests/integration/test_network_config.py`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from workers.model.errors import InspectionError
from workers.static.readers.axml_steps import XmlError
from workers.static.readers.network_config import Entry, NetworkConfig, read_network_config
from workers.static.view import StaticView

pytestmark = pytest.mark.network


def _configurations() -> dict[str, bytes]:
    """Return the configurations of the APKs here, by the name of the APK."""
    folder = Path(os.environ.get("APKFARM_APKS", Path(__file__).parents[2] / ".cache" / "apks"))
    found = {}
    for path in sorted(folder.rglob("*.apk")):
        view = StaticView(path.read_bytes())
        try:
            name = view.manifest.network_security_config
            if name is not None and name in view.archive:
                found[path.name] = view.archive.read(name)
        except InspectionError:
            continue
    return found


def _theirs(data: bytes) -> list[Any]:
    """Return what androguard's tree says of base, domains and debug overrides; nothing if it is another document."""
    from androguard.core.axml import AXMLPrinter

    root = AXMLPrinter(data).get_xml_obj()
    if root.tag != "network-security-config":
        return []
    parts = [root.find("base-config"), *root.iter("domain-config"), root.find("debug-overrides")]
    return [None if part is None else _account(part) for part in parts]


def _account(part: Any) -> tuple[object, ...]:
    """Return what stands in one entry itself."""
    anchors, pins = part.find("trust-anchors"), part.find("pin-set")
    sources = None if anchors is None else {one.get("src") for one in anchors.findall("certificates")}
    return (
        part.get("cleartextTrafficPermitted"),
        None if sources is None else {"own" if str(one).startswith("@") else one for one in sources},
        [(one.text.strip().lower(), one.get("includeSubdomains") == "true") for one in part.findall("domain")],
        None if pins is None else (len(pins.findall("pin")), pins.get("expiration")),
    )


def _ours(config: NetworkConfig) -> list[Any]:
    """Return the same of what we read."""
    return [None if part is None else _told(part) for part in (config.base, *config.entries, config.debug)]


def _told(part: Entry) -> tuple[object, ...]:
    """Return what we read of one entry."""
    cleartext = None if part.cleartext is None else str(part.cleartext).lower()
    return cleartext, part.certificates, part.domains, None if part.pins is None else (part.pins, part.pins_expire)


@pytest.mark.timeout(600)
def test_both_read_the_same_from_every_real_configuration() -> None:
    """Of all APKs here that have one."""
    configurations = _configurations()
    if not configurations:
        pytest.skip("No APK here has a network security configuration.")
    ours = {}
    for name, data in configurations.items():
        try:
            ours[name] = _ours(read_network_config(data))
        except XmlError:
            ours[name] = []

    assert ours == {name: _theirs(data) for name, data in configurations.items()}
