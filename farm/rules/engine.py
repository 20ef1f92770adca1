"""Judge one evidence document: for each rule a verdict, and findings where it was observed. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from farm.model.finding import Finding, Subject, SubjectKind
from farm.model.reasons import reason
from farm.model.text import visible
from farm.rules.app_types import find_app_type
from farm.rules.evaluate import Hit, No, Yes, evaluate
from farm.rules.facts import Blank, Facts, Unknown
from farm.rules.rule import Rule, RulePack
from farm.rules.vocabulary import kind_en, kind_zh
from workers.model.evidence import JSON

MAX_POINTERS = 20
"""Pointers that a finding carries at most."""

MAX_TERMS = 6
"""Names that a summary tells one by one; the rest is a number."""

_CHINESE = "[\u3001-\u3011\u4e00-\u9fff\uff01-\uff5e]"
_BLANK_IN_CHINESE = re.compile(f"(?<={_CHINESE}) (?={_CHINESE})")
"""A blank that stands beside a Latin word in the template, but between Chinese signs where a Chinese one is put in."""


class VerdictState(StrEnum):
    """What a rule came to on one app."""

    OBSERVED = "observed"
    """The evidence holds what the rule looks for: there are findings."""
    NOT_OBSERVED = "not_observed"
    """All that the rule looks at was read, and it is not there."""
    NOT_TESTABLE = "not_testable"
    """Nothing may be concluded; the reason says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """One rule on one app."""

    rule: Rule
    edition: str
    state: VerdictState
    findings: tuple[Finding, ...] = ()
    why: Unknown | None = None
    """Why it could not be tested."""

    @property
    def reason_zh(self) -> str:
        """Why it could not be tested, in Simplified Chinese; empty if it could."""
        return "" if self.why is None else _told(_REASONS_ZH[self.why.blank], reason(self.why.detail)[0])

    @property
    def reason_en(self) -> str:
        """The same in English."""
        return "" if self.why is None else _told(_REASONS_EN[self.why.blank], self.why.detail)

    @property
    def brief_zh(self) -> str:
        """The same as `reason_zh`, without what is said of the whole app elsewhere."""
        if self.why is None or self.why.blank not in _OF_THE_APP:
            return self.reason_zh
        return _REASONS_ZH[self.why.blank]

    @property
    def brief_en(self) -> str:
        """The same in English."""
        if self.why is None or self.why.blank not in _OF_THE_APP:
            return self.reason_en
        return _REASONS_EN[self.why.blank]


_OF_THE_APP = frozenset({Blank.PACKED, Blank.TOO_LARGE, Blank.NOT_REACHED, Blank.PARTLY, Blank.NO_EVIDENCE})
"""Reasons whose detail is that of the whole inspection."""

_REASONS_ZH: dict[Blank, str] = {
    Blank.PACKED: "应用代码被加固或隐藏，只看到外壳",
    Blank.TOO_LARGE: "应用超出检测限制，没有全部读取",
    Blank.NOT_REACHED: "应用没有运行到可以观察的程度",
    Blank.NOT_RUN: "这一阶段没有进行",
    Blank.PARTLY: "应用有一部分无法读取",
    Blank.CUT: "条目过多，证据未全部保留",
    Blank.NOT_READ: "规则要看的内容没有读到",
    Blank.NO_DIALOG: "运行中没有出现征求同意的窗口",
    Blank.NOT_REFUSED: "运行中没有拒绝过任何请求",
    Blank.FACT_MISSING: "证据中没有读到这项事实",
    Blank.NO_TYPE: "不知道应用属于哪个类型：请在清单的 category 列或用 --app-type 给出",
    Blank.OTHER_SUITE: "需要另一套检测的证据",
    Blank.NO_EVIDENCE: "检测没有得到证据",
}
_REASONS_EN: dict[Blank, str] = {
    Blank.PACKED: "The app's own code is hidden; only the shell was seen",
    Blank.TOO_LARGE: "The app goes beyond a limit; not all of it was read",
    Blank.NOT_REACHED: "The app did not run far enough to be seen",
    Blank.NOT_RUN: "This part of the run did not take place",
    Blank.PARTLY: "A part of the app could not be read",
    Blank.CUT: "Too many rows; the evidence does not keep all of them",
    Blank.NOT_READ: "What the rule looks at could not be read",
    Blank.NO_DIALOG: "No dialog that asks for consent was seen in the run",
    Blank.NOT_REFUSED: "Nothing was refused in the run",
    Blank.FACT_MISSING: "The evidence does not hold this fact",
    Blank.NO_TYPE: "The app's type is not known: give category in the list, or --app-type",
    Blank.OTHER_SUITE: "It needs the evidence of another suite",
    Blank.NO_EVIDENCE: "The inspection ended without evidence",
}


def _told(why: str, detail: str) -> str:
    """Return why a rule could not be tested with the detail, if there is one."""
    return f"{why} ({detail.rstrip('.。')})" if detail else why


def judge(
    evidence: Mapping[str, JSON], packs: Sequence[RulePack], *, app_type: str | None = None
) -> tuple[Finding, ...]:
    """Return the findings on one app, in the order of the packs; one for each rule and subject."""
    return tuple(finding for verdict in verdicts(evidence, packs, app_type=app_type) for finding in verdict.findings)


def verdicts(
    evidence: Mapping[str, JSON], packs: Sequence[RulePack], *, app_type: str | None = None
) -> tuple[Verdict, ...]:
    """Return what every rule came to, in the order of the packs. Facts that are missing are never taken for absent.

    `app_type` is what the crawl or a person calls the app; what names no type with certainty is taken for not known.
    """
    facts = Facts(evidence, app_type)
    return tuple(_verdict(rule, pack.edition, facts) for pack in packs for rule in pack.rules)


def untested(packs: Sequence[RulePack], reason: str = "") -> tuple[Verdict, ...]:
    """Return the verdicts on an app without evidence: every rule not testable."""
    why = Unknown(blank=Blank.NO_EVIDENCE, detail=visible(reason, 300) if reason else "")
    return tuple(
        Verdict(rule=rule, edition=pack.edition, state=VerdictState.NOT_TESTABLE, why=why)
        for pack in packs
        for rule in pack.rules
    )


def _verdict(rule: Rule, edition: str, facts: Facts) -> Verdict:
    """Return what one rule came to."""
    if rule.suite != facts.suite:
        why = Unknown(blank=Blank.OTHER_SUITE, detail=rule.suite.value)
        return Verdict(rule=rule, edition=edition, state=VerdictState.NOT_TESTABLE, why=why)
    answer = evaluate(rule.condition, facts, each=rule.subject == "each")
    match answer:
        case Unknown():
            return Verdict(rule=rule, edition=edition, state=VerdictState.NOT_TESTABLE, why=answer)
        case No():
            return Verdict(rule=rule, edition=edition, state=VerdictState.NOT_OBSERVED)
        case Yes(hits=hits):
            findings = tuple(
                _finding(rule, edition, subject, group) for subject, group in _by_subject(rule, facts, hits)
            )
            return Verdict(rule=rule, edition=edition, state=VerdictState.OBSERVED, findings=findings)


def _by_subject(rule: Rule, facts: Facts, hits: tuple[Hit, ...]) -> list[tuple[Subject, list[Hit]]]:
    """Return the hits of each subject, the app first, then SDKs by name; places that name nobody go to everybody."""
    if rule.subject == "app":
        return [(facts.app, list(hits))]
    groups: dict[Subject, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.subject is not None:
            groups[hit.subject].append(hit)
    shared = [hit for hit in hits if hit.subject is None]
    if not groups:
        return [(facts.app, shared)]
    order = sorted(groups, key=lambda subject: (subject.kind is not SubjectKind.APP, subject.name))
    return [(subject, groups[subject] + shared) for subject in order]


def _finding(rule: Rule, edition: str, subject: Subject, hits: list[Hit]) -> Finding:
    """Return a subject's finding."""
    return Finding(
        rule=rule.code,
        edition=edition,
        severity=rule.severity,
        subject=subject,
        evidence=_pointers(hits),
        summary_zh=_summary(rule.summary.zh, subject, hits, "zh"),
        summary_en=_summary(rule.summary.en, subject, hits, "en"),
    )


def _pointers(hits: Iterable[Hit]) -> tuple[str, ...]:
    """Return at most MAX_POINTERS pointers, different kinds of rows first."""
    seen: dict[tuple[tuple[str, tuple[str, ...]], ...], int] = defaultdict(int)
    ranked: dict[str, int] = {}
    for hit in hits:
        group = tuple(sorted(hit.terms.items()))
        if hit.pointer not in ranked:
            ranked[hit.pointer] = seen[group]
            seen[group] += 1
    return tuple(sorted(ranked, key=lambda pointer: ranked[pointer])[:MAX_POINTERS])


def _summary(template: str, subject: Subject, hits: list[Hit], language: Literal["zh", "en"]) -> str:
    """Fill a template; what comes from the app is made visible and bounded, and is never a template itself."""
    values = {"subject": visible(subject.name, 120), "count": str(len({hit.pointer for hit in hits}))}
    for name in ("kinds", "apis", "permissions", "names", "value", "type"):
        told = list(dict.fromkeys(term for hit in hits for term in hit.terms.get(name, ())))
        shown = told[:MAX_TERMS]
        if name == "kinds":
            shown = [kind_zh(kind) if language == "zh" else kind_en(kind) for kind in shown]
        elif name == "type":
            types = [find_app_type(number) for number in shown]
            shown = [each.zh if language == "zh" else each.en for each in types if each is not None]
        values[name] = _listed([visible(text, 80) for text in shown], len(told), language)
    summary = template.format_map(values)
    return _BLANK_IN_CHINESE.sub("", summary) if language == "zh" else summary


def _listed(names: list[str], total: int, language: Literal["zh", "en"]) -> str:
    """Return the first names of `total` as a list for a sentence, the rest as a number."""
    if not names:
        return "无" if language == "zh" else "none"
    rest = total - len(names)
    if language == "zh":
        return "、".join(names) + (f" 等 {total} 项" if rest else "")
    return ", ".join(names) + (f" and {rest} more" if rest else "")
