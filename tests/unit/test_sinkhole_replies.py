"""What the sinkhole answers and keeps; these parts of it need no mitmproxy."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from workers.data.tables import sources

ROOT = Path(__file__).parents[2]
CANNED = ROOT / "workers" / "data" / "canned_replies.tsv"


def _module(name: str) -> ModuleType:
    """Load a script of the sinkhole, which is no package."""
    spec = importlib.util.spec_from_file_location(f"sinkhole_{name}", ROOT / "sandbox" / "sinkhole" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


replies, records = _module("replies"), _module("records")


def _choose(host: str = "a.cn", **request: str) -> Any:
    """Return the answer to a request that is a plain GET but for what is given."""
    plain = {"path": "/", "method": "GET", "accept": "", "content_type": ""}
    return replies.choose(replies.read_canned(CANNED), host=host, **(plain | request))


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({}, ("text/html; charset=utf-8", b"")),
        ({"method": "POST"}, ("application/json; charset=utf-8", b"{}")),
        ({"accept": "application/json, text/plain"}, ("application/json; charset=utf-8", b"{}")),
        ({"path": "/config.json?v=1"}, ("application/json; charset=utf-8", b"{}")),
        ({"accept": "text/html, image/gif, image/jpeg, *; q=.2"}, ("text/html; charset=utf-8", b"")),
    ],
)
def test_an_answer_has_the_form_that_was_asked_for(request_: dict[str, str], expected: tuple[str, bytes]) -> None:
    """JSON where it is wanted or sent, else an empty page: the JDK itself accepts pictures everywhere."""
    reply = _choose(**request_)
    assert (200, *expected) == (reply.status, reply.content_type, reply.body)


def test_a_picture_is_a_picture() -> None:
    """By what is accepted first, or by the ending of the path."""
    for request in ({"accept": "image/webp,*/*"}, {"path": "/a/b.PNG?x=1"}):
        reply = _choose(**request)
        assert reply.content_type == "image/gif"
        assert reply.body.startswith(b"GIF89a")


def test_a_row_of_the_table_wins_for_its_host_and_path_only() -> None:
    """A name that merely ends alike is another host."""
    assert _choose("connectivitycheck.gstatic.com", path="/generate_204").status == 204
    assert _choose("connectivitycheck.gstatic.com", path="/other").status == 200
    assert _choose("evilconnectivitycheck.gstatic.com", path="/generate_204").status == 200


def test_every_row_of_the_table_has_a_known_source() -> None:
    """As in the other tables of facts."""
    rows = [line for line in CANNED.read_text().splitlines() if not line.startswith(("#", "host_suffix"))]
    assert rows
    assert {row.split("\t")[5] for row in rows} <= set(sources())


def _visit(session: Any) -> Any:
    """Return a connection of a session."""
    return records.Visit(session=session, number=1, host="a.cn", port=80)


def test_what_is_taken_is_forgotten() -> None:
    """Each flow is handed on once."""
    session = records.Session()
    _visit(session).raw(b"hello", tls=False)
    assert [flow["kind"] for flow in session.take()] == ["raw"]
    assert session.take() == []


def test_an_app_that_sends_without_end_is_cut_off() -> None:
    """Flows are counted beyond the bound, bodies handed on no further than theirs; digests are of the whole."""
    session = records.Session()
    for _ in range(records.MAX_FLOWS + 5):
        _visit(session).raw(b"x" * 100, tls=False)
    assert session.dropped == 5
    assert len(session.take()) == records.MAX_FLOWS
    big = records.Session()
    _visit(big).raw(b"x" * (records.MAX_BODY + 10), tls=False)
    (flow,) = big.take()
    assert flow["body_bytes"] == records.MAX_BODY + 10
    assert len(flow["body"]) < records.MAX_BODY * 1.4


def test_a_connection_of_which_nothing_else_is_known_is_told_at_its_end() -> None:
    """Silent, or a handshake and no more; one that has told something is not told again."""
    session = records.Session()
    _visit(session).left()
    refused = _visit(session)
    refused.refused = True
    refused.left()
    used = _visit(session)
    used.raw(b"x", tls=False)
    used.left()
    assert [(f["kind"], f["tls_refused"]) for f in session.take()] == [
        ("silent", False),
        ("tls", True),
        ("raw", False),
    ]


def test_the_licence_of_every_pinned_package_is_listed() -> None:
    """Nothing comes in with an update that nobody has looked at; none is under the GPL or AGPL."""
    folder = ROOT / "sandbox" / "sinkhole"
    pinned = {
        line.partition("==")[0]
        for name in ("requirements.txt", "build-requirements.txt")
        for line in (folder / name).read_text().splitlines()
        if "==" in line and not line.startswith("#")
    }
    rows = [line.split("\t") for line in (folder / "licences.tsv").read_text().splitlines() if line[0] != "#"]
    assert {name for name, _ in rows} == pinned
    assert [name for name, licence in rows if licence.startswith(("GPL", "AGPL"))] == []
