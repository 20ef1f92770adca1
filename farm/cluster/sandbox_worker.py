"""A worker process that runs apps, apart from the one that reads them: it loads the whole dynamic suite."""

from __future__ import annotations

from farm.cluster.workers import StaticWorker
from workers.dynamic.toolkit import BackendMissingError, find_toolkit
from workers.sandboxed import keep_warm


class SandboxWorker(StaticWorker):
    """A worker process that runs apps, each in a sandbox of its own; it needs memory beside its CPU."""

    def __init__(self) -> None:
        """Get ready, and let the first sandbox get warm."""
        super().__init__()
        keep_warm()

    def lacks(self) -> str:
        """Return what the dynamic suite lacks on its machine."""
        try:
            find_toolkit()
        except BackendMissingError as error:
            return str(error)
        return ""
