"""`farm report`: write the report of a batch."""

from __future__ import annotations

import os
from pathlib import Path

import click

from farm.cli.context import farm_of

FORMATS = ("html", "json", "csv")
"""Formats that a report can have."""


@click.command(name="report", short_help="Write the report of a batch: HTML, JSON, CSV.")
@click.argument("batch")
@click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    default=("html",),
    show_default=True,
    help="Format; may be given more than once.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("report"),
    show_default=True,
    help="Folder to write to; made if it is not there.",
)
@click.pass_context
def command(ctx: click.Context, batch: str, formats: tuple[str, ...], out: Path) -> None:
    """Write the report of BATCH: a page for the batch and one for each app (html), or its rows (json, csv).

    Findings are leads until a person confirms them. The paths written are printed.
    """
    from farm.rules.catalogue import load_packs
    from farm.service.report import write_report
    from farm.wiring import report_formats

    farm = farm_of(ctx)
    paths = write_report(farm.ledger, farm.stores.farm(), load_packs(), batch, report_formats(formats), out)
    pages = [path for path in paths if path.parent != out]
    for path in paths:
        if path.parent == out:
            click.echo(str(path))
    if pages:
        click.echo(f"{pages[0].parent}{os.sep}  ({len(pages):,} pages, one for each app)")
