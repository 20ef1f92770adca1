"""From settings to a running farm: the only module that picks implementations."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from farm.config import Settings
from farm.model.errors import ConfigError
from farm.model.inspection import Suite
from farm.ports import Clock, Executor, Ledger, Stores

if TYPE_CHECKING:
    from farm.cluster.task import Inspector
    from farm.service.inspect_one import Inspected
    from farm.service.report import Format

SUITES: tuple[Suite, ...] = (Suite.STATIC, Suite.DYNAMIC)
"""Suites that this version can run."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Return POSIX time in seconds."""
        return time.time()


@dataclass(frozen=True, kw_only=True, slots=True)
class Farm:
    """The parts that a command works with."""

    settings: Settings
    ledger: Ledger
    stores: Stores
    clock: Clock


def open_farm(settings: Settings) -> Farm:
    """Open the ledger (made or migrated if need be) and the stores."""
    from farm.ledger.sql import SqlLedger

    return Farm(
        settings=settings, ledger=SqlLedger.open(settings.ledger), stores=open_stores(settings), clock=SystemClock()
    )


def open_stores(settings: Settings) -> Stores:
    """Return the stores; nothing is contacted yet."""
    from farm.objects.stores import StoreConfig, UrlStores

    return UrlStores(
        StoreConfig(home=settings.store, s3_endpoint=settings.s3_endpoint or None, s3_region=settings.s3_region)
    )


def engines(settings: Settings) -> Mapping[Suite, tuple[str, str]]:
    """Return, for each suite, the engine version and the digest of its configuration: two parts of the result key."""
    from workers.inspect import SUITES as ENGINES

    return {suite: (ENGINES[suite.value], settings.limits[suite].digest()) for suite in SUITES}


def inspector(settings: Settings) -> Inspector:
    """Return what a worker needs to inspect apps; picklable."""
    from farm.cluster.task import Inspector

    return Inspector(
        stores=open_stores(settings),
        limits=settings.limits,
        engines={suite: engine for suite, (engine, _) in engines(settings).items()},
        cross_check_one_in=settings.cross_check_one_in,
    )


def executor(settings: Settings, *, kind: str, address: str | None) -> Executor:
    """Return the executor called `ray` or `inline`; raises ConfigError for another."""
    if kind == "inline":
        from farm.cluster.inline import InlineExecutor

        return InlineExecutor(inspector(settings).run)
    if kind == "ray":
        from farm.cluster.ray_pool import RayExecutor

        return RayExecutor(
            inspector(settings).run,
            address=address,
            workers=settings.workers,
            sandbox_bytes=settings.dynamic_memory_mb << 20,
        )
    raise ConfigError(f"There is no executor {kind!r}; use ray or inline.")


def owner() -> str:
    """Return a name for this driver that no other process has."""
    return f"{socket.gethostname()}:{os.getpid()}"


def bury_the_dead(farm: Farm) -> None:
    """End the leases of drivers that ran on this machine and are gone, so that a restart need not wait for them."""
    host = socket.gethostname()
    for driver in farm.ledger.totals().drivers:
        name, _, pid = driver.owner.rpartition(":")
        if name == host and pid.isdigit() and not Path("/proc", pid).exists():
            farm.ledger.bury(driver.owner, now=farm.clock.now())


def render_metrics(farm: Farm) -> tuple[bytes, str]:
    """Return the body and the content type of `/metrics`."""
    from farm.metrics.exporter import render
    from farm.rules.catalogue import NAMES

    return render(farm.ledger, farm.clock.now(), rule_families=NAMES)


def write_inspected(inspected: Inspected, folder: Path) -> Path:
    """Write the page of one inspected app and the files of its run; return the page. Raises UsageError."""
    from farm.reports.html_format import write_app
    from farm.service.report import FolderSink

    sink = FolderSink(folder)
    for evidence in inspected.evidence.values():
        for name, content in evidence.artefacts.items():
            sink.put(f"screens/{name}" if name.endswith(".png") else name, content)
    write_app(inspected.entry(), inspected.packs, datetime.now(UTC), sink)
    return folder / "index.html"


def report_formats(names: Iterable[str]) -> Sequence[Format]:
    """Return the report formats with these names; raises UsageError for an unknown one."""
    from farm.reports.interface import formats

    return formats(names)
