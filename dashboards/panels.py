"""The vocabulary of a dashboard: rows, panels and queries as data; `dashboards.grafana` makes Grafana's JSON of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

RED, ORANGE, GREEN, BLUE = "red", "orange", "green", "blue"
"""Colours of thresholds and words."""


class Look(StrEnum):
    """How a panel draws its numbers."""

    LINES = "timeseries"
    """Lines over time."""
    STACK = "stack"
    """Stacked areas over time."""
    NUMBER = "stat"
    """The last value, large."""
    HEAT = "heatmap"
    """A histogram over time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """One query of a panel."""

    expr: str
    """PromQL."""
    legend: str
    """Name of its series, with labels in double braces."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One panel."""

    title: str
    """Unique; alerts name it."""
    description: str
    """What it shows and what to look for, one or two sentences."""
    unit: str
    """Grafana's id of the unit."""
    queries: tuple[Query, ...]
    look: Look = Look.LINES
    width: int = 12
    """Of 24 columns."""
    height: int = 8
    minimum: float | None = 0
    maximum: float | None = None
    steps: tuple[tuple[float | None, str], ...] = field(default=((None, GREEN),))
    """Thresholds: from which value on it has which colour; the first has no value."""
    words: tuple[tuple[str, str, str], ...] = ()
    """Values shown as a word: value, word, colour."""
    show_series_name: bool = False
    """Whether a number shows its legend instead of its value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of panels under one heading."""

    title: str
    panels: tuple[Panel, ...]
