"""What the identifier services of a phone answer: the tables are of one mind, and reach the sandbox if wanted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from urllib.parse import unquote

import pytest

from workers.data import services as tables
from workers.data.services import (
    Answer,
    ServiceCall,
    service_calls,
    service_kinds,
    service_packages,
    service_rows,
    service_values,
)
from workers.data.tables import TableError
from workers.dynamic.canary import Canaries
from workers.dynamic.job import properties
from workers.dynamic.members import kind_of
from workers.model.services import Services


def test_every_row_has_a_source_with_address_and_licence() -> None:
    """No row stands on nothing, and on nothing that may not be used."""
    sources = [each.source for each in service_packages()] + [call.source for call in service_calls()]
    sources += [row.source for row in service_rows()] + [value.source for value in service_values()]
    assert {source.licence for source in sources} <= {"Apache-2.0", "public fact"}


def test_whoever_answers_is_installed() -> None:
    """A service or provider without its package could be found by nobody."""
    installed = {each.package for each in service_packages()}
    assert {call.package for call in service_calls()} | {row.package for row in service_rows()} <= installed


def test_a_service_is_found_in_one_way_and_has_one_interface() -> None:
    """By class or action; all rows of a service name the same."""
    services: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for call in service_calls():
        assert call.service or call.action
        services.setdefault((call.package, call.interface), set()).add((call.service, call.action))
    assert [] == [name for name, ways in services.items() if len(ways) > 1]


def test_no_call_has_two_answers() -> None:
    """Of a number, one row counts for each argument; without an argument there is one row only."""
    places = [(call.package, call.interface, call.code, call.argument) for call in service_calls()]
    assert len(set(places)) == len(places)
    bare = {place[:3] for place in places if not place[3]}
    assert [] == [place for place in places if place[3] and place[:3] in bare]


def test_a_planted_value_is_answered_as_a_text_and_nothing_else_is() -> None:
    """A kind without a text, or a text without a kind, would answer nothing."""
    assert [] == [call for call in service_calls() if bool(call.kind) != (call.answer is Answer.TEXT)]
    assert [] == [row for row in service_rows() if bool(row.kind) != ("*" in dict(row.columns).values())]
    assert [] == [value for value in service_values() if bool(value.kind) != (value.value == "*")]


def test_every_answer_is_planted() -> None:
    """Each kind has a value of its own in every run."""
    kinds = {*service_kinds().values()} | {value.kind for value in service_values() if value.kind}
    assert kinds <= set(Canaries.of("seed").values)


def test_googles_packages_are_signed_as_its_client_library_expects() -> None:
    """The certificate is the public one with this SHA-1; nobody else's packages have one."""
    signed = {
        each.package: hashlib.sha1(each.certificate).hexdigest() for each in service_packages() if each.certificate
    }
    assert signed == dict.fromkeys(
        ("com.android.vending", "com.google.android.gms", "com.google.android.gsf"),
        "38918a453d07199354f8b19af05ec6562ced5788",
    )


def test_googles_services_are_too_old_for_all_but_identifiers() -> None:
    """So an app that asks first whether it can use them takes its other way, which answers here."""
    asked_for = 12_451_000  # By the client libraries since 2018; the one of the advertising ID takes older ones too.
    (number,) = [each.version_code for each in service_packages() if each.package == "com.google.android.gms"]
    assert number < asked_for


@pytest.mark.parametrize(
    "operation",
    [
        "com.google.android.gms.ads.identifier.internal.IAdvertisingIdService.getId",
        "com.uodis.opendevice.aidl.OpenDeviceIdentifierService.getOaid",
        "com.bun.lib.MsaIdInterface.getOAID",
        "com.heytap.openid.IOpenID.getSerID",
        "com.samsung.android.deviceidservice.IDeviceIdService.getOAID",
        "com.asus.msa.SupplementaryDID.IDidAidlInterface.getOAID",
        "com.zui.deviceidservice.IDeviceidInterface.getOAID",
        "content://com.vivo.vms.IdProvider/IdentifierId/OAID",
        "content://com.meizu.flyme.openidsdk/oaid",
    ],
)
def test_an_answer_is_an_event_about_the_oaid(operation: str) -> None:
    """Whoever judges events finds its kind by the name of the operation."""
    assert kind_of(operation, []) == (True, "oaid")


def test_that_a_service_is_there_says_nothing_about_the_user() -> None:
    """Whether tracking is limited, or an identifier supported, is no identifier."""
    told = [call.operation for call in service_calls() if call.answer in {Answer.TRUE, Answer.FALSE}]
    assert {kind_of(operation, []) for operation in told} == {(True, None)}


def test_the_job_of_a_phone_without_services_says_nothing_of_them() -> None:
    """Nothing is there unless it is asked for."""
    text = properties(package="a", target_sdk=33, launcher=None)
    assert [line for line in text.splitlines() if line.startswith("services.")] == []


def test_the_job_of_a_phone_with_services_carries_the_tables() -> None:
    """Cell for cell, each row."""
    text = properties(package="a", target_sdk=33, launcher=None, services=Services.PRESENT)
    assert {
        "services.packages": [(each.package, 4) for each in service_packages()],
        "services.calls": [(each.package, 10) for each in service_calls()],
        "services.rows": [(each.package, 9) for each in service_rows()],
        "services.values": [(each.form.value, 4) for each in service_values()],
    } == dict(_services(text))


def _services(text: str) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Yield, for each table of the services, first cells and numbers of cells as Java reads them."""
    for line in text.splitlines():
        key, _, raw = line.partition("=")
        if key.startswith("services."):
            value = re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), raw)
            rows = [[unquote(cell) for cell in entry.split(";")] for entry in value.split(" ")]
            yield key, [(cells[0], len(cells)) for cells in rows]


@pytest.mark.parametrize(("column", "cell"), [("condition", "X"), ("columns", "value"), ("columns", "=1")])
def test_a_row_that_is_written_wrong_is_refused(column: str, cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the package or authority."""
    row = {
        "package": "a.b", "authority": "a.b", "path": "", "condition": "", "permission": "", "columns": "value=1",
        "kind": "", "how": "text", "source": "own",
    }  # fmt: skip
    monkeypatch.setattr(tables, "rows_of", lambda _: [row | {column: cell}])
    service_rows.cache_clear()
    try:
        with pytest.raises(TableError, match=r"a\.b"):
            service_rows()
    finally:
        service_rows.cache_clear()


def test_the_operation_of_a_call_is_its_interface_and_method() -> None:
    """As a stack would show it."""
    call: ServiceCall = next(call for call in service_calls() if call.package == "com.mdid.msa" and call.code == 3)
    assert call.operation == "com.bun.lib.MsaIdInterface.getOAID"
