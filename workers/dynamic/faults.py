"""Say whose fault an exception is: the app's, the input's, or the sandbox's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workers.dynamic.event import Phase
from workers.dynamic.recorder import PLATFORM, ComponentRun

_OURS = ("org.robolectric.", "apkfarm.")
_MISSING = ("java.lang.NoClassDefFoundError", "java.lang.ClassNotFoundException")
_NAME = re.compile(r"[\w$./-]+")
_MODULE = re.compile(r"^[^(]*/")
"""Loader and module before a frame, such as `java.base/`."""
# What the framework throws at the caller whose arguments, extras or state are wrong: the one who called it is at fault.
_COMPLAINTS = (
    "java.lang.NullPointerException",
    "java.lang.IllegalArgumentException",
    "java.lang.IllegalStateException",
    "java.lang.ClassCastException",
    "java.lang.NumberFormatException",
    "java.lang.IndexOutOfBoundsException",
    "android.content.ActivityNotFoundException",
    "android.content.res.Resources$NotFoundException",
)
_DENIED = "java.lang.SecurityException"
_NEAR = 4
"""Frames from the top in which the app called the framework that complains."""


class Fault(StrEnum):
    """Whose fault it is that something did not run."""

    APP = "app"
    INPUT = "input"
    """Something is not in the APK: a class of a packed app, of another split, of a library that was left out."""
    SANDBOX = "sandbox"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Link:
    """One exception of a chain of causes."""

    error: str
    message: str
    frames: tuple[str, ...]


def fault_of(run: ComponentRun, *, defined: Callable[[str], bool]) -> Fault:
    """Return whose fault the failure of `run` is; `defined` says whether a Java class is in the APK."""
    chain = list(_chain(run.trace))
    if any(_is_absent(link, defined) for link in chain):
        return Fault.INPUT
    # The innermost cause decides: the others only tell where it came through.
    link = next((link for link in reversed(chain) if link.frames), None)
    if link is None:
        return Fault.SANDBOX
    if link.error == _DENIED:
        return Fault.APP  # The sandbox refuses what Android refuses: the app did not wait for its permission.
    first = next((frame for frame in link.frames if not frame.startswith(("java.", "javax.", "jdk.", "sun."))), "")
    if not first or first.startswith(_OURS):
        return Fault.SANDBOX
    if not first.startswith(PLATFORM):
        return Fault.APP
    # Alone, without the extras that its caller gives, a component fails in what the framework does with its nulls.
    near = link.frames[:_NEAR] if run.phase is not Phase.FORCED else link.frames
    called = any(not frame.startswith((*PLATFORM, *_OURS)) for frame in near)
    own = any(frame.startswith(_OURS) for frame in link.frames[:_NEAR])
    return Fault.APP if called and not own and link.error in _COMPLAINTS else Fault.SANDBOX


def _chain(trace: Sequence[str]) -> Iterator[_Link]:
    """Yield the exceptions of a trace, the outermost first; frames are indented."""
    head, frames = "", list[str]()
    for line in trace:
        if line.startswith((" ", "\t")):
            frames.append(_MODULE.sub("", line.strip().removeprefix("at ").strip()))
            continue
        if head:
            yield _link(head, frames)
        head, frames = line, []
    if head:
        yield _link(head, frames)


def _link(head: str, frames: Sequence[str]) -> _Link:
    """Return one exception."""
    error, _, message = head.removeprefix("Caused by: ").partition(": ")
    return _Link(error=error.strip(), message=message.strip(), frames=tuple(frames))


def _is_absent(link: _Link, defined: Callable[[str], bool]) -> bool:
    """Return whether an exception is about a class that the APK ought to have and has not."""
    if link.error not in _MISSING:
        return False
    match = _NAME.match(link.message.removeprefix("Failed resolution of: L"))
    name = match.group().replace("/", ".").rstrip(".") if match else ""
    return bool(name) and not name.startswith((*PLATFORM, *_OURS)) and not defined(name)
