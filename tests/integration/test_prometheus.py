"""A real Prometheus scrapes the exporter: what PromQL says is what the ledger says."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from dashboards.rows import ROWS
from farm.ledger.sql import SqlLedger
from farm.metrics.exporter import TalliedLedger, render
from farm.model.inspection import State, Suite
from farm.model.target import calendar_year
from farm.ports import DriverRow, Totals
from tests.contracts import ledger_samples as samples
from tests.tools_path import ROOT, require
from tests.unit.farm.metrics.ledgers import BUSY, NOW, NumbersLedger
from workers.model.outcome import Outcome

YEAR = datetime.now(UTC).year
"""Its target is the one that runs while the test does."""

DEADLINE_S = 60.0
"""How long Prometheus may take to see what it is to see; a few seconds on a quiet machine."""

GROWING_SCRAPES = 4
"""Scrapes over which the busy farm's counters grow, so that rates are not 0."""

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


class GrowingLedger(NumbersLedger):
    """A busy farm whose counters grow from scrape to scrape up to those of BUSY, and then stand still."""

    def totals(self) -> Totals:
        """Return what was done so far."""
        self.reads += 1
        part = min(self.reads, GROWING_SCRAPES)

        def grown(counts: Mapping[Any, int]) -> dict[Any, int]:
            return {key: count * part // GROWING_SCRAPES for key, count in counts.items()}

        return replace(
            BUSY,
            inspections=grown(BUSY.inspections),
            attempts=grown(BUSY.attempts),
            retries=grown(BUSY.retries),
            cache=grown(BUSY.cache),
            findings=grown(BUSY.findings),
            bytes_read=BUSY.bytes_read * part // GROWING_SCRAPES,
            duration_buckets={
                key: tuple(count * part // GROWING_SCRAPES for count in counts)
                for key, counts in BUSY.duration_buckets.items()
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Prometheus:
    """A running Prometheus."""

    url: str

    def query(self, expr: str) -> list[dict[str, Any]]:
        """Return the result of an instant query."""
        address = f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": expr})
        with urllib.request.urlopen(address, timeout=10) as response:
            answer = json.load(response)
        assert answer["status"] == "success"
        result = answer["data"]["result"]
        assert isinstance(result, list)
        return result

    def number(self, expr: str) -> float | None:
        """Return the value of a query that has one result, or None if it has none."""
        found = self.query(expr)
        return float(found[0]["value"][1]) if found else None

    def settled(self, job: str, wanted: Series) -> Series:
        """Return what was scraped of a job once it is as wanted, or what there is at the deadline."""
        deadline = time.monotonic() + DEADLINE_S
        while (found := self.series(job)) != wanted and time.monotonic() < deadline:
            threading.Event().wait(0.2)
        return found

    def series(self, job: str) -> Series:
        """Return what the last scrape of a job found, without the labels of the scrape."""
        return {
            (row["metric"].pop("__name__"), frozenset(_without_scrape(row["metric"]).items())): float(row["value"][1])
            for row in self.query(f'{{__name__=~"farm_.+", job="{job}"}}')
        }

    def wait_for(self, expr: str, wanted: Callable[[float | None], bool]) -> None:
        """Wait until the value of a query is as wanted."""
        deadline = time.monotonic() + DEADLINE_S
        while not wanted(found := self._number_if_up(expr)):
            assert time.monotonic() < deadline, f"{expr} is still {found} after {DEADLINE_S} s"
            threading.Event().wait(0.2)

    def _number_if_up(self, expr: str) -> float | None:
        """Return the value, or None while Prometheus does not answer yet."""
        try:
            return self.number(expr)
        except OSError:
            return None


def _without_scrape(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels without those that Prometheus adds to what it scrapes."""
    return {name: value for name, value in labels.items() if name not in {"instance", "job"}}


@contextmanager
def exporter(ledger: TalliedLedger, now: float) -> Iterator[str]:
    """Serve `/metrics` of a ledger on this machine; yield host and port."""

    class Handler(BaseHTTPRequestHandler):
        """Answers every request with the metrics."""

        def do_GET(self) -> None:
            """Answer with the metrics."""
            body, content_type = render(ledger, now)
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def sql_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlLedger]:
    """A SQLite ledger in which a batch was partly run."""
    with SqlLedger.open(f"sqlite:///{tmp_path_factory.mktemp('ledger')}/ledger.db") as ledger:
        ledger.set_target(replace(calendar_year("2026", 2_080_000), name="of the SQL ledger"))
        samples.submit(ledger, [[samples.ref(f"a{i}") for i in range(7)], [samples.ref("b")], [samples.ref("c")]])
        samples.run_shard(ledger, [Outcome.WORKER_DIED, Outcome.NOT_AN_APK, Outcome.PACKED, Outcome.STORE_UNAVAILABLE])
        samples.take(ledger, now=samples.NOW + 30)
        seen = datetime.fromtimestamp(samples.NOW, UTC)
        ledger.beat(DriverRow(owner="driver-1", seen_at=seen, workers=4, busy=1))
        yield ledger


@pytest.fixture(scope="module")
def prometheus(sql_ledger: SqlLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus that scrapes three farms every second: a busy one, one with a SQL ledger, and a broken one."""
    binary = require("prometheus")
    folder = tmp_path_factory.mktemp("prometheus")
    ledgers: dict[str, tuple[TalliedLedger, float]] = {
        "busy": (GrowingLedger(apps={str(YEAR): 1_000_000}, inspected={YEAR: 400_000}), NOW),
        "sql": (sql_ledger, samples.NOW),
        "broken": (NumbersLedger(broken=True), NOW),
    }
    with (
        exporter(*ledgers["busy"]) as busy,
        exporter(*ledgers["sql"]) as sql,
        exporter(*ledgers["broken"]) as broken,
        _running(binary, folder, {"busy": busy, "sql": sql, "broken": broken}) as found,
    ):
        yield found


@contextmanager
def _running(binary: str, folder: Path, targets: Mapping[str, str]) -> Iterator[Prometheus]:
    """Run Prometheus with the farm's rules until the block ends."""
    rules = yaml.safe_load((ROOT / "dashboards/prometheus/rules.yml").read_text("utf-8"))
    for group in rules["groups"]:
        group["interval"] = "1s"
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": [address]}]} for job, address in targets.items()
        ],
    }
    (folder / "rules.yml").write_text(yaml.safe_dump(rules), "utf-8")
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                binary,
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={address}",
            ],
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        try:
            found = Prometheus(url=f"http://{address}")
            done = BUSY.bytes_read
            found.wait_for('farm_object_read_bytes_total{job="busy"}', lambda value: value == done)
            found.wait_for('farm_up{job="sql"}', lambda value: value == 1)
            found.wait_for('farm_up{job="broken"}', lambda value: value == 0)
            found.wait_for("count(farm:target:rate_7d)", lambda value: value == 2)
            yield found
        finally:
            process.terminate()
            process.wait(timeout=20)


def exported(ledger: TalliedLedger, now: float) -> Series:
    """Return what the exporter gives, with the names that Prometheus keeps."""
    body, _ = render(ledger, now)
    families = text_string_to_metric_families(body.decode("utf-8"))
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def test_prometheus_has_every_number_of_the_exporter(prometheus: Prometheus) -> None:
    """Every series that the exporter gives is in Prometheus with the same value, and no other."""
    ledger = GrowingLedger(apps={str(YEAR): 1_000_000}, inspected={YEAR: 400_000}, reads=GROWING_SCRAPES)

    wanted = exported(ledger, NOW)

    assert prometheus.settled("busy", wanted) == wanted


def test_prometheus_has_every_number_of_a_sql_ledger(prometheus: Prometheus, sql_ledger: SqlLedger) -> None:
    """The same holds for a ledger in a database."""
    wanted = exported(sql_ledger, samples.NOW)

    assert prometheus.settled("sql", wanted) == wanted


@pytest.mark.parametrize("state", State)
def test_states_in_promql_are_those_in_sql(prometheus: Prometheus, sql_ledger: SqlLedger, state: State) -> None:
    """As many inspections stand in a state according to Prometheus as there are rows in the database."""
    ((rows,),) = samples.query(sql_ledger, f"SELECT count(*) FROM inspection WHERE state = '{state}'")

    assert prometheus.number(f'farm_apks{{job="sql",state="{state}"}}') == rows


@pytest.mark.parametrize(
    ("expr", "statement"),
    [
        ('sum(farm_apk_attempts_total{job="sql"})', "SELECT count(*) FROM attempt WHERE ended_at IS NOT NULL"),
        (
            'sum(farm_apk_inspections_total{job="sql"})',
            "SELECT count(*) FROM inspection WHERE state NOT IN ('pending', 'running')",
        ),
        ('sum(farm_shards{job="sql"})', "SELECT count(*) FROM shard"),
        ('farm_shards{job="sql",state="leased"}', "SELECT count(*) FROM shard WHERE state = 'leased'"),
        ('farm_target_inspected_apps{job="sql"}', "SELECT count(*) FROM counted"),
    ],
)
def test_promql_says_what_sql_says(prometheus: Prometheus, sql_ledger: SqlLedger, expr: str, statement: str) -> None:
    """A number from Prometheus is the number of rows in the database, and is not 0."""
    ((rows,),) = samples.query(sql_ledger, statement)

    assert rows > 0
    assert prometheus.number(expr) == rows


def test_broken_ledger_is_seen_and_has_no_numbers(prometheus: Prometheus) -> None:
    """Of a farm whose ledger does not answer Prometheus has `farm_up` 0 and the version."""
    wanted = exported(NumbersLedger(broken=True), NOW)

    assert prometheus.settled("broken", wanted) == wanted
    assert {name: value for (name, _), value in wanted.items()} == {"farm_build_info": 1.0, "farm_up": 0.0}


def test_rules_follow_the_calendar(prometheus: Prometheus) -> None:
    """The recorded expectation is the straight line of the year at this moment."""
    target = calendar_year(str(YEAR), 1_000_000)
    elapsed = (datetime.now(UTC) - target.start) / (target.end - target.start)
    found = prometheus.number(f'farm:target:expected_apps{{target="{YEAR}"}}')

    assert found == pytest.approx(1_000_000 * elapsed, abs=10)


def test_standing_still_is_no_pace(prometheus: Prometheus) -> None:
    """A count that does not move has rate 0 and is projected to stay."""
    assert prometheus.number(f'farm:target:projected_apps{{target="{YEAR}"}}') == pytest.approx(400_000)


def test_rate_of_attempts_is_positive(prometheus: Prometheus) -> None:
    """A counter that has grown between scrapes has a rate."""
    rate = prometheus.number('sum(rate(farm_apk_attempts_total{job="busy"}[5m]))')

    assert rate is not None
    assert rate > 0


@pytest.mark.parametrize(
    ("title", "expr"), [(panel.title, query.expr) for row in ROWS for panel in row.panels for query in panel.queries]
)
def test_every_query_of_the_dashboard_has_an_answer(prometheus: Prometheus, title: str, expr: str) -> None:
    """Every query of the dashboard gives at least one series for a farm at work."""
    filled = expr.replace("$__rate_interval", "5m").replace("$target", ".*").replace("$suite", ".*")
    expr = filled.replace("$", "")

    assert prometheus.query(expr), title


def test_no_rule_failed(prometheus: Prometheus) -> None:
    """Prometheus evaluates every rule without an error."""
    with urllib.request.urlopen(f"{prometheus.url}/api/v1/rules", timeout=10) as response:
        groups = json.load(response)["data"]["groups"]
    errors = {rule["name"]: rule.get("lastError", "") for group in groups for rule in group["rules"]}

    assert len(errors) > 10
    assert set(errors.values()) == {""}


def test_suites_of_the_model_are_in_prometheus(prometheus: Prometheus) -> None:
    """The values of the dashboard's choice of suites are those of the model."""
    found = {row["metric"]["suite"] for row in prometheus.query("count by (suite) (farm_apk_inspections_total)")}

    assert found == set(Suite)
