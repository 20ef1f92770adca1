"""Find the sensitive uses of an app: the table of sensitive members against its code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, NamedTuple, Protocol, TypeVar
from weakref import WeakKeyDictionary

from workers.data.tables import Form, SensitiveApi, sensitive_apis


class Site(Protocol):
    """One place in the code that refers to a member."""

    @property
    def caller(self) -> str:
        """The method it stands in, as `Lcls;->name(params)ret`."""

    @property
    def member(self) -> str:
        """What it refers to, as `Lcls;->name`."""


SiteT = TypeVar("SiteT", bound=Site)


class CodeIndex(Protocol[SiteT]):
    """The code of one app, as far as it is needed here."""

    def descendants(self, bases: Collection[str], /) -> Mapping[str, str]:
        """Return the classes below one of `bases`, each with the nearest of them."""

    def callers_of(self, members: Collection[str]) -> Iterable[tuple[str, str]]:
        """Return the distinct pairs of calling method and member among the calls of one of `members`."""

    def calls_near(self, members: Collection[str], prefixes: Sequence[str], /) -> Iterable[SiteT]:
        """Return the calls of `members` in methods that load a string which starts with one of `prefixes`."""

    def field_uses(self, members: Collection[str]) -> Iterable[Site]:
        """Return the uses of one of the fields `members`."""

    def string_constants_near(self, use: SiteT, /) -> Iterable[str]:
        """Return the strings loaded near a call, nearest first."""

    def constants_reaching(self, use: SiteT, /) -> Iterable[str]:
        """Return the strings in the argument registers of a call, as far as they can be followed."""


class SensitiveUse(NamedTuple):
    """One method of the app that uses one sensitive member; a tuple, since an app has hundreds."""

    api: SensitiveApi
    caller: str
    """As `Lcls;->name(params)ret`."""
    argument: str | None
    """The constant that met the condition of the table, or those it collects, sorted; None if there is none."""
    reaches: bool | None = None
    """Whether that constant was followed to the call, not only found near it; None where no constant is asked for."""


_CACHE: WeakKeyDictionary[CodeIndex[Any], tuple[SensitiveUse, ...]] = WeakKeyDictionary()


def find_uses(code: CodeIndex[SiteT]) -> tuple[SensitiveUse, ...]:
    """Return the distinct sensitive uses in the order of the code; searched once for each `code`."""
    uses = _CACHE.get(code)
    if uses is None:
        uses = _CACHE[code] = tuple(_search(code))
    return uses


def inherited_members(apis: Iterable[SensitiveApi], code: CodeIndex[SiteT]) -> dict[str, str]:
    """Return members through which subclasses in the app reach `apis`, each with the member it stands for.

    An instruction names the static type of its receiver: `this.requestPermissions()` in `Lapp/Main;` calls
    `Lapp/Main;->requestPermissions`. A subclass that defines a method of that name itself is taken for the framework's.
    """
    methods: dict[str, list[str]] = defaultdict(list)
    for api in apis:
        owner, _, name = api.member.partition("->")
        methods[owner].append(name)
    below = code.descendants(methods)
    return {f"{item}->{name}": f"{base}->{name}" for item, base in below.items() for name in methods[base]}


def _search(code: CodeIndex[SiteT]) -> Iterable[SensitiveUse]:
    """Return each distinct use once, by the site whose constant is surest to reach the call."""
    found: dict[tuple[int, str, str | None], SensitiveUse] = {}
    for use in chain(_call_uses(code), _field_uses(code)):
        # The rows of the table live as long as the process: their identity is a cheap key.
        key = (id(use.api), use.caller, use.argument)
        if key not in found or (use.reaches and not found[key].reaches):
            found[key] = use
    return found.values()


def _call_uses(code: CodeIndex[SiteT]) -> Iterator[SensitiveUse]:
    """Yield what the calls use: of members that always count each caller, of the others each call with its argument."""
    table = _calls()
    by_member = dict(table.by_member)
    conditional, always = set(table.conditional), set(table.always)
    for member, base in inherited_members(table.inherited, code).items():
        by_member[member] = by_member.get(member, ()) + by_member[base]
        for kind in (conditional, always):
            if base in kind:
                kind.add(member)
    collecting: set[tuple[str, str]] = set()
    for site in code.calls_near(conditional, table.prefixes):
        collecting.add((site.caller, site.member))
        yield from _arguments(by_member[site.member], site, code)
    for caller, member in code.callers_of(always):
        for api in by_member[member]:
            if not api.argument and not (api.collect and (caller, member) in collecting):
                yield SensitiveUse(api=api, caller=caller, argument=None)


def _field_uses(code: CodeIndex[SiteT]) -> Iterator[SensitiveUse]:
    """Yield what the reads of fields use."""
    by_member = _fields()
    for site in code.field_uses(by_member):
        for api in by_member[site.member]:
            yield SensitiveUse(api=api, caller=site.caller, argument=None)


def _arguments(apis: Iterable[SensitiveApi], site: SiteT, code: CodeIndex[SiteT]) -> Iterator[SensitiveUse]:
    """Yield each API whose condition is met by a constant that is followed to the call, or else stands near it."""
    near = tuple(code.string_constants_near(site))
    followed = tuple(code.constants_reaching(site))
    for api in apis:
        if api.collect:
            collected = ",".join(sorted(constant for constant in near if constant.startswith(api.collect)))
            yield SensitiveUse(api=api, caller=site.caller, argument=collected or None)
        elif api.argument:
            sure = next((constant for constant in followed if api.accepts(constant)), None)
            argument = sure or next((constant for constant in near if api.accepts(constant)), None)
            if argument is not None:
                yield SensitiveUse(api=api, caller=site.caller, argument=argument, reaches=sure is not None)


def _by_member(apis: Iterable[SensitiveApi]) -> dict[str, tuple[SensitiveApi, ...]]:
    """Return `apis` by member."""
    grouped: dict[str, tuple[SensitiveApi, ...]] = {}
    for api in apis:
        grouped[api.member] = (*grouped.get(api.member, ()), api)
    return grouped


@dataclass(frozen=True, kw_only=True, slots=True)
class _Calls:
    """The members of the table that are called."""

    by_member: Mapping[str, tuple[SensitiveApi, ...]]
    inherited: tuple[SensitiveApi, ...]
    conditional: frozenset[str]
    """Members of which a constant near the call matters."""
    always: frozenset[str]
    """Members that count without one."""
    prefixes: tuple[str, ...]
    """How the constants start."""


@cache
def _calls() -> _Calls:
    """Return the members that are called, arranged once for all apps."""
    apis = sensitive_apis()
    by_member = _by_member(api for api in apis if api.form is Form.CALL)
    return _Calls(
        by_member=by_member,
        inherited=tuple(api for api in apis if api.inherit),
        conditional=frozenset(
            member for member, found in by_member.items() if any(api.argument or api.collect for api in found)
        ),
        always=frozenset(member for member, found in by_member.items() if not all(api.argument for api in found)),
        prefixes=tuple(sorted({each for api in apis for each in (api.argument, api.collect) if each})),
    )


@cache
def _fields() -> Mapping[str, tuple[SensitiveApi, ...]]:
    """Return the fields of the table by member."""
    return _by_member(api for api in sensitive_apis() if api.form is Form.FIELD)
