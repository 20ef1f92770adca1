"""Decide, remember, judge and show: batches of apps, their inspections, findings and targets."""

__version__ = "0.1.0"
