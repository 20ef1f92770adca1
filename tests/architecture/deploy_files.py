"""Reads the files under deploy/ for the tests."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.tools_path import ROOT

DEPLOY = ROOT / "deploy"

KUBERNETES = sorted((DEPLOY / "kuberay").glob("*.yaml"))
"""Manifests for Kubernetes."""

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
"""Units for systemd."""

OTHER_VARIABLES = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_EC2_METADATA_DISABLED",
    "MALLOC_ARENA_MAX",
    "MIMALLOC_ALLOW_THP",
    "RAY_USAGE_STATS_ENABLED",
    "RAY_health_check_period_ms",
    "RAY_health_check_timeout_ms",
    "RAY_health_check_failure_threshold",
    "RAY_memory_usage_threshold",
}
"""Variables of boto3, Ray and allocators that the files may set."""


_ASSIGNED = re.compile(r"^#?([A-Z][A-Z0-9_]+)=", re.MULTILINE)
_SETTING = re.compile(r"\b(FARM_[A-Z0-9_]+)=")


def documents(name: str) -> list[dict[str, Any]]:
    """Return the YAML documents of a file under deploy/."""
    return list(yaml.safe_load_all((DEPLOY / name).read_text("utf-8")))


def compose() -> dict[str, Any]:
    """Return the compose file with its anchors put in."""
    (document,) = documents("compose.yaml")
    return document


def schema(name: str) -> dict[str, Any]:
    """Return one of our small schemas."""
    found = json.loads((ROOT / "tests/architecture/schemas" / f"{name}.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield where it stands and the specification of every pod in the Kubernetes manifests."""
    for path in KUBERNETES:
        for document in documents(f"kuberay/{path.name}"):
            yield from _pods_in(document, f"{path.name}:{document['kind']}")


def _pods_in(node: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the pods anywhere below a node."""
    if isinstance(node, Mapping):
        if "containers" in node:
            yield place, dict(node)
        for key, below in node.items():
            yield from _pods_in(below, f"{place}.{key}")
    elif isinstance(node, list):
        for number, below in enumerate(node):
            yield from _pods_in(below, f"{place}[{number}]")


def images() -> Iterator[tuple[str, str]]:
    """Yield file and name of every image that deploy/ names."""
    for name, service in compose()["services"].items():
        yield f"compose.yaml:{name}", service["image"]
    for place, pod in pods():
        for container in pod["containers"]:
            yield place, container["image"]
    for instruction in dockerfile():
        if instruction.word == "FROM":
            yield "Dockerfile", instruction.rest.split()[0]


def variables() -> Iterator[tuple[str, str]]:
    """Yield file and name of every environment variable that a container or unit is given."""
    for name, service in compose()["services"].items():
        if service["image"].startswith("apkfarm:"):
            yield from ((f"compose.yaml:{name}", variable) for variable in service.get("environment", {}))
    for document in documents("kuberay/settings.example.yaml"):
        given = {**document.get("data", {}), **document.get("stringData", {})}
        yield from (("settings.example.yaml", variable) for variable in given)
    for place, pod in pods():
        yield from ((place, entry["name"]) for container in pod["containers"] for entry in container.get("env", []))
    example = DEPLOY / "systemd/farm.env.example"
    for path, pattern in [(example, _ASSIGNED), *((path, _SETTING) for path in (*UNITS, DEPLOY / "Dockerfile"))]:
        yield from ((path.name, variable) for variable in pattern.findall(path.read_text("utf-8")))


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield file and words of every call of the farm command, without the word farm."""
    for instruction in dockerfile():
        if instruction.word == "CMD":
            yield "Dockerfile", json.loads(instruction.rest)
    yield "compose.yaml", compose()["services"]["farm"]["command"]
    for document in documents("kuberay/rayjob.yaml"):
        yield "rayjob.yaml", shlex.split(document["spec"]["entrypoint"])[1:]
    for document in documents("kuberay/serve.yaml"):
        if document["kind"] == "Deployment":
            yield "serve.yaml", document["spec"]["template"]["spec"]["containers"][0]["args"]
    for path in UNITS:
        for line in re.findall(r"^ExecStart=\S+ (.*)$", path.read_text("utf-8"), re.MULTILINE):
            yield path.name, shlex.split(line)


@dataclass(frozen=True, kw_only=True, slots=True)
class Instruction:
    """One instruction of a Dockerfile."""

    word: str
    rest: str


def dockerfile() -> list[Instruction]:
    """Return the instructions of the Dockerfile, continued lines joined."""
    lines = [line for line in (DEPLOY / "Dockerfile").read_text("utf-8").splitlines() if not line.startswith("#")]
    text = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [
        Instruction(word=word.upper(), rest=rest.strip())
        for word, _, rest in (line.partition(" ") for line in text.splitlines() if line.strip())
    ]


def last_user() -> str:
    """Return the user that the image runs as."""
    return [instruction.rest for instruction in dockerfile() if instruction.word == "USER"][-1]


def project() -> dict[str, Any]:
    """Return the project table of pyproject.toml."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert isinstance(table, dict)
    return table


def locked(package: str) -> str:
    """Return the version of a package in the lock file."""
    packages = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    return next(str(found["version"]) for found in packages if found["name"] == package)
