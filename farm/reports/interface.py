"""The formats of a report, by name. The protocol they follow is `farm.service.report.Format`, owned by its caller."""

from __future__ import annotations

from collections.abc import Iterable

from farm.model.errors import UsageError
from farm.reports.csv_format import CsvFormat
from farm.reports.html_format import HtmlFormat
from farm.reports.json_format import JsonFormat
from farm.service.report import Format, ReportData, ReportSink

__all__ = ["FORMATS", "Format", "ReportData", "ReportSink", "formats"]

FORMATS: dict[str, Format] = {each.name: each for each in (HtmlFormat(), JsonFormat(), CsvFormat())}
"""Every format by the name a user types."""


def formats(names: Iterable[str]) -> tuple[Format, ...]:
    """Return the formats with these names, each once; raises UsageError for an unknown one."""
    chosen = tuple(dict.fromkeys(names))
    for name in chosen:
        if name not in FORMATS:
            raise UsageError(f"There is no report format {name!r}.", next_step=f"Choose from: {', '.join(FORMATS)}.")
    return tuple(FORMATS[name] for name in chosen)
