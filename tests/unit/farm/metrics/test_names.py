"""The table of metrics follows Prometheus' conventions and bounds every label."""

from __future__ import annotations

import re

import pytest

from farm.ledger.tallies import STAGES as LEDGER_STAGES
from farm.metrics.names import METRICS, STAGES, Kind, Metric

LIMIT_OF_SERIES = 500
"""Series that one metric may have, buckets included."""

each = pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)


def test_names_are_distinct() -> None:
    """No name stands twice."""
    assert len(METRICS) == len({metric.name for metric in METRICS})


@each
def test_name_is_conventional(metric: Metric) -> None:
    """Names begin with farm_, and end in _total exactly when they count."""
    assert re.fullmatch(r"farm(_[a-z]+)+", metric.name)
    assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER)


@each
def test_help_is_a_sentence(metric: Metric) -> None:
    """The help text is one line that begins with a capital or a number and ends with a full stop."""
    assert re.fullmatch(r"[A-Z0-9].*\.", metric.help)


@each
def test_labels_are_bounded(metric: Metric) -> None:
    """A label has a closed set of values, or says which small thing it grows with."""
    for label in metric.labels:
        assert bool(label.values) != bool(label.grows_with)
        assert "app" not in label.grows_with


@each
def test_series_are_few(metric: Metric) -> None:
    """The closed labels of a metric make few series."""
    count = 1
    for label in metric.labels:
        count *= max(len(label.values), 1)

    assert count * (17 if metric.kind is Kind.HISTOGRAM else 1) <= LIMIT_OF_SERIES


def test_stages_are_those_that_the_ledger_keeps() -> None:
    """Exporter and ledger know the same stages."""
    assert LEDGER_STAGES == STAGES
