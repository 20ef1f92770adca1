"""One APK run through the dynamic suite, with what it reached and cost."""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.dynamic import suite
from workers.model.services import DEFAULT_SERVICES, Services
from workers.static.view import StaticView

UNEQUAL = frozenset({"cost", "cpu_s", "wall_s", "peak_mb"})
"""Fields of the document that may differ between two runs of the same APK."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One run."""

    name: str
    document: dict[str, Any]
    has_launcher: bool
    wall_s: float
    worker_cpu_s: float
    """Processor time of the worker itself, besides that of the app's process."""

    @property
    def cpu_s(self) -> float:
        """Processor time of the run, the worker's share included."""
        return float(self.document["cost"].get("cpu_s", 0.0)) + self.worker_cpu_s

    @property
    def peak_mb(self) -> int:
        """Largest resident memory of an app's process."""
        return int(self.document["cost"].get("peak_mb", 0))


def measure(apk: Path, *, seconds: float, services: Services = DEFAULT_SERVICES, keep: Path | None = None) -> Measured:
    """Run one APK; its document is kept in the folder `keep` if one is given."""
    wall, cpu = time.monotonic(), time.process_time()
    view = StaticView(apk.read_bytes())
    with tempfile.TemporaryDirectory() as out:
        document: dict[str, Any] = suite.run(apk, view, Path(out), seconds=seconds, services=services)
    measured = Measured(
        name=apk.stem,
        document=document,
        has_launcher=bool(view.manifest.launchers),
        wall_s=time.monotonic() - wall,
        worker_cpu_s=time.process_time() - cpu,
    )
    if keep is not None:
        (keep / f"{apk.parent.name}-{apk.stem}.json").write_text(json.dumps(document, ensure_ascii=False, indent=1))
    return measured


def comparable(value: object) -> object:
    """Return a document without the fields in which two runs may differ."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items() if key not in UNEQUAL}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return value
