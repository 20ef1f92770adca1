"""Read a document, as TOML gives it, into frozen dataclasses: what nobody knows or expects is an error with its place.

The annotations of a field are its schema: `Annotated[str, length(4, 600)]` is a text on which the check must not raise.
A library for this would take 12 MB of each worker, most of it for what no pack needs.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import re
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

Value = TypeVar("Value")
Place: TypeAlias = tuple[int | str, ...]
"""Names of fields and positions in lists, from the outside to the inside."""
Check: TypeAlias = Callable[[Any], object]
"""Raises ValueError with what is wrong with a value."""


class StrictError(Exception):
    """A document does not have the form that is expected."""

    def __init__(self, problems: Sequence[tuple[Place, str]]) -> None:
        """Take every place at which something is wrong, and what."""
        super().__init__("; ".join(message for _, message in problems))
        self.problems = tuple(problems)


def read(kind: type[Value], document: object) -> Value:
    """Return the value of a dataclass that the document describes; raises StrictError with all that is wrong."""
    problems: list[tuple[Place, str]] = []
    found: Value = _read(kind, document, (), problems)
    if problems:
        raise StrictError(problems)
    return found


def length(least: int, most: int | None = None) -> Check:
    """Return a check on the length of a text or the number of values."""

    def check(value: Sequence[object]) -> None:
        if len(value) < least or (most is not None and len(value) > most):
            raise ValueError(f"its length is {len(value)}, not {least} to {most}" if most else f"give {least} or more")

    return check


def pattern(expression: str) -> Check:
    """Return a check that a regular expression matches the whole of a text."""

    def check(value: str) -> None:
        if re.fullmatch(expression, value) is None:
            raise ValueError(f"it must match {expression}")

    return check


def between(least: int, most: int | None = None) -> Check:
    """Return a check on a number."""

    def check(value: float) -> None:
        if value < least or (most is not None and value > most):
            raise ValueError(f"it must be {least} or more" if most is None else f"it must be {least} to {most}")

    return check


class _RefusedError(ValueError):
    """What is wrong has been noted."""


def _read(kind: Any, value: object, place: Place, problems: list[tuple[Place, str]]) -> Any:  # noqa: ANN401 - any type
    """Return a value of a type; notes what is wrong, and returns None then."""
    try:
        return _value(kind, value, place, problems)
    except _RefusedError:
        pass
    except ValueError as error:
        problems.append((place, str(error)))
    return None


def _value(kind: Any, value: object, place: Place, problems: list[tuple[Place, str]]) -> Any:  # noqa: ANN401 - any type
    """Return a value of a type; raises ValueError."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        found = _value(arguments[0], value, place, problems)
        for check in arguments[1:]:
            check(found)
        return found
    if dataclasses.is_dataclass(kind):
        return _fields(kind, value, place, problems)
    if origin in {Union, types.UnionType}:
        return _one_of(arguments, value, place, problems)
    if origin is tuple:
        parts = dict(enumerate(_of(value, list | tuple, "list")))
        return _all({number: (arguments[0], each) for number, each in parts.items()}, place, problems, tuple)
    if origin is Mapping:
        parts = _of(value, dict, "table")
        typed = {name: (arguments[1], each) for name, each in parts.items()}
        return _all(typed, place, problems, lambda found: dict(zip(parts, found, strict=True)))
    if origin is Literal:
        if value not in arguments or not isinstance(value, str):
            raise ValueError(f"{value!r} is none of {', '.join(map(repr, arguments))}")
        return value
    return _plain(kind, value)


def _of(value: Any, kind: Any, name: str) -> Any:  # noqa: ANN401 - any type
    """Return the value; raises ValueError if it is of another kind."""
    if not isinstance(value, kind):
        raise ValueError(f"a {name} is needed")  # noqa: TRY004 - the document is wrong, not a caller
    return value


def _plain(kind: type, value: object) -> object:
    """Return a value without parts; raises ValueError."""
    if issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            raise ValueError(f"{value!r} is none of {', '.join(repr(each.value) for each in kind)}") from None
    right = isinstance(value, kind) or (kind is float and isinstance(value, int))
    if not right or (isinstance(value, bool) and kind is not bool) or (isinstance(value, datetime) and kind is date):
        raise ValueError(f"a {_NAMES.get(kind, kind.__name__)} is needed, not {value!r}")
    try:
        found = float(value) if kind is float and isinstance(value, int) else value
    except OverflowError:
        found = math.inf
    if isinstance(found, float) and not math.isfinite(found):
        raise ValueError("a finite number is needed")
    return found


_NAMES = {str: "text", int: "whole number", float: "number", bool: "true or false", types.NoneType: "nothing"}


def _one_of(kinds: Sequence[Any], value: object, place: Place, problems: list[tuple[Place, str]]) -> Any:  # noqa: ANN401 - any type
    """Return a value of one of several types; tables are told apart by their field `kind`."""
    if not dataclasses.is_dataclass(kinds[0]):
        for kind in kinds:
            # In the order of the types, with no conversion: 1 stays an int where floats are allowed too.
            if type(value) is kind:
                return _plain(kind, value)
        raise ValueError(f"{value!r} is none of {', '.join(_NAMES.get(kind, kind.__name__) for kind in kinds)}")
    by_tag = {get_args(_hints(kind)["kind"])[0]: kind for kind in kinds}
    tag = value.get("kind") if isinstance(value, Mapping) else None
    if not isinstance(tag, str) or tag not in by_tag:
        raise ValueError(f"its kind is {tag!r}, none of {', '.join(map(repr, by_tag))}")
    return _value(by_tag[tag], value, (*place, tag), problems)


def _fields(kind: Any, value: Any, place: Place, problems: list[tuple[Place, str]]) -> Any:  # noqa: ANN401 - any type
    """Return a dataclass; what its own `__post_init__` refuses is an error of the whole."""
    _of(value, dict, "table")
    fields, hints = dataclasses.fields(kind), _hints(kind)
    known = {field.name for field in fields}
    absent = [
        field.name
        for field in fields
        if field.name not in value
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    foreign = [name for name in value if name not in known]
    problems.extend(((*place, name), "Field required") for name in absent)
    problems.extend(((*place, name), "Extra field, which nobody knows") for name in foreign)
    given = {field.name: (hints[field.name], value[field.name]) for field in fields if field.name in value}
    return _all(
        given,
        place,
        problems,
        lambda found: kind(**dict(zip(given, found, strict=True))),
        refuse=bool(absent or foreign),
    )


def _all(
    parts: Mapping[Any, tuple[Any, object]],
    place: Place,
    problems: list[tuple[Place, str]],
    put_together: Callable[[list[Any]], Any],
    *,
    refuse: bool = False,
) -> Any:  # noqa: ANN401 - any type
    """Return what is made of all parts, once each of them has been looked at and none is wrong."""
    before = len(problems)
    found = [_read(kind, each, (*place, name), problems) for name, (kind, each) in parts.items()]
    if refuse or len(problems) > before:
        raise _RefusedError
    return put_together(found)


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    """Return the types of a dataclass's fields with their checks."""
    return get_type_hints(kind, include_extras=True)
