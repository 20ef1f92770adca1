"""Our sweep and androguard's AnalyzeAPK see the same code in real APKs.

One difference is documented and taken out before comparing: a call on an array class (`[Lcls;->clone`) stays here as
the file has it, while androguard rewrites it to the element class and drops it for primitive arrays.

Twenty apps of a folder, each made by another compiler as far as there are so many: `make androguard APKS=folder`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from androguard.core.dex import InvalidInstruction
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.model.errors import InspectionError
from workers.model.limits import Limits
from workers.static.readers.archive import MemberError, open_apk
from workers.static.readers.code import Code
from workers.static.readers.dex import DexError, read_dex
from workers.static.view import StaticView

_SMALLEST = 20_000
_PUTS = frozenset((*range(0x59, 0x60), *range(0x67, 0x6E)))
_APPS = int(os.environ.get("APKFARM_APPS", "4"))
"""How many apps are compared; more with `APKFARM_APKS=folder APKFARM_APPS=20`."""
_MARKER = re.compile(rb'~~(D8|R8)\{[^}]{0,500}?"version":"([^"]{1,40})"')
"""The string that D8 and R8 leave in each DEX file: tool and version. dx and Jack leave none."""

pytestmark = pytest.mark.network


@dataclass(frozen=True)
class Seen:
    """What one engine saw of an app."""

    calls: frozenset[tuple[str, str, int]]
    """Caller, callee and offset in bytes."""
    strings: frozenset[tuple[str, str, int]]
    """Caller, value and offset in bytes."""
    classes: frozenset[str]
    fields: frozenset[tuple[str, str, int, bool]]
    """Caller, field, offset in bytes, and whether it is written."""
    declared: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For each class the fields that the DEX file with that class declares."""


@cache
def _apks() -> list[Path]:
    """Return small real APKs, each of another kind: of a few by the first part of its name, of many by its compiler."""
    folder = Path(os.environ.get("APKFARM_APKS", Path(__file__).parents[2] / ".cache" / "apks"))
    found = [path for path in folder.rglob("*.apk") if path.stat().st_size > _SMALLEST] if folder.is_dir() else []
    kinds: dict[str, list[Path]] = {}
    for path in sorted(found, key=lambda path: path.stat().st_size):
        kinds.setdefault(_compiler(path) if _APPS > 4 else path.name.partition("-")[0], []).append(path)
    # The smallest of each kind, then the next of each, as long as there are too few.
    rounds = zip_longest(*kinds.values()) if _APPS > 4 else [[paths[0] for paths in kinds.values()]]
    return [path for each in rounds for path in each if path is not None][:_APPS]


def _compiler(path: Path) -> str:
    """Return which compiler made the first DEX file of an app, with its version."""
    try:
        dex = open_apk(memoryview(path.read_bytes()), limits=Limits()).read("classes.dex")
    except (InspectionError, MemberError) as error:
        return str(error)
    marker = _MARKER.search(dex)
    return b" ".join(marker.groups()).decode() if marker else f"dx {dex[4:7].decode('latin-1')}"


@pytest.fixture(params=range(_APPS))
def apk(request: pytest.FixtureRequest) -> Path:
    """One of the small real APKs."""
    apks = _apks()
    if len(apks) <= request.param:
        pytest.skip("run make apks first")
    return apks[int(request.param)]


def ours(code: Code) -> Seen:
    """Return what our sweep saw; invoke-polymorphic left out, since androguard does not take it for a call."""
    calls: set[tuple[str, str, int]] = set()
    for dex in code.dex_files:
        uses = dex.code.calls
        rows = zip(uses.caller.tolist(), uses.target.tolist(), uses.offset.tolist(), uses.opcode.tolist(), strict=True)
        for caller, callee, offset, opcode in rows:
            if opcode < 0xFA and not dex.method(callee).startswith("["):
                calls.add((dex.method(caller), dex.method(callee), 2 * offset))
    strings = {(use.caller, use.value, 2 * use.offset) for use in code.string_uses()}
    return Seen(frozenset(calls), frozenset(strings), frozenset(code.classes), frozenset(_fields(code)))


def _fields(code: Code) -> Iterator[tuple[str, str, int, bool]]:
    """Yield our uses of fields."""
    for dex in code.dex_files:
        uses = dex.code.fields
        rows = zip(uses.caller.tolist(), uses.target.tolist(), uses.offset.tolist(), uses.opcode.tolist(), strict=True)
        for caller, target, offset, opcode in rows:
            yield dex.method(caller), dex.field(target), 2 * offset, opcode in _PUTS


def androguards(path: Path) -> Seen:
    """Return what androguard saw."""
    from androguard.misc import AnalyzeAPK
    from loguru import logger

    logger.disable("androguard")
    _, _, analysis = AnalyzeAPK(str(path))
    strings = {
        (_name(method), _text(string.get_orig_value()), offset)
        for string in analysis.get_strings()
        for _, method, offset in string.get_xref_from(with_offset=True)
    }
    classes = {str(item.name) for item in analysis.get_classes() if not item.is_external()}
    declared: dict[str, frozenset[str]] = {}
    for dex in analysis.vms:
        fields = frozenset(f"{field.get_class_name()}->{field.get_name()}" for field in dex.get_encoded_fields())
        declared.update(dict.fromkeys(map(str, dex.get_classes_names()), fields))
    return Seen(
        calls=frozenset(_calls(analysis)),
        strings=frozenset(strings),
        classes=frozenset(classes),
        fields=frozenset(_their_fields(analysis)),
        declared=declared,
    )


def _their_fields(analysis: Any) -> Iterator[tuple[str, str, int, bool]]:
    """Yield androguard's uses of fields."""
    for item in analysis.get_fields():
        field = item.get_field()
        name = f"{field.get_class_name()}->{field.get_name()}"
        for writes, uses in ((False, item.get_xref_read), (True, item.get_xref_write)):
            for _, method, offset in uses(with_offset=True):
                yield _name(method), name, offset, writes


def _calls(analysis: Any) -> Iterator[tuple[str, str, int]]:
    """Yield androguard's call edges."""
    for method in analysis.get_methods():
        for _, callee, offset in method.get_xref_to():
            yield _name(method.get_method()), _name(callee), offset


def _name(method: Any) -> str:
    """Return a method of androguard as `Lcls;->name(params)ret`, without the spaces it puts between parameters."""
    method = getattr(method, "get_method", lambda: method)()
    return f"{method.get_class_name()}->{method.get_name()}{method.get_descriptor().replace(' ', '')}"


def _text(value: str) -> str:
    """Return a string with its surrogate pairs joined."""
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def test_sees_what_androguard_sees(apk: Path) -> None:
    """Call edges, string uses and defined classes are equal."""
    try:
        code = StaticView(apk.read_bytes()).code
    except InspectionError as error:  # Folders of real APKs also hold zips that were only given the name.
        pytest.skip(f"{apk.name} is no app: {error}")
    try:
        mine, theirs = ours(code), androguards(apk)
    except InvalidInstruction as error:  # It gives up on the whole app for one such method, which obfuscators plant.
        pytest.skip(f"androguard cannot read {apk.name}: {error.args[-1]}")
    # androguard's rewritten array calls have no partner here: their callers and offsets are ours, with an array callee.
    arrays = {
        (dex.method(caller), 2 * offset)
        for dex in code.dex_files
        for caller, callee, offset in zip(
            dex.code.calls.caller.tolist(), dex.code.calls.target.tolist(), dex.code.calls.offset.tolist(), strict=True
        )
        if dex.method(callee).startswith("[")
    }
    assert frozenset(edge for edge in theirs.calls if (edge[0], edge[2]) not in arrays) == mine.calls
    assert theirs.strings == mine.strings
    assert theirs.classes == mine.classes
    # Unknown to androguard is a field that another DEX file declares, or that is named by a subclass of its class.
    known = frozenset(use for use in mine.fields if use[1] in theirs.declared[use[0].partition("->")[0]])
    assert theirs.fields == known


@settings(max_examples=60, deadline=None)
@given(changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=20))
def test_a_damaged_real_dex_raises_nothing_but_dex_errors(changes: list[tuple[float, int]]) -> None:
    """Any bytes of a real one replaced: it is read, or refused with a reason."""
    apks = _apks()
    if not apks:
        pytest.skip("run make apks first")
    data = bytearray(open_apk(memoryview(apks[0].read_bytes()), limits=Limits()).read("classes.dex"))
    for at, value in changes:
        data[int(at * len(data))] = value
    try:
        dex = read_dex("classes.dex", bytes(data))
    except DexError:
        return
    assert len(dex.code.calls) <= dex.code.instructions
