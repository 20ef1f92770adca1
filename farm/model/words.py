"""What the closed sets that console, reports and command line show are called: Simplified Chinese beside English.

The one table for all three: a person who goes from one to the other finds the same word for the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping

from farm.model.finding import Severity
from farm.model.inspection import State, Suite
from workers.model.outcome import Outcome

Label = tuple[str, str]
"""Chinese, English."""


def in_language(label: Label, lang: str) -> str:
    """Return a label in `zh`, or in any other language in English."""
    return label[0] if lang == "zh" else label[1]


OUTCOMES: Mapping[Outcome, Label] = {
    Outcome.INSPECTED: ("完整检测", "inspected"),
    Outcome.INSPECTED_PARTLY: ("部分检测", "inspected partly"),
    Outcome.MISSING_OBJECT: ("文件已不存在", "object missing"),
    Outcome.CHANGED_OBJECT: ("文件已变化", "object changed"),
    Outcome.NOT_AN_APK: ("不是安装包", "not an APK"),
    Outcome.MALFORMED: ("安装包损坏", "malformed"),
    Outcome.OVER_SIZE_LIMIT: ("文件超过大小限制", "file over the size limit"),
    Outcome.OVER_ENTRY_LIMIT: ("文件数超过限制", "over the entry limit"),
    Outcome.PACKED: ("已加固", "packed"),
    Outcome.OVER_INFLATE_LIMIT: ("解压超过限制", "over the inflate limit"),
    Outcome.OVER_STRING_LIMIT: ("字符串超过限制", "over the string limit"),
    Outcome.OVER_CODE_LIMIT: ("代码超过限制", "over the code limit"),
    Outcome.NATIVE_CODE_NEEDED: ("离不开本地代码", "native code needed"),
    Outcome.CRASHED_AT_LAUNCH: ("启动时崩溃", "crashed at launch"),
    Outcome.LOGIN_WALL: ("必须登录", "login wall"),
    Outcome.NO_LAUNCHER: ("没有启动界面", "no launcher"),
    Outcome.ENGINE_ERROR: ("检测引擎出错", "engine error"),
    Outcome.TIMEOUT: ("超时", "timeout"),
    Outcome.OUT_OF_MEMORY: ("内存不足", "out of memory"),
    Outcome.WORKER_DIED: ("检测进程崩溃", "worker died"),
    Outcome.WORKER_LOST: ("检测进程丢失", "worker lost"),
    Outcome.NODE_LOST: ("节点丢失", "node lost"),
    Outcome.BACKEND_MISSING: ("缺少运行环境", "backend missing"),
    Outcome.STORE_UNAVAILABLE: ("存储不可用", "store unavailable"),
    Outcome.UPLOAD_FAILED: ("证据写入失败", "upload failed"),
    Outcome.DRIVER_RESTARTED: ("调度重启", "driver restarted"),
    Outcome.CANCELLED: ("已取消", "cancelled"),
}

STATES: Mapping[State, Label] = {
    State.DONE: ("已检测", "done"),
    State.UNKNOWN: ("未知", "unknown"),
    State.UNUSABLE: ("无法使用", "unusable"),
    State.QUARANTINED: ("已隔离", "quarantined"),
    State.CANCELLED: ("已取消", "cancelled"),
    State.RUNNING: ("检测中", "running"),
    State.PENDING: ("待检测", "pending"),
}
"""In the order in which they are told."""

SUITES: Mapping[Suite, Label] = {
    Suite.STATIC: ("静态", "static"),
    Suite.DYNAMIC: ("动态", "dynamic"),
}

SEVERITIES: Mapping[Severity, Label] = {
    Severity.HIGH: ("高", "high"),
    Severity.MEDIUM: ("中", "medium"),
    Severity.LOW: ("低", "low"),
}
