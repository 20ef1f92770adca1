"""An app in memory with the questions that extractors ask of a `StaticView`, and nothing to parse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict, cast

from workers.static.readers.anomaly import Anomaly
from workers.static.readers.archive import Entry, MemberError
from workers.static.readers.code import Call, FieldUse, StringUse, UnreadableDex, Use
from workers.static.readers.file import WholeFile
from workers.static.readers.manifest_model import Manifest, Reader
from workers.static.readers.signing_model import Signing
from workers.static.view import StaticView

APP = "Lcom/example/app/Main;->run()V"
"""A method of the app's own code."""


@dataclass(frozen=True, kw_only=True)
class FakeReach:
    """Paths that are given."""

    known: Mapping[str, tuple[tuple[str, int], ...]]
    summary: tuple[int, int, bool] = (0, 0, True)

    def paths(self, methods: Sequence[str]) -> list[tuple[int, tuple[tuple[str, int], ...]] | None]:
        """Return the paths from the first entry."""
        return [(0, self.known[method]) if method in self.known else None for method in methods]


@dataclass(frozen=True, kw_only=True)
class FakeCode:
    """Code given as plain pairs: (caller, member), (caller, field), (caller, string)."""

    classes: tuple[str, ...] = ()
    supers: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    initial: Mapping[str, str] = field(default_factory=dict)
    """Strings that static fields start with."""
    paths: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    """Hops to methods that can be reached."""
    reaching: tuple[tuple[str, str], ...] = ()
    """Caller and constant that reaches its calls."""
    table: tuple[str, ...] = ()
    """Strings that no instruction loads."""
    unreadable: tuple[UnreadableDex, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()
    dex_names: tuple[str, ...] = ("classes.dex",)
    dex_bytes: int = 112
    method_count: int = 0

    __hash__ = object.__hash__

    @property
    def class_count(self) -> int:
        """Return how many classes there are."""
        return len(self.classes)

    @property
    def packages(self) -> Mapping[str, int]:
        """Return how many classes each package has."""
        return Counter(name.rpartition("/")[0] for name in self.classes)

    def defined_of(self, names: Collection[str]) -> frozenset[str]:
        """Return which of `names` are classes of the app."""
        return frozenset(names) & frozenset(self.classes)

    def descendants(self, bases: Collection[str]) -> Mapping[str, str]:
        """Return the classes below one of `bases`, each with the nearest of them."""
        found = {}
        for name in self.supers:
            seen = {name}
            above = self.supers.get(name)
            while above is not None and above not in bases and above not in seen:
                seen.add(above)
                above = self.supers.get(above)
            if above is not None and above in bases and name not in bases:
                found[name] = above
        return found

    def reach(self, entries: Sequence[str], kinds: Mapping[str, int]) -> FakeReach:
        """Return that the methods of `paths` can be reached, from the first entry."""
        return FakeReach(known=self.paths if entries else {})

    def initial_strings(self, classes: Collection[str]) -> Mapping[str, str]:
        """Return the strings that static fields of `classes` start with."""
        return {field: value for field, value in self.initial.items() if field.partition("->")[0] in classes}

    def calls_to(self, members: Collection[str]) -> Iterator[Call]:
        """Yield the calls of one of `members`."""
        for caller, member in self.calls:
            if member in members:
                yield Call(**_where(caller), member=member, callee=f"{member}()V")

    def field_uses(self, members: Collection[str]) -> Iterator[FieldUse]:
        """Yield the reads of one of the fields `members`."""
        for caller, member in self.fields:
            if member in members:
                yield FieldUse(**_where(caller), member=member, writes=False)

    def string_uses(self, values: Collection[str]) -> Iterator[StringUse]:
        """Yield the loads of the strings `values`."""
        for caller, value in self.constants:
            if value in values:
                yield StringUse(**_where(caller), value=value)

    def classes_loading(self, needles: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield each string that holds one of `needles`, with each class whose code loads it."""
        for caller, value in self.constants:
            if any(needle in value for needle in needles):
                yield value, caller.partition("->")[0]

    def strings_with(self, needles: Sequence[str], *, beyond_ascii: bool = False) -> Iterator[str]:
        """Yield the strings that hold one of `needles`, or any sign beyond ASCII if asked."""
        for value in dict.fromkeys([value for _, value in self.constants] + [*self.table]):
            if any(needle in value for needle in needles) or (beyond_ascii and not value.isascii()):
                yield value

    def callers_of(self, members: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield the distinct pairs of caller and member."""
        yield from dict.fromkeys((caller, member) for caller, member in self.calls if member in members)

    def calls_near(self, members: Collection[str], prefixes: Sequence[str]) -> Iterator[Call]:
        """Yield the calls in methods that load a string which starts with one of `prefixes`."""
        loads = (*self.constants, *self.reaching)
        loading = {caller for caller, value in loads if value.startswith(tuple(prefixes))}
        return (call for call in self.calls_to(members) if call.caller in loading)

    def constants_reaching(self, use: Use) -> tuple[str, ...]:
        """Return the strings in `reaching` for the caller."""
        return tuple(value for caller, value in self.reaching if caller == use.caller)

    def string_constants_near(self, use: Use) -> tuple[str, ...]:
        """Return the strings that the caller loads."""
        return tuple(value for caller, value in self.constants if caller == use.caller)


@dataclass(frozen=True, kw_only=True)
class FakeArchive:
    """Members given by name and content."""

    members: Mapping[str, bytes]
    anomalies: tuple[Anomaly, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names."""
        return tuple(self.members)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return an entry for each member, one after the other."""
        return tuple(
            Entry(
                name=name,
                method=0,
                flags=0,
                compressed_size=len(data),
                size=len(data),
                crc32=0,
                header_offset=at * 1000,
            )
            for at, (name, data) in enumerate(self.members.items())
        )

    def __contains__(self, name: object) -> bool:
        """Return whether there is a member `name`."""
        return name in self.members

    def read(self, name: str) -> bytes:
        """Return the content of a member."""
        if name not in self.members:
            raise MemberError(f"There is no member {name!r}.")
        return self.members[name]

    def entry(self, name: str) -> Entry | None:
        """Return the entry of a member."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def read_entry(self, entry: Entry) -> bytes:
        """Return the content of a member."""
        return self.members[entry.name]

    def read_heads(self, entries: Sequence[Entry], size: int, firsts: bytes) -> Iterator[bytes]:
        """Yield the first bytes of each member that starts with one of `firsts`."""
        contents = (self.members[entry.name] for entry in entries)
        return (content[:size] if content[:1] in firsts else b"" for content in contents)


@dataclass(frozen=True, kw_only=True)
class _FakeView:
    """The parts of an app, already read."""

    archive: FakeArchive
    manifest: Manifest
    signing: Signing
    code: FakeCode
    file: WholeFile

    @property
    def size(self) -> int:
        """Return the bytes of the file."""
        return self.file.size

    @property
    def resources(self) -> bytes | None:
        """Return the resource table, if there is one."""
        return self.archive.members.get("resources.arsc")


def make_view(
    *,
    code: FakeCode | None = None,
    members: Mapping[str, bytes] | None = None,
    manifest: Manifest | None = None,
    signing: Signing | None = None,
    anomalies: tuple[Anomaly, ...] = (),
    file: WholeFile | None = None,
) -> StaticView:
    """Return an app with the parts given; the others are empty, its package is `com.example.app`."""
    view = _FakeView(
        archive=FakeArchive(members=members or {}, anomalies=anomalies),
        manifest=manifest or make_manifest(),
        signing=signing or Signing(reader=Reader.APK_INFO),
        code=code or FakeCode(),
        file=file or WholeFile(b"PK\x03\x04 and so on"),
    )
    return cast("StaticView", view)


def make_manifest(**values: object) -> Manifest:
    """Return a manifest of `com.example.app` with `values`."""
    given: dict[str, object] = {"reader": Reader.APK_INFO, "package": "com.example.app", "target_sdk": 34, **values}
    return Manifest(**given)  # type: ignore[arg-type]


class _Where(TypedDict):
    """The fields that every use has."""

    caller: str
    caller_class: str
    dex: int
    caller_id: int
    offset: int


def _where(caller: str) -> _Where:
    """Return the place of a use in `caller`."""
    return {"caller": caller, "caller_class": caller.partition("->")[0], "dex": 0, "caller_id": 0, "offset": 0}
