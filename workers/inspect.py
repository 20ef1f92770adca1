"""Inspect one APK: run a suite under the guard, and turn whatever happens into evidence."""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType

from workers.dynamic.version import ENGINE as DYNAMIC_ENGINE
from workers.isolation import guard
from workers.model.errors import InspectionError, UnreadError
from workers.model.evidence import Evidence
from workers.model.limits import Limits
from workers.model.outcome import Outcome
from workers.model.services import DEFAULT_SERVICES, Services
from workers.model.told import Told
from workers.static.readers.code import load_reader
from workers.static.readers.file import ApkFile
from workers.static.suite import ENGINE, run
from workers.static.view import StaticView

STATIC, DYNAMIC = "static", "dynamic"
SUITES = {STATIC: ENGINE, DYNAMIC: DYNAMIC_ENGINE}
"""Engine version by the name of its suite."""
DEFAULT_LIMITS = Limits()


def inspect_apk(
    data: bytes | bytearray | memoryview | ApkFile,
    *,
    suite: str = STATIC,
    limits: Limits = DEFAULT_LIMITS,
    sha256: str | None = None,
    sha256_verified: bool = True,
    services: Services = DEFAULT_SERVICES,
) -> Evidence:
    """Return the evidence of one suite on the APK `data`; the caller must not change `data` meanwhile.

    `sha256` is the hash of `data` where the caller has it already; `sha256_verified` says whether from the bytes. The
    dynamic suite wants the bytes themselves, the static one is content with a file of which parts lie elsewhere.
    `services` matters to the dynamic suite only.

    Never raises because of what is in `data`: an inspection that cannot go on ends with its outcome and a reason, and
    with as much of the app's identity as was read before.

    Raises:
        ValueError: there is no such suite.
        UnreadError: parts of the file lie elsewhere and could not be had.
    """
    engine = SUITES.get(suite)
    if engine is None:
        raise ValueError(f"There is no suite {suite!r}; there is: {', '.join(SUITES)}.")
    view = StaticView(data, limits=limits, sha256=sha256, sha256_verified=sha256_verified)
    # Outside the app's time and memory.
    _ = view.sha256
    load_reader()
    told = _run(view, data, suite, limits, services)
    if suite == DYNAMIC and told.document is None:
        told = _with_document(told)
    return Evidence(
        suite=suite,
        engine=engine,
        outcome=told.outcome,
        reason=told.reason,
        app=view.known_identity,
        facts=told.facts,
        dynamic=told.document,
        artefacts=told.artefacts,
    )


def _run(
    view: StaticView,
    data: bytes | bytearray | memoryview | ApkFile,
    suite: str,
    limits: Limits,
    services: Services,
) -> Told:
    """Return what the suite came to; an error becomes outcome and reason."""
    try:
        with guard(limits):
            if suite == DYNAMIC:
                from workers.sandboxed import run as run_sandboxed  # noqa: PLC0415 - 2 MB that reading never needs

                return run_sandboxed(view, _bytes(data), limits, services)
            outcome, reason, facts = run(view)
            return Told(outcome=outcome, reason=reason, facts=facts)
    except InspectionError as error:
        return Told(outcome=error.outcome, reason=str(error))
    except UnreadError:
        raise
    except MemoryError:
        return Told(outcome=Outcome.OUT_OF_MEMORY, reason="The process has no memory left.")
    except Exception as error:  # noqa: BLE001 - the one boundary: a fault of ours is an outcome of this app alone
        place = _place(error.__traceback__)
        return Told(outcome=Outcome.ENGINE_ERROR, reason=f"{type(error).__name__} at {place}.")


def _with_document(told: Told) -> Told:
    """Return the same with the dynamic document of an app that was not run."""
    from workers.sandboxed import blank  # noqa: PLC0415 - see above

    return replace(told, document=blank(told.outcome.value, told.reason))


def _bytes(data: bytes | bytearray | memoryview | ApkFile) -> bytes | bytearray | memoryview:
    """Return the whole of a file."""
    return data if isinstance(data, bytes | bytearray | memoryview) else data.read(0, data.size)


def _place(traceback: TracebackType | None) -> str:
    """Return the innermost line of this package that raised, as `workers.static.readers.dex line 12`.

    The message of the exception is left out: it may quote the app's bytes or a path of this machine.
    """
    place = "an unknown line"
    while traceback is not None:
        module = str(traceback.tb_frame.f_globals.get("__name__", ""))
        if module == "workers" or module.startswith("workers."):
            place = f"{module} line {traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place
