"""Ask both engines the same and lay their answers side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from workers.static.readers.dex import DexError, header_offsets, read_dex
from workers.static.readers.dex_file import DexFile
from workers.static.readers.engine import NEEDED, VARIABLE, Engine, installed, native
from workers.static.readers.native import read_native
from workers.static.readers.program import Program
from workers.static.readers.reference import ReferenceProgram

needs_native = pytest.mark.skipif(installed() != NEEDED, reason="the native engine is not installed; it needs cargo")
"""For tests that compare the two."""


def choose(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    """Let `engine` be in force."""
    monkeypatch.setenv(VARIABLE, engine.value)


def read_both(data: bytes) -> tuple[list[DexFile | str], list[DexFile | str]]:
    """Return each part of a DEX file as the reference and as the native engine read it, or why they do not."""
    engine = native()
    assert engine is not None
    column, _ = engine.copy(data, 0, len(data))
    assert header_offsets(data) == engine.header_offsets(column)
    pairs: tuple[list[DexFile | str], list[DexFile | str]] = ([], [])
    for offset in header_offsets(data):
        for found, native_one in zip(pairs, (False, True), strict=True):
            try:
                found.append(read_native("x", column, offset, engine) if native_one else read_dex("x", data, offset))
            except DexError as error:
                found.append(str(error))
    return pairs


def tables(dex: DexFile | str) -> dict[str, Any]:
    """Return everything that an engine knows of a DEX file, as plain values."""
    if isinstance(dex, str):
        return {"error": dex}
    uses = {
        f"{kind}.{name}": getattr(getattr(dex.code, kind), name).tolist()
        for kind in ("calls", "strings", "types", "fields")
        for name in ("caller", "target", "offset", "opcode")
    }
    counts = ("methods", "instructions", "rejected", "bad_ids", "unknown_opcodes")
    return {
        "version": (dex.version, dex.size),
        "strings": list(dex.strings),
        "prototypes": list(dex.prototypes),
        "methods": [dex.method(number) for number in range(len(dex.method_owner))],
        "parts": [dex.method_parts(number) for number in range(len(dex.method_owner))],
        "fields": [dex.field(number) for number in range(len(dex.field_owner))],
        "types": [dex.type(number) for number in range(len(dex.types))],
        "classes": list(zip(dex.class_type.tolist(), dex.class_super.tolist(), dex.class_interfaces, strict=True)),
        "defined": list(dex.defined_methods),
        "anomalies": dex.anomalies,
        "counts": [getattr(dex.code, name) for name in counts],
        **uses,
    }


def answers(dex: DexFile) -> dict[str, Any]:
    """Return what an engine says to every kind of question, asked with names from the file itself."""
    methods = range(len(dex.method_owner))
    members = [*sorted({dex.member(number) for number in methods})[::2], "Lno/No;->no", "rubbish"]
    strings = list(dex.strings)[::2]
    ids = dex.strings_equal(strings)
    calls = dex.code.calls
    return {
        "calls": list(dex.call_rows(members)),
        "calls in": list(dex.call_rows(members, list(methods)[::3])),
        "callers": list(dex.callers_of(members)),
        "fields": list(dex.field_rows([dex.field(number) for number in range(len(dex.field_owner))][::2])),
        "initial": list(dex.initial_strings([dex.type(number) for number in range(len(dex.types))][::2])),
        "types": list(dex.type_rows([dex.type(number) for number in range(len(dex.types))][::2])),
        "equal": list(ids),
        "starting": list(dex.strings_starting([text[:2] for text in strings[:20] if text])),
        "with": list(dex.strings_with([text[1:3] for text in strings[:20] if len(text) > 2], beyond_ascii=True)),
        "loads": list(dex.string_rows(ids)),
        "loading": list(dex.callers_loading(ids)),
        "classes loading": list(dex.classes_loading(ids)),
        "loads in": [list(dex.loads_in(number, *span)) for number in methods for span in ((0, 99_999), (2, 7))],
        "reaching": [
            list(dex.constants_reaching(caller, offset))
            for caller, offset in zip(calls.caller.tolist()[:500], calls.offset.tolist()[:500], strict=True)
        ],
    }


def programs(reference: Sequence[DexFile], natives: Sequence[DexFile]) -> tuple[Program, Program]:
    """Return the files as a program of each engine."""
    engine = native()
    assert engine is not None
    return ReferenceProgram(reference), engine.Program([dex.native for dex in natives])  # type: ignore[attr-defined]


def graph(program: Program, entries: Sequence[str], methods: Sequence[str]) -> dict[str, Any]:
    """Return what a program says of its classes and of the ways to `methods`."""
    names = sorted(program.class_names())
    reach = program.reach(entries, {"Ljava/lang/Thread;": 0, "Ljava/lang/Runnable;": 1})
    paths = dict(zip(methods, reach.paths(methods), strict=True))
    return {
        "classes": names,
        "packages": dict(program.packages()),
        "defined": sorted(program.defined_of([*names[::2], "Lno/No;"])),
        "descendants": dict(program.descendants([*names[::3], "Ljava/lang/Object;"])),
        "summary": tuple(reach.summary),
        "paths": {name: (path[0], [tuple(hop) for hop in path[1]]) for name, path in paths.items() if path},
    }
