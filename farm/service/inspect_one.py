"""Inspect one APK on this machine, without a batch, a cluster or a ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from farm.model.errors import SourceError
from farm.model.finding import Finding
from workers.model.evidence import Evidence


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspected:
    """Evidence on one app and what the rules make of it."""

    evidence: Evidence
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the evidence document with `findings` beside it."""
        findings = [asdict(f) | {"fingerprint": f.fingerprint} for f in self.findings]
        return self.evidence.as_json() | {"findings": findings}


def inspect_file(
    path: Path,
    *,
    inspect: Callable[[bytes], Evidence],
    judge: Callable[[dict[str, Any]], Sequence[Finding]],
    limit: int,
) -> Inspected:
    """Return what `inspect` sees in the file at `path` and what `judge` says of it; raises SourceError."""
    try:
        if path.stat().st_size > limit:
            raise SourceError(f"{path} has more than {limit:,} bytes.", next_step="Raise the limit, or leave it out.")
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.", next_step="Give the path of an APK.") from error
    evidence = inspect(data)
    return Inspected(evidence=evidence, findings=tuple(judge(evidence.as_json())))
