"""The report as pages: `index.html` for the batch, `apps/*.html` for each app, `apps-N.html` for a long list."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from farm.model.figures import size
from farm.model.finding import Severity
from farm.model.inspection import State
from farm.model.raising import limits_met
from farm.model.reasons import reason
from farm.model.text import file_name
from farm.reports import labels
from farm.reports.app_page import cards, static_page
from farm.reports.run_page import Room, RunPage, run_page
from farm.reports.tally import Line, Tally
from farm.reports.text import shown, told
from farm.rules.engine import VerdictState
from farm.rules.rule import Rule, RulePack
from farm.service import run_words
from farm.service.report import AppEntry, ReportData, ReportSink

LINES_ON_INDEX = 500
"""Apps listed on the batch page itself."""

LINES_ON_PAGE = 1000
"""Apps on each further page of the list."""

SDKS_SHOWN = 30

_HEX = re.compile(r"[0-9a-f]{64}")


class HtmlFormat:
    """Writes self-contained pages: no script, no outside resource, nothing of an app's choosing in a link or name."""

    name = "html"

    def write(self, report: ReportData, out: ReportSink) -> None:
        """Write the pages of the apps, then the lists, then the batch page that links to them."""
        pages = _environment()
        rules = {rule.code: rule for pack in report.packs for rule in pack.rules}
        tally, room = Tally(), Room()
        app_template = pages.get_template("app.html.jinja")
        for entry in report.apps():
            file = page_name(entry)
            run = run_page(entry, file, out, room)
            tally.add(entry, _line(entry, file, run))
            context = _app_context(entry, rules, run)
            with out.open(file) as stream:
                batch_name = report.status.batch.name
                stream.writelines(app_template.generate(report=report, batch_name=batch_name, **context))
        tally.lines.sort(key=lambda line: line.order)
        lists = _lists(tally.lines)
        for number, lines in enumerate(lists[1:], 1):
            with out.open(list_name(number)) as stream:
                context = {"report": report, "lines": lines, "number": number, "lists": len(lists)}
                context["suites"] = report.status.batch.suites
                stream.writelines(pages.get_template("list.html.jinja").generate(**context))
        with out.open(list_name(0)) as stream:
            stream.writelines(pages.get_template("batch.html.jinja").generate(**_batch_context(report, tally, lists)))


@dataclass(frozen=True, kw_only=True, slots=True)
class _OnePage:
    """What the page of a single app needs of a report."""

    packs: tuple[RulePack, ...]
    made_at: datetime


def write_app(entry: AppEntry, packs: Sequence[RulePack], made_at: datetime, out: ReportSink) -> None:
    """Write the page of one app that belongs to no batch, `index.html`, with its pictures in a folder beside it."""
    rules = {rule.code: rule for pack in packs for rule in pack.rules}
    context = _app_context(entry, rules, run_page(entry, "screens.html", out, Room()))
    report = _OnePage(packs=tuple(packs), made_at=made_at)
    with out.open("index.html") as stream:
        template = _environment().get_template("app.html.jinja")
        stream.writelines(template.generate(report=report, batch_name="", **context))


def page_name(entry: AppEntry) -> str:
    """Return the file of an app's page, from its hash and its row in the ledger alone."""
    sha256 = entry.row.sha256 or ""
    prefix = f"{sha256[:16]}-" if _HEX.fullmatch(sha256) else ""
    return f"apps/{prefix}{int(entry.row.app_id)}.html"


def list_name(number: int) -> str:
    """Return the file of a page of the list of apps; 0 is the batch page."""
    return "index.html" if number == 0 else f"apps-{number}.html"


def _lists(lines: list[Line]) -> list[list[Line]]:
    """Return the lines of each page."""
    rest = range(LINES_ON_INDEX, len(lines), LINES_ON_PAGE)
    return [lines[:LINES_ON_INDEX], *(lines[start : start + LINES_ON_PAGE] for start in rest)]


def _line(entry: AppEntry, file: str, run: RunPage | None) -> Line:
    """Return an app's line in the list."""
    row = entry.row
    severities = [finding.severity for finding in entry.open_findings]
    chinese, english = reason(" ".join(dict.fromkeys(each for each in row.reasons.values() if each)))
    return Line(
        file=file,
        source=shown(file_name(row.ref.url), 80),
        label=shown(row.label or "", 60),
        package=shown(row.package or row.ref.package or "", 100),
        version=shown(row.version_name or row.ref.version or "", 40),
        channel=shown(row.ref.channel or "", 40),
        state=entry.state,
        suites={suite: (state, row.outcomes.get(suite)) for suite, state in row.states.items()},
        before_consent=() if run is None else run.before_consent,
        reason=(shown(chinese, 160), shown(english, 160)),
        by_severity=(
            severities.count(Severity.HIGH),
            severities.count(Severity.MEDIUM),
            severities.count(Severity.LOW),
        ),
        not_testable=[entry.state_of(verdict) for verdict in entry.verdicts].count(VerdictState.NOT_TESTABLE),
        size=row.ref.size,
    )


def _app_context(entry: AppEntry, rules: Mapping[str, Rule], run: RunPage | None) -> dict[str, Any]:
    """Return what the page of an app is made of."""
    return {
        "run": run,
        "entry": entry,
        "row": entry.row,
        "cards": cards(entry, rules),
        "page": static_page(entry),
    }


def _batch_context(report: ReportData, tally: Tally, lists: list[list[Line]]) -> dict[str, Any]:
    """Return what the batch page is made of."""
    sdks = sorted(tally.sdks.items(), key=lambda item: (-item[1].with_findings, -item[1].apps, item[0]))
    total = sum(report.status.states.values())
    return {
        "report": report,
        "tally": tally,
        "lines": lists[0],
        "lists": len(lists),
        "list_name": list_name,
        "sdks": sdks[:SDKS_SHOWN],
        "sdk_count": len(sdks),
        "inspections": total,
        "states": [state for state in labels.STATES if report.status.states.get(state, 0)],
        "suites": report.status.batch.suites,
        "rest": sum(report.status.states.get(state, 0) for state in (State.PENDING, State.RUNNING)),
    }


@functools.cache
def _environment() -> jinja2.Environment:
    """Return the templates; every text that they show is escaped, made visible and bounded."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("farm.reports", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    css = (resources.files("farm.reports") / "templates" / "report.css").read_text("utf-8")
    environment.globals.update(
        css=Markup(css),  # noqa: S704 - our own file, not a stranger's
        labels=labels,
        words=run_words,
        seconds=run_words.seconds,
        said=reason,
        limits_met=limits_met,
    )
    environment.filters.update(cut=shown, told=told, bytes=size, share=share)
    return environment


def _finalize(value: object) -> object:
    """Make whatever a template is about to show harmless to look at; markup made by the templates stays."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return shown(value, 1000)


def share(part: int, whole: int) -> str:
    """Return a percentage for CSS, with one digit after the point."""
    return f"{100 * part / whole:.1f}" if whole else "0"
