"""`farm submit`: freeze a list of apps into a batch."""

from __future__ import annotations

import click

from farm.cli.context import console, farm_of, print_json
from farm.model.errors import UsageError
from farm.model.inspection import Suite


@click.command(name="submit", short_help="Freeze a list of apps into a batch.")
@click.argument("source")
@click.option("--suite", "suites", default="static", show_default=True, help="Suites, separated by commas.")
@click.option("--name", help="Name of the batch; by default made from SOURCE and the date.")
@click.option("--dry-run", is_flag=True, help="Show apps, bytes, shards, cache hits and cost; change nothing.")
@click.option("--skip-bad-rows", is_flag=True, help="Leave malformed rows out instead of refusing the list.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def command(
    ctx: click.Context, source: str, suites: str, name: str | None, dry_run: bool, skip_bad_rows: bool, as_json: bool
) -> None:
    """Freeze the apps in SOURCE into a batch.

    SOURCE is a folder, s3://bucket/prefix/, an S3 Inventory manifest.json, or a list of objects as CSV, Parquet or
    JSONL. The same list submitted again is the same batch.
    """
    from farm.cli import submit_view
    from farm.service.submit import plan, submit
    from farm.wiring import engines

    farm = farm_of(ctx)
    chosen = parse_suites(suites)
    settings = farm.settings
    planned = plan(
        source,
        suites=chosen,
        stores=farm.stores,
        ledger=farm.ledger,
        engines=engines(settings),
        name=name,
        skip_bad_rows=skip_bad_rows,
        now=farm.clock.now(),
        cpu_hour_price=settings.cpu_hour_price,
        read_gb_price=settings.read_gb_price,
    )
    if dry_run:
        print_json(submit_view.plan_json(planned)) if as_json else submit_view.show_plan(
            planned, console(), settings.currency
        )
        return
    submitted = submit(planned, stores=farm.stores, ledger=farm.ledger)
    if as_json:
        print_json(submit_view.submitted_json(submitted, planned))
    else:
        submit_view.show_submitted(submitted, planned, console())


def parse_suites(text: str) -> tuple[Suite, ...]:
    """Return the suites that `text` names; raises UsageError for unknown ones and ones this version cannot run."""
    from farm.wiring import SUITES

    words = [word.strip() for word in text.split(",") if word.strip()]
    known = {suite.value: suite for suite in SUITES}
    unknown = [word for word in words if word not in known]
    if unknown or not words:
        raise UsageError(
            f"There is no suite {', '.join(unknown) or repr(text)} in this version.",
            next_step=f"Use --suite {','.join(known)}.",
        )
    return tuple(known[word] for word in dict.fromkeys(words))
