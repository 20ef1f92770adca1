"""Sentences that the workers write about an app, in Simplified Chinese beside their English."""

from __future__ import annotations

import re

from farm.service.run_words import Label

_REASONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(shape), words)
    for shape, words in (
        (r"The wall time was used up\.", "规定的实际时间已用完。"),
        (r"The wall time was used up after (\d+) simulated seconds\.", "规定的实际时间已用完，模拟了 {} 秒。"),
        (r"The wall time was used up after (\d+) clicks\.", "规定的实际时间已用完，点击了 {} 次。"),
        (r"The wall time was used up after (\d+) of (\d+) (?:broadcasts|components)\.", "实际时间已用完，完成 {}/{}。"),
        (r"(\d+) clicks were tried; more could be\.", "已点击 {} 次，还有可以点击的。"),
        (r"(\d+) of (\d+) components were started\.", "启动了 {}/{} 个组件。"),
        (r"The app shows nothing\.", "应用没有显示任何界面。"),
        (r"The app shows nothing any more\.", "应用不再显示任何界面。"),
        (r"The request for consent did not come a second time\.", "第二次启动时没有再出现同意界面。"),
        (r"The app did not start\.", "应用没有启动。"),
        (r"The app's process was lost\.", "应用进程丢失。"),
        (r"The app's process was lost, and it did not start again\.", "应用进程丢失，且无法再次启动。"),
        (r"It asked for what cannot run here: (.{1,400})\.", "它用到了这里不能运行的内容：{}。"),
        (r"The app's own code is hidden by the packer (.{1,200})\.", "应用自身的代码被加固隐藏：{}。"),
        (r"The file has (\d+) bytes, more than the limit of (\d+)\.", "文件有 {} 字节，上限为 {}。"),
        (r"The object has (\d+) bytes; the limit is (\d+)\.", "文件有 {} 字节，上限为 {}。"),
        (r"The archive has more than (\d+) entries\.", "安装包内的文件超过上限 {} 个。"),
        (r"The member '(.{1,250})' has (\d+) bytes, more than the limit of (\d+)\.", "{} 有 {} 字节，上限为 {}。"),
        (r"The member '(.{1,250})' inflates to more than (\d+) bytes\.", "{} 解压后超过上限 {} 字节。"),
        (r"The members inflate to more than (\d+) bytes together\.", "解压总量超过上限 {} 字节。"),
        (r"The dex files have (\d+) bytes together, more than the limit of (\d+)\.", "dex 共 {} 字节，上限为 {}。"),
        (r"The dex files have (\d+) bytes of tables together, .* limit of (\d+)\.", "dex 的表共 {} 字节，上限为 {}。"),
        (r"The dex files have (\d+) strings together, .* limit of (\d+)\.", "dex 共有 {} 个字符串，上限为 {}。"),
        (r"The dex files have (\d+) instructions together, .* limit of (\d+)\.", "dex 共有 {} 条指令，上限为 {}。"),
        (r"The app has no activity that a user could start\.", "应用没有用户可以启动的界面。"),
        (r"The app shows nothing without (.{1,400})\.", "缺少本地代码，应用没有显示任何界面：{}。"),
        (r"It came down when it was opened first\. (.{0,1000})", "首次打开时崩溃，之后打开成功：{}"),
        (r"Nothing but the login could be reached\.", "除登录界面外无法到达其他界面。"),
    )
)  # fmt: skip

_WHAT: tuple[tuple[str, str], ...] = (
    ("The code could not be read: ", "代码没有读取："),
    ("The signature could not be read: ", "签名没有读取："),
)
"""How a sentence begins that goes on with another one."""


def reason(text: str) -> Label:
    """Return a sentence in both languages; one that nobody knows stays as it is."""
    for shape, words in _REASONS:
        if found := shape.fullmatch(text):
            return words.format(*found.groups()), text
    for what, words in _WHAT:
        if text.startswith(what):
            return words + reason(text.removeprefix(what))[0], text
    return text, text
