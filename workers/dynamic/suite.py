"""The dynamic suite on one APK: all phases on the backend that is there, told as one document."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from workers.data.attribution import Attribution
from workers.dynamic.album import Album
from workers.dynamic.backend import Backend, Profile, Tell
from workers.dynamic.budget import Budget, Clock
from workers.dynamic.canary import Canaries
from workers.dynamic.certificate import certificate_of
from workers.dynamic.confinement import in_force
from workers.dynamic.declared import Declared
from workers.dynamic.document import document, missing
from workers.dynamic.engine import Engine
from workers.dynamic.job import properties
from workers.dynamic.network import NetworkLog
from workers.dynamic.outcome import verdict
from workers.dynamic.pool import Sandbox, shared_pool
from workers.dynamic.process import SandboxProcess
from workers.dynamic.recorder import Recorder
from workers.dynamic.run import Run
from workers.dynamic.sandbox import SandboxBackend
from workers.dynamic.sinkhole.session import shared_sinkhole
from workers.dynamic.toolkit import BackendMissingError, find_toolkit
from workers.model.errors import InspectionError
from workers.model.evidence import JSON
from workers.model.services import DEFAULT_SERVICES, Services
from workers.static.extractors import packer
from workers.static.view import StaticView

__all__ = ["BUDGET_SECONDS", "SECONDS", "inspect", "run"]

SECONDS = 120.0
"""Wall time after which the app is ended, whatever it does."""
BUDGET_SECONDS = 60.0
"""Wall time that the phases share."""


def run(
    apk: Path,
    view: StaticView,
    out: Path,
    *,
    seconds: float = SECONDS,
    services: Services = DEFAULT_SERVICES,
) -> dict[str, JSON]:
    """Run the app of `apk` in the sandbox and return the dynamic document; screenshots become files in `out`.

    `view` is of the same file; `services` says whether the phone has those of Google and vendors. Never raises because
    of what the app does: how far it came is the outcome, and what could not be seen is `unknown`, never clean.
    """
    try:
        toolkit = find_toolkit()
    except BackendMissingError as error:
        return missing(str(error))
    pool = shared_pool(toolkit)
    pool.prepare()
    with shared_sinkhole(toolkit).open(Canaries.of(view.sha256)) as session:

        def take(sandbox: Sandbox, profile: Profile, left: float, tell: Tell) -> SandboxProcess:
            return sandbox.take(apk, _job(view, profile), session, seconds=left, on_line=tell)

        backend = SandboxBackend(start=pool.sandbox, take=take, seconds=seconds, prepare=pool.prepare)
        network = NetworkLog(take=session.flows, means=session.network)
        seconds = min(seconds, BUDGET_SECONDS)
        told = inspect(backend, view, out, seconds=seconds, network=network, services=services)
    return told | {"isolation": dict(in_force(toolkit))}


def inspect(
    backend: Backend,
    view: StaticView,
    out: Path,
    *,
    seconds: float,
    network: NetworkLog | None = None,
    services: Services = DEFAULT_SERVICES,
    clock: Clock = time.monotonic,
) -> dict[str, JSON]:
    """Play all phases on `backend`, which runs the app of `view`, and return the document."""
    declared = Declared.of(view.manifest)
    canaries = Canaries.of(view.sha256)
    whole = Run(
        backend=backend,
        declared=declared,
        profile=Profile(canaries=canaries.values, needles=canaries.needles, services=services),
        recorder=Recorder(
            attribution=Attribution(view.manifest.package), backend=backend.name, grade=backend.grade.value
        ),
        album=Album(out=out),
        network=network or NetworkLog(),
    )
    started = clock()
    engine = Engine(run=whole, budget=Budget.of(seconds, clock))
    try:
        engine.play()
    finally:
        backend.close()
    whole.network.write(out)
    ended = verdict(whole, engine.ending, shell=_shell(view))
    return document(engine, ended, wall_s=clock() - started, defined=_defined(view))


def _job(view: StaticView, profile: Profile) -> str:
    """Return what the sandbox is told about the app."""
    declared = Declared.of(view.manifest)
    return properties(
        package=declared.package,
        target_sdk=declared.target_sdk,
        launcher=declared.launcher,
        canaries=profile.canaries,
        needles=profile.needles,
        certificate=certificate_of(view),
        services=profile.services,
    )


def _shell(view: StaticView) -> str | None:
    """Return the name of the packer that hides the app's code; None if none does, or the code cannot be read."""
    try:
        found = packer.extract(view)
    except InspectionError:
        return None  # The static suite tells what is wrong with the file.
    return str(found["name"]) if isinstance(found, dict) and found.get("shell") else None


def _defined(view: StaticView) -> Callable[[str], bool]:
    """Return a function that says whether a Java class is in the APK; the code is read when it is first asked."""

    @cache
    def classes() -> frozenset[str] | None:
        try:
            return frozenset(view.code.classes)
        except InspectionError:
            return None

    def defined(name: str) -> bool:
        known = classes()
        return known is None or f"L{name.replace('.', '/')};" in known

    return defined
