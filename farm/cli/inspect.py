"""`farm inspect`: one APK, findings on the screen, no batch needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from farm.cli.context import console, print_json, settings_of
from farm.cli.submit import parse_suites
from farm.model.errors import UninspectableError
from workers.model.outcome import OutcomeClass

if TYPE_CHECKING:
    from rich.console import Console

    from farm.service.inspect_one import Inspected


@click.command(name="inspect", short_help="Inspect one APK on this machine, no batch needed.")
@click.argument("apk", type=click.Path(path_type=Path))
@click.option("--suite", default="static", show_default=True, help="Suite to run.")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of findings.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document: app, facts, findings.")
@click.pass_context
def command(ctx: click.Context, apk: Path, suite: str, lang: str, as_json: bool) -> None:
    """Inspect one APK and judge what was seen."""
    from farm.rules.catalogue import load_packs
    from farm.rules.engine import judge
    from farm.service.inspect_one import inspect_file
    from workers.inspect import inspect_apk

    settings = settings_of(ctx)
    (chosen,) = parse_suites(suite)
    packs = load_packs()
    inspected = inspect_file(
        apk,
        inspect=lambda data: inspect_apk(data, suite=chosen.value, limits=settings.limits[chosen]),
        judge=lambda document: judge(document, packs),
        limit=settings.limits[chosen].file_bytes,
    )
    if as_json:
        print_json(inspected.as_json())
    else:
        _show(inspected, console(), lang)
    outcome = inspected.evidence.outcome
    if outcome.outcome_class not in {OutcomeClass.OK, OutcomeClass.APP}:
        raise UninspectableError(
            f"{apk.name} could not be inspected: {outcome.value}: {inspected.evidence.reason}",
            next_step="See 'Outcomes' in docs/reference/outcomes.md.",
        )


def _show(inspected: Inspected, out: Console, lang: str) -> None:
    """Print identity, outcome, what is inside, and the findings with their subject."""
    from rich.markup import escape
    from rich.table import Table

    from farm.model.text import visible

    evidence, app = inspected.evidence, inspected.evidence.app

    def safe(text: object, limit: int = 200) -> str:
        return escape(visible(str(text), limit))

    out.print(f"[bold]{safe(app.package or '(no package name)')}[/]  {safe(app.version_name or '')}")
    out.print(f"sha256   {app.sha256}")
    out.print(f"outcome  {evidence.outcome.value}{'  ' + safe(evidence.reason) if evidence.reason else ''}")
    out.print(f"sdk      min {app.min_sdk or '?'}, target {app.target_sdk or '?'}")
    for fact, word in (("sdks", "SDKs"), ("permissions", "permissions"), ("api_uses", "sensitive uses")):
        out.print(f"{word:<14} {_count(evidence.facts.get(fact))}")
    if not inspected.findings:
        out.print("\nNo leads. That is not a clean bill: the static suite sees code and manifest only.")
        return
    out.print(f"\n[bold]{len(inspected.findings)} leads[/] (a person confirms or dismisses them)")
    table = Table(box=None, pad_edge=False)
    for column in ("rule", "severity", "subject", "what was seen"):
        table.add_column(column, overflow="fold")
    for finding in inspected.findings:
        summary = finding.summary_zh if lang == "zh" else finding.summary_en
        table.add_row(finding.rule, finding.severity.value, safe(finding.subject.name, 60), safe(summary, 400))
    out.print(table)


def _count(fact: object) -> str:
    """Return how many rows a fact has, whether it is a list or a table with `rows`."""
    if isinstance(fact, dict):
        fact = next((v for v in fact.values() if isinstance(v, list)), None)
    return str(len(fact)) if isinstance(fact, list) else "not read"
