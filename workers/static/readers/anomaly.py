"""What a reader found odd: evidence in itself, never a reason to stop."""

from __future__ import annotations

from dataclasses import dataclass

from workers.model.evidence import JSON


@dataclass(frozen=True, kw_only=True, slots=True)
class Anomaly:
    """One disagreement between what a file says and what it is."""

    kind: str
    """Stable name with the reader in front, such as `zip.encrypted-flag` or `dex.bad-checksum`."""
    subject: str = ""
    """What it concerns: a member of the archive, a component; from the app, so not to be trusted."""
    detail: str = ""
    """One short sentence or figure for a person."""

    def as_json(self) -> dict[str, JSON]:
        """Return the anomaly as it stands in the evidence document."""
        return {"kind": self.kind, "subject": self.subject, "detail": self.detail}
