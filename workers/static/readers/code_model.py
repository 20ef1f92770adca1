"""The values that questions about code are answered with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class UnreadableDex:
    """A dex file that could not be read, and why."""

    name: str
    """Archive member."""
    reason: str
    """One sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """One place in the code that refers to something."""

    caller: str
    """The method it stands in, as `Lcls;->name(params)ret`."""
    caller_class: str
    """Descriptor of the class it stands in, as `Lcls;`."""
    dex: int
    """Index into `Code.dex_files`."""
    caller_id: int
    """Method id of the caller in that dex file."""
    offset: int
    """Where it stands in the method, in 16-bit code units."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(Use):
    """One invoke instruction."""

    member: str
    """What is called without its descriptor, as `Lcls;->name`."""
    callee: str
    """What is called, as `Lcls;->name(params)ret`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StringUse(Use):
    """One const-string instruction."""

    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldUse(Use):
    """One instruction that gets or puts a field."""

    member: str
    """The field without its type, as `Lcls;->NAME`."""
    writes: bool
    """Whether it puts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeUse(Use):
    """One new-instance or const-class instruction."""

    type: str
    """Type descriptor."""
    creates: bool
    """True for new-instance, False for const-class."""
