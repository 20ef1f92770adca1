"""`farm status`: where the farm or one batch stands, once or for as long as somebody watches."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from farm.cli.context import console, farm_of, print_json
from farm.model.errors import UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from farm.wiring import Farm

WATCH_S = 1.0
"""Seconds between two looks."""

sleep = time.sleep
"""Waits between two looks."""

_MOVING = ("states", "outcomes", "attempts", "counted", "findings", "shards", "cancelled")
"""Keys whose change makes a new line; pace and ETA move all the time."""


@click.command(name="status", short_help="Show batches, or one batch: states, pace, failures.")
@click.argument("batch", required=False)
@click.option("--watch", is_flag=True, help="Look again every second until nothing is left to do; Ctrl-C ends it.")
@click.option("--shards", is_flag=True, help="List every shard of BATCH.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Newest batches to list.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; with --watch one line per change.")
@click.pass_context
def command(ctx: click.Context, batch: str | None, watch: bool, shards: bool, limit: int, as_json: bool) -> None:
    """Show where the farm stands, or where BATCH (a name, an id or its beginning) stands.

    With --watch in a pipe, one JSON line is printed for each change.
    """
    if shards and batch is None:
        raise UsageError("--shards needs a batch.", next_step="Name one: farm status BATCH --shards")
    farm = farm_of(ctx)
    if watch:
        _watch(farm, batch, shards=shards, limit=limit, as_json=as_json)
    elif as_json:
        print_json(_document(farm, batch, shards=shards, limit=limit)[0])
    else:
        from farm.cli.status_view import show_picture

        show_picture(_picture(farm, batch, shards=shards, limit=limit)[0])


def _document(farm: Farm, batch: str | None, *, shards: bool, limit: int) -> tuple[dict[str, Any], bool]:
    """Return the JSON document and whether work is left."""
    from farm.service import status
    from farm.service.target import pace_json

    now = farm.clock.now()
    if batch is None:
        overview = status.survey(farm.ledger, now, limit=limit)
        document: dict[str, Any] = {
            "batches": [status.as_json(view) for view in overview.batches],
            "targets": [pace_json(found) for found in overview.paces],
            "drivers": len(overview.drivers),
            "cross_check": status.cross_check_json(overview),
        }
        return document, farm.ledger.unfinished() > 0
    view = status.look(farm.ledger, batch, now)
    document = status.as_json(view)
    if shards:
        document["shard_list"] = [status.shard_json(row) for row in farm.ledger.shards(view.batch.batch_id)]
    return document, view.unfinished > 0


def _picture(farm: Farm, batch: str | None, *, shards: bool, limit: int) -> tuple[RenderableType, bool]:
    """Return what a person sees and whether work is left."""
    from farm.cli import status_view
    from farm.service import status

    now = farm.clock.now()
    if batch is None:
        out = console()
        width = out.width if out.is_terminal else status_view.PIPE_WIDTH
        overview = status.survey(farm.ledger, now, limit=limit)
        return status_view.overview(overview, now, width=width), farm.ledger.unfinished() > 0
    view = status.look(farm.ledger, batch, now)
    picture = status_view.batch(
        view,
        status.first_reasons(farm.ledger, view),
        farm.ledger.shards(view.batch.batch_id) if shards else (),
        now,
    )
    return picture, view.unfinished > 0


def _watch(farm: Farm, batch: str | None, *, shards: bool, limit: int, as_json: bool) -> None:
    """Show changes until nothing is left to do or the user has seen enough."""
    out = console()
    try:
        if as_json or not out.is_terminal:
            _follow(lambda: _document(farm, batch, shards=shards, limit=limit))
            return
        from rich.live import Live

        with Live(console=out, auto_refresh=False, vertical_overflow="crop") as live:
            left = True
            while left:
                picture, left = _picture(farm, batch, shards=shards, limit=limit)
                live.update(picture, refresh=True)
                if left:
                    sleep(WATCH_S)
    except KeyboardInterrupt:
        return


def _follow(look: Callable[[], tuple[dict[str, Any], bool]]) -> None:
    """Print the document as one line whenever something in it has moved."""
    before: object = None
    left = True
    while left:
        document, left = look()
        essence = [
            {key: value for key, value in part.items() if key in _MOVING}
            for part in [document, *document.get("batches", [])]
        ]
        if essence != before:
            click.echo(json.dumps(document, ensure_ascii=False))
            before = essence
        if left:
            sleep(WATCH_S)
