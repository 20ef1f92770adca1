"""`farm rerun`: run finished inspections of a batch again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from farm.cli.context import farm_of, print_json

if TYPE_CHECKING:
    from farm.service.rerun import RerunPlan


@click.command(name="rerun", short_help="Run failed inspections again; --preview shows what first.")
@click.argument("batch")
@click.option("--failed", is_flag=True, help="What ended quarantined, unusable or unknown.")
@click.option("--class", "outcome_class", metavar="C", help="Class of the last outcome: input, app, tool, infra ...")
@click.option("--outcome", metavar="O", help="The last outcome, such as timeout or malformed.")
@click.option("--shard", type=int, metavar="N", help="Number of a shard, from 0.")
@click.option("--suite", metavar="S", help="One suite only.")
@click.option("--preview", is_flag=True, help="Show what would be run and what it costs; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask on a terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def command(
    ctx: click.Context,
    batch: str,
    failed: bool,
    outcome_class: str | None,
    outcome: str | None,
    shard: int | None,
    suite: str | None,
    preview: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Make finished inspections of BATCH pending again; a driver then runs them.

    All conditions given must hold. The batch's total stays the same, no attempt is erased, and no app counts twice.
    """
    from farm.service.rerun import make_filter, plan_json, plan_rerun, rerun

    chosen = make_filter(failed=failed, outcome_class=outcome_class, outcome=outcome, shard=shard, suite=suite)
    farm = farm_of(ctx)
    settings = farm.settings
    plan = plan_rerun(
        farm.ledger,
        batch,
        chosen,
        cpu_hour_price=settings.cpu_hour_price,
        read_gb_price=settings.read_gb_price,
    )
    if not as_json:
        _show(plan, settings.currency)
    done: int | None = None
    if not preview:
        if plan.preview.inspections and not as_json and not yes and sys.stdin.isatty() and sys.stdout.isatty():
            click.confirm(f"Run {plan.preview.inspections:,} again?", abort=True)
        done = rerun(farm.ledger, plan, now=farm.clock.now()) if plan.preview.inspections else 0
    if as_json:
        print_json(plan_json(plan, rerun=done, currency=settings.currency))
    elif done:
        click.echo(f"Pending again: {done:,}. Next: farm run")
    elif preview and plan.preview.inspections:
        click.echo("Nothing was changed. Leave out --preview to do it.")


def _show(plan: RerunPlan, currency: str) -> None:
    """Print what the plan would take and cost."""
    from rich.console import Group
    from rich.text import Text

    from farm.cli.status_view import count_table, plural, price, show_picture, work
    from farm.model.figures import size
    from farm.model.text import visible

    name = Text(visible(plan.batch.name, 60), style="bold")
    if not plan.preview.inspections:
        show_picture(Text.assemble(name, ": nothing matches, so there is nothing to run again."))
        return
    if plan.worker_s is None or plan.cost is None:
        estimate = "time not known yet: nothing was inspected so far"
    else:
        estimate = f"{work(plan.worker_s)} of CPU time, {price(plan.cost, currency)}"
    summary = (
        f": {plural(plan.preview.inspections, 'inspection')} in {plural(plan.preview.shards, 'shard')}, "
        f"{size(plan.preview.bytes)} to read, {estimate}"
    )
    table = count_table("last outcome", plan.preview.by_outcome)
    show_picture(Group(table, Text(), Text.assemble(name, summary)))
