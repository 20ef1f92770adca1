"""How much one app may cost: bytes, entries, memory and time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Caps on one inspection, part of the result key; what ends beyond each is told in docs/reference/outcomes.md."""

    file_bytes: int = 4 << 30
    """Largest APK that is read."""
    member_bytes: int = 128 << 20
    """Largest single zip member after inflating; the largest dex file seen has 15 MB."""
    inflated_bytes: int = 512 << 20
    """Largest sum of all members inflated for one app."""
    dex_bytes: int = 256 << 20
    """Largest sum of all dex files: their tables live as long as the app is inspected."""
    strings: int = 8_000_000
    """Largest number of strings in the tables of all dex files."""
    instructions: int = 200_000_000
    """Largest number of instructions in all dex files."""
    entries: int = 200_000
    """Largest number of entries in the central directory."""
    seconds: float = 120.0
    """Wall time of one inspection; the worker stops itself here, the driver kills it a little later."""
    memory_bytes: int = 3 << 30
    """Private memory one inspection may add to its process."""

    def digest(self, **settings: str) -> str:
        """Return 8 hexadecimal digits that differ when the limits do: the configuration part of a result key.

        `settings` are others that change what is seen, by name.
        """
        return hashlib.sha256(json.dumps(asdict(self) | settings, sort_keys=True).encode()).hexdigest()[:8]
