"""The farm command: parses words, calls one use case, turns errors into exit codes. Only here is the process ended."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from farm import __version__
from farm.model.errors import FarmError
from farm.model.text import visible

COMMANDS: dict[str, str] = {
    "submit": "Freeze a list of apps into a batch.",
    "run": "Run what is pending, on this machine or a Ray cluster.",
    "status": "Show batches, or one batch: states, pace, failures.",
    "rerun": "Run failed inspections again; --preview shows what first.",
    "cancel": "Stop a batch; what was inspected stays.",
    "report": "Write the report of a batch: HTML, JSON, CSV.",
    "inspect": "Inspect one APK on this machine, no batch needed.",
    "target": "Set the annual inspection target and show the pace.",
    "serve": "Run the driver, the console and /metrics together.",
    "doctor": "Check what works on this machine and what to do about the rest.",
}
"""Every command with its one-line help; its module is imported only when it is called."""

_LONGEST_LINE = 2000
"""Characters of one line of an error; a reason of an app may be long, and is cut before."""


class LazyGroup(click.Group):
    """Lists commands without importing them, so that `farm --help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of a day's work."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"farm.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands from COMMANDS alone."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for a word that is none."""
        word = args[0] if args else ""
        if word and not word.startswith("-") and word not in COMMANDS:
            import difflib

            near = difflib.get_close_matches(word, COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise click.UsageError(f"There is no command {word!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


_HELP = """Inspect Android apps by the hundred thousand.

Submit a batch, run it, look at it, report it:

\b
  farm submit ./apks --name first
  farm run
  farm status first
  farm report first --format html --out report

The options below are settings: each is also a FARM_* variable and a line in farm.toml, as are those that
'farm doctor' lists.
"""
"""The line that only says `\\b` keeps click from filling the lines of the paragraph behind it."""


@click.group(
    cls=LazyGroup, help=_HELP, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "FARM"}
)
@click.version_option(__version__, prog_name="farm", message="%(prog)s %(version)s")
@click.option(
    "--home", allow_from_autoenv=False, metavar="DIR", help="Folder for the ledger and the embedded store.  [FARM_HOME]"
)
@click.option(
    "--ledger",
    allow_from_autoenv=False,
    metavar="URL",
    help="sqlite:///FILE or postgresql+psycopg://...  [FARM_LEDGER]",
)
@click.option(
    "--store",
    allow_from_autoenv=False,
    metavar="URL",
    help="Where evidence goes: a folder or s3://bucket/prefix.  [FARM_STORE]",
)
@click.option(
    "--s3-endpoint", allow_from_autoenv=False, metavar="URL", help="S3 server other than AWS.  [FARM_S3_ENDPOINT]"
)
@click.option(
    "--log",
    allow_from_autoenv=False,
    type=click.Choice(["auto", "json", "pretty"]),
    help="Form of log lines.  [FARM_LOG]",
)
@click.pass_context
def cli(ctx: click.Context, /, **flags: str | None) -> None:
    """Inspect Android apps by the hundred thousand."""
    ctx.obj = flags


def main(args: list[str] | None = None) -> None:
    """Run the command and exit: 0 when it did what was asked, else the code of the error."""
    for stream in (sys.stdout, sys.stderr):
        # Names from hostile apps may hold anything; a terminal that cannot show a character must not end the command.
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        code = cli.main(args=args, prog_name="farm", standalone_mode=False)
    except FarmError as error:
        _complain(str(error), error.next_step)
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        # Also Ctrl-C, which click turns into this; it has ended the line already.
        _complain("Stopped.", "")
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has gone, as with `| head`; that is no error of ours.
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _complain(message: str, next_step: str) -> None:
    """Write an error and what to do about it; names in it may hold anything, also what moves the cursor."""
    lines = [visible(line, _LONGEST_LINE) for line in message.split("\n")]
    click.echo("farm: " + "\n".join(lines), err=True)
    if next_step:
        click.echo(f"      {visible(next_step, _LONGEST_LINE)}", err=True)
