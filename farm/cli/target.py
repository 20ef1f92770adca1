"""`farm target`: set the annual inspection target and show the pace against it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from farm.cli.context import farm_of, print_json

if TYPE_CHECKING:
    from farm.model.target import Pace


@click.group(name="target", short_help="Set the annual inspection target and show the pace.")
def command() -> None:
    """Set how many apps are to be inspected in a period, and show where the farm stands."""


@command.command(name="set", short_help="Create or change a target.")
@click.argument("name")
@click.option("--apps", type=int, required=True, help="Distinct apps to inspect.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day (UTC), if NAME is not a year.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day (UTC), in the same calendar year.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def set_(
    ctx: click.Context, name: str, apps: int, first: datetime | None, last: datetime | None, as_json: bool
) -> None:
    """Create or change the target NAME: a year, or any name with --from and --to.

    An app counts once in a calendar year (UTC), so a target cannot reach over New Year.
    """
    from farm.service.target import make_target, pace_of, set_target

    days = {"first": first.date() if first else None, "last": last.date() if last else None}
    make_target(name, apps=apps, **days)
    farm = farm_of(ctx)
    target = set_target(farm.ledger, name, apps=apps, **days)
    _show(pace_of(farm.ledger, target, farm.clock.now()), as_json=as_json)


@command.command(short_help="Show where the farm stands against a target.")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def show(ctx: click.Context, name: str | None, as_json: bool) -> None:
    """Show counted apps, pace, required rate, projection and shortfall date of NAME.

    Without NAME: the target that is running, the longest if there are several.
    """
    from farm.service.target import choose_target, pace_of, running

    farm = farm_of(ctx)
    now = farm.clock.now()
    target = choose_target(farm.ledger, name, now)
    others = [] if name else [other.name for other in running(farm.ledger.targets(), now) if other != target]
    _show(pace_of(farm.ledger, target, now), others, as_json=as_json)


def _show(pace: Pace, others: Sequence[str] = (), *, as_json: bool) -> None:
    """Print a pace for a program or for a person."""
    if as_json:
        from farm.service.target import pace_json

        print_json(pace_json(pace))
        return
    from farm.cli.status_view import pace_block, show_picture

    show_picture(pace_block(pace, others))
