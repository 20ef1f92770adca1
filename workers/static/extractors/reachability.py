"""By which way the system gets to the methods that use sensitive members: a rank, never a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from workers.data.attribution import attribution_for
from workers.data.callbacks import kind_name, kind_numbers
from workers.data.matching import find_uses
from workers.model.bounded import Rows, text, texts
from workers.model.evidence import JSON
from workers.model.fact import SDK, Fact
from workers.static.readers.program import CALLBACK, INITIALISER, Path
from workers.static.view import StaticView

FACT = Fact(
    name="reachability",
    what="for each method with a sensitive use one shortest path from an entry of the manifest",
    source="class hierarchy, calls, instances, constant classes of all dex files; `workers/data/callbacks.tsv`",
    blind="reflection, native code, calls on `Object`; all that a call could mean is followed: a rank, no proof",
    keys={
        "entries": "classes that the system makes by their name",
        "methods": "methods with code",
        "reachable_methods": "those with a path",
        "complete": "whether all was followed, within limits; else the outcome is `inspected_partly`",
        "paths": "nearest first; at most 2,000",
        "paths[].caller": "the method with the sensitive use",
        "paths[].sdk": SDK,
        "paths[].steps": "calls from the entry to it",
        "paths[].entry_kind": "`activity`, `service`, `receiver`, `provider`, `application`, ...",
        "paths[].entry": "class of the entry",
        "paths[].via": "what stands between besides plain calls: a thread, a handler, a listener, ...",
        "paths[].path": "the first 12 methods",
        "without_path": "methods with a sensitive use and without a path; at most 2,000",
    },
)
"""What this module tells."""

_PATH_LIMIT = 12
"""Methods of a path that are told, from the entry on; `steps` counts all."""
_ROW_LIMIT = 2_000


def extract(view: StaticView) -> JSON:
    """Return one shortest path from an entry of the manifest to each method with a sensitive use, nearest first.

    Calls are followed to every method that they could mean, and an instance to all methods by which the platform could
    call it back. So a method without a path may run only by reflection or native code; one with a path need never run.
    """
    entries = list(_entries(view))
    reach = view.code.reach([f"L{name.replace('.', '/')};" for _, name in entries], kind_numbers())
    methods, reached, complete = reach.summary
    attribution = attribution_for(view.manifest.package)
    shown = cache(text)
    paths: list[tuple[int, str, JSON]] = []
    without: list[str] = []
    callers = sorted({use.caller for use in find_uses(view.code)})
    for caller, path in zip(callers, reach.paths(callers), strict=True):
        if path is None:
            without.append(caller)
            continue
        sdk = attribution.of_method(caller)
        row = {"caller": text(caller), "sdk": sdk.name if sdk else None, **_row(path, entries, shown)}
        paths.append((len(path[1]), caller, row))
    paths.sort(key=lambda each: each[:2])
    return {
        "entries": len(entries),
        "methods": methods,
        "reachable_methods": reached,
        "complete": complete,
        "paths": Rows((row for _, _, row in paths), limit=_ROW_LIMIT),
        "without_path": texts(without, limit=_ROW_LIMIT),
    }


def _entries(view: StaticView) -> Iterator[tuple[str, str]]:
    """Yield kind and Java name of each class that the system makes by its name."""
    manifest = view.manifest
    if manifest.component_factory:
        yield "component_factory", manifest.component_factory
    if manifest.application_class:
        yield "application", manifest.application_class
    for item in manifest.components:
        if item.enabled:
            yield item.kind.value, item.target or item.name


def _row(path: Path, entries: Sequence[tuple[str, str]], shown: Callable[[str], str]) -> dict[str, JSON]:
    """Return the path to a method; `shown` makes a name fit for a fact."""
    kind, name = entries[path[0]]
    hops = path[1]
    ways: list[JSON] = [*dict.fromkeys(way for _, via in hops if (way := _way(via)) is not None)]
    return {
        "steps": len(hops) - 1,
        "entry_kind": kind,
        "entry": text(name),
        "via": ways,
        "path": Rows(shown(method) for method, _ in hops[:_PATH_LIMIT]),
    }


def _way(via: int) -> str | None:
    """Return what stands between a method and the one before it, unless it is a plain call."""
    if via == INITIALISER:
        return "class_initialiser"
    return kind_name(via - CALLBACK) if via >= CALLBACK else None
