"""What the page of one app shows, taken from its evidence; facts that are absent or damaged are left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from farm.model.finding import Finding, Severity, Status
from farm.model.inspection import Suite
from farm.reports.pointers import Proof, proofs
from farm.reports.text import told
from farm.rules.facts import PLATFORM_CATEGORY, Facts, Row, Unknown
from farm.rules.rule import Rule
from farm.rules.vocabulary import Kind, kinds, short_api
from farm.service.report import AppEntry
from workers.model.evidence import JSON

_APIS_SHOWN = 12
_CALLERS_SHOWN = 4
_ROWS_SHOWN = 200
_SEVERITY_ORDER = {severity: number for number, severity in enumerate(Severity)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One finding with everything needed to judge it."""

    finding: Finding
    rule: Rule | None
    """None if the pack that found it is not loaded any more."""
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who uses one API, and where."""

    owner: str
    """Name of an SDK; empty for the app's own code."""
    platform: bool
    api: str
    count: int
    callers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class KindUses:
    """All uses of one kind of personal information."""

    kind: Kind
    total: int
    callers: tuple[Caller, ...]
    more: int
    """Lines that are not shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StaticPage:
    """What the static evidence tells of an app."""

    facts: Facts

    def table(self, pointer: str) -> tuple[Row, ...]:
        """Return the rows of a list, at most as many as a page can bear."""
        rows = self.facts.rows(pointer)
        return () if isinstance(rows, Unknown) else rows[:_ROWS_SHOWN]

    def known(self, pointer: str) -> bool:
        """Return whether the evidence holds the list."""
        return not isinstance(self.facts.rows(pointer), Unknown)

    def value(self, pointer: str) -> JSON:
        """Return one value, or None."""
        return self.facts.at(pointer)[1]

    def text(self, pointer: str) -> str:
        """Return one value as a line."""
        return told(self.value(pointer))

    @property
    def hidden(self) -> bool:
        """Whether a part of the code was out of sight."""
        return self.facts.hidden is not None

    @property
    def unsigned(self) -> bool:
        """Whether the app bears no signature; False where that could not be read."""
        return self.value("/facts/signing/schemes") == [] and "signing.broken-block" not in self._odd_signing

    @property
    def stripped(self) -> str:
        """The signature schemes that were taken away from the app, such as `v2`; empty for none."""
        return self._odd_signing.get("signing.stripped-scheme", "")

    @property
    def _odd_signing(self) -> dict[str, str]:
        """What is odd about the signature: details by kind."""
        return {row.text("kind"): row.text("detail") for row in self.table("/facts/signing/anomalies")}

    @property
    def sdks(self) -> tuple[Row, ...]:
        """Third-party SDKs, platform libraries left out, by category."""
        rows = [row for row in self.table("/facts/sdks") if row.text("category") != PLATFORM_CATEGORY]
        return tuple(sorted(rows, key=lambda row: (row.text("category"), row.text("name"))))

    @property
    def permissions(self) -> tuple[Row, ...]:
        """Permissions, dangerous ones first."""
        return tuple(sorted(self.table("/facts/permissions"), key=lambda row: row.text("protection") != "dangerous"))

    @property
    def uses(self) -> tuple[KindUses, ...]:
        """Sensitive uses by kind, in the order of the table of kinds."""
        rows = self.facts.rows("/facts/api_uses")
        if isinstance(rows, Unknown):
            return ()
        by_kind: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_kind[row.text("pi_kind")].append(row)
        families = list(dict.fromkeys(_FAMILY_ORDER))
        known = [kind for kind in kinds().values() if kind.name in by_kind]
        known.sort(key=lambda kind: families.index(kind.family) if kind.family in families else len(families))
        return tuple(_kind_uses(kind, by_kind[kind.name], self.facts) for kind in known)


_FAMILY_ORDER = ("identifier", "personal", "location", "apps", "network", "sensor", "device", "behaviour")


def _kind_uses(kind: Kind, rows: list[Row], facts: Facts) -> KindUses:
    """Group the uses of one kind by owner and API, the app first, platform libraries last."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        groups[row.text("sdk"), row.text("api")].append(row.text("caller"))
    callers = [
        Caller(
            owner=owner,
            platform=facts.sdk_categories.get(owner, frozenset()) == {PLATFORM_CATEGORY},
            api=short_api(api),
            count=len(found),
            callers=tuple(dict.fromkeys(map(short_caller, found)))[:_CALLERS_SHOWN],
        )
        for (owner, api), found in groups.items()
    ]
    callers.sort(key=lambda caller: (caller.platform, bool(caller.owner), caller.owner, caller.api))
    return KindUses(
        kind=kind, total=len(rows), callers=tuple(callers[:_APIS_SHOWN]), more=max(len(callers) - _APIS_SHOWN, 0)
    )


def short_caller(descriptor: str) -> str:
    """Return `com.example.Main.run` for `Lcom/example/Main;->run(I)V`; anything else as it is."""
    owner, arrow, member = descriptor.partition(";->")
    if not arrow or not owner.startswith("L"):
        return descriptor
    return f"{owner[1:].replace('/', '.')}.{member.partition('(')[0]}"


def cards(entry: AppEntry, rules: Mapping[str, Rule]) -> tuple[Card, ...]:
    """Return the findings of an app, most serious first, dismissed ones last."""
    order = {code: number for number, code in enumerate(rules)}
    found = [
        Card(finding=each, rule=rules.get(each.rule), proofs=proofs(each, entry, rules.get(each.rule)))
        for each in entry.row.findings
    ]
    return tuple(
        sorted(
            found,
            key=lambda card: (
                card.finding.status is Status.DISMISSED,
                _SEVERITY_ORDER[card.finding.severity],
                order.get(card.finding.rule, len(order)),
            ),
        )
    )


def static_page(entry: AppEntry) -> StaticPage | None:
    """Return what the static evidence tells, or None if there is none."""
    document = entry.evidence.get(Suite.STATIC)
    return None if document is None else StaticPage(facts=Facts(document))
