"""`farm doctor`: what works on this machine, and what to do about the rest."""

from __future__ import annotations

import sys

import click

from farm.cli.context import print_json, settings_of
from farm.model.errors import UnfinishedError


@click.command(name="doctor", short_help="Check what works on this machine and what to do about the rest.")
@click.option("--address", metavar="HOST:PORT", help="Also try this Ray cluster.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def command(ctx: click.Context, address: str | None, as_json: bool) -> None:
    """Try every part that a run needs, and show each setting with its origin."""
    from dataclasses import asdict

    from farm.diagnosis import diagnose

    settings = settings_of(ctx)
    checks = diagnose(settings, address=address)
    if as_json:
        print_json(
            {
                "ok": all(c.ok for c in checks),
                "checks": [asdict(c) for c in checks],
                "settings": {
                    name: {"value": _shown(name, str(getattr(settings, name))), "from": origin}
                    for name, origin in settings.origins.items()
                },
            }
        )
    else:
        for check in checks:
            click.echo(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<14} {check.detail}")
            if check.next_step:
                click.echo(f"      {'':<14} {check.next_step}")
        click.echo("\nSettings (a flag beats FARM_*, which beats farm.toml):")
        width = max(map(len, settings.origins))
        for name, origin in settings.origins.items():
            click.echo(f"  {name:<{width}}  {_shown(name, str(getattr(settings, name))) or '-'}  ({origin})")
    if not all(c.ok for c in checks):
        sys.stdout.flush()
        raise UnfinishedError("Some checks failed; see above.")


def _shown(name: str, value: str) -> str:
    """Return a setting's value without the password that a database URL may carry."""
    if name == "ledger" and "@" in value:
        scheme, _, rest = value.partition("://")
        return f"{scheme}://***@{rest.rpartition('@')[2]}"
    return value
