"""Whether the phone that an app meets has the services of Google and of phone makers."""

from __future__ import annotations

from enum import StrEnum


class Services(StrEnum):
    """What becomes of an app that asks Google's or a vendor's services for an identifier."""

    ABSENT = "absent"
    """The packages are not installed: binding fails, providers are unknown."""
    PRESENT = "present"
    """The packages are there, and answer planted values."""


DEFAULT_SERVICES = Services.PRESENT
"""What an app meets unless somebody says otherwise: see docs/decisions/0012-identifier-services-by-setting.md."""
