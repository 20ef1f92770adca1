"""Judge stored evidence again, without reading an APK."""

from __future__ import annotations

import json
from collections.abc import Sequence

from farm.model.errors import StoreError
from farm.model.finding import Finding
from farm.rules.engine import judge
from farm.rules.rule import RulePack
from workers.model.evidence import JSON


def parse_evidence(document: bytes) -> dict[str, JSON]:
    """Return the evidence document in these bytes; raises StoreError if they hold none."""
    step = "Run the inspection again with 'farm rerun'."
    try:
        parsed = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise StoreError("The stored evidence is not JSON.", next_step=step) from error
    if not isinstance(parsed, dict) or not isinstance(parsed.get("facts"), dict):
        raise StoreError("The stored object is not an evidence document.", next_step=step)
    return parsed


def judge_evidence(document: bytes, packs: Sequence[RulePack], *, app_type: str | None = None) -> tuple[Finding, ...]:
    """Return what the packs find in a stored evidence document; raises StoreError if it is damaged."""
    return judge(parse_evidence(document), packs, app_type=app_type)
