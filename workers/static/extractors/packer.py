"""The packer that hides the app's code, by the traces it leaves in names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from workers.data.tables import PackerTrace, TraceKind, packer_traces
from workers.model.bounded import Rows, text
from workers.model.evidence import JSON
from workers.model.fact import Fact
from workers.static.readers.manifest_model import ComponentKind
from workers.static.view import StaticView

FACT = Fact(
    name="packer",
    what="the packer that hides the app's code, or null",
    source="names of libraries, assets, classes; `workers/data/packers.tsv`",
    blind="packers that the table does not have; partial hiding",
    keys={
        "name": "name",
        "name_zh": "name in Chinese",
        "evidence": "traces that were met",
        "evidence[].kind": "`library`, `asset`, `application`, `component`",
        "evidence[].value": "the name that was met",
        "others": "further packers whose traces were met",
        "shell": "whether most components have no class: only the packer's shell is in sight",
        "components": "components declared",
        "components_missing": "those without a class",
    },
)
"""What this module tells."""

_EVIDENCE_LIMIT = 20
_SHELL_CLASSES = 100
"""An app without components and with fewer classes than this is taken for a shell once a packer is found."""


def extract(view: StaticView) -> JSON:
    """Return the packer with most traces, or null; `shell` says that most declared components have no class.

    A packer without a shell hides only a part, such as native code or single methods.
    """
    found: dict[str, list[tuple[PackerTrace, str]]] = defaultdict(list)
    values = dict.fromkeys(_values(view))
    for kind, value in values:
        exact, prefixes = _patterns(kind)
        if value not in exact and not value.startswith(prefixes):
            continue
        for trace in packer_traces():
            if trace.kind is kind and trace.matches(value):
                found[trace.name].append((trace, value))
    sure = {
        name: traces
        for name, traces in found.items()
        if any(trace.strong for trace, _ in traces) or len({trace.kind for trace, _ in traces}) > 1
    }
    if not sure:
        return None
    best = min(sure, key=lambda name: (-len(sure[name]), name))
    missing, total = _missing_components(view)
    evidence: list[JSON] = [{"kind": trace.kind.value, "value": text(value, 255)} for trace, value in sure[best]]
    return {
        "name": best,
        "name_zh": sure[best][0][0].name_zh,
        "evidence": Rows(evidence, limit=_EVIDENCE_LIMIT),
        "others": [*sorted(name for name in sure if name != best)],
        "shell": missing * 2 >= total if total else view.code.class_count < _SHELL_CLASSES,
        "components": total,
        "components_missing": missing,
    }


@cache
def _patterns(kind: TraceKind) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the names and the prefixes of names that are traces of one kind."""
    patterns = [trace.pattern for trace in packer_traces() if trace.kind is kind]
    prefixes = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))
    return frozenset(patterns), prefixes


def _values(view: StaticView) -> Iterator[tuple[TraceKind, str]]:
    """Yield the names in the app that could be a trace."""
    manifest = view.manifest
    for name in (manifest.application_class, manifest.component_factory):
        if name:
            yield TraceKind.APPLICATION, name
    for item in manifest.components:
        yield TraceKind.COMPONENT, item.name
    for name in view.archive.names:
        if not name.startswith(("lib/", "assets/")):
            continue
        folder, _, file = name.rpartition("/")
        if folder.startswith("lib/"):
            yield TraceKind.LIBRARY, file
        elif folder != "lib":
            yield TraceKind.ASSET, file


def _missing_components(view: StaticView) -> tuple[int, int]:
    """Return how many declared components have no class, and how many there are."""
    names = {
        f"L{item.name.replace('.', '/')};"
        for item in view.manifest.components
        if item.kind is not ComponentKind.ACTIVITY_ALIAS
    }
    return len(names) - len(view.code.defined_of(names)), len(names)
