"""What `farm inspect` prints: who the app is, what its run showed, and the leads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from farm.cli.run_view import LINES_SHOWN, show_run
from farm.model.inspection import Suite
from farm.model.text import visible
from farm.service.timeline import timeline
from workers.model.evidence import JSON

if TYPE_CHECKING:
    from rich.console import Console

    from farm.service.inspect_one import Inspected


def show(inspected: Inspected, out: Console, lang: str, page: Path | None) -> None:
    """Print identity, outcomes, what was seen, and the findings with their subject."""
    app = inspected.app
    out.print(f"[bold]{_safe(app.package or '(no package name)')}[/]  {_safe(app.version_name or '')}")
    out.print(f"sha256   {app.sha256}")
    for suite, evidence in inspected.evidence.items():
        reason = f"  {_safe(evidence.reason, 600)}" if evidence.reason else ""
        out.print(
            f"outcome  {suite.value + ': ' if len(inspected.evidence) > 1 else ''}{evidence.outcome.value}{reason}"
        )
    out.print(f"sdk      min {app.min_sdk or '?'}, target {app.target_sdk or '?'}")
    static = inspected.evidence.get(Suite.STATIC)
    if static is not None:
        for fact, word in (("sdks", "SDKs"), ("permissions", "permissions"), ("api_uses", "sensitive uses")):
            out.print(f"{word:<14} {_count(static.facts.get(fact))}")
        if network := _network(static.facts.get("network_security"), lang):
            out.print(f"{'network':<14} {_safe(network, 400)}")
    dynamic = inspected.evidence.get(Suite.DYNAMIC)
    if dynamic is not None and dynamic.dynamic is not None:
        show_run(timeline(dynamic.dynamic, lines=LINES_SHOWN), out, lang)
    _show_findings(inspected, out, lang)
    if page is not None:
        out.print(f"\npage     {_safe(str(page), 400)}")


def _show_findings(inspected: Inspected, out: Console, lang: str) -> None:
    """Print the leads."""
    if not inspected.findings:
        seen = " and ".join(
            {Suite.STATIC: "code and manifest", Suite.DYNAMIC: "one run without a phone"}[suite]
            for suite in inspected.evidence
        )
        out.print(f"\nNo leads. That is not a clean bill; looked at: {seen}.")
        return
    number = len(inspected.findings)
    out.print(f"\n[bold]{number} lead{'s' if number > 1 else ''}[/] (a person confirms or dismisses them)")
    table = Table(box=None, pad_edge=False)
    for column in ("rule", "severity", "subject", "what was seen"):
        table.add_column(column, overflow="fold")
    for finding in inspected.findings:
        summary = finding.summary_zh if lang == "zh" else finding.summary_en
        table.add_row(finding.rule, finding.severity.value, _safe(finding.subject.name, 60), _safe(summary, 400))
    out.print(table)


_NETWORK = {
    True: ("允许明文传输", "clear text is permitted"),
    False: ("不允许明文传输", "no clear text"),
    None: ("网络安全配置未读到", "its network security configuration was not read"),
}
_BUT_FOR, _USER = ("；例外：", "; but for "), ("；信任用户安装的证书", "; trusts certificates that the user installs")


def _network(fact: JSON, lang: str) -> str:
    """Return in words where clear text is permitted, and whether certificates of the user are trusted."""
    if not isinstance(fact, dict):
        return ""
    word, clear, domains = int(lang != "zh"), fact.get("cleartext"), fact.get("domains")
    rows = [row for row in domains if isinstance(row, dict)] if isinstance(domains, list) else []
    others = [str(row.get("domain")) for row in rows if isinstance(clear, bool) and row.get("cleartext") is not clear]
    said = _NETWORK[clear if isinstance(clear, bool) else None][word]
    said += _BUT_FOR[word] + ", ".join(others[:5]) + (" …" if len(others) > 5 else "") if others else ""
    return said + (_USER[word] if fact.get("user_certificates") is True else "")


def _safe(text: object, limit: int = 200) -> str:
    """Return text of a stranger as it may be shown on a terminal."""
    return escape(visible(str(text), limit))


def _count(fact: object) -> str:
    """Return how many rows a fact has, whether it is a list or a table with `rows`."""
    if isinstance(fact, dict):
        fact = next((v for v in fact.values() if isinstance(v, list)), None)
    return str(len(fact)) if isinstance(fact, list) else "not read"
