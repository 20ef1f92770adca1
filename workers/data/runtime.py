"""Read the tables that only a running app needs: what else is told, what is answered, where values leave."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from workers.data.tables import SensitiveApi, Source, TableError, members_of, pi_kinds, rows_of, source_of

# Frames of these are the platform's: the first other frame is whose call it is.
PLATFORM = (
    "java.", "javax.", "jdk.", "sun.", "dalvik.", "libcore.", "android.", "com.android.internal.",
    "com.google.android.gles_jni.",
)  # fmt: skip
"""Starts of Java names that belong to Android or to Java."""


class Shape(StrEnum):
    """The shape in which a caller expects a planted value."""

    TEXT = "text"
    FIRST = "first"
    """Of a value with two parts, such as a message and its sender, the first."""
    MAC = "mac"
    """Bytes of an address."""
    IP_NUMBER = "ip_number"
    """An IPv4 address as a number, its first byte lowest."""
    INTERFACES = "interfaces"
    """Network interfaces, the phone's Wi-Fi among them."""
    ADDRESSES = "addresses"
    """Addresses of a network interface."""
    LOCATION = "location"
    FIXES = "fixes"
    """Nothing now; who listens is told of locations later."""
    ACCOUNTS = "accounts"
    PACKAGES = "packages"
    APPLICATIONS = "applications"
    ACTIVITIES = "activities"
    CELL = "cell"
    CELLS = "cells"
    REAL = "real"
    """The framework's own answer."""


class Refusal(StrEnum):
    """What Android 14 does if the app does not hold the permission."""

    NONE = ""
    """None is needed."""
    THROW = "throw"
    """A SecurityException."""
    NULL = "null"
    EMPTY = "empty"
    REAL = "real"
    """The framework's own answer, without the planted value."""


class SinkKind(StrEnum):
    """Where a value goes that leaves an app."""

    LOG = "log"
    FILE = "file"
    PREFS = "prefs"
    DB = "db"
    CLIPBOARD = "clipboard"
    SMS = "sms"
    INTENT = "intent"
    """Only an intent that can reach another app."""
    NET = "net"
    EXEC = "exec"
    WEBVIEW = "webview"
    NOTIFICATION = "notification"
    STREAM = "stream"
    """Wherever the stream ends: in a file, a socket, the log, or in memory, which is no sink."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plant:
    """What the simulated phone answers to one member."""

    member: str
    """As `Lcls;->name`."""
    argument: str
    """Text that an argument must be or start with; empty if every call counts."""
    kind: str
    """Key of `pi_kinds()` whose planted value it is; empty if the answer needs none."""
    shape: Shape
    refusal: Refusal
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Sink:
    """One member by which a value can leave an app."""

    member: str
    """As `Lcls;->name`."""
    kind: SinkKind
    arguments: tuple[str, ...]
    """Positions, `*` for all, `this` for the object itself."""
    source: Source


@cache
def behaviours() -> tuple[SensitiveApi, ...]:
    """Return the members that only a running app is asked about, in the order of the table."""
    return members_of("behaviours.tsv")


@cache
def plants() -> tuple[Plant, ...]:
    """Return what is answered, in the order of the table."""
    return tuple(
        Plant(
            member=row["member"],
            argument=_argument(row),
            kind=pi_kinds()[row["kind"]].kind if row["kind"] else "",
            shape=Shape(row["how"]),
            refusal=Refusal(row["refused"]),
            source=source_of(row),
        )
        for row in rows_of("plants.tsv")
    )


@cache
def sinks() -> tuple[Sink, ...]:
    """Return the sinks in the order of the table."""
    return tuple(
        Sink(
            member=row["member"],
            kind=SinkKind(row["kind"]),
            arguments=_positions(row),
            source=source_of(row),
        )
        for row in rows_of("sinks.tsv")
    )


def _argument(row: dict[str, str]) -> str:
    """Return the argument that the condition of `row` asks for; empty if it has none."""
    cell = row["condition"]
    if cell and not cell.startswith("arg:"):
        raise TableError(f"The condition {cell!r} of {row['member']} is of no known kind.")
    return cell.removeprefix("arg:")


def _positions(row: dict[str, str]) -> tuple[str, ...]:
    """Return the arguments that are searched."""
    found = tuple(row["arguments"].split(","))
    wrong = [cell for cell in found if cell not in {"*", "this"} and not cell.isdigit()]
    if wrong:
        raise TableError(f"The argument {wrong[0]!r} of {row['member']} is neither a position, `*` nor `this`.")
    return found
