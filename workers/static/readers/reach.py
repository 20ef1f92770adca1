"""Which methods can be reached from where the system enters the app, in Python. Twin of `native/src/reach.rs`.

Breadth first over whole levels in the order of nodes: of several shortest paths each method keeps the one whose last
step comes from the lowest node, so the result depends on no order of hashing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workers.static.readers.dex_file import DexFile, Uses
from workers.static.readers.hierarchy import OBJECT, Hierarchy
from workers.static.readers.program import CALL, CALLBACK, ENTRY, INITIALISER, ClassDefinition, Hop, Path

_VIRTUAL = frozenset({0x6E, 0x72, 0x74, 0x78})
_DIRECT = frozenset({0x6F, 0x70, 0x75, 0x76})
_STATIC = frozenset({0x71, 0x77})
_STATIC_FIELDS = 0x60
"""Opcodes of fields from here on are of static ones."""
_CONST_CLASS = 0x1C


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    """How a method was reached."""

    parent: int | None
    entry: int
    via: int


class _Column:
    """Targets and opcodes of one kind of use, by caller."""

    def __init__(self, uses: Uses, methods: int) -> None:
        self._starts = np.searchsorted(uses.caller, np.arange(methods + 1)).tolist()
        self._targets = uses.target.tolist()
        self._opcodes = uses.opcode.tolist()

    def of(self, method: int) -> list[tuple[int, int]]:
        """Return target and opcode of each use in a method."""
        low, high = self._starts[method], self._starts[method + 1]
        return list(zip(self._targets[low:high], self._opcodes[low:high], strict=True))


class _File:
    """One DEX file with its uses by caller."""

    def __init__(self, dex: DexFile) -> None:
        methods = int(dex.method_owner.size)
        self.dex = dex
        self.calls = _Column(dex.code.calls, methods)
        self.types = _Column(dex.code.types, methods)
        self.fields = _Column(dex.code.fields, methods)


class ReferenceReach:
    """What can be reached."""

    def __init__(self, hierarchy: Hierarchy, steps: dict[int, _Step]) -> None:
        self._hierarchy = hierarchy
        self._steps = steps

    @property
    def summary(self) -> tuple[int, int, bool]:
        """Methods that the app defines, those that can be reached, and whether everything was followed."""
        return len(self._hierarchy.nodes), len(self._steps), self._hierarchy.is_complete

    def paths(self, methods: Sequence[str]) -> Sequence[Path | None]:
        """Return one shortest path to each of `methods`; None where there is none."""
        return [self._path(method) for method in methods]

    def _path(self, method: str) -> Path | None:
        """Return one shortest path to the method, or None."""
        nodes = self._hierarchy.nodes_of.get(method.partition("->")[0], ())
        number = next((each for each in nodes if self._name(each) == method), None)
        if number is None or number not in self._steps:
            return None
        hops: list[Hop] = []
        current: int | None = number
        while current is not None:
            step = self._steps[current]
            hops.append((self._name(current), step.via))
            current = step.parent
        return self._steps[number].entry, hops[::-1]

    def _name(self, number: int) -> str:
        """Return the method of a node."""
        node = self._hierarchy.nodes[number]
        return f"{node.owner}->{node.selector[0]}{node.selector[1]}"


def search(
    classes: Mapping[str, ClassDefinition],
    dex_files: Sequence[DexFile],
    entries: Sequence[str],
    kinds: Mapping[str, int],
) -> ReferenceReach:
    """Search from the class descriptors `entries`; `kinds` numbers callbacks by the type outside the app."""
    state = _Search(Hierarchy(classes, dex_files), dex_files, kinds)
    for number, name in enumerate(entries):
        if name in classes:
            state.enter(name, number)
    while state.following:
        level, state.following = sorted(state.following), []
        for node in level:
            state.expand(node)
    return ReferenceReach(state.hierarchy, state.steps)


class _Search:
    """The state of one search."""

    def __init__(self, hierarchy: Hierarchy, dex_files: Sequence[DexFile], kinds: Mapping[str, int]) -> None:
        self.hierarchy = hierarchy
        self.steps: dict[int, _Step] = {}
        self.following: list[int] = []
        self._kinds = kinds
        self._files = [_File(dex) for dex in dex_files]
        self._called: set[tuple[int, int, frozenset[int]]] = set()
        self._initialised: set[str] = set()
        self._instantiated: set[str] = set()
        self._exposed: set[str] = set()

    def enter(self, name: str, entry: int) -> None:
        """The system makes an instance of the class and calls it."""
        step = _Step(parent=None, entry=entry, via=ENTRY)
        self._visit_named(name, "<init>", step)
        for each in self.hierarchy.chain(name):
            self._initialise(each, step)
            self._expose(each, step)

    def expand(self, number: int) -> None:
        """Follow everything that the code of a node refers to."""
        node = self.hierarchy.nodes[number]
        file = self._files[node.dex]
        step = _Step(parent=number, entry=self.steps[number].entry, via=CALL)
        for target, opcode in file.calls.of(node.method):
            self._call(node.dex, target, opcode, step)
        for target, opcode in file.types.of(node.method):
            self._instantiate(file.dex.type(target), step, by_name=opcode == _CONST_CLASS)
        for target, opcode in file.fields.of(node.method):
            if opcode >= _STATIC_FIELDS:
                self._initialise(file.dex.type(int(file.dex.field_owner[target])), step)

    def _visit(self, number: int, step: _Step) -> None:
        """Keep the first step to a node."""
        if number not in self.steps:
            self.steps[number] = step
            self.following.append(number)

    def _call(self, dex: int, target: int, opcode: int, step: _Step) -> None:
        """Follow a call; what was followed once has nothing new to reach."""
        form = next((form for form in (_VIRTUAL, _DIRECT, _STATIC) if opcode in form), None)
        if form is None or (dex, target, form) in self._called:
            return
        self._called.add((dex, target, form))
        owner, name, prototype = self._files[dex].dex.method_parts(target)
        selector = (name, prototype)
        if form is _VIRTUAL:
            for node in self.hierarchy.dispatch(owner, selector) if owner != OBJECT else ():
                self._visit(node, step)
            return
        found = self.hierarchy.resolve(owner, selector)
        if found is not None:
            self._visit(found, step)
        if form is _STATIC:
            self._initialise(owner, step)

    def _initialise(self, name: str, step: _Step) -> None:
        """Run the static initialiser of a class of the app."""
        if name not in self._initialised and name in self.hierarchy.classes:
            self._initialised.add(name)
            via = ENTRY if step.via == ENTRY else INITIALISER
            self._visit_named(name, "<clinit>", _Step(parent=step.parent, entry=step.entry, via=via))

    def _visit_named(self, owner: str, name: str, step: _Step) -> None:
        """Reach the methods of that name which the class itself calls without dispatch."""
        for number in self.hierarchy.nodes_of.get(owner, ()):
            node = self.hierarchy.nodes[number]
            if node.selector[0] == name and not node.is_virtual:
                self._visit(number, step)

    def _instantiate(self, name: str, step: _Step, *, by_name: bool) -> None:
        """A class of the app is instantiated, or handed to the platform as such with `by_name`."""
        if name not in self.hierarchy.classes:
            return
        if by_name:
            self._visit_named(name, "<init>", step)
        if name in self._instantiated:
            return
        self._instantiated.add(name)
        kind = self.hierarchy.callback_kind(name, self._kinds)
        for each in self.hierarchy.chain(name):
            self._initialise(each, step)
            if kind is not None:
                via = min(CALLBACK + kind, 255)
                self._expose(each, _Step(parent=step.parent, entry=step.entry, via=via))

    def _expose(self, name: str, step: _Step) -> None:
        """Reach the virtual methods that the class itself defines."""
        if name in self._exposed:
            return
        self._exposed.add(name)
        for number in self.hierarchy.nodes_of.get(name, ()):
            if self.hierarchy.nodes[number].is_virtual:
                self._visit(number, step)
