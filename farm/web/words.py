"""The console's words in English and Simplified Chinese, and how it writes numbers, times and lengths of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from farm.model.figures import size
from farm.model.reasons import reason
from farm.model.words import OUTCOMES, STATES, SUITES, Label

LANGUAGES = ("en", "zh")
"""Languages of the console; the first is the default."""

_SHARED: Mapping[str, Mapping[str, Label]] = {
    "outcome": {outcome.value: label for outcome, label in OUTCOMES.items()},
    "state": {state.value: label for state, label in STATES.items()},
    "suite": {suite.value: label for suite, label in SUITES.items()},
}
"""What reports and command line call by the same words, by the beginning of its key."""

_TEXTS: dict[str, tuple[str, str]] = {
    "console": ("console", "控制台"),
    "language": ("中文", "English"),
    "overview": ("Overview", "总览"),
    "as_of": ("as of", "截至"),
    "stale": ("No answer from the farm. The page shows an older state.", "无法连接服务，页面显示的是较早的状态。"),
    "evidence_in": ("Evidence in", "证据存放于"),
    "skip": ("Skip to content", "跳到正文"),
    "batches": ("Batches", "批次"),
    "batch": ("Batch", "批次"),
    "no_batches": ("No batches yet. Begin with", "还没有批次。请先运行"),
    "apps": ("apps", "应用"),
    "inspections": ("inspections", "检测任务"),
    "states": ("Inspections by state", "任务状态"),
    "state": ("State", "状态"),
    "finished": ("Finished", "完成"),
    "findings": ("Findings", "线索"),
    "findings_note": ("leads until a person confirms them", "须人工确认"),
    "submitted": ("Submitted", "提交于"),
    "ago": ("{0} ago", "{0}前"),
    "per_minute": ("per minute", "每分钟"),
    "pace": ("Pace", "速度"),
    "eta": ("Time left", "预计剩余"),
    "eta_unknown": ("not known", "未知"),
    "attempts": ("Attempts", "尝试"),
    "cached": ("From cache", "缓存命中"),
    "counted": ("Counted apps", "计入目标"),
    "cancelled_batch": ("cancelled", "已取消"),
    "target": ("Target", "检测目标"),
    "no_target": ("No target is set.", "尚未设定检测目标。"),
    "of_apps": ("of {0} apps", "/ {0} 个应用"),
    "expected": ("expected by now", "按计划应达"),
    "rate_7d": ("pace, 7 days", "近 7 天速度"),
    "required": ("required", "所需速度"),
    "projected": ("projected", "期末预计"),
    "shortfall": ("shortfall", "落后日期"),
    "shortfall_none": ("none", "无"),
    "shortfall_since": ("behind since {0}", "自 {0} 起落后"),
    "shortfall_from": ("from {0}", "将自 {0} 起落后"),
    "reached_on": ("reached on", "预计达成"),
    "not_foreseen": ("not foreseen", "无法预计"),
    "per_day": ("{0} a day", "{0} / 天"),
    "standing.upcoming": ("not begun", "未开始"),
    "standing.on_track": ("on track", "进度正常"),
    "standing.behind": ("behind", "进度落后"),
    "standing.reached": ("reached", "已达成"),
    "standing.missed": ("missed", "未达成"),
    "drivers": ("Drivers", "调度进程"),
    "driver": ("Driver", "调度进程"),
    "no_driver": ("no driver", "无调度进程"),
    "no_driver_waiting": (
        "No driver is alive and work is waiting. Start one with",
        "任务在等待，但没有调度进程。请运行",
    ),
    "no_driver_idle": ("None is alive, and nothing is waiting.", "没有调度进程，也没有等待的任务。"),
    "workers_busy": ("{1} of {0} workers busy", "{0} 个工作进程，{1} 个忙碌"),
    "workers": ("workers", "工作进程"),
    "busy": ("busy", "忙碌"),
    "seen": ("heard of", "最近心跳"),
    "outcome": ("Outcome", "结果"),
    "outcomes": ("Outcomes", "结果"),
    "class": ("Class", "类别"),
    "number": ("Number", "数量"),
    "share": ("Share", "占比"),
    "no_outcomes": ("Nothing has finished yet.", "尚无已完成的任务。"),
    "shards": ("Shards", "分片"),
    "shard": ("Shard", "分片"),
    "failed": ("Failed", "未成功"),
    "leases": ("Leases", "租约次数"),
    "lease_left": ("{0} left", "剩余 {0}"),
    "lease_over": ("lease is over", "租约已过期"),
    "failures": ("Failures", "未成功的检测"),
    "all_failures": ("All failures", "查看全部"),
    "no_failures": ("None. Every finished inspection ended well.", "无。已完成的检测全部正常。"),
    "no_failures_here": ("None of this class.", "该类别没有记录。"),
    "reason": ("Reason", "原因"),
    "app": ("App", "应用"),
    "suite": ("Suite", "套件"),
    "all": ("all", "全部"),
    "rerun_hint": ("To run these again", "重新检测"),
    "raise_limit": ("Beyond a limit ({0}): raise {1}, then", "超出限制（{0}）：调高 {1}，然后运行"),
    "page": ("Page {0} of {1}", "第 {0} / {1} 页"),
    "previous": ("Previous", "上一页"),
    "next": ("Next", "下一页"),
    "capped": (
        "Only the first {0} failures can be paged through here. All of them are in the report:",
        "此处只能翻阅前 {0} 条。完整列表见报告：",
    ),
    "history": ("Attempts at app {0}", "应用 {0} 的检测记录"),
    "no_attempts": ("No attempt was made.", "没有检测记录。"),
    "started": ("Started", "开始"),
    "took": ("Took", "用时"),
    "still_running": ("running", "进行中"),
    "worker": ("Worker", "工作进程"),
    "from_cache": ("from cache", "缓存"),
    "newer": ("Newer", "较新"),
    "older": ("Older", "较早"),
    "error.404": ("There is no such page.", "没有这个页面。"),
    "error.405": ("The console only answers; it changes nothing.", "控制台只供查看，不接受更改。"),
    "error.503": ("The ledger does not answer.", "账本无法访问。"),
    "error.500": ("The console failed on this page; the log says why.", "页面出错，原因见日志。"),
    "what_next": ("What to do", "处理办法"),
    "see_log": ("The log of 'farm serve' has the details.", "详情见 farm serve 的日志。"),
    "shard.pending": ("pending", "待领取"),
    "shard.leased": ("leased", "执行中"),
    "shard.done": ("done", "已完成"),
    "shard.cancelled": ("cancelled", "已取消"),
    "class.ok": ("ok", "正常"),
    "class.input": ("input", "输入"),
    "class.app": ("app", "应用"),
    "class.tool": ("tool", "工具"),
    "class.infra": ("infra", "基础设施"),
    "class.device": ("device", "设备"),
    "class.cancelled": ("cancelled", "取消"),
    "unit.s": ("{0} s", "{0} 秒"),
    "unit.min": ("{0} min", "{0} 分钟"),
    "unit.h": ("{0} h", "{0} 小时"),
    "unit.h_min": ("{0} h {1} min", "{0} 小时 {1} 分"),
    "unit.d": ("{0} d", "{0} 天"),
} | {f"{kind}.{name}": (en, zh) for kind, labels in _SHARED.items() for name, (zh, en) in labels.items()}
"""By key: English, Simplified Chinese."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """The words of one language."""

    language: str
    """`en` or `zh`."""

    @property
    def other(self) -> str:
        """The language to switch to."""
        return "zh" if self.language == "en" else "en"

    @property
    def html(self) -> str:
        """The language as HTML's `lang` has it."""
        return "zh-Hans" if self.language == "zh" else "en"

    def __call__(self, key: str, *values: object) -> str:
        """Return the text for `key` with `values` put in; raises KeyError for a key that is not there."""
        text = _TEXTS[key][LANGUAGES.index(self.language)]
        return text.format(*values) if values else text

    def reason(self, text: str) -> str:
        """Return a sentence on an app, which the ledger has in English."""
        chinese, english = reason(text)
        return chinese if self.language == "zh" else english

    def duration(self, seconds: float) -> str:
        """Return a length of time in its largest unit, or two of them."""
        whole = max(int(seconds), 0)
        if whole < 90:
            return self("unit.s", whole)
        if whole < 90 * 60:
            return self("unit.min", whole // 60)
        if whole < 10 * 3600:
            return self("unit.h_min", whole // 3600, f"{whole % 3600 // 60:02d}")
        if whole < 48 * 3600:
            return self("unit.h", whole // 3600)
        return self("unit.d", f"{whole // 86400:,}")


def choose_language(wanted: str | None, accept: str | None) -> str:
    """Return the language: `wanted` if the console has it, else the best of an Accept-Language header, else English."""
    if wanted in LANGUAGES:
        return wanted
    best, language = 0.0, LANGUAGES[0]
    for part in (accept or "")[:1000].split(","):
        tag, _, parameter = part.strip().partition(";")
        short = tag.strip().lower().split("-")[0]
        weight = _weight(parameter)
        if short in LANGUAGES and weight > best:
            best, language = weight, short
    return language


def _weight(parameter: str) -> float:
    """Return the weight that `q=0.8` stands for; 1 if there is none, 0 if it cannot be read."""
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


def number(value: float) -> str:
    """Return a number without decimals, thousands apart."""
    return f"{value:,.0f}"


def rate(value: float) -> str:
    """Return a rate: one decimal below a hundred, none above."""
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def percent(share: float) -> str:
    """Return a share of one in per cent, rounded down to a hundredth, so that 100 means all."""
    return f"{int(share * 10000) / 100:.2f} %"


def instant(at: datetime) -> str:
    """Return an instant in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def day(at: datetime) -> str:
    """Return an instant's day in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d")


def last_day(end: datetime) -> str:
    """Return the day before `end`, the first instant after a period."""
    return day(end - timedelta(microseconds=1))


FILTERS: dict[str, Callable[..., str]] = {
    "number": number,
    "rate": rate,
    "size": size,
    "percent": percent,
    "instant": instant,
    "day": day,
    "last_day": last_day,
}
"""What templates format with."""
