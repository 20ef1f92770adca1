"""What `farm inspect` prints: who the app is, what its run showed, and the leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.padding import Padding

from farm.cli.folded import Folded
from farm.cli.run_view import LINES_SHOWN, hung, padded, show_run
from farm.model.inspection import Suite
from farm.model.raising import limits_met
from farm.model.reasons import reason
from farm.model.text import visible
from farm.model.words import OUTCOMES, SEVERITIES, in_language
from farm.rules.engine import VerdictState
from farm.rules.facts import PLATFORM_CATEGORY
from farm.service.timeline import timeline
from workers.model.evidence import JSON

if TYPE_CHECKING:
    from rich.console import Console

    from farm.service.inspect_one import Inspected


_WORDS: Mapping[str, tuple[str, str]] = {
    "outcome": ("结果", "outcome"),
    "limit": ("限制", "limit"),
    "raise": ("可用设置 {} 调高", "raised by the setting {}"),
    "sdk": ("最低 SDK {}，目标 SDK {}", "sdk      min {}, target {}"),
    "sdks": ("SDK", "SDKs"),
    "permissions": ("权限", "permissions"),
    "api_uses": ("敏感调用", "sensitive uses"),
    "network": ("网络", "network"),
    "not given": ("未写明", "not given"),
    "not read": ("没有读取", "not read"),
    "page": ("页面", "page"),
    "static": ("代码和清单文件", "code and manifest"),
    "dynamic": ("一次没有手机的运行", "one run without a phone"),
    "and": ("，", " and "),
    "none": ("没有线索。这不等于合规；只看了：{}。", "No leads. That is not a clean bill; looked at: {}."),
    "nothing": ("没有结论：什么也没有读到。", "No conclusion: nothing could be read."),
    "no name": ("（没有包名）", "(no package name)"),
    "one": ("{} 条线索", "{} lead"),
    "several": ("{} 条线索", "{} leads"),
    "rule untested": ("{1} 条规则中有 {0} 条无法检测：", "{} rule of {} could not be tested:"),
    "rules untested": ("{1} 条规则中有 {0} 条无法检测：", "{} rules of {} could not be tested:"),
    "confirm": ("（由检查人员确认或排除）", " (a person confirms or dismisses them)"),
}
"""By name: Simplified Chinese, English."""

_REASONS_SHOWN = 5
"""Reasons for which rules could not be tested that are printed; a page has them all."""


def show(inspected: Inspected, out: Console, lang: str, page: Path | None) -> None:
    """Print identity, outcomes, what was seen, and the findings with their subject."""
    app = inspected.app
    out.print(f"[bold]{_safe(app.package or _word('no name', lang))}[/]  {_safe(app.version_name or '')}")
    out.print(f"sha256   {app.sha256}")
    for suite, evidence in inspected.evidence.items():
        said = in_language(reason(evidence.reason), lang)
        why = f"  {_safe(said, 600)}" if said else ""
        of = f"{suite.value}: " if len(inspected.evidence) > 1 else ""
        called = f"{OUTCOMES[evidence.outcome][0]} " if lang == "zh" else ""
        hung(out, _word("outcome", lang), f"{of}{called}{evidence.outcome.value}{why}")
    for _, settings in limits_met(evidence.outcome for evidence in inspected.evidence.values()):
        hung(out, _word("limit", lang), _word("raise", lang).format(settings))
    absent = _word("not given", lang) if app.package else "?"
    out.print(_word("sdk", lang).format(app.min_sdk or absent, app.target_sdk or absent))
    static = inspected.evidence.get(Suite.STATIC)
    if static is not None:
        for fact in ("sdks", "permissions", "api_uses"):
            counted = _third_party(static.facts.get(fact)) if fact == "sdks" else static.facts.get(fact)
            out.print(f"{padded(_word(fact, lang), 15)}{_count(counted, lang)}")
        if network := _network(static.facts.get("network_security"), lang):
            hung(out, _word("network", lang), _safe(network, 400), 15)
    dynamic = inspected.evidence.get(Suite.DYNAMIC)
    if dynamic is not None and dynamic.dynamic is not None:
        show_run(timeline(dynamic.dynamic, lines=LINES_SHOWN), out, lang)
    _show_findings(inspected, out, lang)
    _show_untested(inspected, out, lang)
    if page is not None:
        out.print(f"\n{padded(_word('page', lang))}{_safe(str(page), 400)}")


def _show_findings(inspected: Inspected, out: Console, lang: str) -> None:
    """Print the leads, each with what was seen below it: names are too long for columns."""
    if not any(evidence.facts for evidence in inspected.evidence.values()):
        out.print("\n" + _word("nothing", lang))
        return
    if not inspected.findings:
        seen = _word("and", lang).join(_word(suite.value, lang) for suite in inspected.evidence)
        out.print("\n" + _word("none", lang).format(seen))
        return
    number = len(inspected.findings)
    counted = _word("several" if number > 1 else "one", lang).format(number)
    out.print(f"\n[bold]{counted}[/]{_word('confirm', lang)}")
    rules = max(len(finding.rule) for finding in inspected.findings)
    for finding in inspected.findings:
        severity = in_language(SEVERITIES[finding.severity], lang)
        subject = _safe(finding.subject.name, 60)
        out.print(f"{finding.rule:{rules}}  {padded(severity, 8)}[bold]{subject}[/]")
        summary = finding.summary_zh if lang == "zh" else finding.summary_en
        out.print(Padding(Folded(visible(summary, 400)), (0, 0, 0, 4)))


def _show_untested(inspected: Inspected, out: Console, lang: str) -> None:
    """Print how many rules could not be tested, by reason."""
    untested = [each for each in inspected.verdicts if each.state is VerdictState.NOT_TESTABLE]
    if not untested:
        return
    several = "rules untested" if len(untested) > 1 else "rule untested"
    out.print("\n" + _word(several, lang).format(len(untested), len(inspected.verdicts)))
    reasons = Counter(each.brief_zh if lang == "zh" else each.brief_en for each in untested)
    for why, number in reasons.most_common(_REASONS_SHOWN):
        out.print(f"{number:>4}  {_safe(why, 400)}")
    if len(reasons) > _REASONS_SHOWN:
        out.print("      …")


def _word(name: str, lang: str) -> str:
    """Return a word in a language."""
    return in_language(_WORDS[name], lang)


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


def _third_party(fact: JSON) -> JSON:
    """Return the rows of `sdks` as reports count them: without libraries of the platform."""
    if not isinstance(fact, list):
        return fact
    return [row for row in fact if isinstance(row, dict) and row.get("category") != PLATFORM_CATEGORY]


def _count(fact: object, lang: str) -> str:
    """Return how many rows a fact has, whether it is a list or a table with `rows`."""
    if isinstance(fact, dict):
        fact = next((v for v in fact.values() if isinstance(v, list)), None)
    return str(len(fact)) if isinstance(fact, list) else _word("not read", lang)
