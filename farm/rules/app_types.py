"""The app types of notice 14 (2021) and the personal information that each needs: read from app_types.toml."""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from importlib import resources

from pydantic import Field, ValidationError, field_validator, model_validator

from farm.model.errors import RulePackError, UsageError
from farm.model.text import visible
from farm.rules.conditions import Names, Strict
from farm.rules.vocabulary import check_personal

TYPES = 39
"""How many types the provision has."""


class AppType(Strict):
    """One type of app."""

    number: int = Field(ge=1, le=TYPES)
    """Number in the provision."""
    zh: str = Field(min_length=2, max_length=20)
    en: str = Field(min_length=2, max_length=40)
    aliases: Names = ()
    """Words of app stores that mean this type and no other."""
    needs: Names = ()
    """Kinds of personal information that the provision counts as necessary for the basic function."""
    works_on: Names = ()
    """Kinds that the function handles by its nature, as a camera app the camera: our reading, not the provision's."""

    @field_validator("needs", "works_on")
    @classmethod
    def _known_kinds(cls, names: Names) -> Names:
        """Refuse kinds that no row of evidence has."""
        return check_personal(names)

    @property
    def spared(self) -> frozenset[str]:
        """Kinds that are not held against an app of this type."""
        return frozenset(self.needs + self.works_on)

    @property
    def words(self) -> tuple[str, ...]:
        """What names this type, as `_plain` leaves it."""
        return tuple(_plain(word) for word in (str(self.number), self.zh, self.en, *self.aliases))


class AppTypes(Strict):
    """All types of the provision."""

    source: str = Field(min_length=4)
    """Where the types are described; our own words."""
    types: tuple[AppType, ...]

    @model_validator(mode="after")
    def _names_are_certain(self) -> AppTypes:
        """Refuse gaps, double numbers, and a word for two types."""
        if [each.number for each in self.types] != list(range(1, TYPES + 1)):
            raise ValueError(f"numbers must go from 1 to {TYPES}, each once and in order")
        seen: dict[str, int] = {}
        for each in self.types:
            for word in each.words:
                if word in seen:
                    raise ValueError(f"{word} stands twice: type {seen[word]} and type {each.number}")
                seen[word] = each.number
        return self

    @functools.cached_property
    def by_word(self) -> Mapping[str, AppType]:
        """Types by each of their words."""
        return {word: each for each in self.types for word in each.words}


def parse_app_types(text: str) -> AppTypes:
    """Return the table in `text`; raises RulePackError naming row and field."""
    try:
        return AppTypes.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        problem = f"this is not TOML: {error}"
    except ValidationError as error:
        problem = "; ".join(_problems(error))
    raise RulePackError(f"app_types.toml: {problem}.", next_step="The head of the table tells its fields.")


def _problems(error: ValidationError) -> Iterator[str]:
    """Yield each error as `row.field: what is wrong`; rows are counted from 0."""
    for item in error.errors(include_url=False):
        place = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        yield f"{place}: {message}" if place else message


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
