"""The short way to an S3 server: botocore's connections and signature for the requests that every app costs.

Only what went as expected ends here. Whatever else comes, an error too, is handed to botocore as the answer to its own
first try: what it means, whether to try again and what to tell is known there and nowhere else (decision 13).
"""

from __future__ import annotations

import re
import threading
from typing import Any
from urllib.parse import quote

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody

_HEADERS = {"IfMatch": "If-Match", "IfNoneMatch": "If-None-Match", "Range": "Range", "ContentType": "Content-Type"}
"""How parameters are called on the wire."""
_PARAMETERS = _HEADERS.keys() | {"Bucket", "Key", "VersionId", "Body"}
_BUCKET = re.compile(r"(?!.*--)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""Names without a meaning of their own; `--x-s3`, for one, stands for another kind of bucket."""
_SMALL = 1 << 20
"""Bytes that are sent without asking first, as botocore does, whether the server wants them."""
_NO_KEY = b"<Code>NoSuchKey</Code>"


class ShortClient:
    """A botocore client for a server that is addressed by path; its `get_object` and `put_object` cost half as much."""

    def __init__(self, client: Any, credentials: Any) -> None:  # noqa: ANN401 -- botocore's, untyped
        """Take a client, the credentials that it uses; None if there are none."""
        self._client = client
        self._credentials = credentials
        self._region = client.meta.region_name
        self._root = client.meta.endpoint_url.rstrip("/")
        self._connections: Any = None
        self._elsewhere: set[str] = set()
        """Buckets for which botocore was told another region or address."""
        self._handed = threading.local()
        # The first request goes the whole way, and shows by whose connections.
        client.meta.events.register("needs-retry.s3", self._learn)
        client.meta.events.register("before-send.s3", self._take_over)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- see __init__
        """Return what the client has."""
        return getattr(self._client, name)

    def get_object(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 -- as botocore's
        """Return an object, or a part of it; raises what botocore raises."""
        if not self._is_plain(request):
            whole: dict[str, Any] = self._client.get_object(**request)
            return whole
        answer = self._send("GET", request)
        if isinstance(answer, AWSResponse):
            length = answer.headers.get("Content-Length", "")
            if answer.status_code in {200, 206} and length.isdecimal():
                self._tell("GetObject", answer)
                told = {"ETag": "ETag", "ContentRange": "Content-Range"}
                found = {name: answer.headers[header] for name, header in told.items() if header in answer.headers}
                return found | {"ContentLength": int(length), "Body": StreamingBody(answer.raw, length)}
            if answer.status_code == 404 and _NO_KEY in answer.content:
                self._tell("GetObject", answer)
                said = {"Error": {"Code": "NoSuchKey"}, "ResponseMetadata": {"HTTPStatusCode": 404}}
                raise ClientError(said, "GetObject")
        return self._whole_way("get_object", request, answer)

    def put_object(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 -- as botocore's
        """Write an object; raises what botocore raises."""
        if not self._is_plain(request) or len(request["Body"]) > _SMALL:
            whole: dict[str, Any] = self._client.put_object(**request)
            return whole
        answer = self._send("PUT", request)
        # A success that says something may be an error that came too late for the status.
        if isinstance(answer, AWSResponse) and answer.status_code == 200 and not answer.content:
            self._tell("PutObject", answer)
            return {}
        return self._whole_way("put_object", request, answer)

    def _is_plain(self, request: dict[str, Any]) -> bool:
        """Return whether there is nothing about a request that botocore must think about."""
        bucket = request["Bucket"]
        return (
            self._connections is not None
            and self._credentials is not None
            and request.keys() <= _PARAMETERS
            and bucket not in self._elsewhere
            and _BUCKET.fullmatch(bucket) is not None
            and all(request.get(name, "").isascii() for name in _HEADERS)
        )

    def _send(self, method: str, request: dict[str, Any]) -> AWSResponse | BotoCoreError:
        """Send a signed request; return the answer, or why there is none."""
        url = f"{self._root}/{request['Bucket']}/{quote(request['Key'], safe='/~')}"
        if "VersionId" in request:
            url += f"?versionId={quote(request['VersionId'], safe='~')}"
        config = self._client.meta.config
        headers = {header: request[name] for name, header in _HEADERS.items() if name in request}
        sent = AWSRequest(
            method=method,
            url=url,
            headers=headers | {"User-Agent": config.user_agent},
            data=request.get("Body"),
            stream_output=method == "GET",
        )
        sent.context = {"client_config": config}
        S3SigV4Auth(self._credentials.get_frozen_credentials(), "s3", self._region).add_auth(sent)
        try:
            return self._connections.send(sent.prepare())
        except BotoCoreError as error:
            return error

    def _tell(self, operation: str, answer: AWSResponse) -> None:
        """Tell botocore how a request ended: each success gives back some of what failures took from its retries."""
        self._client.meta.events.emit(f"after-call.s3.{operation}", http_response=answer, context={})

    def _whole_way(
        self, operation: str, request: dict[str, Any], answer: AWSResponse | BotoCoreError
    ) -> dict[str, Any]:
        """Let botocore go on from an answer to the request."""
        if isinstance(answer, AWSResponse) and 300 <= answer.status_code <= 400:
            self._elsewhere.add(request["Bucket"])
        self._handed.answer = answer
        try:
            done: dict[str, Any] = getattr(self._client, operation)(**request)
            return done
        finally:
            self._handed.answer = None

    def _take_over(self, **_: object) -> AWSResponse | None:
        """Return the answer that this thread already has to what is about to be sent, or raise what came instead."""
        answer = getattr(self._handed, "answer", None)
        self._handed.answer = None
        if isinstance(answer, BotoCoreError):
            raise answer
        return answer

    def _learn(self, endpoint: Any, **_: object) -> None:  # noqa: ANN401 -- see __init__
        """Take note of the client's connections."""
        self._connections = endpoint.http_session
