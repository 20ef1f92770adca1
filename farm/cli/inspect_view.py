"""What `farm inspect` prints: who the app is, what its run showed, and the leads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from farm.model.inspection import Suite
from farm.model.text import visible
from farm.service import run_words
from farm.service.timeline import Line, PhaseView, Timeline, timeline

if TYPE_CHECKING:
    from rich.console import Console

    from farm.service.inspect_one import Inspected
    from farm.service.run_words import Label

LINES_SHOWN = 40
"""Lines of one phase on the screen; the page has more, the document all."""
_NOT_SEEN_SHOWN = 6
_REQUESTS_SHOWN = 20
_STARTED_SHOWN = 10


def show(inspected: Inspected, out: Console, lang: str, page: Path | None) -> None:
    """Print identity, outcomes, what was seen, and the findings with their subject."""
    app = inspected.app
    out.print(f"[bold]{_safe(app.package or '(no package name)')}[/]  {_safe(app.version_name or '')}")
    out.print(f"sha256   {app.sha256}")
    for suite, evidence in inspected.evidence.items():
        reason = f"  {_safe(evidence.reason, 600)}" if evidence.reason else ""
        out.print(
            f"outcome  {suite.value + ': ' if len(inspected.evidence) > 1 else ''}{evidence.outcome.value}{reason}"
        )
    out.print(f"sdk      min {app.min_sdk or '?'}, target {app.target_sdk or '?'}")
    static = inspected.evidence.get(Suite.STATIC)
    if static is not None:
        for fact, word in (("sdks", "SDKs"), ("permissions", "permissions"), ("api_uses", "sensitive uses")):
            out.print(f"{word:<14} {_count(static.facts.get(fact))}")
    dynamic = inspected.evidence.get(Suite.DYNAMIC)
    if dynamic is not None and dynamic.dynamic is not None:
        _show_run(timeline(dynamic.dynamic, lines=LINES_SHOWN), out, lang)
    _show_findings(inspected, out, lang)
    if page is not None:
        out.print(f"\npage     {_safe(str(page), 400)}")


def _show_run(run: Timeline, out: Console, lang: str) -> None:
    """Print the timeline of a run."""
    reached = [word for word, there in (("application", run.application), ("launcher", run.launcher_resumed)) if there]
    out.print(f"reached  {', '.join(reached) or 'nothing'}; {run.ok} of {run.tried} components ran")
    out.print(f"consent  {_consent(run)}")
    cost = ", ".join(f"{_safe(name, 20)} {value}" for name, value in run.cost.items() if isinstance(value, int | float))
    out.print(f"cost     {cost or 'not measured'}")
    if run.not_seen:
        names = ", ".join(_safe(name, 60) for name in run.not_seen[:_NOT_SEEN_SHOWN])
        more = len(run.not_seen) - _NOT_SEEN_SHOWN
        out.print(f"not run  {names}{f' and {more} more' if more > 0 else ''}")
    for phase in run.phases:
        _show_phase(phase, out, lang)
    if run.refuse is not None:
        told = _word(run_words.VALUES, str(run.refuse.get("outcome")), lang)
        out.print(f"\nrefusal  {told}")
    for action, components in run.started[:_STARTED_SHOWN]:
        out.print(f"started  {', '.join(_safe(each, 120) for each in components[:4])} by {_safe(action, 120)}")
    for ask in run.requests[:_REQUESTS_SHOWN]:
        permissions = ask.get("permissions")
        asked = ", ".join(_safe(each, 80) for each in permissions) if isinstance(permissions, list) else "?"
        answer = _safe(ask.get("answer") or "none", 20)
        out.print(f"asks for {asked}  ({_word(run_words.PHASES, str(ask.get('phase')), lang)}; answer: {answer})")


def _consent(run: Timeline) -> str:
    """Return what is known of the request for consent, in one line."""
    if run.consent is None:
        return "no request recognised" if run.launcher_resumed else "not reached"
    title, kind = run.consent.get("title"), run.consent.get("kind")
    said = " ".join(_safe(text, 80) for text in (kind, title) if isinstance(text, str) and text)
    marks = [name for name in ("preticked", "refuse_smaller") if run.consent.get(name) is True]
    missing = ["no way to refuse"] if "refuse" in run.consent and run.consent["refuse"] is None else []
    return ", ".join([said or "asked for", *marks, *missing])


def _show_phase(phase: PhaseView, out: Console, lang: str) -> None:
    """Print one phase: its name, and a line for each thing that the app did."""
    lasted = f"  {run_words.seconds(phase.sim_ms)} simulated" if phase.sim_ms is not None else ""
    note = _word(run_words.PHASE_NOTES, phase.name, lang)
    out.print(f"\n[bold]{_word(run_words.PHASES, phase.name, lang)}[/]{lasted}  [dim]{note}[/]")
    if phase.note:
        out.print(f"  cut short: {_safe(phase.note)}")
    if not phase.lines:
        out.print("  nothing sensitive was seen, which proves nothing")
        return
    table = Table(box=None, pad_edge=True, show_header=True, header_style="dim")
    table.add_column("time", justify="right", no_wrap=True)
    for column in ("what", "whose", "operation"):
        table.add_column(column, overflow="fold")
    for line in phase.lines:
        table.add_row(run_words.seconds(line.at_ms), _what(line, lang), _whose(line), _operation(line))
    out.print(table)
    if phase.hidden:
        out.print(f"  and {phase.hidden} more lines")


def _what(line: Line, lang: str) -> str:
    """Return the kind of information or of act, and how often."""
    if line.pi_kind:
        word = f"[bold]{_pick(run_words.kind_label(line.pi_kind), lang)}[/]"
    else:
        word = _word(run_words.KINDS, line.kind, lang)
    often = f" ×{line.count}" if line.count > 1 else ""
    refused = " (not permitted)" if line.granted is False else ""
    return word + often + refused


def _whose(line: Line) -> str:
    """Return whose code it is."""
    return _safe(line.subject, 60) if line.subject else "own code"


def _operation(line: Line) -> str:
    """Return the operation, what it was given, and which planted values came out there."""
    given = f"  {_safe(' '.join(line.args), 120)}" if line.args and line.kind != "api" else ""
    kinds = ", ".join(_pick(run_words.kind_label(kind), "en") for kind in line.canary)
    return f"{_safe(line.what, 120)}{given}" + (f"  [red]{kinds} left here[/]" if kinds else "")


def _show_findings(inspected: Inspected, out: Console, lang: str) -> None:
    """Print the leads."""
    if not inspected.findings:
        seen = " and ".join(
            {Suite.STATIC: "code and manifest", Suite.DYNAMIC: "one run without a phone"}[suite]
            for suite in inspected.evidence
        )
        out.print(f"\nNo leads. That is not a clean bill; looked at: {seen}.")
        return
    number = len(inspected.findings)
    out.print(f"\n[bold]{number} lead{'s' if number > 1 else ''}[/] (a person confirms or dismisses them)")
    table = Table(box=None, pad_edge=False)
    for column in ("rule", "severity", "subject", "what was seen"):
        table.add_column(column, overflow="fold")
    for finding in inspected.findings:
        summary = finding.summary_zh if lang == "zh" else finding.summary_en
        table.add_row(finding.rule, finding.severity.value, _safe(finding.subject.name, 60), _safe(summary, 400))
    out.print(table)


def _word(words: Mapping[str, Label], name: str, lang: str) -> str:
    """Return a word of a closed set in the language."""
    return _pick(run_words.label(words, name), lang)


def _pick(label: Label, lang: str) -> str:
    """Return a label in the language."""
    return _safe(label[0] if lang == "zh" else label[1], 80)


def _safe(text: object, limit: int = 200) -> str:
    """Return text of a stranger as it may be shown on a terminal."""
    return escape(visible(str(text), limit))


def _count(fact: object) -> str:
    """Return how many rows a fact has, whether it is a list or a table with `rows`."""
    if isinstance(fact, dict):
        fact = next((v for v in fact.values() if isinstance(v, list)), None)
    return str(len(fact)) if isinstance(fact, list) else "not read"
