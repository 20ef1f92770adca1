"""What `farm inspect` prints of a run: what was reached, where planted values went, what it cost, and the timeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table

from farm.model.reasons import reason
from farm.model.text import visible
from farm.model.words import in_language
from farm.service import run_words

if TYPE_CHECKING:
    from rich.console import Console

    from farm.model.words import Label
    from farm.service.sent import Sent
    from farm.service.timeline import Line, PhaseView, Timeline

LINES_SHOWN = 40
"""Lines of one phase on the screen; the page has more, the document all."""
_NOT_SEEN_SHOWN = 6
_REQUESTS_SHOWN = 20
_STARTED_SHOWN = 10
_SENT_SHOWN = 12

_WORDS: Mapping[str, Label] = {
    "reached": ("到达", "reached"),
    "consent": ("同意", "consent"),
    "refusal": ("拒绝", "refusal"),
    "sent": ("传出", "sent"),
    "not run": ("未运行", "not run"),
    "cost": ("开销", "cost"),
    "started": ("启动", "started"),
    "asks for": ("申请", "asks for"),
    "application": ("应用", "application"),
    "launcher": ("首屏", "first screen"),
    "nothing": ("没有", "nothing"),
    "components": ("{ok}/{tried} 个组件运行", "{ok} of {tried} components ran"),
    "unrecognised": ("没有识别到同意界面", "no request recognised"),
    "unreached": ("没有到达", "not reached"),
    "asked for": ("出现同意界面", "asked for"),
    "agree": ("同意：", "agree: "),
    "refuse": ("拒绝：", "refuse: "),
    "no refuse": ("没有拒绝方式", "no way to refuse"),
    "own": ("应用自身", "own code"),
    "read by": ("读取：", "read by "),
    "more": ("另有 {} 项", "and {} more"),
    "more lines": ("另有 {} 行", "and {} more lines"),
    "unmeasured": ("没有测量", "not measured"),
    "simulated": ("模拟", "simulated"),
    "cut": ("没有做完", "cut short"),
    "quiet": ("没有看到敏感行为", "nothing sensitive was seen"),
    "denied": ("未获授权", "not permitted"),
    "left": ("在此传出", "left here"),
    "by": ("由", "by"),
    "answer": ("应答", "answer"),
    "comma": ("，", ", "),
    "semicolon": ("；", "; "),
    "colon": ("：", ": "),
    "how": (
        "怎么读：每一行都是应用自己的代码发出的调用，应答是种入的假值；没有看到的，什么也不证明。",
        "How to read it: each line is a call of the app's own code, with a planted answer; absence proves nothing.",
    ),
}
_COLUMNS = (("time", "时间"), ("what", "信息或行为"), ("whose", "主体"), ("consent", "用户意愿"), ("operation", "操作"))


def show_run(run: Timeline, out: Console, lang: str) -> None:
    """Print a run: a summary, then its phases."""
    for name, told in _summary(run, lang):
        hung(out, _word(_WORDS, name, lang), told)
    out.print(f"[dim]{_word(_WORDS, 'how', lang, 300)}[/]")
    for phase in run.phases:
        _show_phase(phase, run, out, lang)
    if run.started or run.requests:
        out.print()
    for action, components in run.started[:_STARTED_SHOWN]:
        names = ", ".join(_safe(each, 120) for each in components[:4])
        hung(out, _word(_WORDS, "started", lang), f"{names} {_word(_WORDS, 'by', lang)} {_safe(action, 120)}")
    colon = _word(_WORDS, "colon", lang)
    for ask in run.requests[:_REQUESTS_SHOWN]:
        permissions = ask.get("permissions")
        asked = ", ".join(_safe(each, 80) for each in permissions) if isinstance(permissions, list) else "?"
        answer = _word(run_words.VALUES, str(ask.get("answer") or "none"), lang)
        phase_name = _word(run_words.PHASES, str(ask.get("phase")), lang)
        told = (
            f"{asked}  ({phase_name}{_word(_WORDS, 'semicolon', lang)}{_word(_WORDS, 'answer', lang)}{colon}{answer})"
        )
        hung(out, _word(_WORDS, "asks for", lang), told)


def _summary(run: Timeline, lang: str) -> Iterator[tuple[str, str]]:
    """Yield what is known of the run as a whole, with its name."""
    reached = [word for word, there in (("application", run.application), ("launcher", run.launcher_resumed)) if there]
    comma = _word(_WORDS, "comma", lang)
    words = comma.join(_word(_WORDS, word, lang) for word in reached or ["nothing"])
    components = _word(_WORDS, "components", lang).format(ok=run.ok, tried=run.tried)
    yield "reached", f"{words}{_word(_WORDS, 'semicolon', lang)}{components}"
    yield "consent", _consent(run, lang)
    if run.refuse is not None:
        yield "refusal", _word(run_words.VALUES, str(run.refuse.get("outcome")), lang)
    for line in run.sent[:_SENT_SHOWN]:
        yield "sent", _sent(line, lang)
    if len(run.sent) > _SENT_SHOWN:
        yield "sent", _word(_WORDS, "more", lang).format(len(run.sent) - _SENT_SHOWN)
    if run.not_seen:
        names = [_not_seen(name, lang) for name in run.not_seen[:_NOT_SEEN_SHOWN]]
        more = len(run.not_seen) - _NOT_SEEN_SHOWN
        yield "not run", comma.join([*names, *([_word(_WORDS, "more", lang).format(more)] if more > 0 else [])])
    measured = [_pick(words, lang) for words in run_words.measures(run.cost)]
    yield "cost", comma.join(measured) or _word(_WORDS, "unmeasured", lang)


def _consent(run: Timeline, lang: str) -> str:
    """Return what is known of the request for consent, in one line."""
    if run.consent is None:
        return _word(_WORDS, "unrecognised" if run.launcher_resumed else "unreached", lang)
    kind, title = run.consent.get("kind"), run.consent.get("title")
    said = [_word(run_words.VALUES, kind, lang)] if isinstance(kind, str) and kind else []
    said += [f"“{_safe(title, 80)}”"] if isinstance(title, str) and title else []
    parts = [" ".join(said) or _word(_WORDS, "asked for", lang)]
    for name in ("agree", "refuse"):
        button = run.consent.get(name)
        if isinstance(button, dict) and isinstance(button.get("text"), str):
            parts.append(f"{_word(_WORDS, name, lang)}“{_safe(button['text'], 40)}”")
    marks = [name for name in ("preticked", "refuse_smaller") if run.consent.get(name) is True]
    parts += [f"[red]{_word(run_words.FIELDS, name, lang)}[/]" for name in marks]
    if "refuse" in run.consent and run.consent["refuse"] is None:
        parts.append(f"[red]{_word(_WORDS, 'no refuse', lang)}[/]")
    return _word(_WORDS, "comma", lang).join(parts)


def _sent(line: Sent, lang: str) -> str:
    """Return where a planted value went, in one line."""
    told = [_safe(line.subject, 60) if line.subject else _word(_WORDS, "own", lang)]
    told.append(_word(run_words.CONSENTS, line.consent, lang))
    sources = ", ".join(_safe(source, 80) for source in line.sources[:3])
    told += [f"{_word(_WORDS, 'read by', lang)}{sources}"] if sources else []
    often = f" ×{line.count}" if line.count > 1 else ""
    kinds = ", ".join(_pick(run_words.kind_label(kind), lang) for kind in line.kinds)
    place = " ".join(_safe(text, 100) for text in (", ".join(line.what), line.target) if text)
    return f"[red]{kinds}[/] → {place}{often}  ({_word(_WORDS, 'semicolon', lang).join(told)})"


def _not_seen(name: str, lang: str) -> str:
    """Return a thing that was not run, in words if there are any."""
    told = run_words.not_seen_label(name)
    word = in_language(told, lang)
    own = _safe(name.partition(":")[2], 60) if word else _safe(name, 60)
    return f"{word} {own}".strip()


def _show_phase(phase: PhaseView, run: Timeline, out: Console, lang: str) -> None:
    """Print one phase: its name, and a line for each thing that the app did."""
    lasted = (
        [f"{run_words.seconds(phase.sim_ms)} {_word(_WORDS, 'simulated', lang)}"] if phase.sim_ms is not None else []
    )
    lasted += [_pick(words, lang) for words in run_words.measures({"cpu_s": phase.cpu_s})]
    note = _pick(run_words.phase_note(phase.name, asked=run.asked), lang)
    took = _word(_WORDS, "comma", lang).join(lasted)
    out.print(f"\n[bold]{_word(run_words.PHASES, phase.name, lang)}[/]  {took}  [dim]{note}[/]")
    if phase.note:
        out.print(f"  {_word(_WORDS, 'cut', lang)}{_word(_WORDS, 'colon', lang)}{_pick(reason(phase.note), lang, 200)}")
    if not phase.lines:
        out.print(f"  {_word(_WORDS, 'quiet', lang)}")
        return
    table = Table(box=None, pad_edge=True, show_header=True, header_style="dim")
    for number, column in enumerate(_COLUMNS):
        if column[0] != "consent" or _mixed(phase):
            words = column[1] if lang == "zh" else column[0]
            table.add_column(words, overflow="fold", no_wrap=not number, justify="left" if number else "right")
    for line in phase.lines:
        told = [_word(run_words.CONSENTS, line.consent, lang)] if _mixed(phase) else []
        at = run_words.seconds(line.at_ms)
        table.add_row(at, _what(line, lang), _whose(line, lang), *told, _operation(line, lang))
    out.print(table)
    if phase.hidden:
        out.print(f"  {_word(_WORDS, 'more lines', lang).format(phase.hidden)}")


def _mixed(phase: PhaseView) -> bool:
    """Return whether the name of the phase does not tell what the user had said."""
    return phase.name == "refuse" or len({line.consent for line in phase.lines}) > 1


def _what(line: Line, lang: str) -> str:
    """Return the kind of information or of act, and how often."""
    if line.pi_kind:
        word = f"[bold]{_pick(run_words.kind_label(line.pi_kind), lang)}[/]"
    else:
        word = _word(run_words.KINDS, line.kind, lang)
    often = f" ×{line.count}" if line.count > 1 else ""
    refused = f" ({_word(_WORDS, 'denied', lang)})" if line.granted is False else ""
    return word + often + refused


def _whose(line: Line, lang: str) -> str:
    """Return whose code it is."""
    return _safe(line.subject, 60) if line.subject else _word(_WORDS, "own", lang)


def _operation(line: Line, lang: str) -> str:
    """Return the operation, what it was given, and which planted values came out there."""
    given = f"  {_safe(' '.join(line.args), 120)}" if line.args and line.kind != "api" else ""
    kinds = ", ".join(_pick(run_words.kind_label(kind), lang) for kind in line.canary)
    return f"{_safe(line.what, 120)}{given}" + (f"  [red]{kinds} {_word(_WORDS, 'left', lang)}[/]" if kinds else "")


def hung(out: Console, name: str, told: str, width: int = 9) -> None:
    """Print a line with its name in front; on a terminal, what does not fit goes on below what is told."""
    if out.soft_wrap:
        out.print(f"{padded(name, width)}{told}")
        return
    grid = Table.grid()
    grid.add_column(width=width, no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(name, told)
    out.print(grid)


def padded(word: str, width: int = 9) -> str:
    """Return a word as wide as its neighbours above and below: a Chinese character takes two places."""
    return word + " " * max(1, width - cell_len(word))


def _word(words: Mapping[str, Label], name: str, lang: str, limit: int = 80) -> str:
    """Return a word of a closed set in the language."""
    return _pick(run_words.label(words, name), lang, limit)


def _pick(label: Label, lang: str, limit: int = 80) -> str:
    """Return a label in the language."""
    return _safe(in_language(label, lang), limit)


def _safe(text: object, limit: int = 200) -> str:
    """Return text of a stranger as it may be shown on a terminal."""
    return escape(visible(str(text), limit))
