"""Checks of the surroundings: each tries the real thing and says what to do when it fails."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from farm.config import Settings
from farm.model.errors import FarmError
from farm.model.raising import limits_met
from farm.wiring import SystemClock, open_farm, open_stores
from workers.model.outcome import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was tried."""

    name: str
    ok: bool
    detail: str
    """What was found."""
    next_step: str = ""
    """What to do, if it failed or could be better."""


def diagnose(settings: Settings, *, address: str | None) -> Sequence[Check]:
    """Try every part and return what came of it, in the order in which a run needs them."""
    checks = [
        _attempt("ledger", lambda: _ledger(settings)),
        _attempt("store", lambda: _store(settings)),
        _attempt("disk", lambda: _disk(settings)),
        _attempt("limits", lambda: _limits(settings)),
        _attempt("static suite", _static),
        _attempt("rule packs", _rules),
        _attempt("ray", lambda: _ray(address)),
    ]
    return [*checks, _dynamic()]


def _dynamic() -> Check:
    """Look for what the dynamic suite needs; without it the static suite works, so this never fails."""
    from workers.dynamic.confinement import in_force
    from workers.dynamic.toolkit import BackendMissingError, find_toolkit
    from workers.dynamic.version import ENGINE

    try:
        toolkit = find_toolkit()
    except BackendMissingError as error:
        return Check(
            name="dynamic suite", ok=True, detail="cannot run here; the static suite can", next_step=str(error)
        )
    walls = in_force(toolkit)
    isolation = ", ".join(f"{what}: {means}" for what, means in walls.items())
    advice = {"none": "Apps run without a network; 'make sandbox' installs the sinkhole that answers them."}
    return Check(
        name="dynamic suite",
        ok=True,
        detail=f"{ENGINE}; isolation in force: {isolation}",
        next_step=advice.get(walls["network"], ""),
    )


def _attempt(name: str, trial: Callable[[], tuple[str, str]]) -> Check:
    """Return the check of one trial; a FarmError is its failure."""
    try:
        detail, hint = trial()
    except FarmError as error:
        return Check(name=name, ok=False, detail=str(error), next_step=error.next_step)
    return Check(name=name, ok=True, detail=detail, next_step=hint)


def _ledger(settings: Settings) -> tuple[str, str]:
    """Open the ledger and count."""
    ledger = open_farm(settings).ledger
    drivers = [d for d in ledger.totals().drivers if SystemClock().now() - d.seen_at.timestamp() < 30]
    scheme = settings.ledger.partition(":")[0]
    return f"{scheme}: {len(ledger.batches())} batches, {ledger.unfinished()} inspections unfinished", (
        "" if drivers or not ledger.unfinished() else "Nobody is running them: 'farm run'."
    )


def _store(settings: Settings) -> tuple[str, str]:
    """Write, read and conditionally write a small object."""
    store = open_stores(settings).farm()
    key = "doctor/probe"
    store.put(key, b"1")
    if store.put(key, b"2", if_absent=True) or store.get(key) != b"1":
        raise FarmError(
            f"{store.url} ignores conditional writes: two workers could overwrite each other's evidence.",
            next_step="Use a store that honours 'If-None-Match: *' (AWS, Ceph, Swift, MinIO), or a folder.",
        )
    return f"{store.url}: can be written, read, and refuses to overwrite", ""


def _disk(settings: Settings) -> tuple[str, str]:
    """Look at the room for the ledger and the embedded store."""
    home = settings.home
    while not home.exists():
        home = home.parent
    free = shutil.disk_usage(home).free
    if free < 1 << 30:
        raise FarmError(
            f"Only {free >> 20} MiB are free under {settings.home}.", next_step="Free some room, or move FARM_HOME."
        )
    return f"{free >> 30} GiB free under {settings.home}", ""


def _limits(settings: Settings) -> tuple[str, str]:
    """Look at which limits inspections have gone beyond, in all batches so far, and say what raises them."""
    met: Counter[Outcome] = Counter()
    for (_, outcome), number in open_farm(settings).ledger.totals().inspections.items():
        if number:
            met[outcome] += number
    beyond = limits_met(met)
    if not beyond:
        return "no inspection has gone beyond one", ""
    steps = [f"{outcome}: raise {names}" for outcome, names in beyond]
    told = ", ".join(f"{outcome} {met[outcome]:,}" for outcome, _ in beyond)
    return f"beyond one, so far: {told}", f"{'; '.join(steps)}. Then 'farm rerun BATCH --outcome OUTCOME'."


def _static() -> tuple[str, str]:
    """Import the static suite and its readers, and say which engine is in force."""
    from workers.static.readers.engine import NEEDED, Engine, EngineMissingError, in_force, installed
    from workers.static.suite import ENGINE

    try:
        engine = in_force()
    except EngineMissingError as error:
        raise FarmError(str(error), next_step="'make native' builds it, or unset APKFARM_ENGINE.") from None
    apk_info = importlib.metadata.version("apk-info")
    detail = f"{ENGINE}, {engine} engine, apk-info {apk_info}, {os.cpu_count()} processors"
    if engine is Engine.NATIVE:
        return detail, ""
    there = f"there is {installed()}" if installed() else "install cargo (rustup.rs)"
    return detail, f"The native engine {NEEDED} gives the same facts many times faster: {there}, then 'make native'."


def _rules() -> tuple[str, str]:
    """Load and validate the rule packs."""
    from farm.rules.catalogue import load_packs

    packs = load_packs()
    return ", ".join(f"{pack.name} {pack.edition} ({len(pack.rules)} rules)" for pack in packs), ""


def _ray(address: str | None) -> tuple[str, str]:
    """See whether Ray is installed, and whether the cluster answers if one was named."""
    version = importlib.metadata.version("ray")
    if address is None:
        return f"ray {version}; a local cluster is started by 'farm run'", ""
    from farm.cluster.ray_pool import probe

    return f"ray {version}; {probe(address)}", ""
