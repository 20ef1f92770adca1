"""Read the tables of what Google's and vendors' identifier services answer on a phone that has them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from workers.data.tables import Source, TableError, pi_kinds, rows_of, source_of


class Answer(StrEnum):
    """What a bound service answers to one call."""

    TEXT = "text"
    """The planted value of the kind."""
    TRUE = "true"
    FALSE = "false"
    NULL = "null"
    """No text: what ordinary apps are not given."""
    NOTHING = "nothing"
    """The call returns nothing."""


class Spelling(StrEnum):
    """How a content provider writes a planted value."""

    TEXT = "text"
    DECIMAL = "decimal"
    """Hexadecimal digits as a decimal number of 64 bits with a sign."""


class ValueForm(StrEnum):
    """Where a value stands that services leave on a phone."""

    SETTING = "setting"
    """In `Settings.Global`."""
    PROPERTY = "property"
    """Among the system properties."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServicePackage:
    """One package that is installed."""

    package: str
    version_name: str
    version_code: int
    certificate: bytes
    """Certificate that it is signed with, DER; empty if nobody who checks it can be answered."""
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceCall:
    """One call of a service that apps bind."""

    package: str
    service: str
    """Class of the service; empty if it is found by its action only."""
    action: str
    """Action of the intent that finds it; empty if it is found by its class only."""
    interface: str
    """Descriptor that callers write before each call."""
    code: int
    """Number of the call."""
    method: str
    argument: str
    """Text that the call must carry; empty if every call counts."""
    texts: int
    """How many strings the call carries."""
    answer: Answer
    kind: str
    """Key of `pi_kinds()` whose planted value is answered; empty if none is."""
    source: Source

    @property
    def operation(self) -> str:
        """Name of the call in an event, such as `com.bun.lib.MsaIdInterface.getOAID`."""
        return f"{self.interface}.{self.method}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceRow:
    """One row that a content provider answers."""

    package: str
    authority: str
    path: str
    """Path of the address, or its beginning if it ends with `_`; empty for any."""
    argument: str
    """First argument of the selection; empty for any."""
    permission: str
    """Without it the provider refuses; empty if none is needed."""
    columns: tuple[tuple[str, str], ...]
    """Names and values in their order; `*` is the planted value."""
    kind: str
    spelling: Spelling
    source: Source

    @property
    def operation(self) -> str:
        """Name of the query in an event, such as `content://com.vivo.vms.IdProvider/IdentifierId/OAID`."""
        return f"content://{self.authority}{self.path}{'/' + self.argument if self.argument else ''}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceValue:
    """One setting or property."""

    form: ValueForm
    name: str
    value: str
    """`*` is the planted value of the kind."""
    kind: str
    source: Source


@cache
def service_packages() -> tuple[ServicePackage, ...]:
    """Return the packages in the order of the table."""
    return tuple(
        ServicePackage(
            package=row["package"],
            version_name=row["version_name"],
            version_code=int(row["version_code"]),
            certificate=base64.b64decode(row["certificate"], validate=True),
            source=source_of(row),
        )
        for row in rows_of("service_packages.tsv")
    )


@cache
def service_calls() -> tuple[ServiceCall, ...]:
    """Return the calls in the order of the table."""
    return tuple(
        ServiceCall(
            package=row["package"],
            service=row["class"],
            action=row["action"],
            interface=row["interface"],
            code=int(row["code"]),
            method=row["method"],
            argument=_argument(row),
            texts=int(row["texts"]),
            answer=Answer(row["answer"]),
            kind=_kind(row),
            source=source_of(row),
        )
        for row in rows_of("service_calls.tsv")
    )


@cache
def service_rows() -> tuple[ServiceRow, ...]:
    """Return the rows of content providers in the order of the table."""
    return tuple(
        ServiceRow(
            package=row["package"],
            authority=row["authority"],
            path=row["path"],
            argument=_argument(row),
            permission=row["permission"],
            columns=_columns(row),
            kind=_kind(row),
            spelling=Spelling(row["how"]),
            source=source_of(row),
        )
        for row in rows_of("service_rows.tsv")
    )


@cache
def service_values() -> tuple[ServiceValue, ...]:
    """Return the settings and properties in the order of the table."""
    return tuple(
        ServiceValue(
            form=ValueForm(row["form"]),
            name=row["name"],
            value=row["value"],
            kind=_kind(row),
            source=source_of(row),
        )
        for row in rows_of("service_values.tsv")
    )


@cache
def service_kinds() -> Mapping[str, str]:
    """Return the kind of personal information by the operation that answers it."""
    answering: tuple[ServiceCall | ServiceRow, ...] = (*service_calls(), *service_rows())
    return {each.operation: each.kind for each in answering if each.kind}


def _kind(row: dict[str, str]) -> str:
    """Return the kind of a row; empty if it has none."""
    return pi_kinds()[row["kind"]].kind if row["kind"] else ""


def _argument(row: dict[str, str]) -> str:
    """Return the text that the condition of `row` asks for; empty if it has none."""
    cell = row["condition"]
    if cell and not cell.startswith("arg:"):
        raise TableError(f"The condition {cell!r} of {row['package']} is of no known kind.")
    return cell.removeprefix("arg:")


def _columns(row: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Return names and values of the columns."""
    cells = [cell.partition("=") for cell in row["columns"].split(",")]
    wrong = [name for name, equals, _ in cells if not equals or not name]
    if wrong:
        raise TableError(f"The column {wrong[0]!r} of {row['authority']} has no name or no value.")
    return tuple((name, value) for name, _, value in cells)
