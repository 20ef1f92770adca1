"""`farm inspect`: one APK, findings on the screen, no batch needed."""

from __future__ import annotations

from pathlib import Path

import click

from farm.cli.context import console, print_json, settings_of
from farm.cli.submit import parse_suites
from farm.model.errors import UninspectableError
from farm.model.inspection import Suite
from farm.model.raising import limits_met
from farm.model.reasons import reason
from farm.model.words import OUTCOMES, SUITES
from workers.model.evidence import Evidence
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
@click.option(
    "--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of what is printed."
)
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
            raise _uninspectable(apk.name, each, evidence, lang)


def _uninspectable(name: str, suite: Suite, evidence: Evidence, lang: str) -> UninspectableError:
    """Return what happened to an app that could not be inspected, and what a person can do, in one language."""
    outcome = evidence.outcome
    raised = next((settings for _, settings in limits_met([outcome])), "")
    if lang == "zh":
        steps = [f"可调高设置 {raised}。" if raised else "请换一份完整的安装包。" if _is_the_file(outcome) else ""]
        why = f"{OUTCOMES[outcome][0]} {outcome.value}：{reason(evidence.reason)[0]}"
        said = f"{name} 无法完成{SUITES[suite][0]}检测：{why}"
        steps.append("各种结果的含义见 docs/reference/outcomes.md。")
        return UninspectableError(said, next_step="".join(steps))
    steps = [f"Raise the setting {raised}. " if raised else "Bring a whole APK. " if _is_the_file(outcome) else ""]
    steps.append("docs/reference/outcomes.md says what each outcome means.")
    said = f"{name} could not be inspected by the {suite} suite: {outcome.value}: {evidence.reason}"
    return UninspectableError(said, next_step="".join(steps))


def _is_the_file(outcome: Outcome) -> bool:
    """Return whether another copy of the file may help."""
    return outcome in {Outcome.NOT_AN_APK, Outcome.MALFORMED}
