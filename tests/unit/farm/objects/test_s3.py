"""What the S3 store does about servers that break off, lie, collide or are not there."""

from __future__ import annotations

import pytest

from farm.model.errors import ObjectChangedError, RangesIgnoredError, StoreError
from farm.objects.s3 import S3Store
from farm.objects.s3_client import client_for
from tests.unit.farm.objects.scripted_server import Answer, ScriptedServer, answer, refusal


def _store(server: ScriptedServer) -> S3Store:
    """Return a store at the server."""
    return S3Store(bucket="crawl", endpoint=server.endpoint)


def test_an_answer_that_breaks_off_is_read_again(server: ScriptedServer) -> None:
    """Half an object is never returned; the second try gets it whole."""
    server.answers = [answer(200, b"hel", length=5, ETag='"e"'), answer(200, b"hello", ETag='"e"')]

    assert b"hello" == _store(server).get("k")
    assert ["GET /crawl/k"] * 2 == server.requests


def test_a_range_that_breaks_off_is_read_again(server: ScriptedServer) -> None:
    """A part that is shorter than promised is not taken for the end of the object."""
    whole = answer(206, b"helloworld", Content_Range="bytes 0-9/10")
    server.answers = [answer(206, b"hel", length=10, Content_Range="bytes 0-9/10"), whole]

    assert b"hello" == _store(server).get_range("k", -10, 5)


def test_a_server_that_always_breaks_off_is_given_up(server: ScriptedServer) -> None:
    """After three tries the store is said to be unreachable."""
    server.answers = [answer(200, b"hel", length=5)]

    with pytest.raises(StoreError, match="cannot be reached"):
        _store(server).get("k")
    assert 3 == len(server.requests)


def test_a_stream_that_breaks_off_goes_on_where_it_ended(server: ScriptedServer) -> None:
    """Under the etag of its beginning, so that what went through belongs together."""
    rest = answer(206, b"lo", Content_Range="bytes 3-4/5", ETag='"e"')
    server.answers = [answer(200, b"hel", length=5, ETag='"e"'), rest]

    assert b"hello" == b"".join(_store(server).stream("k"))
    assert ("bytes=3-", '"e"') == (server.headers[1]["range"], server.headers[1]["if-match"])


@pytest.mark.parametrize(
    ("then", "error"),
    [
        (answer(206, b"lo", Content_Range="bytes 3-4/5", ETag='"new"'), ObjectChangedError),
        (answer(200, b"hello", ETag='"e"'), RangesIgnoredError),
        (answer(206, b"hello", Content_Range="bytes 0-4/5", ETag='"e"'), RangesIgnoredError),
        (refusal(412, "PreconditionFailed"), ObjectChangedError),
        (refusal(403, "AccessDenied"), StoreError),
    ],
    ids=["another object", "ranges ignored", "another range", "changed", "denied"],
)
def test_a_stream_that_cannot_go_on_is_given_up(server: ScriptedServer, then: Answer, error: type[StoreError]) -> None:
    """Its beginning is not taken for the rest."""
    server.answers = [answer(200, b"hel", length=5, ETag='"e"'), then]

    with pytest.raises(error):
        list(_store(server).stream("k"))


def test_a_stream_without_an_etag_is_not_gone_on_with(server: ScriptedServer) -> None:
    """Nothing would say that the rest is of the same object."""
    rest = answer(206, b"lo", Content_Range="bytes 3-4/5")
    server.answers = [answer(200, b"hel", length=5), rest]

    with pytest.raises(StoreError, match="cannot be reached"):
        list(_store(server).stream("k"))
    assert 1 == len(server.requests)


def test_a_stream_that_breaks_off_again_and_again_is_given_up(server: ScriptedServer) -> None:
    """After three tries the store is said to be unreachable."""
    server.answers = [answer(200, b"", length=5, ETag='"e"')]

    with pytest.raises(StoreError, match="cannot be reached"):
        list(_store(server).stream("k"))
    assert 3 == len(server.requests)


def test_a_stream_under_another_etag_is_a_changed_object(server: ScriptedServer) -> None:
    """Though the server heeds no condition."""
    server.answers = [answer(200, b"hello", ETag='"new"')]

    with pytest.raises(ObjectChangedError, match="changed"):
        list(_store(server).stream("k", etag="old"))


def test_a_server_that_ignores_ranges_is_refused(server: ScriptedServer) -> None:
    """The beginning of the object is never taken for the part that was asked for."""
    server.answers = [answer(200, b"0123456789")]

    with pytest.raises(RangesIgnoredError, match="ignores ranged reads"):
        _store(server).get_range("k", 5, 2)


def test_a_server_without_conditions_is_not_believed_a_part_of_another_object(server: ScriptedServer) -> None:
    """It answers for an object that was changed meanwhile: tag and size tell."""
    server.answers = [answer(206, b"567", Content_Range="bytes 5-7/11", ETag='"new"')]

    for known in ({"etag": "old"}, {"size": 10}):
        with pytest.raises(ObjectChangedError, match="changed"):
            _store(server).get_range("k", 5, 3, **known)
    assert b"567" == _store(server).get_range("k", 5, 3, etag="new", size=11)


def test_a_conditional_write_that_collides_is_tried_again(server: ScriptedServer) -> None:
    """AWS answers 409 to one of two conditional writes at the same moment; its next answer counts."""
    server.answers = [refusal(409, "ConditionalRequestConflict"), refusal(412, "PreconditionFailed")]

    assert _store(server).put("k", b"1", if_absent=True) is False
    assert 2 == len(server.requests)


def test_a_write_asks_for_no_checksum_that_others_than_aws_refuse(server: ScriptedServer) -> None:
    """The body is signed by its SHA-256; there is no trailer and no CRC header."""
    server.answers = [answer(200, ETag='"e"')]
    _store(server).put("k", b"1")

    (sent,) = server.headers
    assert 64 == len(sent["x-amz-content-sha256"])
    assert [] == [name for name in sent if name.startswith(("x-amz-checksum", "x-amz-trailer", "x-amz-sdk-checksum"))]
    assert "aws-chunked" not in sent.get("content-encoding", "")


def test_a_server_without_conditions_is_not_silently_believed(server: ScriptedServer) -> None:
    """A refusal of the condition itself is an error, not a success."""
    server.answers = [refusal(501, "NotImplemented")]

    with pytest.raises(StoreError, match="NotImplemented"):
        _store(server).put("k", b"1", if_absent=True)


@pytest.mark.parametrize(
    ("status", "code", "said", "step"),
    [
        (403, "RequestTimeTooSkewed", "RequestTimeTooSkewed", "clock"),
        (403, "ExpiredToken", "refused the credentials", "AWS_ACCESS_KEY_ID"),
        (301, "PermanentRedirect", "PermanentRedirect", "FARM_S3_REGION"),
        (503, "SlowDown", "SlowDown", "later"),
        (507, "InsufficientStorage", "InsufficientStorage", "space"),
        (400, "Strange", "Strange", "farm doctor"),
    ],
)
def test_each_refusal_has_its_next_step(server: ScriptedServer, status: int, code: str, said: str, step: str) -> None:
    """What a person must do differs, and so does the message."""
    server.answers = [refusal(status, code), refusal(404, "NoSuchBucket")]

    with pytest.raises(StoreError, match=said) as caught:
        _store(server).put("k", b"1")
    assert step in caught.value.next_step


def test_nobody_listening_is_said(monkeypatch: pytest.MonkeyPatch, server: ScriptedServer) -> None:
    """The endpoint is named, with what to check."""
    store = S3Store(bucket="crawl", endpoint="http://127.0.0.1:1")

    with pytest.raises(StoreError, match=r"http://127\.0\.0\.1:1 cannot be reached") as caught:
        store.get("k")
    assert "FARM_S3_ENDPOINT" in caught.value.next_step


def test_an_endpoint_that_is_no_url_is_said(server: ScriptedServer) -> None:
    """The setting is named before anything is sent."""
    with pytest.raises(StoreError, match="nonsense") as caught:
        S3Store(bucket="crawl", endpoint="nonsense").get("k")
    assert "FARM_S3_ENDPOINT" in caught.value.next_step


def test_a_name_that_no_bucket_can_have_is_said(server: ScriptedServer) -> None:
    """The address is refused without a request."""
    with pytest.raises(StoreError, match="not an address"):
        S3Store(bucket="no bucket", endpoint=server.endpoint).get("k")
    assert [] == server.requests


def test_missing_credentials_are_said(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any credentials the message is not about the server."""
    for name, value in {"HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(StoreError, match="no usable credentials") as caught:
        S3Store(bucket="crawl", endpoint=f"{server.endpoint}/").get("k")
    assert "AWS_ACCESS_KEY_ID" in caught.value.next_step


def test_a_process_has_one_client_for_each_set_of_credentials(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Making a client is dear, so it is shared; new credentials get a new one."""
    first = client_for(server.endpoint, "us-east-1")
    again = client_for(server.endpoint, "us-east-1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other")
    other = client_for(server.endpoint, "us-east-1")

    assert first is again
    assert other is not first
