"""The code of an app as one program, in Python: the reference for the native engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

from workers.static.readers.archive import Archive
from workers.static.readers.dex import Dex, Texts, header_offsets, read_dex
from workers.static.readers.dex_file import DexFile
from workers.static.readers.program import ClassDefinition, Reach
from workers.static.readers.reach import search


class ReferenceReader:
    """Reads dex members in Python and numpy."""

    def __init__(self) -> None:
        self._texts: Texts = {}

    def content(self, archive: Archive, name: str) -> bytes:
        """Return the bytes of a member."""
        self._texts = {}
        return archive.read(name)

    def header_offsets(self, content: bytes) -> list[int]:
        """Return where the headers of a DEX file start."""
        return header_offsets(content)

    def read(self, name: str, content: bytes, offset: int) -> Dex:
        """Return the DEX file whose header stands at `offset` of `content`; raises DexError."""
        return read_dex(name, content, offset, texts=self._texts)

    def program(self, dex_files: Sequence[DexFile]) -> ReferenceProgram:
        """Return the files as one program."""
        return ReferenceProgram(dex_files)


class ReferenceProgram:
    """The program in Python."""

    def __init__(self, dex_files: Sequence[DexFile]) -> None:
        self.dex_files = dex_files
        """In load order."""

    @cached_property
    def classes(self) -> dict[str, ClassDefinition]:
        """The definitions by descriptor."""
        found: dict[str, ClassDefinition] = {}
        for dex in self.dex_files:
            rows = zip(dex.class_type.tolist(), dex.class_super.tolist(), dex.class_interfaces, strict=True)
            for class_type, super_type, interfaces in rows:
                name = dex.type(class_type)
                if name not in found:
                    found[name] = ClassDefinition(
                        superclass=dex.type(super_type) if super_type >= 0 else None,
                        interfaces=tuple(dict.fromkeys(dex.type(each) for each in interfaces)),
                    )
        return found

    def class_names(self) -> Collection[str]:
        """Return the distinct descriptors of the defined classes, in no order."""
        return self.classes.keys()

    def packages(self) -> Mapping[str, int]:
        """Return how many classes each package has, by what stands before the last slash of their descriptors."""
        return Counter(name.rpartition("/")[0] for name in self.classes)

    def defined_of(self, names: Sequence[str]) -> Iterable[str]:
        """Return which of the class descriptors `names` are defined."""
        return [name for name in names if name in self.classes]

    def descendants(self, bases: Sequence[str]) -> Mapping[str, str]:
        """Return the classes of the app below one of `bases`, each with the nearest of them."""
        # Each class is looked at once: those on the way to a known one share its answer, and a circle has none.
        nearest: dict[str, str | None] = {base: base for base in bases}
        found = {}
        for name in self.classes:
            way: dict[str, None] = {}
            current: str | None = name
            while current is not None and current not in nearest and current not in way:
                way[current] = None
                definition = self.classes.get(current)
                current = definition.superclass if definition else None
            nearest |= dict.fromkeys(way, None if current is None else nearest.get(current))
            base = nearest[name]
            if base is not None and base != name:
                found[name] = base
        return found

    def reach(self, entries: Sequence[str], kinds: Mapping[str, int]) -> Reach:
        """Search from the class descriptors `entries`; `kinds` numbers callbacks by type descriptor."""
        return search(self.classes, self.dex_files, entries, kinds)
