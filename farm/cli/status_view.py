"""How `farm status` and `farm target show` look on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import click
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from farm.cli.context import console
from farm.model.batch import ShardState, ShardStatus
from farm.model.figures import size
from farm.model.inspection import FAILED_STATES, State
from farm.model.raising import limits_met
from farm.model.target import Pace, Standing
from farm.model.text import file_name, visible
from farm.ports import DriverRow, FailureRow
from farm.service.status import BAR_ORDER, BatchView, Overview
from workers.model.cross_check import CrossVerdict
from workers.model.outcome import Outcome, OutcomeClass

STYLES: dict[State, str] = {
    State.DONE: "green",
    State.RUNNING: "cyan",
    State.PENDING: "bright_black",
    State.UNUSABLE: "yellow",
    State.UNKNOWN: "magenta",
    State.QUARANTINED: "red",
    State.CANCELLED: "bright_black",
}
"""Colour of each state."""

_WIDTH = 40
"""Cells of a bar: with the figures behind it, it fits into 80 columns."""
PIPE_WIDTH = 240
_WIDE = 120
_SHORT_ID = 8
_VERDICTS: dict[Standing, tuple[str, str]] = {
    Standing.UPCOMING: ("not begun", "cyan"),
    Standing.ON_TRACK: ("on track", "green"),
    Standing.BEHIND: ("BEHIND", "bold red"),
    Standing.REACHED: ("reached", "bold green"),
    Standing.MISSED: ("MISSED", "bold red"),
}


def show_picture(picture: RenderableType) -> None:
    """Print a picture: to the width of a terminal, or uncut and without trailing blanks in a pipe."""
    out = console()
    if out.is_terminal:
        out.print(picture)
        return
    out.width = PIPE_WIDTH
    with out.capture() as capture:
        out.print(picture)
    click.echo("\n".join(line.rstrip() for line in capture.get().splitlines()))


def overview(found: Overview, now: float, *, width: int = PIPE_WIDTH) -> RenderableType:
    """Return the farm at a glance: batches, targets, drivers."""
    parts: list[RenderableType] = []
    if found.batches:
        parts.append(_batch_table(found.batches, now, states=width >= _WIDE))
    else:
        parts.append(Text("No batches yet. Begin with 'farm submit SOURCE'."))
    if found.hidden:
        parts.append(Text(f"and {found.hidden:,} older; --limit shows more", style="bright_black"))
    parts.append(Text())
    parts.extend(_pace_line(pace) for pace in found.paces)
    if not found.paces:
        parts.append(Text("target   none; set one with 'farm target set YEAR --apps N'"))
    if any(found.cross_checks.values()):
        parts.append(_cross_check_line(found))
    unfinished = any(view.unfinished for view in found.batches)
    parts.append(_drivers_line(found.drivers, unfinished=unfinished))
    return Group(*parts)


def batch(
    view: BatchView,
    reasons: Mapping[OutcomeClass, Sequence[FailureRow]],
    shards: Sequence[ShardStatus],
    now: float,
) -> RenderableType:
    """Return one batch with its failures and, if given, its shards."""
    parts: list[RenderableType] = [_title(view, now), Text(), _bar(view), *_figures(view), Text()]
    if view.status.outcomes:
        parts += [count_table("outcome", view.status.outcomes), Text()]
    if view.failures_by_class:
        parts += [*_failures(view, reasons), Text()]
    parts.append(_shards_line(view))
    if shards:
        parts.append(_shard_table(shards, now))
    parts.append(_drivers_line(view.drivers, unfinished=view.unfinished > 0))
    return Group(*parts)


def pace_block(pace: Pace, others: Sequence[str] = ()) -> RenderableType:
    """Return a target in full."""
    target = pace.target
    words, style = _VERDICTS[pace.standing]
    share = pace.counted / target.apps
    title = Text.assemble(
        (f"Target {target.name}", "bold"),
        f"   {target.apps:,} apps, {_day(target.start)} to {_last_day(target.end)}   ",
        (words, style),
    )
    bar = Text.assemble(_blocks(share, "green" if pace.on_track else "red"), f"  {_percent(share)}")
    rows = Table.grid(padding=(0, 2))
    rows.add_column()
    rows.add_column(justify="right")
    rows.add_column(style="bright_black")
    rows.add_row("counted", f"{pace.counted:,}", "distinct apps inspected in the period")
    rows.add_row("expected by now", f"{pace.expected:,.0f}", _ahead(pace))
    rows.add_row("pace, last 7 days", f"{pace.rate_7d:,.1f}", "apps a day")
    rows.add_row("required from now", f"{pace.required:,.1f}", "apps a day")
    rows.add_row("projected at the end", f"{pace.projected:,.0f}", f"of {target.apps:,}, if the pace stays")
    rows.add_row("shortfall", _day(pace.shortfall_on) if pace.shortfall_on else "none", _shortfall_words(pace))
    if pace.reached_on is not None:
        rows.add_row("target reached on", _day(pace.reached_on), "if the pace stays")
    parts: list[RenderableType] = [title, bar, Text(), rows]
    if others:
        parts += [Text(), Text(f"Also running: {', '.join(others)} (farm target show NAME)")]
    return Group(*parts)


def duration(seconds: float) -> str:
    """Return a length of time in its largest unit, or two of them."""
    whole = max(int(seconds), 0)
    if whole < 90:
        return f"{whole} s"
    if whole < 90 * 60:
        return f"{whole // 60} min"
    if whole < 10 * 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    if whole < 48 * 3600:
        return f"{whole // 3600} h"
    return f"{whole // 86400:,} d"


def price(amount: float, currency: str) -> str:
    """Return a price; one of almost nothing is still a price, and "0.00" would read as free."""
    return f"{amount:,.2f} {currency}" if amount >= 0.01 or amount == 0 else f"less than 0.01 {currency}"


def work(seconds: float) -> str:
    """Return an estimate of CPU time."""
    return f"about {duration(seconds)}" if seconds >= 1 or seconds == 0 else "less than 1 s"


def plural(number: int, word: str) -> str:
    """Return a number with its word: `1 shard`, `2 shards`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _batch_table(views: Sequence[BatchView], now: float, *, states: bool) -> Table:
    """Return the list of batches; without `states` it fits into 80 columns."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bright_black")
    table.add_column("batch", no_wrap=True)
    table.add_column("name")
    for heading in ("apps", "finished"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("failed", "findings", "age"):
        table.add_column(heading, justify="right", no_wrap=True)
    if states:
        table.add_column("states")
    for view in views:
        made = view.batch
        failed = sum(view.status.states.get(state, 0) for state in FAILED_STATES)
        row: list[RenderableType] = [
            made.batch_id[:_SHORT_ID],
            Text(visible(made.name, 28)),
            f"{made.apps:,}",
            f"{view.percent:.1f} %",
            f"{failed:,}",
            f"{view.status.findings:,}",
            duration(now - made.created_at.timestamp()),
        ]
        table.add_row(*row, *([_states(view.status.states)] if states else []))
    return table


def _title(view: BatchView, now: float) -> Text:
    """Return what the batch is."""
    made = view.batch
    text = Text.assemble(
        (visible(made.name, 60), "bold"),
        f"  {made.batch_id}  {plural(made.apps, 'app')}, {size(made.bytes)}, {', '.join(made.suites)}, "
        f"submitted {duration(now - made.created_at.timestamp())} ago",
    )
    if made.cancelled:
        text.append("  cancelled", style="yellow")
    return text


def _bar(view: BatchView) -> Text:
    """Return a bar of the states and how much is finished."""
    text = Text()
    total, drawn, sofar = max(view.total, 1), 0, 0
    for state in BAR_ORDER:
        sofar += view.status.states.get(state, 0)
        cells = round(sofar * _WIDTH / total) - drawn
        text.append(("░" if state is State.PENDING else "█") * cells, style=STYLES[state])
        drawn += cells
    text.append(f"  {view.percent:.1f} %  {view.total - view.unfinished:,} of {view.total:,} inspections")
    return text


def _states(counts: Mapping[State, int]) -> Text:
    """Return the states that are not empty."""
    shown = [(state, counts.get(state, 0)) for state in State]
    parts = [Text.assemble(f"{state.value} ", (f"{n:,}", STYLES[state])) for state, n in shown if n]
    return Text("  ").join(parts)


def _figures(view: BatchView) -> list[Text]:
    """Return the lines of figures under the bar."""
    status = view.status
    lines = [_states(view.status.states)]
    if len(status.by_suite) > 1:
        lines += [Text(f"  {suite.value:<8} ").append(_states(counts)) for suite, counts in status.by_suite.items()]
    if view.unfinished and view.drivers:
        eta = f"about {duration(view.eta_s)} left" if view.eta_s is not None else "no pace yet"
        lines.append(Text(f"{status.per_minute:,.1f} a minute, {eta}"))
    lines.append(
        Text(
            f"{plural(status.attempts, 'attempt')}, {status.cached:,} from the cache, "
            f"{plural(status.counted, 'app')} counted, {plural(status.findings, 'finding')}"
        )
    )
    return lines


def count_table(heading: str, counts: Mapping[str, int]) -> Table:
    """Return inspections by outcome, the most frequent first."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bright_black")
    table.add_column(heading)
    table.add_column("inspections", justify="right")
    for name, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(name, f"{number:,}")
    return table


def _failures(view: BatchView, reasons: Mapping[OutcomeClass, Sequence[FailureRow]]) -> list[RenderableType]:
    """Return what did not end well, by class, with a few examples."""
    lines: list[RenderableType] = []
    for outcome_class, number in view.failures_by_class.items():
        lines.append(Text.assemble((f"{outcome_class.value.upper()} {number:,}", "bold")))
        examples = reasons.get(outcome_class, ())
        for row in examples:
            name = row.package or file_name(row.url)
            tries = plural(row.attempts, "attempt")
            outcome = row.outcome.value if row.outcome is not None else "-"
            suite = f"{row.suite.value}: " if len(view.batch.suites) > 1 else ""
            line = Text.assemble(
                f"{visible(name, 60)}  ",
                suite,
                (outcome, STYLES[row.state]),
                f", {tries}, shard {row.shard}  ",
                (visible(row.reason, 160), "bright_black"),
            )
            lines.append(Padding(line, (0, 0, 0, 2), expand=False))
        if number > len(examples) > 0:
            lines.append(
                Text(f"  and {number - len(examples):,} more; 'farm serve' and 'farm report' show all of them")
            )
    for outcome, settings in limits_met(Outcome(name) for name, number in view.status.outcomes.items() if number):
        rerun = f"farm rerun {view.batch.batch_id} --outcome {outcome} --preview"
        lines.append(Text(f"Beyond a limit ({outcome}): raise {settings}, then  {rerun}"))
    again = "" if view.unfinished else f"  farm rerun {view.batch.batch_id} --failed --preview"
    return [*lines, Text(f"To run them again:{again}")] if again else lines


def _shards_line(view: BatchView) -> Text:
    """Return the shards in one line."""
    counts = [f"{view.status.shards.get(state, 0):,} {state.value}" for state in ShardState]
    return Text(f"shards   {', '.join(count for count in counts if not count.startswith('0 ')) or 'none'}")


def _shard_table(shards: Sequence[ShardStatus], now: float) -> Table:
    """Return every shard."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bright_black")
    for heading in ("shard", "state", "finished", "failed", "leases", "driver"):
        table.add_column(heading, justify="right" if heading in {"finished", "failed", "leases"} else "left")
    for row in shards:
        total = sum(row.states.values())
        finished = sum(n for state, n in row.states.items() if state.is_terminal)
        failed = sum(row.states.get(state, 0) for state in FAILED_STATES)
        driver = visible(row.owner, 40) if row.owner and row.state is ShardState.LEASED else ""
        if driver and row.lease_until is not None:
            driver += f" for {duration(row.lease_until - now)}" if row.lease_until > now else " (lease is over)"
        table.add_row(
            str(row.ordinal), row.state.value, f"{finished:,} of {total:,}", f"{failed:,}", f"{row.leases}", driver
        )
    return table


def _drivers_line(drivers: Sequence[DriverRow], *, unfinished: bool) -> Text:
    """Return who is at work, or what to type."""
    if drivers:
        workers = sum(d.workers for d in drivers)
        return Text(f"drivers  {len(drivers)} alive, {plural(workers, 'worker')}, {sum(d.busy for d in drivers)} busy")
    if unfinished:
        return Text.assemble("drivers  ", ("none is alive and work is waiting", "yellow"), "; start one: farm run")
    return Text("drivers  none, and nothing is waiting")


def _cross_check_line(found: Overview) -> Text:
    """Return what the second readings came to, in one line."""
    numbers = found.cross_checks
    line = Text(
        f"readers  {plural(sum(numbers.values()), 'app')} read twice: {numbers.get(CrossVerdict.AGREED, 0):,} agreed"
    )
    if differ := numbers.get(CrossVerdict.DISAGREED, 0):
        fields = ", ".join(f"{name.value} {number:,}" for name, number in sorted(found.disagreements.items()))
        line.append(f", {differ:,} disagreed ({fields})", style="yellow")
    if failed := numbers.get(CrossVerdict.ORACLE_FAILED, 0):
        line.append(f", androguard failed on {failed:,}")
    return line


def _pace_line(pace: Pace) -> Text:
    """Return a target in one line."""
    words, style = _VERDICTS[pace.standing]
    share = pace.counted / pace.target.apps
    return Text.assemble(
        f"target   {pace.target.name}: {pace.counted:,} of {pace.target.apps:,} apps ({_percent(share)}), "
        f"{pace.rate_7d:,.0f} a day, {pace.required:,.0f} required  ",
        (words, style),
    )


def _blocks(share: float, style: str) -> Text:
    """Return a bar for a share of one."""
    cells = min(int(share * _WIDTH), _WIDTH)
    return Text.assemble(("█" * cells, style), ("░" * (_WIDTH - cells), "bright_black"))


def _percent(share: float) -> str:
    """Return a share in per cent, rounded down, so that 100 means all."""
    return f"{int(share * 10000) / 100:.2f} %"


def _ahead(pace: Pace) -> str:
    """Return how far the count is from the straight line."""
    difference = pace.counted - pace.expected
    return f"{abs(difference):,.0f} {'ahead of' if difference >= 0 else 'behind'} the straight line"


def _shortfall_words(pace: Pace) -> str:
    """Return what the shortfall date says."""
    if pace.shortfall_on is None:
        return ""
    if pace.shortfall_on > pace.at:
        return "from then on behind the straight line, if the pace stays"
    return "behind the straight line since then"


def _day(instant: datetime) -> str:
    """Return an instant's day, UTC."""
    return instant.astimezone(UTC).date().isoformat()


def _last_day(end: datetime) -> str:
    """Return the last day before `end`."""
    return datetime.fromtimestamp(end.timestamp() - 1, UTC).date().isoformat()
