"""What the closed sets of a run are called, in Simplified Chinese and English; unknown words stay as they are."""

from __future__ import annotations

from collections.abc import Mapping

from farm.rules.vocabulary import kinds

Label = tuple[str, str]
"""Chinese, English."""

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
    "refuse": ("用户已拒绝", "the user has refused"),
    "explore": ("同意之后；没有出现同意界面时直接使用", "after consent, or without being asked for it"),
    "background": ("用户没有在使用", "nobody is using it"),
    "self_start": ("用户没有打开", "nobody has opened it"),
    "forced": (
        "只说明代码能做什么，不说明应用自己会做",
        "shows what the code can do, never what the app does by itself",
    ),
}

CONSENTS: Mapping[str, Label] = {
    "none": ("未同意", "before consent"),
    "refused": ("已拒绝", "refused"),
    "agreed": ("已同意", "agreed"),
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
    "input": ("安装包中没有", "not in the APK"),
    "sandbox": ("沙箱", "the sandbox"),
}

FIELDS: Mapping[str, Label] = {
    "kind": ("形式", "form"),
    "title": ("标题", "title"),
    "text": ("内容", "text"),
    "agree": ("同意按钮", "button to agree"),
    "refuse": ("拒绝按钮", "button to refuse"),
    "refuse_smaller": ("拒绝按钮小于同意按钮的一半", "refusing has less than half the room"),
    "links": ("链接到的文件", "documents linked"),
    "preticked": ("默认勾选", "ticked beforehand"),
    "testable": ("可以作答", "can be answered"),
    "phase": ("阶段", "phase"),
    "sim_ms": ("时间（毫秒）", "time in ms"),
    "quits": ("退出应用", "quits"),
    "asks_again": ("再次询问", "asks again"),
    "outcome": ("结果", "result"),
    "confirmations": ("再次确认的次数", "times asked whether one is sure"),
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
    "continues": ("可以继续使用", "can be used"),
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
