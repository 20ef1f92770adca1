"""The vocabulary of conditions: what a rule can ask of evidence, as data; nothing in a pack is ever executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from farm.rules.strict import between, length, pattern
from farm.rules.vocabulary import check_personal

Scalar: TypeAlias = bool | int | float | str
"""A value that a fact is compared with."""

FactPath: TypeAlias = Annotated[str, pattern(r"/(app|facts)(/[A-Za-z0-9_.-]+)+"), length(1, 200)]
"""A JSON pointer (RFC 6901) into the evidence document, without escapes."""

Names: TypeAlias = tuple[Annotated[str, length(1, 200)], ...]
"""Names of which any one will do."""


Kinds: TypeAlias = Annotated[Names, length(1), check_personal]
"""Kinds of personal information that rows of evidence have; acts are none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiUse:
    """The code uses a sensitive API; rows come from the fact `api_uses`. Counts are taken for each subject apart."""

    kind: Literal["api_use"]
    pi_kinds: Names = ()
    """Kinds of personal information (workers/data/pi_kinds.tsv); empty for every kind."""
    apis: Names = ()
    """Beginnings of member descriptors, such as `Landroid/location/`; empty for every API."""
    by: Literal["app", "sdk", "anyone"] = "anyone"
    """Whose code; `sdk` is a third-party SDK, platform libraries left out."""
    sdk_categories: Names = ()
    """With `by = "sdk"`: categories of the SDK (workers/data/sdks.tsv)."""
    min_rows: Annotated[int, between(1)] = 1
    """Rows a subject needs."""
    min_kinds: Annotated[int, between(1)] = 1
    """Different kinds of personal information a subject needs."""

    def __post_init__(self) -> None:
        """Refuse a condition that everything would meet."""
        if not self.pi_kinds and not self.apis:
            raise ValueError("give pi_kinds, apis or both")
        if self.sdk_categories and self.by != "sdk":
            raise ValueError('sdk_categories needs by = "sdk"')


@dataclass(frozen=True, kw_only=True, slots=True)
class Permission:
    """The manifest asks for permissions; rows come from the fact `permissions`. Exactly one field is given."""

    kind: Literal["permission"]
    any_of: Names = ()
    """Full names, such as `android.permission.CAMERA`."""
    all_of: Names = ()
    """Full names; every one must be asked for."""
    dangerous_groups_at_least: Annotated[int, between(0)] = 0
    """Number of different groups of dangerous permissions, as users see them."""

    def __post_init__(self) -> None:
        """Refuse none and several questions at once."""
        if bool(self.any_of) + bool(self.all_of) + bool(self.dangerous_groups_at_least) != 1:
            raise ValueError("give exactly one of any_of, all_of and dangerous_groups_at_least")


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """The manifest declares a component with one of these actions; rows come from the fact `components`."""

    kind: Literal["component_filter"]
    components: tuple[Literal["activity", "activity-alias", "service", "receiver", "provider"], ...] = ()
    """Kinds of component; empty for every kind."""
    actions: Names = ()
    """Actions of intent filters; empty for a component of this kind with or without filters."""
    by: Literal["app", "sdk", "anyone"] = "anyone"
    """Whose class implements it, by the package prefixes of the known SDKs."""
    sdk_categories: Names = ()
    """With `by = "sdk"`: categories of the SDK."""

    def __post_init__(self) -> None:
        """Refuse a condition that everything would meet."""
        if not self.components and not self.actions:
            raise ValueError("give components, actions or both")
        if self.sdk_categories and self.by != "sdk":
            raise ValueError('sdk_categories needs by = "sdk"')


@dataclass(frozen=True, kw_only=True, slots=True)
class SdkPresent:
    """A third-party SDK is inside; rows come from the fact `sdks`, platform libraries left out."""

    kind: Literal["sdk_category"]
    categories: Annotated[Names, length(1)]
    """Categories of which any one will do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One value of the evidence compares with a constant."""

    kind: Literal["fact"]
    path: FactPath
    """Where the value is, such as `/app/target_sdk`."""
    op: Literal["equals", "not_equals", "less", "at_most", "greater", "at_least", "empty", "not_empty"]
    """`empty` holds for null, false, the empty text and lists or objects without members."""
    value: Scalar | None = None
    """The constant; none for `empty` and `not_empty`."""

    def __post_init__(self) -> None:
        """Refuse an operator without the value it needs."""
        if (self.value is None) != (self.op in {"empty", "not_empty"}):
            raise ValueError("give a value, unless op is empty or not_empty")
        if self.op not in {"equals", "not_equals", "empty", "not_empty"} and (
            isinstance(self.value, bool) or not isinstance(self.value, int | float)
        ):
            raise ValueError(f"op {self.op} needs a number")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """A list in the evidence has rows with these values."""

    kind: Literal["rows"]
    path: FactPath
    """Where the list is, such as `/facts/permission_gap/unused_groups`."""
    where: Mapping[str, tuple[Scalar | None, ...]] = field(default_factory=dict)
    """For each named field of a row, the values of which any one will do; `null` is written as the text `null`."""
    where_not: Mapping[str, tuple[Scalar | None, ...]] = field(default_factory=dict)
    """The same, for rows that do not count."""
    starts: Mapping[str, Names] = field(default_factory=dict)
    """For each named field of a row, beginnings of its text of which any one will do."""
    at_least: Mapping[str, float] = field(default_factory=dict)
    """For each named field of a row, the smallest number that counts, such as `{count = 10}`."""
    by: Literal["app", "sdk", "anyone"] = "anyone"
    """Whose row it is, by its field `sdk`."""
    sdk_categories: Names = ()
    """With `by = "sdk"`: categories of the SDK."""
    min_rows: Annotated[int, between(1)] = 1
    """Rows needed in all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BeyondType:
    """A run read personal information that the app's type does not need (app_types.toml); rows are of `dynamic_pi`.

    Reads that the system refused, and those of components that were forced to start, do not count.
    """

    kind: Literal["beyond_type"]
    pi_kinds: Kinds
    """Kinds that count, unless the type needs them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class All:
    """Every condition holds. In a rule on each subject, those that name subjects must agree on one."""

    kind: Literal["all"]
    of: Annotated[tuple[Condition, ...], length(1)]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnyOf:
    """At least one condition holds."""

    kind: Literal["any"]
    of: Annotated[tuple[Condition, ...], length(1)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Not:
    """The condition does not hold; unknown stays unknown."""

    kind: Literal["not"]
    of: Condition


Condition: TypeAlias = ApiUse | Permission | Component | SdkPresent | Fact | Rows | BeyondType | All | AnyOf | Not
"""What a rule asks; told apart by `kind`."""
