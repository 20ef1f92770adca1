"""Tests of what the console keeps out, and of what it says when something fails."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest
from starlette.applications import Starlette

from farm.ledger.sql import SqlLedger
from farm.model.errors import LedgerError
from farm.objects.folder import FolderStore
from farm.web.app import create_app
from farm.web.guard import HostPolicy
from tests.unit.farm.service.scene import HeldClock, add_batch
from tests.unit.farm.web.browser import ask

PATHS = ("/", "/batches/nov", "/batches/nov/failures", "/apps/4", "/metrics", "/healthz", "/api/batches", "/nothing")
"""One path of each kind."""


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_headers(console: Starlette, path: str) -> None:
    """No answer, not even an error, lets a browser load or guess anything."""
    headers = ask(console, path).headers

    assert headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")


@pytest.mark.parametrize("path", ["/", "/batches/nov", "/batches/nov/failures", "/apps/4"])
def test_pages_obey_their_own_policy(console: Starlette, path: str) -> None:
    """No inline script or style, no handler, nothing from another server."""
    page = ask(console, path).page

    assert not page.tags & {"style", "iframe", "object", "form", "img", "base"}
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        for name in ("src", "href"):
            assert attributes.get(name, "/").startswith(("/", "#"))
        if tag == "script":
            assert attributes["src"].startswith("/static/")


@pytest.mark.parametrize("path", ["/batches/nov", "/batches/nov/failures", "/apps/6", "/apps/8"])
def test_hostile_texts_are_inert_and_visible(console: Starlette, path: str) -> None:
    """What an app calls itself never becomes an element, and never reorders the page."""
    answer = ask(console, path)

    assert "alert(" not in "".join(str(element) for element in answer.page.elements if element[0] == "script")
    assert "img" not in answer.page.tags
    assert not {"\u202e", "\u2066", "\x07"} & set(answer.text)
    assert r"\u2066" in answer.text


def test_a_hostile_batch_name(console: Starlette, scene: SqlLedger) -> None:
    """A batch's name is shown as it is, and opens nothing."""
    batch = add_batch(scene, '"><script>x</script>\u202e', 1)
    answer = ask(console, f"/batches/{batch.batch_id}")

    assert len([tag for tag, _ in answer.page.elements if tag == "script"]) == 1
    assert r"<script>x</script>\u202e" in answer.page.text


def test_a_hostile_address(console: Starlette) -> None:
    """What stands in the address is not repeated as an element."""
    answer = ask(console, '/batches/<script>x?lang=zh&page="><b>')

    assert answer.status == 404
    assert {tag for tag, _ in answer.page.elements} & {"b"} == {"b"}
    assert len([tag for tag, _ in answer.page.elements if tag == "script"]) == 1


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.7", "", "127.0.0.1.nip.io:8420"])
def test_strange_hosts_are_refused(console: Starlette, host: str) -> None:
    """A name that an attacker has pointed at this machine gets nothing."""
    answer = ask(console, "/api/batches", host=host)

    assert (answer.status, "nov" in answer.text) == (421, False)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8420", "LOCALHOST", "[::1]:8420", "localhost."])
def test_our_own_names_are_answered(console: Starlette, host: str) -> None:
    """This machine's names for itself work, with and without a port."""
    assert ask(console, "/", host=host).status == 200


def test_two_hosts_are_refused(console: Starlette) -> None:
    """A second Host header could make two readers see two hosts."""
    assert ask(console, "/", headers={"Host": "evil.example"}).status == 421


@pytest.mark.parametrize(
    ("bound", "host", "allowed"),
    [
        ("0.0.0.0", "10.0.0.7:8420", True),
        ("0.0.0.0", "evil.example", False),
        ("0.0.0.0", "farm:8420", True),
        ("::", "[fd00::7]:8420", True),
        ("farm.internal", "Farm.Internal", True),
        ("127.0.0.1", "10.0.0.7", False),
    ],
)
def test_hosts_of_a_bound_address(bound: str, host: str, allowed: bool) -> None:
    """A server for other machines answers to addresses and to the names it was given, and to no other name."""
    assert HostPolicy.bound_to(bound, ["farm"]).allows(host) is allowed


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_changed(console: Starlette, method: str) -> None:
    """The console only answers."""
    answer = ask(console, "/batches/nov", method=method)

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_head_is_answered(console: Starlette) -> None:
    """A probe may ask for the headers alone."""
    assert ask(console, "/", method="HEAD").status == 200


def test_static_files_are_served(console: Starlette) -> None:
    """What a page links to is there, with its own type."""
    for tag, attributes in ask(console, "/").page.elements:
        place = attributes.get("href" if tag == "link" else "src", "")
        if tag in {"link", "script"}:
            answer = ask(console, place)
            assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (
                200,
                {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}[
                    place.partition("?")[0].rpartition(".")[2]
                ],
            )


class DeafLedger(SqlLedger):
    """A ledger that does not answer."""

    def __init__(self, error: Exception) -> None:
        """Take what happens at each question."""
        self._error = error

    def totals(self) -> NoReturn:
        """Fail."""
        raise self._error

    def batches(self) -> NoReturn:
        """Fail."""
        raise self._error

    def batch(self, reference: str) -> NoReturn:
        """Fail."""
        raise self._error


def deaf(error: Exception, folder: Path) -> Starlette:
    """Return a console whose ledger fails with `error`."""

    def metrics() -> tuple[bytes, str]:
        raise error

    return create_app(DeafLedger(error), HeldClock(), FolderStore(str(folder)), metrics)


@pytest.mark.parametrize("path", ["/", "/batches/nov", "/metrics", "/api/batches"])
def test_a_ledger_that_fails(tmp_path: Path, path: str) -> None:
    """When the ledger does not answer, the console says so and what to do."""
    answer = ask(deaf(LedgerError("The disk is full."), tmp_path), path)

    assert answer.status == 503
    assert "The disk is full." in answer.text
    assert "Check FARM_LEDGER" in answer.text


def test_health_follows_the_ledger(console: Starlette, tmp_path: Path) -> None:
    """A probe learns whether the ledger answers."""
    assert ask(console, "/healthz").json == {"ok": True, "ledger": "answers", "drivers": 1}
    assert ask(deaf(RuntimeError("boom"), tmp_path), "/healthz").status == 503


def test_a_fault_of_ours_tells_nothing(tmp_path: Path) -> None:
    """A page that fails gives away neither the reason nor a traceback."""
    answer = ask(deaf(RuntimeError("secret"), tmp_path), "/")

    assert (answer.status, "secret" in answer.text, "Traceback" in answer.text) == (500, False, False)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
