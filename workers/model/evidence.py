"""What an inspection saw of one app: identity and facts, without judgement."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from workers.model.outcome import Outcome

JSON: TypeAlias = bool | int | float | str | list["JSON"] | dict[str, "JSON"] | None
"""A value that JSON can carry."""

SCHEMA_VERSION = 1
"""Version of the evidence document; part of the engine version, so a change never mixes documents."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AppIdentity:
    """Which app it is."""

    sha256: str
    """Lower-case hexadecimal SHA-256 of the whole file."""
    package: str | None = None
    """Application id from the manifest."""
    version_code: int | None = None
    """`versionCode`, with `versionCodeMajor` in the upper 32 bits."""
    version_name: str | None = None
    """`versionName` as shown to users, resolved from resources."""
    min_sdk: int | None = None
    """`minSdkVersion`; None if it is absent or a codename."""
    target_sdk: int | None = None
    """`targetSdkVersion`; None if it is absent or a codename."""
    label: str | None = None
    """Application label, resolved from resources."""
    sha256_verified: bool = True
    """Whether the farm itself has hashed the file; if not, `sha256` is the word of the list (decision 11)."""

    def as_json(self) -> dict[str, JSON]:
        """Return the identity as it stands in the evidence document; `sha256_verified` stands there only if false."""
        document: dict[str, JSON] = {
            "sha256": self.sha256,
            "package": self.package,
            "version_code": self.version_code,
            "version_name": self.version_name,
            "min_sdk": self.min_sdk,
            "target_sdk": self.target_sdk,
            "label": self.label,
        }
        if not self.sha256_verified:
            document["sha256_verified"] = False
        return document


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One suite's evidence on one app: the document that is stored under the result key."""

    suite: str
    """`static` or `dynamic`."""
    engine: str
    """Version of the suite that made it, such as `static-1`."""
    outcome: Outcome
    """How the inspection ended."""
    reason: str
    """One sentence on the outcome for a person; empty when everything was seen."""
    app: AppIdentity
    """Which app it is."""
    facts: dict[str, JSON]
    """Facts by the name of their extractor; see docs/reference/facts.md."""
    dynamic: dict[str, JSON] | None = None
    """What the run of the app showed; see docs/reference/dynamic.md. None for other suites."""
    artefacts: Mapping[str, bytes] = field(default_factory=dict)
    """Files of the run by name, such as screenshots; kept beside the document, which has their hashes only."""

    def as_json(self) -> dict[str, JSON]:
        """Return the document."""
        document: dict[str, JSON] = {
            "schema": SCHEMA_VERSION,
            "suite": self.suite,
            "engine": self.engine,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "app": self.app.as_json(),
            "facts": self.facts,
        }
        if self.dynamic is not None:
            document["dynamic"] = self.dynamic
            document["artefacts"] = {name: hashlib.sha256(data).hexdigest() for name, data in self.artefacts.items()}
        return document

    def as_bytes(self) -> bytes:
        """Return the document as canonical JSON: sorted keys, UTF-8, the same bytes for the same evidence."""
        text = json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        # Lone surrogates are legal in MUTF-8 strings of a hostile DEX, but not in UTF-8.
        return text.encode("utf-8", "backslashreplace")
