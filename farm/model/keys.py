"""Where things lie in the farm's store."""

from __future__ import annotations

from farm.model.inspection import Suite


def manifest_key(sha256: str) -> str:
    """Return the key of a frozen manifest."""
    return f"manifests/{sha256}.parquet"


def evidence_key(sha256: str, suite: Suite, engine: str, config: str) -> str:
    """Return the result key: app + suite + engine version + configuration digest (DESIGN, decision 4)."""
    return f"evidence/{sha256[:2]}/{sha256}/{suite}/{engine}-{config}.json"


def artefact_key(evidence: str, name: str, sha256: str) -> str:
    """Return the key of a file of a run, beside the evidence document under the key `evidence`.

    The hash of its content is part of the key: two runs of one app whose pictures differ never mix.
    """
    return f"{evidence.removesuffix('.json')}/artefacts/{sha256[:16]}-{name}"
