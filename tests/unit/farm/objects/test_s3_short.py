"""The short way asks for what botocore asks for, and leaves to botocore whatever does not go as expected."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from types import SimpleNamespace
from typing import Any

import pytest

from farm.model.errors import ObjectMissingError, StoreError
from farm.objects.s3 import S3Store
from farm.objects.s3_client import client_for
from farm.objects.s3_short import ShortClient
from tests.unit.farm.objects.scripted_server import Answer, ScriptedServer, answer, refusal

SAME = ("if-match", "if-none-match", "range", "content-type", "content-length", "host", "x-amz-content-sha256")
"""Headers that both ways must send alike."""


def _say_nothing(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection instead of answering."""
    handler.close_connection = True


GOOD = answer(200, b"hello", ETag='"e"')
DONE = answer(200, ETag='"e"')


@pytest.fixture
def short(server: ScriptedServer) -> S3Store:
    """A store of a process that knows the server's connections already."""
    store = S3Store(bucket="crawl", endpoint=server.endpoint)
    _ask(server, DONE)
    store.put("first", b"1")
    _ask(server)
    return store


def _ask(server: ScriptedServer, *answers: Answer) -> None:
    """Prepare answers and forget what was asked."""
    server.requests.clear()
    server.headers.clear()
    server.answers[:] = answers


def _went_short(server: ScriptedServer) -> list[bool]:
    """Return of each request whether it went the short way: botocore numbers its own tries."""
    return ["amz-sdk-request" not in headers for headers in server.headers]


def _sent(server: ScriptedServer) -> tuple[str, dict[str, str | None]]:
    """Return the one request and those of its headers that matter."""
    (request,), (headers,) = server.requests, server.headers
    return request, {name: headers.get(name) for name in SAME}


def test_the_first_request_goes_the_whole_way_and_the_next_the_short_one(server: ScriptedServer) -> None:
    """Botocore's own connections are used, which only a request of botocore's shows."""
    other = S3Store(bucket="crawl", endpoint=f"{server.endpoint}/of/a/proxy")  # an endpoint is a client
    _ask(server, GOOD)

    assert [b"hello", b"hello"] == [other.get("k"), other.get("k")]
    assert [False, True] == _went_short(server)
    assert ["GET /of/a/proxy/crawl/k"] * 2 == server.requests


@pytest.mark.parametrize("key", ["a/b.apk", "a b+c%25.apk", "应用/微信.apk", "a.b/c~d=e&f?g#h", "a//b", "-_.!*'()"])
def test_both_ways_ask_for_the_same_object(short: S3Store, server: ScriptedServer, key: str) -> None:
    """Whatever is in a key, a condition or a version, the wire shows the same."""
    wanted: dict[str, Any] = {
        "Bucket": "crawl",
        "Key": key,
        "IfMatch": '"e"',
        "VersionId": "a/b +c~",
        "Range": "bytes=1-2",
    }
    client = client_for(short.endpoint, short.region)
    seen = []
    for one in (client, client._client):
        _ask(server, answer(206, b"el", Content_Range="bytes 1-2/5"))
        one.get_object(**wanted)["Body"].close()
        seen.append((_sent(server), _went_short(server)))

    assert seen[0][0] == seen[1][0]
    assert [[True], [False]] == [way for _, way in seen]


def test_both_ways_write_the_same_object(short: S3Store, server: ScriptedServer) -> None:
    """Body, length, type, condition and the body's signed hash are those of botocore."""
    wanted = {"Bucket": "crawl", "Key": "k", "Body": b"{}", "ContentType": "application/json", "IfNoneMatch": "*"}
    client = client_for(short.endpoint, short.region)
    seen = []
    for one in (client, client._client):
        _ask(server, DONE)
        one.put_object(**wanted)
        seen.append((_sent(server), _went_short(server)))

    assert seen[0][0] == seen[1][0]
    assert [[True], [False]] == [way for _, way in seen]


def test_a_session_token_is_sent_and_signed(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that last for an hour come with one."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    store = S3Store(bucket="crawl", endpoint=server.endpoint)
    _ask(server, GOOD)
    store.get("k")
    store.get("k")

    assert [False, True] == _went_short(server)
    assert ["token", "token"] == [headers["x-amz-security-token"] for headers in server.headers]
    assert "x-amz-security-token" in server.headers[1]["authorization"]


def test_a_missing_object_costs_one_short_request(short: S3Store, server: ScriptedServer) -> None:
    """It is what every new app begins with."""
    _ask(server, refusal(404, "NoSuchKey"))

    with pytest.raises(ObjectMissingError, match="crawl/k"):
        short.get("k")
    assert [True] == _went_short(server)


@pytest.mark.parametrize(
    "said",
    [
        refusal(403, "AccessDenied"),
        refusal(404, "NoSuchBucket"),
        refusal(503, "SlowDown"),
        refusal(500, "InternalError"),
    ],
    ids=["denied", "bucket", "busy", "broken"],
)
def test_botocore_takes_a_refusal_for_the_answer_to_its_own_first_try(
    short: S3Store, server: ScriptedServer, said: Answer
) -> None:
    """Where one try is allowed, the server is asked once."""
    _ask(server, said, GOOD)

    with pytest.raises(StoreError):
        short.get("k")
    assert [True] == _went_short(server)


def test_a_connection_that_is_cut_counts_as_a_try(short: S3Store, server: ScriptedServer) -> None:
    """It too is told in botocore's words, after one request."""
    _ask(server, _say_nothing, GOOD)

    with pytest.raises(StoreError, match="cannot be reached"):
        short.get("k")
    assert 1 == len(server.requests)


@pytest.mark.parametrize("bad", [refusal(503, "SlowDown"), _say_nothing], ids=["busy", "cut"])
def test_botocore_tries_again(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, bad: Answer) -> None:
    """As often as it is told to, the first and short try included."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "patient")  # clients are kept by credentials
    store = S3Store(bucket="crawl", endpoint=server.endpoint)
    _ask(server, GOOD)
    store.get("k")
    _ask(server, bad, GOOD)

    assert b"hello" == store.get("k")
    assert [True, False] == _went_short(server)
    _ask(server, bad)
    with pytest.raises(StoreError):
        store.get("k")
    assert [True, False] == _went_short(server)


def test_an_error_in_a_success_is_no_success(short: S3Store, server: ScriptedServer) -> None:
    """Servers send 200 before they know; botocore reads the rest, and so must the short way."""
    _ask(server, answer(200, b"<Error><Code>InternalError</Code></Error>"))

    with pytest.raises(StoreError, match="InternalError"):
        short.put("k", b"1")
    assert 1 == len(server.requests)


def test_an_answer_that_was_handed_on_is_not_the_answer_to_anything_else(
    short: S3Store, server: ScriptedServer
) -> None:
    """The next request is sent, whichever way it goes."""
    _ask(server, refusal(403, "AccessDenied"), GOOD)

    with pytest.raises(StoreError):
        short.get("denied")
    assert b"hello" == short.get("short")
    assert (
        b"hello" == client_for(short.endpoint, short.region)._client.get_object(Bucket="crawl", Key="k")["Body"].read()
    )
    assert ["GET /crawl/denied", "GET /crawl/short", "GET /crawl/k"] == server.requests


def test_a_bucket_that_lies_elsewhere_is_left_to_botocore(short: S3Store, server: ScriptedServer) -> None:
    """Botocore keeps in mind where it was sent; the short way would ask in the wrong place again and again."""
    moved = S3Store(bucket="moved", endpoint=short.endpoint)
    _ask(server, answer(301, x_amz_bucket_region="eu-west-1"), GOOD)

    assert [b"hello", b"hello"] == [moved.get("k"), moved.get("k")]
    assert [True, False, False] == _went_short(server)
    assert "/eu-west-1/" in server.headers[2]["authorization"]


@pytest.mark.parametrize("bucket", ["Crawl", "a_b", "crawl--x-s3"])
def test_a_name_with_a_meaning_is_left_to_botocore(short: S3Store, server: ScriptedServer, bucket: str) -> None:
    """It knows what stands for another kind of bucket."""
    client = client_for(short.endpoint, short.region)

    assert client._is_plain({"Bucket": "crawl", "Key": "k"})
    assert not client._is_plain({"Bucket": bucket, "Key": "k"})


def test_a_parameter_that_the_short_way_does_not_know_is_not_dropped(short: S3Store, server: ScriptedServer) -> None:
    """The request goes the whole way."""
    _ask(server, GOOD)
    client_for(short.endpoint, short.region).get_object(Bucket="crawl", Key="k", RequestPayer="requester")[
        "Body"
    ].close()

    assert [False] == _went_short(server)
    assert "requester" == server.headers[0]["x-amz-request-payer"]


def test_a_large_body_is_sent_only_to_a_server_that_wants_it(short: S3Store, server: ScriptedServer) -> None:
    """Botocore asks first; a body of a few kilobytes is not worth the question."""
    _ask(server, DONE)
    short.put("small", bytes(1 << 20))
    short.put("large", bytes((1 << 20) + 1))

    assert [None, "100-continue"] == [headers.get("expect") for headers in server.headers]


def test_a_success_gives_back_what_failures_took_from_the_retries(short: S3Store, server: ScriptedServer) -> None:
    """Botocore hears of it, or after a bad hour it would never try again."""
    told: list[int] = []
    client = client_for(short.endpoint, short.region)
    client.meta.events.register("after-call.s3", lambda http_response, **_: told.append(http_response.status_code))
    _ask(server, GOOD, DONE)
    short.get("k")
    short.put("k", b"1")

    assert [200, 200] == told
    assert [True, True] == _went_short(server)


def test_amazon_is_left_to_botocore(server: ScriptedServer) -> None:
    """Its checksums and addresses are more than the short way knows."""
    ours = client_for(server.endpoint, "us-east-1")
    amazons = [client_for(address, "eu-west-1") for address in (None, "https://s3.eu-west-1.amazonaws.com")]

    assert isinstance(ours, ShortClient)
    assert [False, False] == [isinstance(client, ShortClient) for client in amazons]
