"""Dashboard and rules speak of metrics that exist, with labels that they have; alerts lead to a panel and a runbook."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards import build
from farm.metrics.names import METRICS, Kind, Metric
from tests.tools_path import ROOT, require

RULES = ROOT / "dashboards/prometheus/rules.yml"
RULE_TESTS = sorted((ROOT / "dashboards/prometheus").glob("rules*_test.yml"))
DASHBOARD = ROOT / "dashboards/grafana/apkfarm.json"
RUNBOOK = ROOT / "docs/howto/watch.md"

UNITS = {"short", "percentunit", "cpm", "s", "Bps", "none", "suffix: apps/d"}
"""Units in use; each is a Grafana unit id, or its `suffix:` form."""

METRIC = re.compile(r"\bfarm(?:_[a-z0-9]+)+|\bfarm:[a-z0-9_:]+")
SELECTOR = re.compile(r"(farm(?:_[a-z]+)+)\s*\{([^}]*)\}")
MATCHER = re.compile(r'([a-z_]+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
GROUPING = re.compile(r"by \(([a-z_, ]+)\)")

SERIES = {name: metric for metric in METRICS for name in metric.series_names}
EXTRA_LABELS = {"le", "alertname"}


def rules() -> list[dict[str, Any]]:
    """Return all rules."""
    document = yaml.safe_load(RULES.read_text("utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    """Return the committed dashboard."""
    found = json.loads(DASHBOARD.read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def panels() -> list[dict[str, Any]]:
    """Return the panels that show something."""
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def panel_exprs() -> list[tuple[str, str]]:
    """Return title and PromQL of every query of a panel."""
    return [(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]]


def rule_exprs() -> list[tuple[str, str]]:
    """Return name and PromQL of every rule."""
    return [(rule.get("alert") or rule["record"], rule["expr"]) for rule in rules()]


def words(expr: str) -> set[str]:
    """Return the names of metrics and recorded series in a PromQL expression."""
    return set(METRIC.findall(expr))


def reached(expr: str) -> set[str]:
    """Return the exported series that an expression stands on, through recording rules."""
    recorded = {rule["record"]: rule["expr"] for rule in rules() if "record" in rule}
    found = words(expr)
    while names := found & recorded.keys():
        found = (found - names) | {name for record in names for name in words(recorded[record])}
    return found


ALERTS = [rule for rule in rules() if "alert" in rule]
EXPRS = [*panel_exprs(), *rule_exprs()]
each_expr = pytest.mark.parametrize("expr", [expr for _, expr in EXPRS], ids=[name for name, _ in EXPRS])
each_panel = pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
each_alert = pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])


@pytest.mark.parametrize("path", build.outputs(), ids=lambda path: path.name)
def test_committed_file_is_what_the_code_makes(path: Path) -> None:
    """What is committed is what `python -m dashboards.build` would write."""
    assert path.read_text("utf-8") == build.outputs()[path]


def test_build_check_agrees() -> None:
    """`python -m dashboards.build --check` ends well when everything is up to date."""
    assert build.main(["--check"]) == 0


def test_build_check_notices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--check` fails for a file that is missing and writes nothing; without it the file is written."""
    monkeypatch.setattr(build, "ROOT", tmp_path)

    assert build.main(["--check"]) == 1
    assert list(tmp_path.iterdir()) == []
    assert build.main([]) == 0
    assert build.main(["--check"]) == 0


@each_expr
def test_metrics_exist(expr: str) -> None:
    """Every name in a query is exported, or recorded by a rule."""
    recorded = {rule["record"] for rule in rules() if "record" in rule}

    assert words(expr) <= SERIES.keys() | recorded


@each_expr
def test_labels_exist(expr: str) -> None:
    """Every label in a selector belongs to its metric, and every value that is named can occur."""
    for name, selector in SELECTOR.findall(expr):
        known = {label.name: label.values for label in SERIES[name].labels}
        for label, _, pattern in MATCHER.findall(selector):
            assert label in known
            if known[label] and "$" not in pattern:
                assert set(pattern.split("|")) <= set(known[label])


@each_expr
def test_grouping_labels_exist(expr: str) -> None:
    """Every label that a query groups by belongs to a metric of the query."""
    known = {label for name in reached(expr) for label in SERIES[name].label_names} | EXTRA_LABELS
    for group in GROUPING.findall(expr):
        assert {label.strip() for label in group.split(",")} <= known


@each_expr
def test_counters_are_read_as_rates_or_sums(expr: str) -> None:
    """A gauge is never put into rate(): that would see a reset in every decrease."""
    for name in re.findall(r"(?:rate|increase)\(\s*(farm(?:_[a-z]+)+)", expr):
        assert SERIES[name].kind is not Kind.GAUGE


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_is_used(metric: Metric) -> None:
    """Every exported metric is on the dashboard, or in a rule."""
    used = {name for _, expr in EXPRS for name in words(expr)}

    assert used & set(metric.series_names)


def test_every_recorded_series_is_used() -> None:
    """Every recording rule serves a panel, an alert or another rule."""
    for rule in rules():
        if "record" in rule:
            assert any(rule["record"] in words(expr) for name, expr in EXPRS if name != rule["record"])


@each_panel
def test_panel_says_what_it_shows(panel: dict[str, Any]) -> None:
    """Every panel has a description of at least a sentence, and a unit."""
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS


@each_panel
def test_panel_uses_the_chosen_datasource(panel: dict[str, Any]) -> None:
    """Panels and queries use the datasource that is chosen at the top."""
    chosen = {"type": "prometheus", "uid": "${datasource}"}

    assert [panel["datasource"], *(target["datasource"] for target in panel["targets"])] == [chosen] * (
        1 + len(panel["targets"])
    )


@each_panel
def test_panel_windows_follow_the_zoom(panel: dict[str, Any]) -> None:
    """Rates of a panel are taken over `$__rate_interval`, never over a fixed window."""
    windows = {w for target in panel["targets"] for w in re.findall(r"\[([^\]]+)\]", target["expr"])}

    assert windows <= {"$__rate_interval"}


@each_panel
def test_panel_queries_are_named(panel: dict[str, Any]) -> None:
    """Every query of a panel has a legend and a letter of its own."""
    letters = [target["refId"] for target in panel["targets"]]

    assert len(set(letters)) == len(letters) > 0
    assert all(target["legendFormat"] for target in panel["targets"])


def test_variables_are_declared_and_used() -> None:
    """Every variable in a query is declared at the top, and every declared one is used."""
    declared = {variable["name"] for variable in dashboard()["templating"]["list"]}
    used = {name for _, expr in panel_exprs() for name in re.findall(r"\$([a-z]+)", expr)}

    assert declared == used | {"datasource"}


def test_titles_and_ids_are_distinct() -> None:
    """No two panels have the same title or number."""
    every = dashboard()["panels"]

    assert len({panel["id"] for panel in every}) == len(every)
    assert len({panel["title"] for panel in every}) == len(every)


def test_panels_do_not_overlap() -> None:
    """Every cell of the grid belongs to at most one panel, and none is outside its 24 columns."""
    cells = [cell for panel in dashboard()["panels"] for cell in _cells(panel["gridPos"])]

    assert len(cells) == len(set(cells))
    assert all(0 <= x < 24 for x, _ in cells)


def _cells(place: dict[str, int]) -> Iterator[tuple[int, int]]:
    """Yield the grid cells that a panel covers."""
    for x in range(place["x"], place["x"] + place["w"]):
        for y in range(place["y"], place["y"] + place["h"]):
            yield x, y


@each_alert
def test_alert_says_what_to_do(alert: dict[str, Any]) -> None:
    """Every alert has a severity, a summary, a description, and waits before it fires."""
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert {"summary", "description", "runbook_url", "panel"} == alert["annotations"].keys()
    assert alert["annotations"]["summary"].endswith(".")
    assert "for" in alert


@each_alert
def test_alert_has_a_runbook(alert: dict[str, Any]) -> None:
    """The runbook link leads to a heading with the alert's name, and something is written under it."""
    path, _, anchor = alert["annotations"]["runbook_url"].partition("#")
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^#|\Z)", RUNBOOK.read_text("utf-8"), re.MULTILINE | re.DOTALL))

    assert (ROOT / path, anchor) == (RUNBOOK, alert["alert"].lower())
    assert len(sections[alert["alert"]].split()) > 20


@each_alert
def test_alert_has_a_panel(alert: dict[str, Any]) -> None:
    """The panel that an alert names is there and stands on a metric of the alert."""
    title = alert["annotations"]["panel"]
    shown = {name for found, expr in panel_exprs() if found == title for name in reached(expr)}

    assert shown & reached(alert["expr"])


def test_every_alert_is_tested() -> None:
    """Every alert is expected to fire, and to be silent, in some promtool test."""
    fires: dict[str, set[bool]] = {}
    for path in RULE_TESTS:
        for test in yaml.safe_load(path.read_text("utf-8"))["tests"]:
            for case in test.get("alert_rule_test", []):
                fires.setdefault(case["alertname"], set()).add(bool(case["exp_alerts"]))

    assert fires == {alert["alert"]: {True, False} for alert in ALERTS}


def test_promtool_accepts_the_rules() -> None:
    """`promtool check rules` accepts the rules."""
    run = subprocess.run(
        [require("promtool"), "check", "rules", str(RULES)], capture_output=True, text=True, check=False, timeout=60
    )

    assert (run.returncode, run.stderr) == (0, "")


def test_promtool_accepts_every_panel(tmp_path: Path) -> None:
    """Every query of the dashboard is PromQL, once Grafana has put in its variables."""
    found = [
        {"record": f"panel:query:{number}", "expr": filled_in(expr)} for number, (_, expr) in enumerate(panel_exprs())
    ]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": found}]}), "utf-8")
    run = subprocess.run(
        [require("promtool"), "check", "rules", str(file)], capture_output=True, text=True, check=False, timeout=60
    )

    assert (run.returncode, run.stderr) == (0, "")


def filled_in(expr: str) -> str:
    """Return a query as Grafana would send it with everything chosen."""
    return expr.replace("$__rate_interval", "1m").replace("$target", ".*").replace("$suite", ".*")


def test_promtool_tests_of_the_rules_pass() -> None:
    """`promtool test rules` passes: recorded values are right, alerts fire when and only when they should."""
    run = subprocess.run(
        [require("promtool"), "test", "rules", *(path.name for path in RULE_TESTS)],
        cwd=RULES.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert (run.returncode, "FAILED" in run.stdout) == (0, False), run.stdout + run.stderr
