"""Names for people: kinds of personal information from the workers' own table, calls and permissions in short."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One `pi_kind`."""

    name: str
    """As it stands in evidence and rule packs."""
    family: str
    """`identifier`, `personal`, `location`, `apps`, `network`, `sensor`, `device` or `behaviour`."""
    zh: str
    en: str


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind by its name, in the order of the table."""
    text = (resources.files("workers.data") / "pi_kinds.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    header = rows[0]
    found = (dict(zip(header, row, strict=True)) for row in rows[1:])
    return {
        row["kind"]: Kind(name=row["kind"], family=row["family"], zh=row["name_zh"], en=row["name_en"]) for row in found
    }


def is_personal(name: str) -> bool:
    """Return whether the kind is information about a person or a device, and not an act; unknown kinds are."""
    kind = kinds().get(name)
    return kind is None or kind.family != "behaviour"


def check_personal(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names if each is a kind of personal information of the table; raises ValueError."""
    wrong = [name for name in names if name not in kinds() or not is_personal(name)]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: no kind of personal information in workers/data/pi_kinds.tsv")
    return names


def kind_zh(name: str) -> str:
    """Return the Chinese name of a kind, or the name itself if the table does not have it."""
    kind = kinds().get(name)
    return kind.zh if kind else name


def kind_en(name: str) -> str:
    """Return the English name of a kind, or the name itself if the table does not have it."""
    kind = kinds().get(name)
    return kind.en if kind else name


def short_api(descriptor: str) -> str:
    """Return `TelephonyManager.getDeviceId` for `Landroid/telephony/TelephonyManager;->getDeviceId`.

    The same for the Java name that an event of a run has; anything else stays as it is.
    """
    owner, arrow, member = descriptor.partition(";->")
    if arrow:
        return f"{owner.rpartition('/')[2]}.{member.partition('(')[0]}"
    owner, _, member = descriptor.rpartition(".")
    return f"{owner.rpartition('.')[2]}.{member}" if _JAVA_MEMBER.fullmatch(descriptor) else descriptor


def called(descriptor: str, argument: str) -> str:
    """Return `Settings$Secure.getString(android_id)`: a member with the one constant that made its call count, if any.

    Of a call by reflection the constant is what tells.
    """
    telling = argument and len(argument) <= _ARGUMENT_MAX and "," not in argument
    return f"{short_api(descriptor)}({argument})" if telling else short_api(descriptor)


_ARGUMENT_MAX = 60
"""Longest constant that is shown."""
_JAVA_MEMBER = re.compile(r"[\w$]+(\.[\w$]+){2,}", re.ASCII)


def short_permission(name: str) -> str:
    """Return the last part of a platform permission's name; others stay whole."""
    return name.removeprefix("android.permission.")
