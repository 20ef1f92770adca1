"""Where permissions and code disagree: asked for without a use, used without asking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from workers.data.attribution import Attribution, attribution_for
from workers.data.implied import with_implied
from workers.data.matching import SensitiveUse, find_uses
from workers.data.tables import LAST_LEVEL, Category, Protection, permissions, sensitive_apis
from workers.model.bounded import Rows, texts
from workers.model.evidence import JSON
from workers.model.fact import Fact
from workers.static.view import StaticView

FACT = Fact(
    name="permission_gap",
    what="where permissions and code disagree",
    source="`permissions`, `api_uses` without platform libraries; `workers/data/implied_permissions.tsv`",
    blind="uses through intents to other apps, reflection, native code",
    keys={
        "unused_groups": "asked for, no use seen",
        "unused_groups[].group": "group of permissions",
        "unused_groups[].permissions": "those asked for",
        "undeclared": "used, not asked for, nor given by Android along with what is asked for",
        "undeclared[].any_of": "permissions one of which is needed",
        "undeclared[].pi_kinds": "kinds of information",
        "undeclared[].uses": "number of uses",
        "undeclared[].callers": "some of the methods",
    },
)
"""What this module tells."""

_CALLERS = 5


def extract(view: StaticView) -> JSON:
    """Return groups without a use and uses without a permission.

    Uses inside AndroidX and the like do not count: they check first, and stand in nearly every app. A group counts as
    unused only if the table knows uses of it. What Android gives along with what is asked for is no gap: the call log
    came with the contacts for apps of old target levels.
    """
    attribution = attribution_for(view.manifest.package)
    uses = [use for use in find_uses(view.code) if not _in_platform(use, attribution)]
    target = view.manifest.level
    declared = {item.name for item in view.manifest.permissions}
    return {
        "unused_groups": Rows(_unused(declared, uses)),
        "undeclared": Rows(_undeclared(with_implied(declared, target), uses, min(target, LAST_LEVEL))),
    }


def _in_platform(use: SensitiveUse, attribution: Attribution) -> bool:
    """Return whether the use stands in a platform library."""
    sdk = attribution.of_method(use.caller)
    return sdk is not None and sdk.category is Category.PLATFORM_LIBRARY


def _groups(names: Iterable[str]) -> set[str]:
    """Return the groups of the dangerous permissions among `names`."""
    table = permissions()
    known = (table[name] for name in names if name in table)
    return {item.group for item in known if item.protection is Protection.DANGEROUS and item.group}


def _names(uses: Iterable[SensitiveUse]) -> set[str]:
    """Return the permissions that the uses need on any API level."""
    return {name for use in uses for need in use.api.needs for name in need.any_of}


def _unused(declared: set[str], uses: list[SensitiveUse]) -> Iterator[JSON]:
    """Yield each group that is asked for and known to the table, but not used by any code."""
    testable = _groups(name for api in sensitive_apis() for need in api.needs for name in need.any_of)
    table = permissions()
    for group in sorted((_groups(declared) & testable) - _groups(_names(uses))):
        members = sorted(name for name in declared if name in table and table[name].group == group)
        yield {"group": group, "permissions": [*members]}


def _undeclared(held: frozenset[str], uses: list[SensitiveUse], level: int) -> Iterator[JSON]:
    """Yield each dangerous permission (or choice of them) that code needs at the target level and the app has not."""
    missing: dict[tuple[str, ...], list[SensitiveUse]] = defaultdict(list)
    for use in uses:
        for need in use.api.needs:
            if need.always and need.applies(level) and held.isdisjoint(need.any_of) and _groups(need.any_of):
                missing[need.any_of].append(use)
    for names, found in sorted(missing.items()):
        callers = sorted({use.caller for use in found})
        yield {
            "any_of": [*names],
            "pi_kinds": [*sorted({use.api.pi_kind for use in found})],
            "uses": len(found),
            "callers": texts(callers[:_CALLERS]),
        }
