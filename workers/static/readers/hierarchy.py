"""Class hierarchy of a program, in Python: which methods a call may mean. Twin of `native/src/dispatch.rs`."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from workers.static.readers.dex_file import DexFile
from workers.static.readers.program import OTHER_CALLBACK, ClassDefinition

DEPTH_MAX = 256
"""Superclasses that are followed at most."""
WORK_MAX = 4_000_000
"""Types, methods and interfaces that are looked at in one program, for dispatch and for callbacks."""
OBJECT = "Ljava/lang/Object;"

Selector: TypeAlias = tuple[str, str]
"""Name and prototype of a method."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A method that a class of the app defines."""

    dex: int
    method: int
    owner: str
    selector: Selector
    is_virtual: bool
    """Whether it is called by dispatch."""


class Hierarchy:
    """Subtypes by superclass and interface, and methods by selector."""

    def __init__(self, classes: Mapping[str, ClassDefinition], dex_files: Sequence[DexFile]) -> None:
        self.classes = classes
        """The classes of the app by descriptor."""
        self.nodes = _nodes(classes, dex_files)
        """In the order of file and method id."""
        self.node_in: dict[tuple[str, Selector], int] = {}
        """Node by class and selector; of two definitions the first."""
        for number, node in enumerate(self.nodes):
            self.node_in.setdefault((node.owner, node.selector), number)
        self.nodes_of: dict[str, list[int]] = defaultdict(list)
        """Nodes by class, as in `node_in`."""
        for (owner, _), number in self.node_in.items():
            self.nodes_of[owner].append(number)
        self.work = 0
        """What has been looked at so far."""
        self._cut = False
        self._super = _without_circles({name: each.superclass for name, each in self.classes.items()})
        self._implementers: dict[str, list[str]] = defaultdict(list)
        for name, each in self.classes.items():
            for interface in each.interfaces:
                self._implementers[interface].append(name)
        self._subtree = _number_tree(self._super)
        self._by_selector: dict[Selector, list[tuple[int, int]]] = defaultdict(list)
        for (owner, selector), number in self.node_in.items():
            if self.nodes[number].is_virtual:
                self._by_selector[selector].append((self._subtree[owner][0], number))
        for places in self._by_selector.values():
            places.sort()

    @property
    def is_complete(self) -> bool:
        """Whether no limit was met so far."""
        return self.work <= WORK_MAX and not self._cut

    def chain(self, name: str | None) -> Iterator[str]:
        """Yield the class and its superclasses as far as the app defines them."""
        depth = 0
        while name is not None and name in self.classes:
            if depth == DEPTH_MAX:
                self._cut = True
                return
            yield name
            depth += 1
            name = self._super[name]

    def resolve(self, name: str, selector: Selector) -> int | None:
        """Return the first definition of `selector` in the class or above it."""
        found = (self.node_in.get((each, selector)) for each in self.chain(name))
        return next((node for node in found if node is not None), None)

    def dispatch(self, name: str, selector: Selector) -> Iterator[int]:
        """Yield the methods that a virtual or interface call of `selector` on the class may reach."""
        closure = [name]
        seen = {name}
        for each in closure:  # grows on the way
            self.work += 1
            if self.work > WORK_MAX:
                return
            yield from self._overriding(each, selector)
            yield from self._inherited(each, selector)
            for child in self._implementers.get(each, ()):
                if child not in seen:
                    seen.add(child)
                    closure.append(child)

    def callback_kind(self, name: str, kinds: Mapping[str, int]) -> int | None:
        """Return how the platform calls back into instances of the class, by its ancestors outside the app.

        None if there is no such ancestor but Object.
        """
        queue = [name]
        seen: set[str] = set()
        found: list[int] = []
        while queue:
            each = queue.pop()
            if len(seen) > DEPTH_MAX or self.work > WORK_MAX:
                self._cut = True
                break
            if each == OBJECT or each in seen:
                continue
            seen.add(each)
            definition = self.classes.get(each)
            if definition is None:
                found.append(kinds.get(each, OTHER_CALLBACK))
                continue
            parent = self._super[each]
            queue += [*([parent] if parent is not None else []), *definition.interfaces]
            self.work += len(definition.interfaces)
        return min(found, default=None)

    def _overriding(self, name: str, selector: Selector) -> list[int]:
        """Return the definitions in the class and its subclasses."""
        span = self._subtree.get(name)
        if span is None:
            return []
        places = self._by_selector.get(selector, [])
        low = bisect_left(places, (span[0], -1))
        high = bisect_left(places, (span[1] + 1, -1))
        self.work += high - low
        return [node for _, node in places[low:high]]

    def _inherited(self, name: str, selector: Selector) -> list[int]:
        """Return what the class inherits: from the nearest superclass, else from any interface of the chain."""
        node = self.resolve(name, selector)
        if node is not None:
            return [node]
        found: list[int] = []
        seen: set[str] = set()
        queue = [interface for each in self.chain(name) for interface in self.classes[each].interfaces]
        looked_at = len(queue)
        while queue:
            each = queue.pop()
            if each in seen:
                continue
            seen.add(each)
            inherited = self.node_in.get((each, selector))
            if inherited is not None:
                found.append(inherited)
            definition = self.classes.get(each)
            if definition is not None:
                queue += definition.interfaces
                looked_at += len(definition.interfaces)
        self.work += looked_at
        return found


def _nodes(classes: Mapping[str, ClassDefinition], dex_files: Sequence[DexFile]) -> list[Node]:
    """Return the methods that classes of the app define."""
    nodes: list[Node] = []
    for number, dex in enumerate(dex_files):
        virtual: dict[int, bool] = {}
        for method, _, is_virtual in dex.defined_methods:
            virtual.setdefault(method, is_virtual)
        for method in sorted(virtual):
            owner, name, prototype = dex.method_parts(method)
            if owner in classes:
                selector = (name, prototype)
                nodes.append(
                    Node(dex=number, method=method, owner=owner, selector=selector, is_virtual=virtual[method])
                )
    return nodes


def _without_circles(supers: dict[str, str | None]) -> dict[str, str | None]:
    """Return the superclasses without the links of classes that are their own ancestors."""
    found = dict(supers)
    met_from: dict[str, str] = {}
    for start in supers:
        each: str | None = start
        while each is not None and each in found and each not in met_from:
            met_from[each] = start
            each = found[each]
        if each is not None and met_from.get(each) == start:
            # Back where this walk has been: everything from here round is a circle.
            while each is not None:
                following, found[each] = found[each], None
                each = following
    return found


def _number_tree(supers: Mapping[str, str | None]) -> dict[str, tuple[int, int]]:
    """Return for each type where its subtree starts and ends when all types are counted in the order of the tree."""
    children: dict[str, list[str]] = defaultdict(list)
    for name, parent in supers.items():
        if parent is not None:
            children[parent].append(name)
    roots = [name for name, parent in supers.items() if parent is None]
    roots += [name for name in children if name not in supers]
    spans: dict[str, tuple[int, int]] = {}
    started: dict[str, int] = {}
    stack = [(name, False) for name in roots]
    while stack:
        name, done = stack.pop()
        if done:
            spans[name] = (started[name], len(started) - 1)
            continue
        started[name] = len(started)
        stack.append((name, True))
        stack += [(child, False) for child in children.get(name, ())]
    return spans
