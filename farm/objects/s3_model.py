"""What botocore is told of S3: the operations that the farm asks for, of more than a hundred.

botocore keeps all that it has read as Python objects as long as a client lives: 11 MB of each worker, nine tenths of it
for what is never asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.loaders import Loader
from botocore.session import Session, get_session

OPERATIONS = ("GetObject", "HeadObject", "PutObject", "ListObjectsV2", "HeadBucket", "CreateSession")
"""What the farm does with a bucket, and what botocore does by itself: it asks for a bucket's region, and in buckets of
one zone (`--x-s3`) for credentials."""
_SERVICES = ("s3", "sts", "sso", "sso-oidc", "signin")
"""S3, and those that give credentials."""


def thrifty_session() -> Session:
    """Return a session whose clients for S3 know only OPERATIONS."""
    session = get_session()
    loader = _Loader(session.get_config_variable("data_path"))
    session.register_component("data_loader", loader)
    return session


class _Loader(Loader):  # type: ignore[misc]  # botocore has no types
    """Reads botocore's tables and keeps what is needed of them."""

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> dict[str, Any]:
        """Return the tables of a service."""
        found: dict[str, Any] = super().load_service_model(service_name, type_name, api_version)
        if (service_name, type_name) != ("s3", "service-2"):
            return found
        operations = {name: found["operations"][name] for name in OPERATIONS}
        shapes = dict(_shapes(_named(operations.values()), found["shapes"]))
        self._cache.clear()  # where botocore's decorators keep the whole
        return {**found, "operations": operations, "shapes": shapes}

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        """Return a table, and where it lies."""
        found, path = super().load_data_with_path(name)
        if name != "endpoints":
            return found, path
        partitions = [
            {**each, "services": {key: value for key, value in each["services"].items() if key in _SERVICES}}
            for each in found["partitions"]
        ]
        self._cache.clear()
        return {**found, "partitions": partitions}, path


def _shapes(names: Iterable[str], shapes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the shapes with these names and all that they consist of."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name, shapes[name]
            waiting.extend(_named([shapes[name]]))


def _named(nodes: Iterable[Any]) -> Iterator[str]:
    """Yield the names of shapes that stand in a description."""
    for node in nodes:
        if isinstance(node, Mapping):
            if isinstance(node.get("shape"), str):
                yield node["shape"]
            yield from _named(node.values())
        elif isinstance(node, list):
            yield from _named(node)
