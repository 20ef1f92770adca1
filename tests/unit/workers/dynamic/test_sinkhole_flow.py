"""A line of the sinkhole becomes a flow, with the planted values that stand in it; what has no shape of one is left."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Sequence
from typing import Any

import pytest

from workers.dynamic.sinkhole.flow import Flow, FlowKind, read_flow

VALUE = b"CANARYSERIAL01"


class Planted:
    """Knows one value, in clear only."""

    def find(self, content: bytes | str) -> Sequence[str]:
        """Return `serial` if it is there."""
        return ("serial",) if VALUE in (content if isinstance(content, bytes) else content.encode()) else ()


def _line(body: bytes = b"", **fields: Any) -> dict[str, Any]:
    """Return the line of one request."""
    shape = {"kind": "http", "connection": 3, "host": "a.cn", "address": "a.cn", "port": 443, "scheme": "https"}
    sent = {"body": base64.b64encode(body).decode(), "body_bytes": len(body), "tls_refused": False}
    request = {"method": "POST", "path": "/p", "headers": [["Accept", "*/*"]]}
    return {**shape, **sent, **request, "body_sha256": hashlib.sha256(body).hexdigest() if body else "", **fields}


def _flow(body: bytes = b"", **fields: Any) -> Flow:
    """Return the flow of one request."""
    flow = read_flow(_line(body, **fields), Planted())
    assert flow is not None
    return flow


def test_a_request_is_read_whole() -> None:
    """Every field, and a digest in place of the body."""
    assert _flow(b"x").as_json() == {
        "kind": "http",
        "connection": 3,
        "host": "a.cn",
        "address": "a.cn",
        "port": 443,
        "scheme": "https",
        "method": "POST",
        "path": "/p",
        "headers": [["Accept", "*/*"]],
        "body_sha256": hashlib.sha256(b"x").hexdigest(),
        "body_bytes": 1,
        "canaries": [],
        "tls_refused": False,
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"host": "canaryserial01.CANARYSERIAL01.cn"},
        {"path": "/p?s=CANARYSERIAL01"},
        {"headers": [["X-Device", "CANARYSERIAL01"]]},
        {"body": VALUE},
        {"body": zlib.compress(VALUE)},
        {"body": zlib.compress(VALUE, wbits=31)},
        {"body": zlib.compress(VALUE, wbits=-15), "headers": [["Content-Encoding", "deflate"]]},
    ],
    ids=["host", "path", "header", "body", "zlib", "gzip", "raw deflate"],
)
def test_a_planted_value_is_found_wherever_it_stands(fields: dict[str, Any]) -> None:
    """In the name, the path, a header, or a body as it was compressed."""
    body = fields.pop("body", b"")
    assert _flow(body, **fields).canaries == ("serial",)


def test_a_request_without_the_value_has_no_canary() -> None:
    """The twin of the test above."""
    assert _flow(zlib.compress(b"nothing")).canaries == ()


def test_a_bomb_is_not_unpacked_to_its_end() -> None:
    """A GB of zeros behind a small body: only a part is looked at."""
    packer = zlib.compressobj()
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    assert _flow(bomb).canaries == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "other"},
        {"connection": "3"},
        {"body": "§"},
        {"body_sha256": "x"},
        {"host": None},
    ],
)
def test_a_line_of_another_shape_is_no_flow(wrong: dict[str, Any]) -> None:
    """Whatever writes the lines, the document has only flows."""
    assert read_flow({**_line(), **wrong}, Planted()) is None


def test_a_connection_without_a_request_has_neither_method_nor_path() -> None:
    """Raw bytes: the fields are there, and empty."""
    line = {
        k: v for k, v in _line(b"hello", kind="raw", scheme="tcp").items() if k not in {"method", "path", "headers"}
    }
    flow = read_flow(line, Planted())
    assert flow is not None
    assert (FlowKind.RAW, "", "", ()) == (flow.kind, flow.method, flow.path, flow.headers)
