"""Every metric the farm exports, in one table: name, kind, help, labels and their closed value sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from farm.model.batch import ShardState
from farm.model.finding import Severity
from farm.model.inspection import State, Suite
from workers.model.cross_check import CrossVerdict, Field
from workers.model.outcome import Outcome, OutcomeClass

STAGES: tuple[str, ...] = ("total", "read", "inspect", "store", "judge")
"""Stages of an attempt whose time is kept; `total` is the whole attempt."""

VERDICT_OF: Mapping[OutcomeClass, State] = {
    OutcomeClass.OK: State.DONE,
    OutcomeClass.INPUT: State.UNUSABLE,
    OutcomeClass.APP: State.UNKNOWN,
    OutcomeClass.TOOL: State.QUARANTINED,
    OutcomeClass.INFRA: State.QUARANTINED,
    OutcomeClass.DEVICE: State.QUARANTINED,
    OutcomeClass.CANCELLED: State.CANCELLED,
}
"""State in which an inspection ends whose last outcome has this class (farm.model.inspection.decide)."""

RETRIED_CLASSES: frozenset[OutcomeClass] = frozenset({OutcomeClass.TOOL, OutcomeClass.INFRA, OutcomeClass.DEVICE})
"""Classes after which an inspection may be tried again."""


class Kind(StrEnum):
    """How Prometheus has to read a metric."""

    COUNTER = "counter"
    """Only grows; its name ends in `_total`."""
    GAUGE = "gauge"
    """The value at this moment."""
    HISTOGRAM = "histogram"
    """Observations by size, with `_bucket`, `_sum` and `_count`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """One label of a metric."""

    name: str
    values: tuple[str, ...] = ()
    """All values it can have, in the order of a report; empty if `grows_with` says what it has one value for."""
    grows_with: str = ""
    """What the values are when they come from data, never anything that grows with the number of apps."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """One metric."""

    name: str
    """As it is written in PromQL (histograms without `_bucket`)."""
    kind: Kind
    help: str
    labels: tuple[Label, ...] = field(default=())

    @property
    def label_names(self) -> tuple[str, ...]:
        """Names of the labels, in order."""
        return tuple(label.name for label in self.labels)

    @property
    def series_names(self) -> tuple[str, ...]:
        """Names under which Prometheus stores it."""
        if self.kind is Kind.HISTOGRAM:
            return (f"{self.name}_bucket", f"{self.name}_sum", f"{self.name}_count")
        return (self.name,)


_SUITE = Label(name="suite", values=tuple(Suite))
_TARGET = Label(name="target", grows_with="targets that a person has set")

UP = Metric(name="farm_up", kind=Kind.GAUGE, help="1 if the ledger answered this scrape, else 0.")
BUILD_INFO = Metric(
    name="farm_build_info",
    kind=Kind.GAUGE,
    help="Always 1; the label says which version exports.",
    labels=(Label(name="version", grows_with="the version that runs"),),
)
INSPECTIONS = Metric(
    name="farm_apk_inspections_total",
    kind=Kind.COUNTER,
    help="Finished inspections (one suite on one app), by the state in which they ended; re-runs count again.",
    labels=(_SUITE, Label(name="verdict", values=tuple(state for state in State if state.is_terminal))),
)
ATTEMPTS = Metric(
    name="farm_apk_attempts_total",
    kind=Kind.COUNTER,
    help="Ended attempts, by outcome.",
    labels=(_SUITE, Label(name="outcome", values=tuple(Outcome))),
)
RETRIES = Metric(
    name="farm_apk_retries_total",
    kind=Kind.COUNTER,
    help="Attempts whose outcome sent the inspection back to pending; the reason is that outcome.",
    labels=(
        _SUITE,
        Label(name="reason", values=tuple(outcome for outcome in Outcome if outcome.outcome_class in RETRIED_CLASSES)),
    ),
)
DURATION = Metric(
    name="farm_apk_duration_seconds",
    kind=Kind.HISTOGRAM,
    help="Wall time of attempts, by stage; total is the whole attempt.",
    labels=(_SUITE, Label(name="stage", values=STAGES)),
)
CACHE = Metric(
    name="farm_cache_total",
    kind=Kind.COUNTER,
    help="Finished attempts with evidence: hit if the evidence was there before, miss if it was made.",
    labels=(_SUITE, Label(name="result", values=("hit", "miss"))),
)
BYTES_READ = Metric(
    name="farm_object_read_bytes_total", kind=Kind.COUNTER, help="Bytes that workers read from the object store."
)
CROSS_CHECKS = Metric(
    name="farm_cross_checks_total",
    kind=Kind.COUNTER,
    help="Apps that androguard read a second time, by how that ended; oracle_failed says nothing against the suite.",
    labels=(Label(name="verdict", values=tuple(CrossVerdict)),),
)
DISAGREEMENTS = Metric(
    name="farm_cross_check_disagreements_total",
    kind=Kind.COUNTER,
    help="Facts on which the suite and androguard differed, one for each app and fact.",
    labels=(Label(name="field", values=tuple(Field)),),
)
FINDINGS = Metric(
    name="farm_findings_total",
    kind=Kind.COUNTER,
    help="Findings (leads) recorded, by rule family and severity.",
    labels=(
        Label(name="rule_family", grows_with="rule packs"),
        Label(name="severity", values=tuple(Severity)),
    ),
)
SHARDS = Metric(
    name="farm_shards",
    kind=Kind.GAUGE,
    help="Shards now, by state.",
    labels=(Label(name="state", values=tuple(ShardState)),),
)
APKS = Metric(
    name="farm_apks",
    kind=Kind.GAUGE,
    help="Inspections now, by state: one for each suite of each app of each batch.",
    labels=(Label(name="state", values=tuple(State)),),
)
WORKERS = Metric(
    name="farm_workers",
    kind=Kind.GAUGE,
    help="Workers of live drivers now, by state.",
    labels=(Label(name="state", values=("busy", "idle")),),
)
DRIVERS = Metric(name="farm_drivers", kind=Kind.GAUGE, help="Drivers that gave a sign of life in the last 30 seconds.")
OLDEST_SHARD = Metric(
    name="farm_shard_oldest_running_start_timestamp_seconds",
    kind=Kind.GAUGE,
    help="When the oldest leased shard was leased, POSIX seconds; absent if none is leased.",
)
QUARANTINED = Metric(name="farm_quarantined_apks", kind=Kind.GAUGE, help="Inspections that stand quarantined now.")
LAST_COMMIT = Metric(
    name="farm_ledger_last_commit_timestamp_seconds",
    kind=Kind.GAUGE,
    help="When results were last committed, POSIX seconds; absent before the first commit.",
)
TARGET_APPS = Metric(
    name="farm_target_apps", kind=Kind.GAUGE, help="Distinct apps to inspect in the period.", labels=(_TARGET,)
)
TARGET_INSPECTED = Metric(
    name="farm_target_inspected_apps",
    kind=Kind.GAUGE,
    help="Distinct apps counted in the period so far, each once.",
    labels=(_TARGET,),
)
TARGET_START = Metric(
    name="farm_target_period_start_timestamp_seconds",
    kind=Kind.GAUGE,
    help="First instant of the period, POSIX seconds.",
    labels=(_TARGET,),
)
TARGET_END = Metric(
    name="farm_target_period_end_timestamp_seconds",
    kind=Kind.GAUGE,
    help="First instant after the period, POSIX seconds.",
    labels=(_TARGET,),
)

METRICS: tuple[Metric, ...] = (
    UP,
    BUILD_INFO,
    INSPECTIONS,
    ATTEMPTS,
    RETRIES,
    DURATION,
    CACHE,
    BYTES_READ,
    CROSS_CHECKS,
    DISAGREEMENTS,
    FINDINGS,
    SHARDS,
    APKS,
    WORKERS,
    DRIVERS,
    OLDEST_SHARD,
    QUARANTINED,
    LAST_COMMIT,
    TARGET_APPS,
    TARGET_INSPECTED,
    TARGET_START,
    TARGET_END,
)
"""The table; docs/reference/metrics.md is made from it."""
