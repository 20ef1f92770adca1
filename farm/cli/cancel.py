"""`farm cancel`: stop a batch."""

from __future__ import annotations

import click

from farm.cli.context import farm_of, print_json


@click.command(name="cancel", short_help="Stop a batch; what was inspected stays.")
@click.argument("batch")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def command(ctx: click.Context, batch: str, as_json: bool) -> None:
    """Stop BATCH: what waits or runs is cancelled, what was inspected stays.

    Take it up again with 'farm rerun BATCH --class cancelled'.
    """
    from farm.model.text import visible

    farm = farm_of(ctx)
    found = farm.ledger.batch(batch)
    number = farm.ledger.cancel(found.batch_id, now=farm.clock.now())
    if as_json:
        print_json({"batch": found.batch_id, "name": found.name, "cancelled": number})
        return
    name = visible(found.name, 60)
    if not number:
        click.echo(f"{name}: nothing was waiting or running; nothing to cancel.")
        return
    click.echo(f"{name}: {number:,} cancelled; what was inspected stays.")
    click.echo(f"To take it up again: farm rerun {found.batch_id} --class cancelled")
