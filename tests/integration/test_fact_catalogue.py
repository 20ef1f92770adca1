"""The catalogue of facts tells every key that real apps show, and no key that no app shows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import archives, codes, manifests, networks
from tests.unit.workers.readers.build import Class, DexFile, Member, Method, zip_bytes
from tests.unit.workers.readers.build_axml import Node, axml
from workers.model.evidence import JSON
from workers.reference import facts_markdown, static_facts
from workers.static import suite
from workers.static.view import StaticView

_ROOT = Path(__file__).parents[2]
_REAL = sorted(Path(os.environ.get("APKFARM_APKS", _ROOT / ".cache" / "apks")).glob("*.apk"))
_SAMPLES = ("induced-download", "packed-looking", "self-start")
"""Sample apps that show what no harmless app does."""
_HOSTILE = (
    archives.a_dex_file_in_front,
    archives.a_stream_that_breaks,
    archives.many_bombs,
    codes.a_dex_checksum_that_lies,
    manifests.a_codename_for_a_level,
    manifests.twenty_thousand_components,
    networks.a_configuration_with_rules_for_domains,
)
"""Hostile files that show what only damaged or enormous apps have."""

KeyPath = tuple[str, ...]
"""A key with those around it: `[]` for any row, `*` for any name."""


def _as_path(fact: str, key: str) -> KeyPath:
    """Return `callers[].api` of `webview` as `webview`, `callers`, `[]`, `api`."""
    return (fact, *(part for part in key.replace("[]", ".[]").split(".") if part))


_TOLD: frozenset[KeyPath] = frozenset(_as_path(fact.name, key) for fact in static_facts() for key in fact.keys)


def _shown(value: JSON, at: KeyPath) -> Iterator[KeyPath]:
    """Yield the path of each key below `at`, with `*` where the catalogue has it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            path = (*at, "*") if (*at, "*") in _TOLD else (*at, key)
            yield path
            yield from _shown(inner, path)
    elif isinstance(value, list):
        for row in value:
            yield from _shown(row, (*at, "[]"))


def _keys(data: bytes) -> set[KeyPath]:
    """Return the paths of all keys in the facts of an app."""
    _, _, facts = suite.run(StaticView(data))
    document = json.loads(json.dumps(facts))
    return {path for fact, value in document.items() for path in _shown(value, (fact,))}


def _sleepless() -> bytes:
    """Return an app with an account, a synchronisation, a wake-up by a push SDK, a filter with all its parts, a key."""
    data = {"scheme": "https", "host": "a.cn", "port": "8080", "path": "/x", "mimeType": "text/plain"}
    services = [
        Node(
            "service",
            {"name": f".S{number}", "exported": True},
            [Node("intent-filter", {}, [Node("action", {"name": action}), Node("data", {**data})])],
        )
        for number, action in enumerate(
            (
                "android.accounts.AccountAuthenticator",
                "android.content.SyncAdapter",
                "cn.jpush.android.intent.DaemonService",
            )
        )
    ]
    manifest = axml(Node("manifest", {":package": "com.example.app"}, [Node("application", {}, services)]))
    loads = Method(name="m", code=[0x001A, 0, 0x000E])
    dex = DexFile(classes=[Class(name="La/A;", methods=[loads])], strings=["AKIA" + "Q" * 16]).as_bytes()
    return zip_bytes(
        [Member(name="AndroidManifest.xml", content=manifest), Member(name="classes.dex", content=dex)],
    )


def test_the_page_is_written_from_what_the_modules_tell() -> None:
    """Write it anew with `python -m workers.reference > docs/reference/facts.md`."""
    assert (_ROOT / "docs" / "reference" / "facts.md").read_text("utf-8") == facts_markdown()


def test_every_module_tells_its_fact_completely() -> None:
    """Names are distinct, and no sentence is empty."""
    facts = static_facts()

    assert len({fact.name for fact in facts}) == len(facts)
    assert [] == [f.name for f in facts if not all((f.what, f.source, f.blind, f.keys, *f.keys.values()))]


@pytest.mark.skipif(not _REAL, reason="No real APKs here: `make apks` brings them.")
@pytest.mark.parametrize("apk", _REAL, ids=[path.stem for path in _REAL])
def test_no_real_app_shows_a_key_that_is_not_told(apk: Path) -> None:
    """What an app shows has a line in the catalogue."""
    assert set() == _keys(apk.read_bytes()) - _TOLD


@pytest.mark.skipif(not _REAL, reason="No real APKs here: `make apks` brings them.")
def test_every_key_that_is_told_is_shown_by_an_app() -> None:
    """By a real one if there is one; what they do not show, by a sample app or a hostile file."""
    made = [(_ROOT / "examples" / "apps" / "built" / f"{name}.apk").read_bytes() for name in _SAMPLES]
    made += [make() for make in _HOSTILE]
    shown = set[KeyPath]().union(*(_keys(apk.read_bytes()) for apk in _REAL), *map(_keys, [*made, _sleepless()]))

    assert set() == _TOLD - shown
    assert set() == shown - _TOLD
