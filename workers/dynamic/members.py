"""Which calls the sandbox tells, and what they are about: the table of the static suite, read for a running app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from workers.data.runtime import behaviours, plants
from workers.data.services import service_kinds
from workers.data.tables import Form, PermissionNeed, SensitiveApi, sensitive_apis

PLATFORM_LEVEL = 34
"""API level of the framework that the sandbox runs."""
IDENTIFIER_LEVEL = 28
"""Last API level on which apps get identifiers such as the IMEI: the simulated phone still gives them."""
_REQUESTS = "permission_request"
_STARTS = "app_start"
# Lookups by name are found in code; of a running app the call that follows is told itself.
_ONLY_STATIC = frozenset(
    {
        "android.net.Uri.parse",
        "java.lang.Class.forName",
        "java.lang.Class.getDeclaredMethod",
        "java.lang.Class.getMethod",
    }
)


def java_member(member: str) -> str:
    """Return `Lcom/example/Cls;->name` as `com.example.Cls.name`."""
    owner, _, name = member.partition(";->")
    return f"{owner.removeprefix('L').replace('/', '.')}.{name}"


@cache
def rows() -> Mapping[str, tuple[SensitiveApi, ...]]:
    """Return the rows of members by Java member."""
    planted = {plant.member for plant in plants()}
    found: dict[str, tuple[SensitiveApi, ...]] = {}
    for api in (*sensitive_apis(), *behaviours()):
        member = java_member(api.member)
        if _is_told(api, member) and (api.form is Form.CALL or api.member in planted):
            found[member] = (*found.get(member, ()), api)
    return found


def _is_told(api: SensitiveApi, member: str) -> bool:
    """Return whether a row means something while the app runs.

    Wrappers of a permission request end in the platform's own, which alone is told: one request is one event. A call by
    reflection is told as the member that it reaches, unless its arguments say enough.
    """
    if api.pi_kind == _REQUESTS:
        return member.startswith("android.app.")
    if member == "java.lang.reflect.Method.invoke":
        return bool(api.argument)
    return member not in _ONLY_STATIC


def needs(api: SensitiveApi, target_sdk: int) -> tuple[PermissionNeed, ...]:
    """Return the permissions without which an app of this target gets nothing from the simulated phone."""
    always = [need for need in api.needs if need.always]
    for level in (min(target_sdk, PLATFORM_LEVEL), IDENTIFIER_LEVEL):
        found = tuple(need for need in always if need.applies(level))
        if found:
            return found
    return ()


def kind_of(member: str, arguments: Sequence[str]) -> tuple[bool, str | None]:
    """Return whether a call is worth telling, and its kind of personal information.

    A member that the table does not have is the sandbox's own concern and always told, with a kind if a service has
    answered; one that counts only with a certain argument is told only with it. A start of a component is always told,
    and has a kind if it is another app's.
    """
    apis = rows().get(member)
    if apis is None:
        return True, service_kinds().get(member)
    for api in sorted(apis, key=lambda row: not row.argument):
        if not api.argument or any(api.accepts(text) for text in arguments):
            return True, api.pi_kind
    return any(api.pi_kind == _STARTS for api in apis), None
