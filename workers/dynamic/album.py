"""Keep the screens of a run: trees for the document, pictures as files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from workers.dynamic.event import Phase
from workers.dynamic.tree import Screen
from workers.model.evidence import JSON

_MAX_SCREENS = 60
_MAX_PICTURE = 8 << 20


@dataclass(kw_only=True, slots=True)
class Album:
    """Screens by label, in the order in which they were taken; a label is taken once."""

    out: Path
    """Folder for the pictures."""
    screens: list[JSON] = field(default_factory=list)
    pictures: list[JSON] = field(default_factory=list)
    """Names of the files."""
    _labels: set[str] = field(default_factory=set)

    def keep(self, label: str, phase: Phase, sim_ms: int, screen: Screen, picture: bytes) -> None:
        """Keep one screen; `label` is ours and safe as a file name."""
        if label in self._labels or len(self._labels) >= _MAX_SCREENS:
            return
        self._labels.add(label)
        if picture and len(picture) <= _MAX_PICTURE:
            (self.out / f"{label}.png").write_bytes(picture)
            self.pictures.append(f"{label}.png")
        self.screens.append({"label": label, "phase": phase.value, "sim_ms": sim_ms, **screen.as_json()})

    def picture_of(self, label: str) -> str | None:
        """Return the file name of a screen's picture; None if it has none."""
        name = f"{label}.png"
        return name if name in self.pictures else None
