"""Which calls the sandbox tells, and what they are about: the table of the static suite, read for a running app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from workers.data.tables import Form, SensitiveApi, sensitive_apis


def java_member(member: str) -> str:
    """Return `Lcom/example/Cls;->name` as `com.example.Cls.name`."""
    owner, _, name = member.partition(";->")
    return f"{owner.removeprefix('L').replace('/', '.')}.{name}"


@cache
def rows() -> Mapping[str, tuple[SensitiveApi, ...]]:
    """Return the rows of calls by Java member."""
    found: dict[str, tuple[SensitiveApi, ...]] = {}
    for api in sensitive_apis():
        if api.form is Form.CALL:
            member = java_member(api.member)
            found[member] = (*found.get(member, ()), api)
    return found


def kind_of(member: str, arguments: Sequence[str]) -> tuple[bool, str | None]:
    """Return whether a call is worth telling, and its kind of personal information.

    A member that the table does not have is the sandbox's own concern and always told; one that counts only with a
    certain argument is told only with it.
    """
    apis = rows().get(member)
    if apis is None:
        return True, None
    for api in apis:
        if not api.argument or any(api.accepts(text) for text in arguments):
            return True, api.pi_kind
    return False, None
