"""What botocore is told of S3: the operations that the farm asks for, of more than a hundred.

botocore keeps all that it has read as Python objects as long as a client lives: 11 MB of each worker, nine tenths of it
for what is never asked, and half of the rest for texts and for dictionaries that remember their order twice.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session, get_session

OPERATIONS = ("GetObject", "HeadObject", "PutObject", "ListObjectsV2", "HeadBucket", "CreateSession")
"""What the farm does with a bucket, and what botocore does by itself: it asks for a bucket's region, and in buckets of
one zone (`--x-s3`) for credentials."""
_SERVICES = ("s3", "sts", "sso", "sso-oidc", "signin")
"""S3, and those that give credentials."""


def thrifty_session() -> Session:
    """Return a session whose clients for S3 know only OPERATIONS."""
    session = get_session()
    folders = (session.get_config_variable("data_path") or "").split(os.pathsep)
    loader = _Loader([str(Path(os.path.expandvars(folder)).expanduser()) for folder in folders if folder])
    session.register_component("data_loader", loader)
    return session


class _Files(JSONFileLoader):  # type: ignore[misc]  # botocore has no types
    """Reads a table as plain dictionaries, without the texts that explain it."""

    def load_file(self, file_path: str) -> Any:  # noqa: ANN401 -- what JSON can hold
        """Return what a file holds, whose name has its ending missing; None if there is no such file."""
        for ending, opened in ((".json", open), (".json.gz", gzip.open)):
            try:
                with opened(file_path + ending, "rb") as file:
                    return json.loads(file.read(), object_pairs_hook=_untold)
            except FileNotFoundError:
                continue
        return None


def _untold(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return pairs as a dictionary, of which a text of documentation is empty: botocore wants it there."""
    return {key: "" if key == "documentation" and isinstance(value, str) else value for key, value in pairs}


class _Loader(Loader):  # type: ignore[misc]  # botocore has no types
    """Keeps of botocore's tables what is needed."""

    FILE_LOADER_CLASS = _Files

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
