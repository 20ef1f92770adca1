"""`farm run`: the driver in the foreground, with a progress display."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from farm.cli.context import console, farm_of, print_json
from farm.model.errors import InterruptedByUserError

if TYPE_CHECKING:
    from farm.model.batch import BatchId
    from farm.service.run import Driver, RunProgress
    from farm.wiring import Farm


@click.command(name="run", short_help="Run what is pending, on this machine or a Ray cluster.")
@click.argument("batch", required=False)
@click.option("--address", metavar="HOST:PORT", help="Ray cluster to use; without it, a local one is started.")
@click.option("--workers", metavar="N", help="Workers of a local cluster; by default one for each processor.")
@click.option("--until-done/--forever", default=True, help="End when nothing is pending (default), or wait for more.")
@click.option("--app-seconds", metavar="S", help="Wall time that one static inspection may take.  [FARM_APP_SECONDS]")
@click.option(
    "--executor", type=click.Choice(["ray", "inline"]), default="ray", help="inline: in this process, without Ray."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document at the end; no progress display.")
@click.pass_context
def command(
    ctx: click.Context,
    batch: str | None,
    address: str | None,
    workers: str | None,
    until_done: bool,
    app_seconds: str | None,
    executor: str,
    as_json: bool,
) -> None:
    """Run what is pending: all batches in the order of submission, or BATCH alone.

    The driver may be stopped (Ctrl-C) or killed at any time; the next 'farm run' goes on from the ledger.
    """
    from farm import wiring
    from farm.logs import configure
    from farm.service.run import Driver, DriverPolicy

    farm = farm_of(ctx, workers=workers, app_seconds=app_seconds)
    batch_id = farm.ledger.batch(batch).batch_id if batch else None
    if until_done and not farm.ledger.unfinished(batch_id):
        _say_nothing_to_do(as_json=as_json)
        return
    wiring.bury_the_dead(farm)
    shows_bar = not as_json and sys.stdout.isatty()
    configure(farm.settings.log, quiet=shows_bar and sys.stderr.isatty())
    place = wiring.executor(farm.settings, kind=executor, address=address)
    with _display(farm, batch_id, enabled=shows_bar) as observer:
        driver = Driver(
            ledger=farm.ledger,
            executor=place,
            clock=farm.clock,
            owner=wiring.owner(),
            policy=DriverPolicy(
                app_seconds=farm.settings.app_seconds,
                dynamic_seconds=farm.settings.dynamic_seconds,
                lease_s=farm.settings.lease_seconds,
            ),
            batch=batch_id,
            observer=observer,
        )
        try:
            place.start()
            with _stops(driver) as stopped:
                done = driver.run(forever=not until_done)
        finally:
            place.close()
            farm.ledger.bury(wiring.owner(), now=farm.clock.now())
    _say_summary(done, as_json=as_json)
    if stopped():
        raise InterruptedByUserError


@contextmanager
def _stops(driver: Driver) -> Iterator[Callable[[], bool]]:
    """Stop the driver on the first Ctrl-C or SIGTERM; the second one ends the process the hard way."""
    seen: list[int] = []

    def on_signal(number: int, frame: object) -> None:
        del frame
        seen.append(number)
        if len(seen) > 1:
            raise KeyboardInterrupt
        click.echo("farm: stopping; chunks in flight may end (Ctrl-C again to leave them)", err=True)
        driver.stop()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(seen)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _display(farm: Farm, batch: BatchId | None, *, enabled: bool) -> Iterator[Callable[[RunProgress], None] | None]:
    """Show a progress bar with states and pace on a terminal."""
    if not enabled:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    from farm.cli.status_view import plural

    total = farm.ledger.unfinished(batch)
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[states]}"),
        TimeRemainingColumn(),
        console=console(),
        transient=True,
    )
    with bar:
        line = bar.add_task("starting workers", total=total, states="")

        def show(now: RunProgress) -> None:
            words = [f"{state.value} {n}" for state, n in sorted(now.states.items()) if state.is_terminal]
            bar.update(
                line,
                completed=now.finished,
                total=max(total, now.finished),
                description=f"{plural(now.workers, 'worker')}, {now.in_flight} in flight",
                states="  ".join(words),
            )

        yield show


def _say_nothing_to_do(*, as_json: bool) -> None:
    """Say that nothing is pending."""
    if as_json:
        print_json({"finished": 0, "states": {}})
    else:
        click.echo("Nothing is pending. Submit a batch with 'farm submit', or re-run with 'farm rerun'.")


def _say_summary(done: RunProgress, *, as_json: bool) -> None:
    """Say what this run did."""
    states = {state.value: n for state, n in done.states.items() if state.is_terminal}
    if as_json:
        print_json({"finished": done.finished, "states": states})
        return
    from farm.cli.status_view import plural

    words = ", ".join(f"{n:,} {state}" for state, n in sorted(states.items())) or "nothing"
    click.echo(f"{plural(done.finished, 'inspection')} finished: {words}.")
