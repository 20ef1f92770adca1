"""The app types of notice 14 (2021) and the personal information that each needs: read from app_types.toml."""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Annotated

from farm.model.errors import RulePackError, UsageError
from farm.model.text import visible
from farm.rules.conditions import Names
from farm.rules.strict import StrictError, between, length, read
from farm.rules.vocabulary import check_personal

TYPES = 39
"""How many types the provision has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AppType:
    """One type of app."""

    number: Annotated[int, between(1, TYPES)]
    """Number in the provision."""
    zh: Annotated[str, length(2, 20)]
    en: Annotated[str, length(2, 40)]
    aliases: Names = ()
    """Words of app stores that mean this type and no other."""
    needs: Annotated[Names, check_personal] = ()
    """Kinds of personal information that the provision counts as necessary for the basic function."""
    works_on: Annotated[Names, check_personal] = ()
    """Kinds that the function handles by its nature, as a camera app the camera: our reading, not the provision's."""

    @property
    def spared(self) -> frozenset[str]:
        """Kinds that are not held against an app of this type."""
        return frozenset(self.needs + self.works_on)

    @property
    def words(self) -> tuple[str, ...]:
        """What names this type, as `_plain` leaves it."""
        return tuple(_plain(word) for word in (str(self.number), self.zh, self.en, *self.aliases))


@dataclass(frozen=True, kw_only=True)
class AppTypes:
    """All types of the provision."""

    source: Annotated[str, length(4)]
    """Where the types are described; our own words."""
    types: tuple[AppType, ...]

    def __post_init__(self) -> None:
        """Refuse gaps, double numbers, and a word for two types."""
        if [each.number for each in self.types] != list(range(1, TYPES + 1)):
            raise ValueError(f"numbers must go from 1 to {TYPES}, each once and in order")
        seen: dict[str, int] = {}
        for each in self.types:
            for word in each.words:
                if word in seen:
                    raise ValueError(f"{word} stands twice: type {seen[word]} and type {each.number}")
                seen[word] = each.number

    @functools.cached_property
    def by_word(self) -> Mapping[str, AppType]:
        """Types by each of their words."""
        return {word: each for each in self.types for word in each.words}


def parse_app_types(text: str) -> AppTypes:
    """Return the table in `text`; raises RulePackError naming row and field."""
    try:
        return read(AppTypes, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        problem = f"this is not TOML: {error}"
    except StrictError as error:
        problem = "; ".join(_problems(error))
    raise RulePackError(f"app_types.toml: {problem}.", next_step="The head of the table tells its fields.")


def _problems(error: StrictError) -> Iterator[str]:
    """Yield each error as `row.field: what is wrong`; rows are counted from 0."""
    for place, message in error.problems:
        where = ".".join(map(str, place))
        yield f"{where}: {message}" if where else message


@functools.cache
def app_types() -> AppTypes:
    """Return the table that comes with the farm."""
    return parse_app_types((resources.files("farm.rules") / "app_types.toml").read_text("utf-8"))


def find_app_type(word: str | None) -> AppType | None:
    """Return the type that a crawl's category means: its number, name or alias; None if that is not certain."""
    return app_types().by_word.get(_plain(word)) if word else None


def app_type_named(word: str) -> AppType:
    """Return the type that a user names; raises UsageError."""
    found = find_app_type(word)
    if found is None:
        raise UsageError(
            f"There is no app type {visible(word, 60)!r}.",
            next_step=f"Give a number from 1 to {TYPES} or a name such as 地图导航; "
            "docs/reference/rules.md lists them under 'App types'.",
        )
    return found


def _plain(word: str) -> str:
    """Return a word without what makes no difference: width, case, spaces around it."""
    return unicodedata.normalize("NFKC", word).strip().casefold()
