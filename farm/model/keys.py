"""Where things lie in the farm's store."""

from __future__ import annotations

import hashlib

from farm.model.batch import AppRef
from farm.model.inspection import Suite


def manifest_key(sha256: str) -> str:
    """Return the key of a frozen manifest."""
    return f"manifests/{sha256}.parquet"


def evidence_key(sha256: str, suite: Suite, engine: str, config: str) -> str:
    """Return the result key: app + suite + engine version + configuration digest (DESIGN, decision 4)."""
    return f"evidence/{sha256[:2]}/{sha256}/{suite}/{engine}-{config}.json"


def claimed_evidence_key(app: AppRef, suite: Suite, engine: str, config: str) -> str | None:
    """Return the result key of an app whose SHA-256 is only the word of a list; None without hash or etag.

    The object is part of it: what one list claims of one object is never taken for evidence on another one.
    """
    if app.sha256 is None or app.etag is None:
        return None
    claim = hashlib.sha256(f"{app.size}\0{app.etag}".encode("utf-8", "backslashreplace")).hexdigest()[:16]
    return evidence_key(app.sha256, suite, engine, f"{config}-claimed-{claim}")


def artefact_key(evidence: str, name: str, sha256: str) -> str:
    """Return the key of a file of a run, beside the evidence document under the key `evidence`.

    The hash of its content is part of the key: two runs of one app whose pictures differ never mix.
    """
    return f"{evidence.removesuffix('.json')}/artefacts/{sha256[:16]}-{name}"
