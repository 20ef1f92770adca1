"""An S3 bucket, or a prefix in one, as an object store; the home of boto3; loaded only when a URL says s3."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError

from farm.model.errors import ObjectMissingError, StoreError
from farm.objects.naming import check_key
from farm.objects.s3_client import client_for, effective_endpoint
from farm.objects.s3_errors import BROKEN_STREAM, MISSING_STEP, store_error
from farm.ports import ObjectInfo
from workers.model.errors import OverLimitError

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
        request = self._request(key) | _condition(etag)
        if version_id is not None:
            request["VersionId"] = version_id
        return self._read(key, request, length=None, limit=limit)

    def get_range(self, key: str, start: int, length: int, *, etag: str | None = None) -> bytes:
        """Return at most `length` bytes from `start`; a negative start counts from the end."""
        if length < 0:
            raise ValueError(f"length is {length}; it must not be negative")
        if length == 0:
            if self.head(key) is None:
                raise ObjectMissingError(f"There is no object {self.url}/{key}.", next_step=MISSING_STEP)
            return b""
        span = f"bytes={start}" if start < 0 else f"bytes={start}-{start + length - 1}"
        request = self._request(key) | _condition(etag) | {"Range": span}
        return self._read(key, request, length=length, limit=None)

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

    def _read(self, key: str, request: dict[str, Any], *, length: int | None, limit: int | None) -> bytes:
        """Return the bytes of an answer; a stream that breaks off is read again from its start."""
        for attempt in range(1, _READS + 1):
            try:
                answer = self._client().get_object(**request)
                return self._body(answer, key, length=length, limit=limit)
            except ClientError as error:
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
                if length is not None and status == 416:
                    return b""
                raise self._error(error, key) from error
            except BROKEN_STREAM as error:
                if attempt == _READS:
                    raise self._error(error, key) from error
            except BotoCoreError as error:
                raise self._error(error, key) from error
        raise AssertionError("unreachable: the last try returns or raises")

    def _body(self, answer: dict[str, Any], key: str, *, length: int | None, limit: int | None) -> bytes:
        """Read one answer, having checked that it is what was asked for."""
        body, size = answer["Body"], int(answer["ContentLength"])
        try:
            if limit is not None and size > limit:
                raise OverLimitError(f"The object has {size} bytes; the limit is {limit}.")
            if length is not None and size and "ContentRange" not in answer:
                raise StoreError(
                    f"{self._server()} ignores ranged reads; {self.url}/{key} was not read.",
                    next_step="Use an S3 server that answers Range requests.",
                )
            # With a number, botocore does not notice that the stream ended early; without one it does.
            data: bytes = body.read(length) if length is not None and length < size else body.read()
        finally:
            body.close()
        expected = size if length is None else min(length, size)
        if len(data) != expected:
            raise IncompleteReadError(actual_bytes=len(data), expected_bytes=expected)
        return data

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


def _condition(etag: str | None) -> dict[str, Any]:
    """Return the header that makes a read fail if the object is another one."""
    return {} if etag is None else {"IfMatch": f'"{etag}"'}


def _bare(etag: str) -> str:
    """Return an entity tag without its quotes."""
    return etag.removeprefix("W/").strip('"')


def _version(version_id: str | None) -> str | None:
    """Return a version id; buckets that stopped keeping versions say `null`."""
    return None if version_id in {None, "", "null"} else version_id
