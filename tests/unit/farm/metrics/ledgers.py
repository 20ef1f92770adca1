"""A ledger of which only the numbers exist: what a scrape reads, set by the test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from farm.model.errors import LedgerError
from farm.model.inspection import State, Suite
from farm.model.target import Target, calendar_year
from farm.ports import DURATION_BUCKETS_S, DriverRow, Totals
from workers.model.cross_check import CrossVerdict, Field
from workers.model.outcome import Outcome

NOW = 1_790_000_000.0
"""POSIX time at which these ledgers are scraped."""

NOTHING = Totals(
    inspections={},
    attempts={},
    retries={},
    cache={},
    findings={},
    bytes_read=0,
    cross_checks={},
    disagreements={},
    duration_buckets={},
    duration_sums={},
    inspections_now={},
    shards_now={},
    oldest_running_start=None,
    last_commit=None,
    drivers=(),
)
"""Totals of a ledger in which nothing has happened."""

BUCKETS = (3, 5, *(0 for _ in DURATION_BUCKETS_S[2:]), 2)
"""Three attempts within the first bound, five within the second, two above the last."""

BUSY = replace(
    NOTHING,
    inspections={
        (Suite.STATIC, Outcome.INSPECTED): 900,
        (Suite.STATIC, Outcome.INSPECTED_PARTLY): 60,
        (Suite.STATIC, Outcome.NOT_AN_APK): 4,
        (Suite.STATIC, Outcome.PACKED): 30,
        (Suite.STATIC, Outcome.WORKER_DIED): 5,
        (Suite.STATIC, Outcome.NODE_LOST): 1,
        (Suite.DYNAMIC, Outcome.CANCELLED): 7,
    },
    attempts={(Suite.STATIC, Outcome.INSPECTED): 900, (Suite.STATIC, Outcome.WORKER_DIED): 11},
    retries={(Suite.STATIC, Outcome.WORKER_DIED): 6, (Suite.STATIC, Outcome.STORE_UNAVAILABLE): 2},
    cache={(Suite.STATIC, True): 40, (Suite.STATIC, False): 920},
    findings={("miit164", "high"): 17, ("cac191", "low"): 3},
    bytes_read=123_456_789_012,
    cross_checks={CrossVerdict.AGREED: 9, CrossVerdict.DISAGREED: 1},
    disagreements={Field.SIGNERS: 1},
    duration_buckets={(Suite.STATIC, "total"): BUCKETS},
    duration_sums={(Suite.STATIC, "total"): 1234.5},
    inspections_now={State.PENDING: 50, State.RUNNING: 8, State.DONE: 955, State.QUARANTINED: 6},
    shards_now={"pending": 3, "leased": 2, "done": 11},
    oldest_running_start=NOW - 300,
    last_commit=NOW - 1.5,
    drivers=(
        DriverRow(owner="a:1", seen_at=datetime.fromtimestamp(NOW - 2, UTC), workers=8, busy=5),
        DriverRow(owner="b:2", seen_at=datetime.fromtimestamp(NOW - 29, UTC), workers=4, busy=4),
        DriverRow(owner="dead:3", seen_at=datetime.fromtimestamp(NOW - 31, UTC), workers=100, busy=100),
    ),
)
"""Totals of a farm at work; one of its three drivers is gone."""


@dataclass(kw_only=True, slots=True)
class NumbersLedger:
    """Answers a scrape with given numbers; `broken` makes it fail like a ledger whose database is gone."""

    seen: Totals = NOTHING
    apps: Mapping[str, int] = field(default_factory=lambda: {"2026": 2_080_000})
    inspected: Mapping[int, int] = field(default_factory=lambda: {2026: 1_500_000})
    """Counted apps by year of the period's start."""
    broken: bool = False
    reads: int = 0

    def totals(self) -> Totals:
        """Return the totals."""
        self.reads += 1
        if self.broken:
            raise LedgerError("The database is gone.")
        return self.seen

    def targets(self) -> Sequence[Target]:
        """Return a target for each year."""
        return [calendar_year(name, apps) for name, apps in self.apps.items()]

    def counted(self, start: datetime, end: datetime) -> int:
        """Return what was counted in the year."""
        assert start < end
        return self.inspected.get(start.year, 0)
