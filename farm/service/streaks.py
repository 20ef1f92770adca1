"""Recognise by results in a row that something other than the apps is at fault, and say so."""

from __future__ import annotations

from farm.model.errors import ClusterError, FarmError, StoreError
from farm.model.execution import Result
from farm.model.inspection import Suite
from workers.model.outcome import Outcome, OutcomeClass

STORE = 24
"""Store failures in a row, without any other outcome, after which a driver stops."""
BACKEND = 3
"""Dynamic inspections in a row that found no backend. Fewer will do: an executor asks able workers first."""

_STORE_FAILURES = frozenset({Outcome.STORE_UNAVAILABLE, Outcome.UPLOAD_FAILED})


class Streaks:
    """Counts results; a lost worker or node is neither here nor there."""

    def __init__(self, *, store: int = STORE, backend: int = BACKEND) -> None:
        """Take the lengths at which a streak is a fault."""
        self._limits = store, backend
        self._store = self._backend = 0
        self._last_store = self._last_backend = ""

    def count(self, result: Result, suite: Suite) -> None:
        """Take note of one result."""
        if result.outcome in _STORE_FAILURES:
            self._store += 1
            self._last_store = result.reason
        elif result.outcome.outcome_class is not OutcomeClass.INFRA:
            self._store = 0
        if result.outcome is Outcome.BACKEND_MISSING:
            self._backend += 1
            self._last_backend = result.reason
        elif suite is Suite.DYNAMIC and result.outcome.outcome_class is not OutcomeClass.INFRA:
            self._backend = 0

    @property
    def without_backend(self) -> bool:
        """Whether no worker can run the dynamic suite, so that nothing more of it should be sent."""
        return self._backend >= self._limits[1]

    def store_fault(self) -> FarmError | None:
        """Return the error if the store is at fault."""
        if self._store < self._limits[0]:
            return None
        return StoreError(
            f"The last {self._store} inspections failed for the same kind of reason, none of them the "
            f"app's fault: {self._last_store} Nothing is lost; they are pending.",
            next_step="Mend the cause ('farm doctor' helps), then 'farm run' again.",
        )

    def backend_fault(self) -> FarmError:
        """Return the error to end with when there is no backend and nothing else left to do."""
        return ClusterError(
            f"No worker can run the dynamic suite: {self._last_backend} Nothing is lost; its inspections are pending.",
            next_step="Install what is missing ('farm doctor' tells) where the workers run, then 'farm run' again.",
        )
