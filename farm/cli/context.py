"""What the commands share: opening the farm, printing for people and for programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from farm.config import Settings
    from farm.wiring import Farm


def settings_of(ctx: click.Context, **flags: str | None) -> Settings:
    """Return the settings in force for this command; `flags` are the command's own."""
    from farm.config import load
    from farm.logs import configure

    root = ctx.find_root().obj or {}
    settings = load({**root, **flags})
    configure(settings.log)
    return settings


def farm_of(ctx: click.Context, **flags: str | None) -> Farm:
    """Open the ledger and the stores for this command."""
    from farm.wiring import open_farm

    return open_farm(settings_of(ctx, **flags))


def console() -> Console:
    """Return a console on standard output: coloured on a terminal, plain in a pipe."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def print_json(document: Any) -> None:  # noqa: ANN401 - whatever json can carry
    """Print one JSON document."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))
