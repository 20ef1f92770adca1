"""Read the tables of facts beside this module: SDKs, sensitive members, packers, permissions; each with its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

ANDROID_PREFIX = "android.permission."
"""What the short permission names of `sensitive_apis.tsv` stand in."""
LAST_LEVEL = 37
"""Highest API level that the tables know: Android 17."""


class TableError(ValueError):
    """A table of this package is wrong; the message says where."""


class Category(StrEnum):
    """What an SDK is for."""

    ADS = "ads"
    AD_DOWNLOAD = "ad_download"
    """The part of an ad SDK that downloads and installs what is advertised."""
    ANALYTICS = "analytics"
    CAPTCHA = "captcha"
    CLOUD = "cloud"
    CRASH = "crash"
    """Crash reports and performance."""
    CUSTOMER_SERVICE = "customer_service"
    DOWNLOAD = "download"
    """Downloading and updating apps or files."""
    FACE = "face"
    FRAMEWORK = "framework"
    HOTFIX = "hotfix"
    IDENTIFIER = "identifier"
    IM = "im"
    IMAGE = "image"
    LOGIN = "login"
    MAP = "map"
    MEDIA = "media"
    NETWORK = "network"
    PAYMENT = "payment"
    PLATFORM_LIBRARY = "platform_library"
    """AndroidX, Kotlin and the like: part of nearly every app, nobody's tracker."""
    PLUGIN = "plugin"
    """Runs other apps or code inside the app."""
    PUSH = "push"
    SECURITY = "security"
    SOCIAL = "social"
    SPEECH = "speech"
    STORAGE = "storage"
    TESTING = "testing"
    UI = "ui"
    UTILITY = "utility"
    VENDOR_SERVICE = "vendor_service"
    WEB = "web"


class Protection(StrEnum):
    """How Android guards a permission."""

    DANGEROUS = "dangerous"
    """The user is asked at run time."""
    SPECIAL = "special"
    """Granted on a settings page, by a store's review, or by binding a service."""
    NORMAL = "normal"
    SIGNATURE = "signature"


class Form(StrEnum):
    """How code refers to a sensitive member."""

    CALL = "call"
    FIELD = "field"


class TraceKind(StrEnum):
    """Where a packer shows."""

    LIBRARY = "library"
    """File name of a native library."""
    ASSET = "asset"
    """File name under `assets/`."""
    APPLICATION = "application"
    """Java name of the Application class."""
    COMPONENT = "component"
    """Java name of a component."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where rows come from."""

    key: str
    title: str
    url: str
    licence: str
    seen: str
    """Version or month in which it was read."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Sdk:
    """One package prefix of a third-party SDK; there is one object for each row, so sameness is equality."""

    prefix: str
    """Java package, such as `com.umeng.analytics`."""
    alone: bool
    """Whether the packages in it are others': an obfuscator put the SDK's classes into one short package."""
    name: str
    name_zh: str
    """Chinese name, empty if none is in use."""
    vendor: str
    category: Category
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class PermissionNeed:
    """One permission that a call needs, on some API levels."""

    any_of: tuple[str, ...]
    """Full names; one of them is enough."""
    min_level: int = 0
    max_level: int = 1_000
    always: bool = True
    """False if only some uses of the member need it: a contact can be picked without reading the contacts."""

    def applies(self, level: int) -> bool:
        """Return whether a device of API level `level` asks for it."""
        return self.min_level <= level <= self.max_level


@dataclass(frozen=True, kw_only=True, slots=True)
class SensitiveApi:
    """One member of the platform or of an SDK that a rule asks about."""

    member: str
    """As `Lcls;->name`."""
    form: Form
    inherit: bool
    """Whether a call through a subclass that the app defines counts too."""
    pi_kind: str
    """Key of `pi_kinds()`."""
    argument: str
    """String constant that must stand near the call; empty if every call counts."""
    collect: str
    """Start of the string constants that are told with the use; empty if none are."""
    needs: tuple[PermissionNeed, ...]
    source: Source

    def accepts(self, constant: str) -> bool:
        """Return whether `constant` is the argument, or starts with it as a whole word."""
        if not constant.startswith(self.argument):
            return False
        rest = constant[len(self.argument) :]
        return not rest or not self.argument[-1].isalnum() or not (rest[0].isalnum() or rest[0] == "_")


@dataclass(frozen=True, kw_only=True, slots=True)
class PackerTrace:
    """One trace that a packer leaves."""

    kind: TraceKind
    pattern: str
    """Exact, or a prefix before a final `*`."""
    name: str
    name_zh: str
    strong: bool
    """Whether it is enough alone."""
    source: Source

    def matches(self, value: str) -> bool:
        """Return whether `value` is the trace."""
        if self.pattern.endswith("*"):
            return value.startswith(self.pattern[:-1])
        return value == self.pattern


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionField:
    """One static field that tells an SDK's version."""

    field: str
    """As `Lcls;->NAME`."""
    before: str
    """What stands in front of the version in its value; empty if nothing does."""
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Permission:
    """One permission of Android or of the app stores."""

    name: str
    protection: Protection
    group: str
    """Group that users see, such as `LOCATION`; empty if none."""
    name_en: str
    name_zh: str
    since: int
    """First API level; 0 if it is not part of the platform's public API."""
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class PiKind:
    """One kind of personal information or behaviour."""

    kind: str
    family: str
    name_en: str
    name_zh: str


@cache
def sources() -> dict[str, Source]:
    """Return the sources by key."""
    return {
        row["key"]: Source(key=row["key"], title=row["title"], url=row["url"], licence=row["licence"], seen=row["seen"])
        for row in rows_of("sources.tsv")
    }


@cache
def sdks() -> dict[str, Sdk]:
    """Return the SDKs by package prefix."""
    return {
        row["prefix"].removesuffix("="): Sdk(
            prefix=row["prefix"].removesuffix("="),
            alone=row["prefix"].endswith("="),
            name=row["name"],
            name_zh=row["name_zh"],
            vendor=row["vendor"],
            category=Category(row["category"]),
            source=source_of(row),
        )
        for row in rows_of("sdks.tsv")
    }


@cache
def sensitive_apis() -> tuple[SensitiveApi, ...]:
    """Return the sensitive members in the order of the table."""
    return members_of("sensitive_apis.tsv")


def members_of(table: str) -> tuple[SensitiveApi, ...]:
    """Return the members of a table that has the columns of `sensitive_apis.tsv`."""
    return tuple(
        SensitiveApi(
            member=row["member"],
            form=Form(row["form"]),
            inherit=row["inherit"] == "yes",
            pi_kind=pi_kinds()[row["pi_kind"]].kind,
            argument=_condition(row, "arg:"),
            collect=_condition(row, "collect:"),
            needs=tuple(_need(text) for text in row["permissions"].split(",") if text),
            source=source_of(row),
        )
        for row in rows_of(table)
    )


@cache
def packer_traces() -> tuple[PackerTrace, ...]:
    """Return the traces of packers in the order of the table."""
    return tuple(
        PackerTrace(
            kind=TraceKind(row["kind"]),
            pattern=row["pattern"],
            name=row["name"],
            name_zh=row["name_zh"],
            strong=row["strength"] == "strong",
            source=source_of(row),
        )
        for row in rows_of("packers.tsv")
    )


@cache
def version_fields() -> tuple[VersionField, ...]:
    """Return the fields that tell versions of SDKs in the order of the table."""
    return tuple(
        VersionField(field=row["field"], before=row["before"], source=source_of(row))
        for row in rows_of("sdk_versions.tsv")
    )


@cache
def permissions() -> dict[str, Permission]:
    """Return the permissions by name."""
    return {
        row["name"]: Permission(
            name=row["name"],
            protection=Protection(row["protection"]),
            group=row["group"],
            name_en=row["name_en"],
            name_zh=row["name_zh"],
            since=int(row["since"]),
            source=source_of(row),
        )
        for row in rows_of("permissions.tsv")
    }


@cache
def pi_kinds() -> dict[str, PiKind]:
    """Return the kinds of personal information by key."""
    return {
        row["kind"]: PiKind(kind=row["kind"], family=row["family"], name_en=row["name_en"], name_zh=row["name_zh"])
        for row in rows_of("pi_kinds.tsv")
    }


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of the table `name` by column; lines that start with `#` are its header for people."""
    content = resources.files("workers.data").joinpath(name).read_text(encoding="utf-8")
    lines = [line for line in content.split("\n") if line and not line.startswith("#")]
    columns = lines[0].split("\t")
    for number, line in enumerate(lines[1:], start=1):
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise TableError(f"Row {number} of {name} has {len(cells)} cells, not {len(columns)}.")
        yield dict(zip(columns, cells, strict=True))


def source_of(row: dict[str, str]) -> Source:
    """Return the source that `row` names."""
    return sources()[row["source"]]


def _condition(row: dict[str, str], kind: str) -> str:
    """Return what follows `kind` in the condition of `row`; empty if it is of another kind."""
    cell = row["condition"]
    if cell and not cell.startswith(("arg:", "collect:")):
        raise TableError(f"The condition {cell!r} of {row['member']} is of no known kind.")
    return cell.removeprefix(kind) if cell.startswith(kind) else ""


def _need(cell: str) -> PermissionNeed:
    """Return the need written as `A|B@23-28`, with `?` in front if only some uses need it."""
    names, _, levels = cell.removeprefix("?").partition("@")
    low, _, high = levels.partition("-")
    return PermissionNeed(
        any_of=tuple(name if "." in name else ANDROID_PREFIX + name for name in names.split("|")),
        min_level=int(low or 0),
        max_level=int(high or 1_000),
        always=not cell.startswith("?"),
    )
