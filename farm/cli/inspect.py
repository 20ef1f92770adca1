"""`farm inspect`: one APK, findings on the screen, no batch needed."""

from __future__ import annotations

from pathlib import Path

import click

from farm.cli.context import console, print_json, settings_of
from farm.cli.submit import parse_suites
from farm.model.errors import UninspectableError
from farm.model.raising import limits_met
from workers.model.outcome import Outcome, OutcomeClass
from workers.model.services import Services


@click.command(name="inspect", short_help="Inspect one APK on this machine, no batch needed.")
@click.argument("apk", type=click.Path(path_type=Path))
@click.option("--suite", default="static", show_default=True, help="Suites to run, separated by commas.")
@click.option(
    "--app-type",
    metavar="NAME|NUMBER",
    help="Type of the app by notice 14 (2021), such as 地图导航 or 1, for the rule on what its type needs.",
)
@click.option(
    "--services",
    type=click.Choice([each.value for each in Services]),
    help="Google's and vendors' services on the phone of a dynamic inspection; default: setting dynamic_services.",
)
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of findings.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for a page with screenshots; by default farm-inspect/<sha256> for a dynamic inspection, else none.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; no page without --out.")
@click.pass_context
def command(
    ctx: click.Context,
    apk: Path,
    suite: str,
    app_type: str | None,
    services: str | None,
    lang: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Inspect one APK and judge what was seen.

    With --suite dynamic the app is run in the sandbox, and a page shows its screens beside what it did.
    """
    from farm.cli.inspect_view import show
    from farm.model.inspection import Suite
    from farm.rules.app_types import app_type_named
    from farm.rules.catalogue import load_packs
    from farm.service.inspect_one import inspect_file
    from farm.wiring import write_inspected
    from workers.inspect import inspect_apk

    settings = settings_of(ctx, dynamic_services=services)
    suites = parse_suites(suite)
    app_type = app_type_named(app_type).zh if app_type is not None else None
    inspected = inspect_file(
        apk,
        suites,
        inspect=lambda data, each: inspect_apk(
            data, suite=each.value, limits=settings.limits[each], services=settings.dynamic_services
        ),
        packs=load_packs(),
        limit=min(settings.limits[each].file_bytes for each in suites),
        app_type=app_type,
    )
    if out is None and not as_json and Suite.DYNAMIC in suites:
        out = Path("farm-inspect", inspected.app.sha256[:8])
    page = write_inspected(inspected, out) if out is not None else None
    if as_json:
        print_json(inspected.as_json())
    else:
        show(inspected, console(), lang, page)
    for each, evidence in inspected.evidence.items():
        seen = evidence.outcome.outcome_class in {OutcomeClass.OK, OutcomeClass.APP} and evidence.facts
        if not seen:
            raise UninspectableError(
                f"{apk.name} could not be inspected by the {each} suite: {evidence.outcome.value}: {evidence.reason}",
                next_step=_next_step(evidence.outcome),
            )


def _next_step(outcome: Outcome) -> str:
    """Return what a person can do about an app that could not be inspected."""
    raised = next((f"Raise the setting {settings}. " for _, settings in limits_met([outcome])), "")
    return f"{raised}See 'Outcomes' in docs/reference/outcomes.md."
