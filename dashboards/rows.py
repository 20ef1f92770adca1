"""What the dashboard shows, from top to bottom."""

from __future__ import annotations

from dashboards.panels import BLUE, GREEN, ORANGE, RED, Look, Panel, Query, Row
from farm.ports import DURATION_BUCKETS_S
from workers.model.outcome import Outcome, OutcomeClass

TARGET = 'target=~"$target"'
"""Matcher of the targets chosen at the top of the dashboard."""

SUITE = 'suite=~"$suite"'
"""Matcher of the suites chosen at the top of the dashboard."""

RATE = "$__rate_interval"
"""Window of rates: at least four scrapes, whatever the zoom."""


def _per_minute(metric: str, by: str, *matchers: str) -> str:
    """Return the growth of a counter per minute, by a label."""
    return f"60 * sum by ({by}) (rate({metric}{{{','.join(matchers)}}}[{RATE}]))"


def _quantile(quantile: float) -> Query:
    """Return a quantile of the duration by stage."""
    buckets = f"rate(farm_apk_duration_seconds_bucket{{{SUITE}}}[{RATE}])"
    return Query(
        expr=f"histogram_quantile({quantile}, sum by (le, stage) ({buckets}))",
        legend=f"{{{{stage}}}} p{quantile * 100:.0f}",
    )


def _class_query(outcome_class: OutcomeClass) -> Query:
    """Return the attempts per minute of one outcome class."""
    outcomes = "|".join(outcome for outcome in Outcome if outcome.outcome_class is outcome_class)
    matcher = f'outcome=~"{outcomes}"'
    return Query(
        expr=f"60 * sum(rate(farm_apk_attempts_total{{{SUITE},{matcher}}}[{RATE}]))", legend=outcome_class.value
    )


_CLASSES = tuple(cls for cls in OutcomeClass if any(outcome.outcome_class is cls for outcome in Outcome))
_OK = "|".join(outcome for outcome in Outcome if outcome.outcome_class is OutcomeClass.OK)
_APPS = f"max by (target) (farm_target_apps{{{TARGET}}})"

_TARGET_ROW = Row(
    title="Target",
    panels=(
        Panel(
            title="Counted",
            description="Distinct apps counted in the period so far. An app counts once, whatever was retried.",
            unit="short",
            queries=(Query(expr=f"max by (target) (farm_target_inspected_apps{{{TARGET}}})", legend="{{target}}"),),
            look=Look.NUMBER,
            width=6,
            height=4,
        ),
        Panel(
            title="On track",
            description="Counted apps as a share of what a straight line would have by now. 100 % is on the line.",
            unit="percentunit",
            queries=(Query(expr=f"farm:target:on_track_ratio{{{TARGET}}}", legend="{{target}}"),),
            look=Look.NUMBER,
            width=6,
            height=4,
            steps=((None, RED), (0.95, ORANGE), (1, GREEN)),
        ),
        Panel(
            title="Projected share of the target",
            description="Where the target ends if the last seven days go on. Below 95 % a ticket is opened.",
            unit="percentunit",
            queries=(Query(expr=f"farm:target:projected_apps{{{TARGET}}} / {_APPS}", legend="{{target}}"),),
            look=Look.NUMBER,
            width=6,
            height=4,
            steps=((None, RED), (0.95, ORANGE), (1, GREEN)),
        ),
        Panel(
            title="Period elapsed",
            description="How much of the period is over.",
            unit="percentunit",
            queries=(Query(expr=f"farm:target:elapsed_ratio{{{TARGET}}}", legend="{{target}}"),),
            look=Look.NUMBER,
            width=6,
            height=4,
            steps=((None, BLUE),),
        ),
        Panel(
            title="Burn-up",
            description=(
                "Counted apps against the straight line, the target, and where the last seven days lead. "
                "Counted below expected and projected below the target: the farm is behind."
            ),
            unit="short",
            queries=(
                Query(expr=f"max by (target) (farm_target_inspected_apps{{{TARGET}}})", legend="{{target}} inspected"),
                Query(expr=f"farm:target:expected_apps{{{TARGET}}}", legend="{{target}} expected"),
                Query(expr=f"farm:target:projected_apps{{{TARGET}}}", legend="{{target}} projected"),
                Query(expr=_APPS, legend="{{target}} target"),
            ),
        ),
        Panel(
            title="Pace against what is required",
            description="Apps a day over the last day and the last seven, against what is needed from now on.",
            unit="suffix: apps/d",
            queries=(
                Query(expr=f"86400 * farm:target:rate_1d{{{TARGET}}}", legend="{{target}} last day"),
                Query(expr=f"86400 * farm:target:rate_7d{{{TARGET}}}", legend="{{target}} last 7 days"),
                Query(expr=f"86400 * farm:target:required_rate{{{TARGET}}}", legend="{{target}} required"),
            ),
        ),
    ),
)

_THROUGHPUT_ROW = Row(
    title="Throughput",
    panels=(
        Panel(
            title="Inspections a minute by verdict",
            description="Finished inspections by the state in which they ended. Cache hits are among them.",
            unit="cpm",
            queries=(Query(expr=_per_minute("farm_apk_inspections_total", "verdict", SUITE), legend="{{verdict}}"),),
            look=Look.STACK,
        ),
        Panel(
            title="Inspections a minute by suite",
            description="Finished inspections by suite.",
            unit="cpm",
            queries=(Query(expr=_per_minute("farm_apk_inspections_total", "suite", SUITE), legend="{{suite}}"),),
        ),
        Panel(
            title="Duration of attempts",
            description=(
                "How many attempts took how long, the whole attempt. A second band or a slow drift upwards means "
                f"larger apps, a slower store or too few processors. Bounds: {DURATION_BUCKETS_S[0]} s to "
                f"{DURATION_BUCKETS_S[-1]:.0f} s."
            ),
            unit="s",
            queries=(
                Query(
                    expr=f'sum by (le) (increase(farm_apk_duration_seconds_bucket{{{SUITE},stage="total"}}[{RATE}]))',
                    legend="{{le}}",
                ),
            ),
            look=Look.HEAT,
            minimum=None,
        ),
        Panel(
            title="Duration by stage",
            description="Median and 95th percentile of each stage: reading the object, inspecting, storing, judging.",
            unit="s",
            queries=(_quantile(0.5), _quantile(0.95)),
        ),
        Panel(
            title="Cache hits",
            description="Share of inspections whose evidence was stored already, so that no work was needed.",
            unit="percentunit",
            queries=(
                Query(
                    expr=(
                        f'sum by (suite) (rate(farm_cache_total{{{SUITE},result="hit"}}[{RATE}]))'
                        f" / (sum by (suite) (rate(farm_cache_total{{{SUITE}}}[{RATE}])) > 0)"
                    ),
                    legend="{{suite}}",
                ),
            ),
            maximum=1,
        ),
        Panel(
            title="Bytes read from the object store",
            description="What all workers together read. A plateau may be the store's or the network's limit.",
            unit="Bps",
            queries=(Query(expr=f"sum(rate(farm_object_read_bytes_total[{RATE}]))", legend="read"),),
        ),
    ),
)

_HEALTH_ROW = Row(
    title="Health",
    panels=(
        Panel(
            title="Ledger answers",
            description="Whether the ledger answered the last scrape. If not, all other numbers are missing.",
            unit="none",
            queries=(Query(expr="max(farm_up) or vector(0)", legend="ledger"),),
            look=Look.NUMBER,
            width=6,
            height=4,
            words=(("0", "no", RED), ("1", "yes", GREEN)),
        ),
        Panel(
            title="Firing alerts",
            description="Alerts of this farm that fire now. Each has a section in the runbook.",
            unit="none",
            queries=(
                Query(expr='count(ALERTS{alertname=~"Farm.*",alertstate="firing"}) or vector(0)', legend="alerts"),
            ),
            look=Look.NUMBER,
            width=6,
            height=4,
            steps=((None, GREEN), (1, RED)),
        ),
        Panel(
            title="Apps waiting or running",
            description="Inspections that are pending or running, over all batches.",
            unit="short",
            queries=(Query(expr='sum(farm_apks{state=~"pending|running"})', legend="open"),),
            look=Look.NUMBER,
            width=6,
            height=4,
            steps=((None, BLUE),),
        ),
        Panel(
            title="Version",
            description="Version of the farm that exports these numbers.",
            unit="none",
            queries=(Query(expr="farm_build_info", legend="{{version}}"),),
            look=Look.NUMBER,
            width=6,
            height=4,
            steps=((None, BLUE),),
            show_series_name=True,
        ),
        Panel(
            title="Workers and drivers",
            description=(
                "Busy and idle workers, and drivers seen in the last 30 seconds. Idle workers while work is pending "
                "mean that shards wait for a later time; no driver means that nothing runs."
            ),
            unit="short",
            queries=(
                Query(expr="sum by (state) (farm_workers)", legend="{{state}} workers"),
                Query(expr="max(farm_drivers)", legend="drivers"),
            ),
        ),
        Panel(
            title="Inspections by state",
            description="Where all inspections of all batches stand. Pending falls, done rises; the sum stays.",
            unit="short",
            queries=(Query(expr="sum by (state) (farm_apks)", legend="{{state}}"),),
            look=Look.STACK,
        ),
        Panel(
            title="Shards by state",
            description="Where all shards stand. More leased shards than drivers need is normal at their ends only.",
            unit="short",
            queries=(Query(expr="sum by (state) (farm_shards)", legend="{{state}}"),),
            look=Look.STACK,
            width=8,
        ),
        Panel(
            title="Age of the oldest running shard",
            description="How long ago the oldest leased shard was leased. Above two hours a ticket is opened.",
            unit="s",
            queries=(
                Query(expr="time() - min(farm_shard_oldest_running_start_timestamp_seconds)", legend="oldest shard"),
            ),
            width=8,
            steps=((None, GREEN), (7200, RED)),
        ),
        Panel(
            title="Age of the last commit",
            description="How long ago results were last committed. It grows while nothing is to be done; while "
            "inspections run, more than 15 minutes is an alert.",
            unit="s",
            queries=(Query(expr="time() - max(farm_ledger_last_commit_timestamp_seconds)", legend="last commit"),),
            width=8,
            steps=((None, GREEN), (900, RED)),
        ),
    ),
)

_FAILURES_ROW = Row(
    title="Failures",
    panels=(
        Panel(
            title="Attempts a minute by class of outcome",
            description=(
                "ok: done. input: the object is not an app. app: the app hides. tool: our suite failed. "
                "infra: the machinery failed, the app is innocent. Infra and tool near zero is healthy."
            ),
            unit="cpm",
            queries=tuple(_class_query(outcome_class) for outcome_class in _CLASSES),
            look=Look.STACK,
        ),
        Panel(
            title="Attempts a minute that did not succeed, by outcome",
            description="The same in detail, without those that succeeded.",
            unit="cpm",
            queries=(
                Query(
                    expr=_per_minute("farm_apk_attempts_total", "outcome", SUITE, f'outcome!~"{_OK}"') + " > 0",
                    legend="{{outcome}}",
                ),
            ),
        ),
        Panel(
            title="Retries by reason",
            description="Attempts a minute that sent their inspection back to pending, by outcome.",
            unit="cpm",
            queries=(Query(expr=_per_minute("farm_apk_retries_total", "reason", SUITE) + " > 0", legend="{{reason}}"),),
            width=8,
        ),
        Panel(
            title="Quarantined",
            description="Inspections that stand quarantined: the tool failed on them again and again. "
            "A step upwards after a release is the release.",
            unit="short",
            queries=(Query(expr="max(farm_quarantined_apks)", legend="quarantined"),),
            width=8,
        ),
        Panel(
            title="Apps read twice",
            description=(
                "Apps of the sample that androguard read a second time, by how that ended. disagreed grows with a few "
                "hostile apps only; oracle_failed means that androguard could not read the app."
            ),
            unit="short",
            queries=(Query(expr="sum by (verdict) (farm_cross_checks_total)", legend="{{verdict}}"),),
        ),
        Panel(
            title="Facts on which the readers disagree",
            description="Apps on which the suite and androguard differ, by fact. A step after a release is our error.",
            unit="short",
            queries=(Query(expr="sum by (field) (farm_cross_check_disagreements_total) > 0", legend="{{field}}"),),
        ),
        Panel(
            title="Shares that alert",
            description="Retried share of the attempts of ten minutes (alert above 20 %) and quarantined share of the "
            "inspections of six hours (alert above 2 %).",
            unit="percentunit",
            queries=(
                Query(expr="farm:attempts:retry_ratio_10m", legend="retried"),
                Query(expr="farm:inspections:quarantine_ratio_6h", legend="quarantined"),
            ),
            width=8,
        ),
    ),
)

_FINDINGS_ROW = Row(
    title="Findings",
    panels=(
        Panel(
            title="Leads by rule family",
            description="Findings recorded so far, by rule pack. They are leads until a person confirms them.",
            unit="short",
            queries=(Query(expr="sum by (rule_family) (farm_findings_total)", legend="{{rule_family}}"),),
        ),
        Panel(
            title="New leads a minute by severity",
            description="Findings recorded per minute. A jump without new batches is a new edition of the rules.",
            unit="cpm",
            queries=(Query(expr=f"60 * sum by (severity) (rate(farm_findings_total[{RATE}]))", legend="{{severity}}"),),
        ),
    ),
)

ROWS: tuple[Row, ...] = (_TARGET_ROW, _THROUGHPUT_ROW, _HEALTH_ROW, _FAILURES_ROW, _FINDINGS_ROW)
"""The dashboard from top to bottom."""
