"""The exporter shows the ledger's numbers, all of them, under bounded labels."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.parser import text_string_to_metric_families

from farm import __version__
from farm.metrics import names
from farm.metrics.exporter import MAX_RULE_FAMILIES, TalliedLedger, render
from farm.model.finding import Severity
from farm.model.inspection import History, RetryPolicy, State, Suite, decide
from farm.model.target import Target, calendar_year
from farm.ports import DURATION_BUCKETS_S, Totals
from tests.unit.farm.metrics.ledgers import BUSY, NOTHING, NOW, NumbersLedger
from workers.model.outcome import Outcome

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scrape(ledger: TalliedLedger, *, rule_families: tuple[str, ...] = ()) -> list[Family]:
    """Return what Prometheus would parse."""
    body, _ = render(ledger, NOW, rule_families=rule_families)
    return list(text_string_to_metric_families(body.decode("utf-8")))


def series(seen: Totals, *, rule_families: tuple[str, ...] = ()) -> Series:
    """Return all samples by name and labels."""
    families = scrape(NumbersLedger(seen=seen), rule_families=rule_families)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def value(found: Series, name: str, **labels: str) -> float:
    """Return one sample."""
    return found[name, frozenset(labels.items())]


@pytest.fixture(scope="module")
def busy() -> Series:
    """The samples of a farm at work."""
    return series(BUSY)


def test_content_type_is_prometheus_text() -> None:
    """The content type is that of the text format 0.0.4."""
    _, content_type = render(NumbersLedger(), NOW)

    assert content_type == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize("metric", names.METRICS, ids=lambda metric: metric.name)
def test_every_metric_is_exported_as_declared(metric: names.Metric) -> None:
    """Each metric of the table is exported with its kind, its help and its labels, and nothing else is."""
    families = {family.name: family for family in scrape(NumbersLedger(seen=BUSY))}
    family = families[metric.name.removesuffix("_total")]

    labels = {frozenset(sample.labels) - {"le"} for sample in family.samples}
    assert (metric.kind.value, metric.help, {frozenset(metric.label_names)}) == (
        family.type,
        family.documentation,
        labels,
    )


def test_no_metric_is_exported_that_is_not_in_the_table() -> None:
    """Nothing is exported that the table does not declare."""
    declared = {name for metric in names.METRICS for name in metric.series_names}

    assert declared == {name for name, _ in series(BUSY)}


@pytest.mark.parametrize(
    "metric",
    [metric for metric in names.METRICS if metric.labels and all(label.values for label in metric.labels)],
    ids=lambda metric: metric.name,
)
def test_known_label_values_are_there_from_the_start(metric: names.Metric) -> None:
    """A ledger in which nothing has happened exports every combination of known label values as 0."""
    found = {labels: v for (name, labels), v in series(NOTHING).items() if name == metric.series_names[-1]}
    expected = 1
    for label in metric.labels:
        expected *= len(label.values)

    assert (expected, {0.0}) == (len(found), set(found.values()))


def test_verdicts_add_up_the_outcomes_that_lead_to_them(busy: Series) -> None:
    """Inspections are summed by the state that their last outcome led to."""
    found = {
        verdict: value(busy, "farm_apk_inspections_total", suite="static", verdict=verdict)
        for verdict in ("done", "unusable", "unknown", "quarantined", "cancelled")
    }

    assert found == {"done": 960, "unusable": 4, "unknown": 30, "quarantined": 6, "cancelled": 0}


@pytest.mark.parametrize("outcome", Outcome)
def test_verdict_is_the_state_that_the_retry_policy_ends_in(outcome: Outcome) -> None:
    """The verdict of an outcome is the state that the policy gives when it gives up."""
    exhausted = History(tool=99, lone_deaths=99, infra=99)

    assert decide(outcome, exhausted, RetryPolicy()).state is names.VERDICT_OF[outcome.outcome_class]


@pytest.mark.parametrize("outcome", Outcome)
def test_reasons_of_retries_are_the_outcomes_that_the_policy_retries(outcome: Outcome) -> None:
    """An outcome is a reason for a retry if and only if the policy may send it back to pending."""
    retried = decide(outcome, History(), RetryPolicy()).state is State.PENDING

    assert retried == (outcome in names.RETRIES.labels[1].values)


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("farm_apk_attempts_total", {"suite": "static", "outcome": "worker_died"}, 11),
        ("farm_apk_retries_total", {"suite": "static", "reason": "store_unavailable"}, 2),
        ("farm_cache_total", {"suite": "static", "result": "hit"}, 40),
        ("farm_cache_total", {"suite": "static", "result": "miss"}, 920),
        ("farm_object_read_bytes_total", {}, 123_456_789_012),
        ("farm_cross_checks_total", {"verdict": "agreed"}, 9),
        ("farm_cross_checks_total", {"verdict": "oracle_failed"}, 0),
        ("farm_cross_check_disagreements_total", {"field": "signers"}, 1),
        ("farm_findings_total", {"rule_family": "miit164", "severity": "high"}, 17),
        ("farm_findings_total", {"rule_family": "miit164", "severity": "low"}, 0),
        ("farm_shards", {"state": "leased"}, 2),
        ("farm_shards", {"state": "cancelled"}, 0),
        ("farm_apks", {"state": "pending"}, 50),
        ("farm_quarantined_apks", {}, 6),
        ("farm_shard_oldest_running_start_timestamp_seconds", {}, NOW - 300),
        ("farm_ledger_last_commit_timestamp_seconds", {}, NOW - 1.5),
        ("farm_build_info", {"version": __version__}, 1),
        ("farm_up", {}, 1),
        ("farm_target_apps", {"target": "2026"}, 2_080_000),
        ("farm_target_inspected_apps", {"target": "2026"}, 1_500_000),
        ("farm_target_period_start_timestamp_seconds", {"target": "2026"}, 1_767_225_600),
        ("farm_target_period_end_timestamp_seconds", {"target": "2026"}, 1_798_761_600),
    ],
)
def test_numbers_are_the_ledgers(busy: Series, name: str, labels: dict[str, str], expected: float) -> None:
    """Each number is the one that the ledger gave."""
    assert expected == value(busy, name, **labels)


def test_only_live_drivers_count(busy: Series) -> None:
    """A driver that was not seen for 30 seconds has no workers any more."""
    found = [value(busy, "farm_drivers")] + [value(busy, "farm_workers", state=state) for state in ("busy", "idle")]

    assert found == [2, 9, 3]


def test_histogram_is_cumulative_and_ends_with_the_count(busy: Series) -> None:
    """Buckets are cumulative, have the bounds of the ledger, and the last one is the count."""
    labels = {"suite": "static", "stage": "total"}
    bounds = [*map(float, DURATION_BUCKETS_S), float("inf")]
    found = [
        value(busy, "farm_apk_duration_seconds_bucket", **labels, le="+Inf" if b == float("inf") else str(b))
        for b in bounds
    ]

    assert [3, *[8] * (len(bounds) - 2), 10] == found
    assert value(busy, "farm_apk_duration_seconds_count", **labels) == 10
    assert value(busy, "farm_apk_duration_seconds_sum", **labels) == 1234.5


def test_unknown_times_are_absent() -> None:
    """Before the first commit there is no time of a last commit, rather than 1970."""
    found = {name for name, _ in series(NOTHING)}

    assert not found & {names.LAST_COMMIT.name, names.OLDEST_SHARD.name}


def test_loaded_rule_packs_are_there_from_the_start() -> None:
    """A rule pack that has found nothing yet is exported as 0."""
    found = series(NOTHING, rule_families=("taf078",))

    assert {0.0} == {value(found, "farm_findings_total", rule_family="taf078", severity=s) for s in Severity}


def test_rule_families_are_bounded() -> None:
    """However many families the ledger has, their series are bounded and no finding is left out."""
    many = replace(NOTHING, findings={(f"pack{i:04}", "high"): 1 for i in range(MAX_RULE_FAMILIES + 50)})
    found = {dict(labels)["rule_family"]: v for (name, labels), v in series(many).items() if "findings" in name and v}

    assert (len(found), found["other"], sum(found.values())) == (MAX_RULE_FAMILIES + 1, 50, MAX_RULE_FAMILIES + 50)


def test_series_do_not_grow_with_the_apps() -> None:
    """A hundred times more apps make not one series more."""
    grown = replace(
        BUSY,
        inspections={key: count * 100 for key, count in BUSY.inspections.items()},
        inspections_now={key: count * 100 for key, count in BUSY.inspections_now.items()},
    )

    assert series(BUSY).keys() == series(grown).keys()


def test_broken_ledger_is_a_number_not_a_traceback() -> None:
    """If the ledger does not answer, the scrape says so and gives no other number."""
    found = {family.name: family.samples[0].value for family in scrape(NumbersLedger(broken=True))}

    assert found == {"farm_build_info": 1.0, "farm_up": 0.0}


def test_ledger_is_read_once_a_scrape() -> None:
    """One scrape reads the totals once."""
    ledger = NumbersLedger(seen=BUSY)
    render(ledger, NOW)

    assert ledger.reads == 1


def test_target_names_are_escaped() -> None:
    """A target's name with quotes and line breaks comes through unharmed."""
    name = 'week "12"\n\\ 目标'

    class OddlyNamed(NumbersLedger):
        """A ledger with one oddly named target."""

        def targets(self) -> list[Target]:
            """Return that target."""
            return [replace(calendar_year("2026", 1), name=name)]

    samples = [s.labels for f in scrape(OddlyNamed()) if f.name == "farm_target_apps" for s in f.samples]

    assert samples == [{"target": name}]


def test_suites_are_the_models() -> None:
    """The label `suite` has the suites of the model."""
    assert tuple(Suite) == names.INSPECTIONS.labels[0].values
