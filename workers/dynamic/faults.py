"""Say whose fault an exception is: the app's, the input's, or the sandbox's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workers.data.runtime import PLATFORM
from workers.dynamic.event import Phase
from workers.dynamic.recorder import ComponentRun

_OURS = ("org.robolectric.", "apkfarm.")
_AS_KIND = "java.lang.Class.asSubclass("
_SHADOWS = "org.robolectric.shadows."
_MISSING = ("java.lang.NoClassDefFoundError", "java.lang.ClassNotFoundException")
_FAILED_BEFORE = "Could not initialize class "
_NAME = re.compile(r"[\w$./-]+")
_OF_THE_JVM = frozenset(
    {"java.lang.ClassFormatError", "java.lang.IncompatibleClassChangeError", "java.lang.VerifyError"}
)
"""What a JVM says of code that Android runs."""
_BROUGHT = ("android.support.", "android.arch.")
"""Libraries under Android's name that an app brings itself."""
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
    "java.lang.ArrayIndexOutOfBoundsException",
    "java.lang.StringIndexOutOfBoundsException",
    "android.content.ActivityNotFoundException",
    "android.content.res.Resources$NotFoundException",
)
_OWN_DOING = frozenset(
    {
        "java.lang.InstantiationException",  # An abstract class in the manifest, or one that takes arguments.
        "java.lang.SecurityException",  # The sandbox refuses what Android refuses: it did not wait for its permission.
        "android.util.SuperNotCalledException",
        "android.content.ActivityNotFoundException",
    }
)
_REFUSALS = re.compile(
    r"not attached to window manager$"  # The window of an activity that is gone already (WindowManagerGlobal).
    r"|that has not called Looper\.prepare\(\)$"  # A toast or a handler on a thread without messages (Toast, Handler).
    r"|^Receiver not registered: "  # (LoadedApk)
    r"|AbsSavedState\$1 cannot be cast to class \S+\$SavedState "  # Two views with one id (View.restoreHierarchyState).
    r"|: syntax error \(code 1 "  # SQLite's own word on a statement of the app.
)
"""What Android itself says to an app that asks in vain; whatever stands between them here only passes it on."""
_CHECKS = "java.lang.IllegalArgumentException"
"""What shadows throw at a caller as Android does, such as for an empty message."""
_NEAR = 4
"""Frames from the top in which the app called the framework that complains."""


class Fault(StrEnum):
    """Whose fault it is that something did not run."""

    APP = "app"
    INPUT = "input"
    """Something is not there: a class of a packed app or of another split; what a caller would have given."""
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
    if link.error in _OF_THE_JVM:
        return Fault.SANDBOX
    if link.error in _OWN_DOING or _REFUSALS.search(link.message) or _is_no_component(link):
        return Fault.APP
    first = next((frame for frame in link.frames if not frame.startswith(("java.", "javax.", "jdk.", "sun."))), "")
    called = next((i for i, frame in enumerate(link.frames) if _is_apps(frame, defined)), None)
    if not first or link.frames.index(first) == called:
        return _callers(run, link) if first else Fault.SANDBOX
    # Alone, without the extras that its caller gives, a component fails in what the framework does with its nulls.
    if called is None or (called >= _NEAR and run.phase is not Phase.FORCED):
        return Fault.SANDBOX
    if any(frame.startswith(_OURS) for frame in link.frames[:called]):
        checked = link.error == _CHECKS and first.startswith(_SHADOWS)
        return _callers(run, link) if checked else Fault.SANDBOX
    return _callers(run, link) if link.error in _COMPLAINTS else Fault.SANDBOX


def _is_apps(frame: str, defined: Callable[[str], bool]) -> bool:
    """Return whether a frame is of the APK's code, whatever name it goes by."""
    if not frame.startswith((*PLATFORM, *_OURS)) or frame.startswith(_BROUGHT):
        return True
    return not frame.startswith(_OURS) and defined(frame.partition("(")[0].rpartition(".")[0])


def _is_no_component(link: _Link) -> bool:
    """Return whether the manifest calls a component what Android could not start as one either."""
    without_constructor = link.error == "java.lang.NoSuchMethodException" and link.message.endswith(".<init>()")
    of_another_kind = link.error == "java.lang.ClassCastException" and link.frames[0].startswith(_AS_KIND)
    return without_constructor or of_another_kind


def _callers(run: ComponentRun, link: _Link) -> Fault:
    """Return the app's fault; if a component was started alone, its missing extras are what it may complain of."""
    return Fault.INPUT if run.phase is Phase.FORCED and link.error in _COMPLAINTS else Fault.APP


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
    if link.message.startswith(_FAILED_BEFORE):
        return False  # Its class is there; what it failed of was told when it failed first.
    name = match.group().replace("/", ".").rstrip(".") if match else ""
    outside = name.startswith(_BROUGHT) or not name.startswith((*PLATFORM, *_OURS))
    return bool(name) and outside and not defined(name)
