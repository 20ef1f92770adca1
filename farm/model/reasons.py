"""The sentences on how an inspection ended, in Simplified Chinese beside their English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from farm.model.words import Label

_NAME = r"""['"](.{1,300})['"]"""
"""Name of a member in quotes."""

_LIMITS = (
    (r"The file has (\d+) bytes, more than the limit of (\d+)\.", "文件有 {} 字节，上限为 {}。"),
    (r"The object has (\d+) bytes; the limit is (\d+)\.", "文件有 {} 字节，上限为 {}。"),
    (r"The archive has more than (\d+) entries\.", "安装包内的文件超过上限 {} 个。"),
    (rf"The member {_NAME} has (\d+) bytes, more than the limit of (\d+)\.", "{} 有 {} 字节，上限为 {}。"),
    (rf"The member {_NAME} inflates to more than (\d+) bytes\.", "{} 解压后超过上限 {} 字节。"),
    (r"The members inflate to more than (\d+) bytes together\.", "解压总量超过上限 {} 字节。"),
    (r"The dex files have (\d+) bytes together, more than the limit of (\d+)\.", "dex 共 {} 字节，上限为 {}。"),
    (r"The dex files have (\d+) bytes of tables together, .* limit of (\d+)\.", "dex 的表共 {} 字节，上限为 {}。"),
    (r"The dex files have (\d+) strings together, .* limit of (\d+)\.", "dex 共有 {} 个字符串，上限为 {}。"),
    (r"The dex files have (\d+) instructions together, .* limit of (\d+)\.", "dex 共有 {} 条指令，上限为 {}。"),
    (r"The dex files have (\d+) (\w[\w ]{0,30}) together, .* limit of (\d+)\.", "dex 共有 {} {}，上限为 {}。"),
    (r"It has (\d+) bytes; the limit is (\d+)\.", "有 {} 字节，上限为 {}。"),
    (r"It needs more than (\d+) MiB of memory\.", "需要超过 {} MiB 的内存。"),
    (r"It was not done after (\S{1,20}) s\.", "{} 秒内没有完成。"),
    (r"The process has no memory left\.", "进程的内存已用尽。"),
    (r"Memory ran out outside the suite's own limit\.", "内存在检测自身的限制之外用尽。"),
    (r"The file is larger than the limit\.", "文件超过大小上限。"),
    (r"The archive has more entries than the limit\.", "安装包内的文件数超过上限。"),
    (r"A member, or all of them together, inflate to more than the limit\.", "解压量超过上限。"),
    (r"The dex files have more strings than the limit\.", "dex 的字符串数超过上限。"),
    (r"The dex files have more bytes or instructions than the limit\.", "dex 的字节数或指令数超过上限。"),
    (r"The app used up its time\.", "应用用完了规定的时间。"),
    (r"The app used up its memory\.", "应用用完了规定的内存。"),
)

_ARCHIVE = (
    (rf"There is no member {_NAME}\.", "安装包内没有 {}。"),
    (r"It is not in the archive\.", "安装包内没有。"),
    (rf"The member {_NAME} lies outside the file\.", "{} 的位置在文件之外。"),
    (rf"The member {_NAME} has no local header\.", "{} 没有本地文件头。"),
    (rf"The member {_NAME} starts after the end of the file\.", "{} 的起始位置超出文件末尾。"),
    (rf"The member {_NAME} cannot be inflated: (.{{1,300}})\.", "{} 无法解压（{}）。"),
    (r"The file is not a zip with an AndroidManifest\.xml\.", "文件不是带有 AndroidManifest.xml 的 zip。"),
    (r"The file is a zip, but not an app: it has no (\S{1,60})\.", "文件是 zip，但不是应用：没有 {}。"),
    (r"The file is not a zip: it neither starts nor ends like one\.", "文件不是 zip：开头和结尾都不像。"),
    (r"The file .* like a zip, but its central directory cannot be read\.", "文件像是 zip，但中央目录读不出来。"),
    (r"The file .* like a zip, but it is cut off: .* at its end\.", "文件像是 zip，但不完整：末尾没有中央目录。"),
    (r"The file starts or ends like a zip, but (.{1,200})\.", "文件像是 zip，但读不出来（{}）。"),
    (r"The file claims to be an APK, but its structure cannot be read\.", "文件自称 APK，但结构读不出来。"),
    (r"The manifest's strings go on after its end\.", "清单文件的字符串超出其末尾。"),
    (r"The manifest cannot be read: (.{1,300})", "清单文件读不出来：{}"),
)

_DEX = (
    (r"It is too short for a DEX header\.", "太短，放不下 DEX 文件头。"),
    (r"It is larger than 2 GiB\.", "超过 2 GiB。"),
    (r"It does not start like a DEX file but with (\w+)\.", "开头不是 DEX，而是 {}。"),
    (r"Its version is (\w+); 035 to 041 can be read\.", "DEX 版本为 {}，能读取的是 035 至 041。"),
    (r"Its byte order is not little-endian\.", "字节序不是小端。"),
    (r"Its header is said to have (\d+) bytes\.", "文件头自称有 {} 字节。"),
    (r"It is said to have (\d+) bytes, but there are (\d+)\.", "自称有 {} 字节，实有 {} 字节。"),
    (r"Its (\w+) table with (\d+) entries at (\d+) ends after the file\.", "{} 表（{} 项，位于 {}）超出文件末尾。"),
    (r"Its (\w+) table with (\d+) entries is larger than that of any app\.", "{} 表有 {} 项，没有应用会有这么多。"),
    (r"Its (\w+) and (\w+) tables overlap\.", "{} 表与 {} 表重叠。"),
    (r"Its (\w+) table points outside another table\.", "{} 表指向别的表之外。"),
    (r"Its string or type table has an entry twice\.", "字符串表或类型表有重复的项。"),
    (r"Its strings together are larger than the file\.", "字符串的总长超过文件。"),
    (r"A string lies outside the file\.", "有字符串在文件之外。"),
    (r"A string does not end before the file does\.", "有字符串到文件末尾还没有结束。"),
    (r"A class defines a method outside the method table\.", "有类定义了方法表之外的方法。"),
    (r"A class has its data outside the file\.", "有类的数据在文件之外。"),
    (r"A class has data that goes on after the file\.", "有类的数据超出文件末尾。"),
    (r"A class has a number of more than five bytes\.", "有类的数据含有超过五字节的数。"),
    (r"Its classes together define more methods than it has room for\.", "各类定义的方法多得文件放不下。"),
    (r"Its methods together claim more code than it has room for\.", "各方法自称的代码多得文件放不下。"),
    (r"Its parameter lists together are larger than the file\.", "参数表的总长超过文件。"),
    (r"Its prototypes together are larger than the file\.", "方法原型展开后的总长超过文件。"),
    (r"A parameter list lies outside the file\.", "有参数表在文件之外。"),
    (r"A parameter list has (\d+) entries\.", "有参数表多达 {} 项。"),
    (r"A parameter list goes on after the file\.", "有参数表超出文件末尾。"),
    (r"A parameter list points outside the type table\.", "有参数表指向类型表之外。"),
    (r"The file has (\d+) parts or more; those behind them are not read\.", "文件有 {} 个以上的部分，其后的没有读取。"),
)

_STATIC = (
    (
        r"The app's own code is hidden by the packer (.{1,200}): (\d+) of its (\d+) components have no class\.",
        "应用自身的代码被加固隐藏（{}）：{}/{} 个组件没有对应的类。",
    ),
    (r"Some facts could not be read; see not_read\.", "有的事实没有读到，见 not_read。"),
    (r"Not every call was followed: .* than the limit\.", "没有追踪每个调用：有的类祖先过多，或有的调用含义过多。"),
    (
        r"(\d+) of (\d+) declared components have no class: the code is hidden or in another file\.",
        "{}/{} 个声明的组件没有对应的类：代码被隐藏，或在另一个文件里。",
    ),
    (r"androguard disagrees on (.{1,300}) \((.{1,900})\)\.", "androguard 读到的不同：{}（{}）。"),
    (r"(\w{1,80}) at (.{1,200})\.", "检测程序出错：{}（{}）。"),
)

_RUN = (
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
    (r"The app ended itself\.", "应用自行退出。"),
    (r"The app's process was lost\.", "应用进程丢失。"),
    (r"The app's process was lost, and it did not start again\.", "应用进程丢失，且无法再次启动。"),
    (r"The process of the app has ended\.", "应用的进程已结束。"),
    (r"The app wrote more than may be read\.", "应用写出的内容超过可以读取的量。"),
    (r"The launcher activity was not shown\.", "启动界面没有显示。"),
    (r"It asked for what cannot run here: (.{1,400})\.", "它用到了这里不能运行的内容：{}。"),
    (r"The app's own code is hidden by the packer (.{1,200})\.", "应用自身的代码被加固隐藏：{}。"),
    (r"The app has no activity that a user could start\.", "应用没有用户可以启动的界面。"),
    (r"The app shows nothing without (.{1,400})\.", "缺少本地代码，应用没有显示任何界面：{}。"),
    (r"Nothing but the login could be reached\.", "除登录界面外无法到达其他界面。"),
    (r"The sandbox failed: (.{1,1000})", "沙箱出错：{}"),
    (r"The sandbox did not start, before it had anything to do with the app; .*", "沙箱没有启动，与应用无关。"),
    (r"The sandbox is not built\. .*", "本机没有构建沙箱（make sandbox）。"),
    (
        r"The sandbox has Android's native code for (\S{1,40}) alone, and this machine is (\S{0,40})\. .*",
        "沙箱只有 {} 的安卓本地代码，本机是 {}。",
    ),
    (r"Java is not installed\. .*", "本机没有安装 Java。"),
    (r"The temporary folder of this machine cannot be used: (.{1,300})\.", "本机的临时文件夹不能使用：{}。"),
    (r"The run ended in no known way: (.{1,1000})", "运行以未知的方式结束：{}"),
)

_FARM = (
    (r"The driver stopped before the attempt ended\.", "调度进程在这次尝试结束之前停止。"),
    (r"The batch was cancelled\.", "批次已取消。"),
    (r"killed at the deadline", "到期限后被终止"),
)

_SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(shape), words) for shape, words in (*_LIMITS, *_ARCHIVE, *_DEX, *_STATIC, *_RUN, *_FARM)
)

_BEGINNINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(shape), words)
    for shape, words in (
        (r"The code could not be read: ", "代码没有读取："),
        (r"The signature could not be read: ", "签名没有读取："),
        (r"The fact (\w{1,60}) could not be read: ", "事实 {} 没有读到："),
        (r"(\S{1,120}) and (\d+) more could not be read: ", "{} 和另外 {} 个文件没有读取："),
        (r"(\S{1,120}) could not be read: ", "{} 没有读取："),
        (r"It came down when it was opened first\. ", "首次打开时崩溃，之后打开成功："),
        (r"(\S{1,300}) failed\. ", "{} 失败："),
    )
)
"""How a sentence begins that goes on with another one."""

_LENGTH_MAX = 2_000
"""No sentence is longer; what is longer stays as it is."""
_ENDS_MAX = 50
"""Full stops at which a sentence may end; names of members have some too."""
_END = re.compile(r"\.(?= |$)")


def reason(text: str) -> Label:
    """Return what is said of an app in both languages; what nobody knows stays as it is."""
    if len(text) > _LENGTH_MAX:
        return text, text
    return _sentence(text) or "".join(_parts(text)), text


def _sentence(text: str) -> str | None:
    """Return one sentence in Chinese; None if it is not known."""
    for shape, words in _SENTENCES:
        if found := shape.fullmatch(text):
            return words.format(*found.groups())
    for shape, words in _BEGINNINGS:
        if (found := shape.match(text)) and (rest := _sentence(text[found.end() :])):
            return words.format(*found.groups()) + rest
    return None


def _parts(text: str) -> Iterator[str]:
    """Yield several sentences one by one, each in Chinese as far as it is known."""
    start = 0
    while start < len(text):
        ends = (start + found.end() for found in islice(_END.finditer(text[start:]), _ENDS_MAX))
        end = next((end for end in ends if _sentence(text[start:end])), None)
        if end is None:
            yield _begun(text[start:])
            return
        yield _sentence(text[start:end]) or ""
        start = end + 1


def _begun(text: str) -> str:
    """Return a sentence of which only the beginning is known."""
    for shape, words in _BEGINNINGS:
        if found := shape.match(text):
            return words.format(*found.groups()) + _begun(text[found.end() :])
    return text
