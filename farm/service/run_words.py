"""What the closed sets of a run are called, in Simplified Chinese and English; unknown words stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from farm.model.words import Label
from farm.rules.vocabulary import kinds

PHASES: Mapping[str, Label] = {
    "cold_start": ("首次启动，未作任何操作", "Cold start, nothing touched"),
    "refuse": ("拒绝隐私政策", "Consent refused"),
    "explore": ("使用中", "In use"),
    "background": ("退到后台", "In the background"),
    "self_start": ("自启动", "Started by the system"),
    "forced": ("单独启动各组件", "Each component alone"),
}

PHASE_NOTES: Mapping[str, Label] = {
    "cold_start": ("用户尚未同意", "before any consent"),
    "refuse": ("重新安装后再次启动，用户选择拒绝", "a second start from nothing, on which the user refuses"),
    "explore": ("其间出现同意界面即同意", "the request for consent came while in use and was agreed to"),
    "background": ("用户没有在使用", "nobody is using it"),
    "self_start": ("用户没有打开", "nobody has opened it"),
    "forced": (
        "只说明代码能做什么，不说明应用自己会做",
        "shows what the code can do, never what the app does by itself",
    ),
}

_ASKED = ("用户同意之后", "after consent")
_NEVER_ASKED = ("没有出现同意界面，直接使用", "used without being asked for consent")

CONSENTS: Mapping[str, Label] = {
    "none": ("未同意", "before consent"),
    "refused": ("已拒绝", "after refusal"),
    "agreed": ("已同意", "after consent"),
    "unknown": ("未出现同意界面", "never asked"),
    "forced": ("不适用", "does not apply"),
}

KINDS: Mapping[str, Label] = {
    "api": ("调用", "call"),
    "ui": ("界面", "screen"),
    "net": ("网络", "network"),
    "file": ("文件", "file"),
    "proc": ("进程", "process"),
    "component": ("组件", "component"),
    "limit": ("未能运行", "not run"),
}

FAULTS: Mapping[str, Label] = {
    "app": ("应用自身", "the app"),
    "input": ("缺少输入：类、参数或文件", "missing input: a class, an extra, a file"),
    "sandbox": ("沙箱", "the sandbox"),
}

FIELDS: Mapping[str, Label] = {
    "kind": ("形式", "form"),
    "title": ("标题", "title"),
    "text": ("内容", "text"),
    "agree": ("同意按钮", "button to agree"),
    "refuse": ("拒绝按钮", "button to refuse"),
    "refuse_smaller": ("拒绝按钮不到同意按钮的一半大", "refusing has less than half the room"),
    "links": ("链接到的文件", "documents linked"),
    "preticked": ("默认勾选", "ticked beforehand"),
    "testable": ("可以作答", "can be answered"),
    "phase": ("阶段", "phase"),
    "sim_ms": ("时间（毫秒）", "time in ms"),
    "quits": ("退出应用", "quits"),
    "asks_again": ("再次询问", "asks again"),
    "outcome": ("结果", "result"),
    "confirmations": ("挽留次数", "times asked whether one is sure"),
    "restarts": ("重新打开之后", "when opened again"),
    "activity": ("界面", "activity"),
}
"""Fields of a request for consent and of a refusal."""

UNTOLD = frozenset({"label", "screenshot", "screens", "phase", "sim_ms"})
"""Fields of them that the pictures tell better."""

VALUES: Mapping[str, Label] = {
    "dialog": ("对话框", "dialog"),
    "page": ("整页", "page"),
    "drawn": ("自绘界面", "drawn by the app itself"),
    "login": ("登录界面的一部分", "part of logging in"),
    "web": ("网页，无法读取", "web page, not readable"),
    "continues": ("可以继续使用", "the app can still be used"),
    "loops": ("反复询问，无法继续", "asks for ever"),
    "quits": ("退出应用", "the app quits"),
    "asks_again": ("再次询问", "asks again"),
    "asked": ("询问", "asks"),
    "exited": ("退出", "quits"),
    "granted": ("允许", "granted"),
    "denied": ("拒绝", "denied"),
    "none": ("没有", "none"),
    "at_once": ("立即再问", "at once"),
    "after_restart": ("重新打开后再问", "when opened again"),
    "later": ("之后再问", "later"),
}

_TYPED: Mapping[str, Label] = {
    "input": ("输入的文字", "Typed text"),
    "password": ("输入的密码", "Typed password"),
}


NOT_SEEN: Mapping[str, Label] = {
    "web content": ("网页内容", "web content"),
    "network": ("网络：没有应答", "the network: nothing answered"),
    "events beyond the limit": ("超出条数限制的事件", "events beyond the limit"),
    "gms": ("谷歌服务", "Google services"),
    "hms": ("华为服务", "Huawei services"),
    "mipush": ("小米推送服务", "Xiaomi push service"),
    "native": ("本地方法", "native method"),
    "library": ("本地库", "native library"),
    "process": ("另一进程，已并入主进程运行", "another process, run within the main one"),
    "service": ("其他应用的服务", "service of another app"),
    "dex": ("运行时加载的代码", "code loaded at run time"),
}
"""What a run could not look into, by its whole name or what stands before the colon."""

MEASURES: Mapping[str, Label] = {
    "cpu_s": ("CPU {} 秒", "{} s of CPU time"),
    "wall_s": ("实际 {} 秒", "{} s in all"),
    "peak_mb": ("内存最多 {} MB", "{} MB at most"),
}

WALLS: Mapping[str, Label] = {
    "system": ("系统", "system"),
    "network": ("网络", "network"),
    "memory": ("内存", "memory"),
    "processes": ("进程数", "processes"),
    "sinkhole": ("在本机应答，不出网", "answered on this machine"),
    "none": ("无", "none"),
}

_CAPTIONS: tuple[tuple[re.Pattern[str], Label], ...] = (
    (re.compile(r"cold-start-(\d{1,3})s"), ("启动后 {} 秒", "{} s after the start")),
    (re.compile(r"refuse-before"), ("拒绝之前", "before refusing")),
    (re.compile(r"refuse-after"), ("拒绝之后", "after refusing")),
    (re.compile(r"refuse-restart-(\d{1,2})"), ("第 {} 次重新打开", "opened again, {}")),
    (re.compile(r"explore-consent"), ("使用中出现的同意界面", "consent asked for while in use")),
    (re.compile(r"explore-0*(\d{1,3})"), ("使用中 {}", "in use, {}")),
)


def label(words: Mapping[str, Label], name: str) -> Label:
    """Return what a name is called in both languages; the name itself if nobody knows it."""
    return words.get(name, (name, name))


def kind_label(name: str) -> Label:
    """Return what a kind of personal information, or of planted value, is called."""
    kind = kinds().get(name)
    return (kind.zh, kind.en) if kind is not None else label(_TYPED, name)


def seconds(sim_ms: int) -> str:
    """Return simulated time for a person, such as `0.35 s` or `5:00 min`."""
    if sim_ms < 100_000:
        return f"{sim_ms / 1000:.2f} s"
    return f"{sim_ms // 60_000}:{sim_ms // 1000 % 60:02d} min"


def phase_note(name: str, *, asked: bool | None) -> Label:
    """Return what a phase stands for; `asked` tells whether consent was asked for at the start, None for later."""
    if name == "explore" and asked is not None:
        return _ASKED if asked else _NEVER_ASKED
    return label(PHASE_NOTES, name)


def caption(name: str) -> Label:
    """Return what a picture shows, by the name of its file."""
    stem = name.removesuffix(".png")
    for shape, words in _CAPTIONS:
        if found := shape.fullmatch(stem):
            return words[0].format(*found.groups()), words[1].format(*found.groups())
    return stem, stem


def measures(cost: Mapping[str, object]) -> list[Label]:
    """Return what a run or a phase cost, in the order of a reader."""
    known = ((words, cost.get(name)) for name, words in MEASURES.items())
    return [
        (words[0].format(f"{value:.4g}"), words[1].format(f"{value:.4g}"))
        for words, value in known
        if isinstance(value, int | float)
    ]


def not_seen_label(name: str) -> Label:
    """Return what a thing that was not run is called, without its own name; nothing for one that nobody knows."""
    return NOT_SEEN.get(name) or NOT_SEEN.get(name.partition(":")[0] if ":" in name else "", ("", ""))
