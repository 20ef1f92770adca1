"""What S3 and botocore say when something is wrong, told apart and put into words with a next step."""

from __future__ import annotations

from typing import Any

from botocore import exceptions as boto

from farm.model.errors import ObjectChangedError, ObjectMissingError, StoreError

BROKEN_STREAM = (boto.ResponseStreamingError, boto.IncompleteReadError, boto.ReadTimeoutError)
"""An answer that stopped in the middle; botocore itself does not try these again."""

_NO_BUCKET = frozenset({"NoSuchBucket"})
_NO_OBJECT = frozenset({"NoSuchKey", "NoSuchVersion", "NotFound", "404"})
_CHANGED = frozenset({"PreconditionFailed", "412"})
_BAD_CREDENTIALS = frozenset(
    {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired", "401"}
    | {"AuthorizationHeaderMalformed", "UnrecognizedClientException", "Unauthorized"}
)
_DENIED = frozenset({"AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden", "403"})
_WRONG_REGION = frozenset({"PermanentRedirect", "IllegalLocationConstraintException", "301", "307"})
_CLOCK = frozenset({"RequestTimeTooSkewed", "RequestExpired"})
_BUSY = frozenset(
    {"SlowDown", "ServiceUnavailable", "InternalError", "RequestLimitExceeded", "500", "502", "503", "504"}
)
_FULL = frozenset({"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "507"})

_NO_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.ProfileNotFound,
    boto.TokenRetrievalError,
)
_UNREACHABLE = (
    boto.HTTPClientError,  # refused, unknown host, time-outs, proxies, TLS
    boto.EndpointConnectionError,
    boto.IncompleteReadError,
    boto.ResponseStreamingError,
)

MISSING_STEP = "Put it back, or submit again without it."
_CREDENTIALS_STEP = "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE); 'farm doctor' tries them."


def code_of(error: boto.ClientError) -> str:
    """Return S3's error code, such as `NoSuchKey`, or the HTTP status where the answer had no body."""
    return str(error.response.get("Error", {}).get("Code", ""))


def store_error(error: Exception, *, bucket: str, key: str, server: str) -> StoreError:
    """Return the error that a user reads for what botocore raised on `s3://bucket/key` at `server`."""
    if isinstance(error, boto.ClientError):
        return _refused(error, bucket=bucket, key=key, server=server)
    if isinstance(error, _NO_CREDENTIALS):
        return StoreError(f"There are no usable credentials for {server}: {error}", next_step=_CREDENTIALS_STEP)
    if isinstance(error, boto.SSLError):
        return StoreError(
            f"{server} cannot be trusted: {error}",
            next_step="Check FARM_S3_ENDPOINT (http or https?) and set AWS_CA_BUNDLE for a private certificate.",
        )
    if isinstance(error, _UNREACHABLE):
        return StoreError(
            f"{server} cannot be reached: {error}",
            next_step="Check FARM_S3_ENDPOINT, the network and whether the server runs; then go on.",
        )
    if isinstance(error, boto.ParamValidationError):
        told = _one_line(error).partition(": Bucket name must")[0]
        return StoreError(
            f"s3://{bucket}/{key} is not an address that S3 takes: {told}",
            next_step="Correct the bucket's name.",
        )
    return StoreError(f"s3://{bucket}/{key} cannot be used: {_one_line(error)}")


def _refused(error: boto.ClientError, *, bucket: str, key: str, server: str) -> StoreError:
    """Return the error for an answer of the server."""
    code = code_of(error)
    address = f"s3://{bucket}/{key}" if key else f"s3://{bucket}"
    told = _one_line(error.response.get("Error", {}).get("Message") or code)
    if code in _NO_BUCKET:
        return StoreError(
            f"There is no bucket {bucket!r} at {server}.",
            next_step="Create it, or correct its name or FARM_S3_ENDPOINT.",
        )
    if code in _NO_OBJECT:
        return ObjectMissingError(f"There is no object {address}.", next_step=MISSING_STEP)
    if code in _CHANGED:
        return ObjectChangedError(f"{address} has changed since it was listed.", next_step="Submit the list again.")
    if code in _BAD_CREDENTIALS:
        return StoreError(f"{server} refused the credentials ({code}: {told}).", next_step=_CREDENTIALS_STEP)
    if code in _DENIED:
        return StoreError(
            f"These credentials may not use {address} ({told}).",
            next_step=f"Give them s3:GetObject, s3:PutObject and s3:ListBucket on {bucket!r}, or use others.",
        )
    return StoreError(f"{server} refused {address} ({code}: {told}).", next_step=_step_of(code))


def _step_of(code: str) -> str:
    """Return what to do about the rarer codes; empty for the general advice."""
    if code in _WRONG_REGION:
        return "Set FARM_S3_REGION to the region of the bucket."
    if code in _CLOCK:
        return "Set this machine's clock; S3 refuses requests that are some minutes off."
    if code in _FULL:
        return "Free some space in the store or raise its quota, then go on; no half object was left."
    if code in _BUSY:
        return "The server is overloaded or failing; go on later, nothing is lost."
    if code == "InvalidBucketName":
        return "Correct the bucket's name."
    return ""


def _one_line(said: Any) -> str:  # noqa: ANN401 -- anything that has a text
    """Return a message without its line breaks."""
    return " ".join(str(said).split())[:300]
