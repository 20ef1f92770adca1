"""Writes docs/reference/metrics.md from the table of metrics."""

from __future__ import annotations

from farm.metrics.names import METRICS, Metric

_INTRODUCTION = """# Metrics

`farm serve` answers `GET /metrics`.
Every value is read from the ledger at the scrape, so it survives restarts and counts nothing twice.
Known label values are there from the start, as 0; no label grows with the number of apps.
If the ledger does not answer, `farm_up` is 0 and all other metrics except `farm_build_info` are absent.
What to make of them says [How to watch the farm](../howto/watch.md).

This page is made from `farm/metrics/names.py` by `python -m dashboards.build`; a test keeps the two equal.
"""


def reference() -> str:
    """Return the page."""
    lines = [_INTRODUCTION, "| metric | kind | meaning |", "|---|---|---|"]
    lines += [f"| `{_signature(metric)}` | {metric.kind} | {metric.help} |" for metric in METRICS]
    lines += ["", "## Label values", "", "| metric | label | values |", "|---|---|---|"]
    for metric in METRICS:
        for label in metric.labels:
            values = ", ".join(f"`{value}`" for value in label.values) or f"from data: {label.grows_with}"
            lines.append(f"| `{metric.name}` | `{label.name}` | {values} |")
    return "\n".join(lines) + "\n"


def _signature(metric: Metric) -> str:
    """Return the name with the names of its labels."""
    return f"{metric.name}{{{','.join(metric.label_names)}}}" if metric.labels else metric.name
