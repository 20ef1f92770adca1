"""What `farm submit` prints: the plan of a dry run, and what was submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape

from farm.cli.status_view import plural, price, work
from farm.model.figures import size
from farm.model.text import visible

if TYPE_CHECKING:
    from rich.console import Console

    from farm.service.submit import SubmitPlan, Submitted

SHOWN_BAD_ROWS = 20
"""Rows that are listed one by one."""


def plan_json(plan: SubmitPlan) -> dict[str, Any]:
    """Return the plan as a document."""
    return {
        "batch": plan.batch_id,
        "name": plan.name,
        "apps": plan.apps,
        "new": plan.new,
        "cached": plan.cached,
        "bytes": plan.bytes,
        "shards": plan.shards,
        "inspections": plan.inspections,
        "read_bytes": plan.read_bytes,
        "cpu_hours": round(plan.cpu_hours, 4),
        "cost": round(plan.cost, 4),
        "existing": plan.existing is not None,
        "bad_rows": [str(row) for row in plan.bad_rows],
        "left_out": dict(plan.left_out),
        "dry_run": True,
    }


def submitted_json(submitted: Submitted, plan: SubmitPlan) -> dict[str, Any]:
    """Return the contract for scripts: batch, name, apps, new, cached."""
    return {
        "batch": submitted.batch.batch_id,
        "name": submitted.batch.name,
        "apps": submitted.apps,
        "new": submitted.new,
        "cached": submitted.cached,
        "created": submitted.created,
        "bad_rows": [str(row) for row in plan.bad_rows],
        "left_out": dict(plan.left_out),
    }


def show_plan(plan: SubmitPlan, out: Console, currency: str) -> None:
    """Print what a submit would do."""
    out.print(f"Would submit [bold]{escape(plan.name)}[/] ({plan.batch_id}) from {escape(visible(plan.source, 300))}:")
    out.print(f"  apps         {plan.apps:,} in {plural(plan.shards, 'shard')}, {size(plan.bytes)}")
    out.print(f"  cache hits   {plan.cached:,} of {plural(plan.apps, 'app')}, inspected before")
    out.print(f"  inspections  {plan.inspections:,}, reading {size(plan.read_bytes)}")
    out.print(f"  estimate     {work(plan.cpu_hours * 3600)} of CPU time, {escape(price(plan.cost, currency))}")
    if plan.existing is not None:
        out.print("  This list was submitted before; submitting it again changes nothing.")
    _show_left_out(plan, out)


def show_submitted(submitted: Submitted, plan: SubmitPlan, out: Console) -> None:
    """Print what was submitted and what to do next."""
    batch = submitted.batch
    word = "Submitted" if submitted.created else "Already there:"
    out.print(f"{word} [bold]{escape(batch.name)}[/] ({batch.batch_id})")
    out.print(
        f"  {plural(submitted.apps, 'app')}, {size(batch.bytes)}; {submitted.new:,} new, {submitted.cached:,} cached"
    )
    if submitted.notice:
        out.print(f"  {escape(submitted.notice)}")
    _show_left_out(plan, out)
    out.print(f"Next: farm run    then: farm status {escape(batch.name)}")


def _show_left_out(plan: SubmitPlan, out: Console) -> None:
    """Print what the source holds that is not in the batch."""
    for kind, number in plan.left_out.items():
        out.print(f"  left out     {number:,} {escape(visible(kind, 100))}")
    if plan.bad_rows:
        out.print(f"  left out     {plural(len(plan.bad_rows), 'bad row')}:")
        for row in plan.bad_rows[:SHOWN_BAD_ROWS]:
            out.print(f"    {escape(visible(str(row), 300))}")
        if len(plan.bad_rows) > SHOWN_BAD_ROWS:
            out.print(f"    and {len(plan.bad_rows) - SHOWN_BAD_ROWS:,} more")
