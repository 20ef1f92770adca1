"""An S3 bucket, or a prefix in one, as an object store; loaded only when a URL says s3, as botocore is."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError

from farm.model.errors import ObjectChangedError, ObjectMissingError, RangesIgnoredError, StoreError
from farm.objects.naming import check_key
from farm.objects.s3_client import client_for, effective_endpoint
from farm.objects.s3_errors import BROKEN_STREAM, MISSING_STEP, store_error
from farm.ports import PIECE, ObjectInfo
from workers.model.errors import OverSizeLimitError

_READS = 3
"""How often an object is read whose stream breaks off in the middle."""

_WRITES = 5
"""How often a conditional write is tried that collides with another one (409)."""

_buckets_seen: set[tuple[str | None, str]] = set()
"""Buckets known to exist: a HEAD answers 404 for a missing object and for a missing bucket alike."""


@dataclass(frozen=True, kw_only=True, slots=True)
class S3Store:
    """Objects of one bucket; a value that can be sent to workers, which open clients of their own."""

    bucket: str
    prefix: str = ""
    """Begins every key, without a slash at either end; empty for the whole bucket."""
    endpoint: str | None = None
    """URL of a server other than AWS."""
    region: str = "us-east-1"

    @property
    def url(self) -> str:
        """Root as `s3://bucket/prefix`."""
        return f"s3://{self.bucket}/{self.prefix}" if self.prefix else f"s3://{self.bucket}"

    def get(
        self, key: str, *, etag: str | None = None, version_id: str | None = None, limit: int | None = None
    ) -> bytes:
        """Return an object whole; with `limit`, a larger one is refused before its bytes are sent."""
        request = self._request(key) | _condition(etag, version_id)
        return self._read(key, request, lambda answer: self._whole(answer, limit))

    def stream(
        self, key: str, *, etag: str | None = None, version_id: str | None = None, limit: int | None = None
    ) -> Generator[bytes, None, None]:
        """Yield an object in pieces; a stream that breaks off is gone on with where it ended, under the same etag."""
        request = self._request(key) | _condition(etag, version_id)
        done = 0
        for attempt in range(1, _READS + 1):
            try:
                answer = self._client().get_object(**request)
                with closing(answer["Body"]) as body:
                    etag = self._goes_on(answer, key, done, etag=etag, limit=limit)
                    for piece in body.iter_chunks(PIECE):
                        yield piece
                        done += len(piece)
                    return
            except BROKEN_STREAM as error:
                # Without an etag nobody knows whether the rest would be that of the same object.
                if attempt == _READS or (done and etag is None):
                    raise self._error(error, key) from error
                request |= _condition(etag, version_id) | ({"Range": f"bytes={done}-"} if done else {})
            except (ClientError, BotoCoreError) as error:
                raise self._error(error, key) from error

    def get_range(
        self,
        key: str,
        start: int,
        length: int,
        *,
        etag: str | None = None,
        version_id: str | None = None,
        size: int | None = None,
    ) -> bytes:
        """Return at most `length` bytes from `start`; a negative start counts from the end."""
        if length < 0:
            raise ValueError(f"length is {length}; it must not be negative")
        if length == 0:
            if self.head(key) is None:
                raise ObjectMissingError(f"There is no object {self.url}/{key}.", next_step=MISSING_STEP)
            return b""
        span = f"bytes={start}" if start < 0 else f"bytes={start}-{start + length - 1}"
        request = self._request(key) | _condition(etag, version_id) | {"Range": span}
        try:
            return self._read(key, request, lambda answer: self._part(answer, key, length, etag=etag, size=size))
        except _BeyondEndError:
            return b""

    def head(self, key: str) -> ObjectInfo | None:
        """Return what is known of an object, or None if there is none; a missing bucket is a StoreError."""
        request = self._request(key)
        try:
            answer = self._client().head_object(**request)
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if status == 404:
                self._require_bucket()
                return None
            raise self._error(self._explained(error, request), key) from error
        except BotoCoreError as error:
            raise self._error(error, key) from error
        _buckets_seen.add((self.endpoint, self.bucket))
        return ObjectInfo(
            key=key,
            size=int(answer["ContentLength"]),
            etag=_bare(answer["ETag"]),
            version_id=_version(answer.get("VersionId")),
        )

    def put(
        self, key: str, data: bytes, *, if_absent: bool = False, content_type: str = "application/octet-stream"
    ) -> bool:
        """Write an object; with `if_absent` only if the server finds none under the key at that moment.

        After a time-out botocore sends again: a conditional write may then find its own first try and return False.
        """
        request = self._request(key) | {"Body": data, "ContentType": content_type}
        if if_absent:
            request["IfNoneMatch"] = "*"
        for attempt in range(1, _WRITES + 1):
            try:
                self._client().put_object(**request)
            except ClientError as error:
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
                if if_absent and status == 412:
                    return False
                if not (if_absent and status == 409 and attempt < _WRITES):
                    raise self._error(error, key) from error
            except BotoCoreError as error:
                raise self._error(error, key) from error
            else:
                return True
        raise AssertionError("unreachable: the last try returns or raises")

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield all objects whose key starts with `prefix`, a page of 1,000 at a time, sorted by key."""
        root = f"{self.prefix}/" if self.prefix else ""
        pages = self._client().get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=root + prefix)
        try:
            for page in pages:
                for found in page.get("Contents", ()):
                    yield ObjectInfo(
                        key=found["Key"][len(root) :], size=int(found["Size"]), etag=_bare(found.get("ETag", ""))
                    )
        except (ClientError, BotoCoreError) as error:
            raise self._error(error, prefix) from error

    def _read(self, key: str, request: dict[str, Any], take: Callable[[dict[str, Any]], bytes]) -> bytes:
        """Return what `take` makes of an answer; a stream that breaks off is read again from its start."""
        for attempt in range(1, _READS + 1):
            try:
                answer = self._client().get_object(**request)
                with closing(answer["Body"]):
                    return take(answer)
            except ClientError as error:
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
                if status == 416 and "Range" in request:
                    raise _BeyondEndError from error
                raise self._error(error, key) from error
            except BROKEN_STREAM as error:
                if attempt == _READS:
                    raise self._error(error, key) from error
            except BotoCoreError as error:
                raise self._error(error, key) from error
        raise AssertionError("unreachable: the last try returns or raises")

    def _whole(self, answer: dict[str, Any], limit: int | None) -> bytes:
        """Read an answer that is a whole object."""
        size = int(answer["ContentLength"])
        if limit is not None and size > limit:
            raise OverSizeLimitError(f"The object has {size} bytes; the limit is {limit}.")
        return _body(answer, size)

    def _part(self, answer: dict[str, Any], key: str, length: int, *, etag: str | None, size: int | None) -> bytes:
        """Read an answer that is a part of an object, having checked that it is, and of which one."""
        sent = int(answer["ContentLength"])
        told = str(answer.get("ContentRange", ""))
        if sent and not told:
            raise RangesIgnoredError(f"{self._server()} ignores ranged reads; {self.url}/{key} was not read.")
        total = told.rpartition("/")[2]
        # Not every server heeds the condition, and only a whole object can be checked by its hash.
        other = etag is not None and _bare(str(answer.get("ETag", etag))) != etag
        if other or (size is not None and total.isdecimal() and int(total) != size):
            raise self._changed(key)
        return _body(answer, min(length, sent))

    def _goes_on(
        self, answer: dict[str, Any], key: str, done: int, *, etag: str | None, limit: int | None
    ) -> str | None:
        """Return the etag, if any, of an answer which, as checked here, gives the object from its byte `done` on."""
        size = done + int(answer["ContentLength"])
        if limit is not None and size > limit:
            raise OverSizeLimitError(f"The object has {size} bytes; the limit is {limit}.")
        if done and not str(answer.get("ContentRange", "")).startswith(f"bytes {done}-"):
            raise RangesIgnoredError(f"{self._server()} ignores ranged reads; {self.url}/{key} broke off at {done}.")
        found = _bare(str(answer.get("ETag", etag or "")))
        if etag not in {None, found}:
            raise self._changed(key)
        return found or None

    def _changed(self, key: str) -> ObjectChangedError:
        """Return the error for an object that is another one."""
        return ObjectChangedError(
            f"{self.url}/{key} has changed since it was listed.", next_step="Submit the list again."
        )

    def _require_bucket(self) -> None:
        """Raise StoreError if the bucket does not exist; asks the server once in the life of a process."""
        if (self.endpoint, self.bucket) in _buckets_seen:
            return
        try:
            self._client().list_objects_v2(Bucket=self.bucket, MaxKeys=1)
        except (ClientError, BotoCoreError) as error:
            raise self._error(error, "") from error
        _buckets_seen.add((self.endpoint, self.bucket))

    def _explained(self, error: Exception, request: dict[str, Any]) -> Exception:
        """Return the refusal of a HEAD with its reason: HEAD has no body, so a read of one byte is asked instead."""
        explained = error
        try:
            self._client().get_object(**request, Range="bytes=0-0")["Body"].close()
        except (ClientError, BotoCoreError) as told:
            explained = told
        return explained

    def _request(self, key: str) -> dict[str, Any]:
        """Return the address of a key as botocore takes it."""
        check_key(key, strict_slashes=False)
        return {"Bucket": self.bucket, "Key": f"{self.prefix}/{key}" if self.prefix else key}

    def _client(self) -> Any:  # noqa: ANN401 -- botocore makes client classes at run time
        """Return this process's client."""
        return client_for(self.endpoint, self.region)

    def _server(self) -> str:
        """Return the server as messages show it."""
        return effective_endpoint(self.endpoint) or f"AWS S3 ({self.region})"

    def _error(self, error: Exception, key: str) -> StoreError:
        """Return what a user reads."""
        full = f"{self.prefix}/{key}" if self.prefix else key
        return store_error(error, bucket=self.bucket, key=full, server=self._server())


class _BeyondEndError(Exception):
    """The object ends before the range begins."""


def _body(answer: dict[str, Any], length: int) -> bytes:
    """Return the first `length` bytes of an answer."""
    # With a number, botocore does not notice that the stream ended early; without one it does.
    body, size = answer["Body"], int(answer["ContentLength"])
    data: bytes = body.read(length) if length < size else body.read()
    if len(data) != length:
        raise IncompleteReadError(actual_bytes=len(data), expected_bytes=length)
    return data


def _condition(etag: str | None, version_id: str | None) -> dict[str, Any]:
    """Return what makes a read fail if the object is another one."""
    request: dict[str, Any] = {} if etag is None else {"IfMatch": f'"{etag}"'}
    return request if version_id is None else request | {"VersionId": version_id}


def _bare(etag: str) -> str:
    """Return an entity tag without its quotes."""
    return etag.removeprefix("W/").strip('"')


def _version(version_id: str | None) -> str | None:
    """Return a version id; buckets that stopped keeping versions say `null`."""
    return None if version_id in {None, "", "null"} else version_id
