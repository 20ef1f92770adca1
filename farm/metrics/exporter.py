"""Reads the ledger's totals and writes them in Prometheus' text format, in one scrape and in constant time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate, product
from typing import Protocol

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector, CollectorRegistry

from farm import __version__
from farm.metrics import names
from farm.model.finding import Severity
from farm.model.inspection import State, Suite
from farm.model.target import Target
from farm.ports import DURATION_BUCKETS_S, Totals
from farm.service.status import living_drivers
from workers.model.cross_check import CrossVerdict, Field
from workers.model.outcome import Outcome

log = structlog.get_logger()

MAX_RULE_FAMILIES = 100
"""Rule families with a series of their own; findings of further ones are exported as family `other`."""


class TalliedLedger(Protocol):
    """The part of `farm.ports.Ledger` that a scrape reads."""

    def totals(self) -> Totals:
        """Return what the exporter shows."""

    def targets(self) -> Sequence[Target]:
        """Return all targets by start."""

    def counted(self, start: datetime, end: datetime) -> int:
        """Return distinct apps counted in the period."""


def render(ledger: TalliedLedger, now: float, *, rule_families: Sequence[str] = ()) -> tuple[bytes, str]:
    """Return the body and the content type of `/metrics` at POSIX time `now`; never raises.

    `rule_families` are the names of the loaded rule packs; they are exported as 0 before their first finding.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(LedgerCollector(ledger, now, rule_families=rule_families))
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4


class LedgerCollector(Collector):
    """One scrape: reads the ledger once and yields every metric of `farm.metrics.names`."""

    def __init__(self, ledger: TalliedLedger, now: float, *, rule_families: Sequence[str] = ()) -> None:
        """Take the ledger, the POSIX time of the scrape, and the rule families that exist."""
        self._ledger = ledger
        self._now = now
        self._families = rule_families

    def collect(self) -> Iterable[Family]:
        """Return all metrics, or `farm_up 0` if the ledger does not answer."""
        families = [_gauge(names.BUILD_INFO, {(__version__,): 1})]
        try:
            totals = self._ledger.totals()
            targets = {target: self._ledger.counted(target.start, target.end) for target in self._ledger.targets()}
            families += [
                *_counters(totals, self._families),
                *_now(totals, self._now),
                *_targets(targets),
                _gauge(names.UP, {(): 1}),
            ]
        except Exception as error:  # noqa: BLE001  boundary: a scrape says that the ledger is down and never fails
            log.warning("metrics.ledger_silent", error=str(error), kind=type(error).__name__)
            families += [_gauge(names.UP, {(): 0})]
        return families


def _counters(totals: Totals, rule_families: Sequence[str]) -> Iterator[Family]:
    """Yield what only grows."""
    verdicts = dict.fromkeys(_known(names.INSPECTIONS), 0.0)
    for (suite, outcome), count in totals.inspections.items():
        verdicts[suite, names.VERDICT_OF[outcome.outcome_class]] += count
    yield _counter(names.INSPECTIONS, verdicts)
    yield _counter(names.ATTEMPTS, {(s, o): totals.attempts.get((s, o), 0) for s, o in product(Suite, Outcome)})
    yield _counter(names.RETRIES, dict.fromkeys(_known(names.RETRIES), 0.0) | dict(totals.retries))
    yield _durations(totals)
    yield _counter(
        names.CACHE,
        {(s, "hit" if hit else "miss"): totals.cache.get((s, hit), 0) for s in Suite for hit in (True, False)},
    )
    yield _counter(names.BYTES_READ, {(): totals.bytes_read})
    yield _counter(names.CROSS_CHECKS, {(word,): totals.cross_checks.get(word, 0) for word in CrossVerdict})
    yield _counter(names.DISAGREEMENTS, {(name,): totals.disagreements.get(name, 0) for name in Field})
    yield _counter(names.FINDINGS, _findings(totals.findings, rule_families))


def _now(totals: Totals, now: float) -> Iterator[Family]:
    """Yield what stands at this moment."""
    yield _gauge(
        names.SHARDS, dict.fromkeys(_known(names.SHARDS), 0.0) | {(s,): n for s, n in totals.shards_now.items()}
    )
    yield _gauge(names.APKS, {(state,): totals.inspections_now.get(state, 0) for state in State})
    yield _gauge(names.QUARANTINED, {(): totals.inspections_now.get(State.QUARANTINED, 0)})
    live = living_drivers(totals.drivers, now)
    busy = sum(driver.busy for driver in live)
    yield _gauge(names.WORKERS, {("busy",): busy, ("idle",): max(sum(driver.workers for driver in live) - busy, 0)})
    yield _gauge(names.DRIVERS, {(): len(live)})
    yield _gauge(names.OLDEST_SHARD, _unless_none(totals.oldest_running_start))
    yield _gauge(names.LAST_COMMIT, _unless_none(totals.last_commit))


def _targets(counted: Mapping[Target, int]) -> Iterator[Family]:
    """Yield the targets and how far they are."""
    yield _gauge(names.TARGET_APPS, {(target.name,): target.apps for target in counted})
    yield _gauge(names.TARGET_INSPECTED, {(target.name,): count for target, count in counted.items()})
    yield _gauge(names.TARGET_START, {(target.name,): target.start.timestamp() for target in counted})
    yield _gauge(names.TARGET_END, {(target.name,): target.end.timestamp() for target in counted})


def _durations(totals: Totals) -> Family:
    """Return the histogram of wall times; Prometheus wants the buckets cumulative."""
    family = HistogramMetricFamily(names.DURATION.name, names.DURATION.help, labels=names.DURATION.label_names)
    bounds = [*(_bound(bound) for bound in DURATION_BUCKETS_S), "+Inf"]
    for suite, stage in product(Suite, names.STAGES):
        counts = totals.duration_buckets.get((suite, stage), (0,) * len(bounds))
        buckets = list(zip(bounds, accumulate(counts), strict=True))
        family.add_metric((suite, stage), buckets, totals.duration_sums.get((suite, stage), 0.0))
    return family


def _findings(counts: Mapping[tuple[str, str], int], rule_families: Sequence[str]) -> dict[tuple[str, ...], float]:
    """Return findings by family and severity, with 0 for the known ones and `other` for what exceeds the bound."""
    families = sorted({*rule_families, *(family for family, _ in counts)})
    own = set(families[:MAX_RULE_FAMILIES])
    values: dict[tuple[str, ...], float] = {(family, severity): 0.0 for family in own for severity in Severity}
    for (family, severity), count in counts.items():
        key = (family if family in own else "other", severity)
        values[key] = values.get(key, 0.0) + count
    return dict(sorted(values.items()))


def _known(metric: names.Metric) -> list[tuple[str, ...]]:
    """Return every combination of a metric's closed label values."""
    return list(product(*(label.values for label in metric.labels)))


def _unless_none(value: float | None) -> dict[tuple[str, ...], float]:
    """Return one series without labels, or none: a missing time is no sample, not the year 1970."""
    return {} if value is None else {(): value}


def _bound(seconds: float) -> str:
    """Return a bucket's upper bound as Prometheus writes it."""
    return str(float(seconds))


def _counter(metric: names.Metric, values: Mapping[tuple[str, ...], float]) -> Family:
    """Return a counter with one series for each key."""
    family = CounterMetricFamily(metric.name.removesuffix("_total"), metric.help, labels=metric.label_names)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def _gauge(metric: names.Metric, values: Mapping[tuple[str, ...], float]) -> Family:
    """Return a gauge with one series for each key."""
    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.label_names)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family
