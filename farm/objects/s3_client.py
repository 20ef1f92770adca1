"""The process's S3 clients: made when first used, one for each endpoint, region and set of credentials."""

from __future__ import annotations

import os
import threading
from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError

from farm.model.errors import StoreError
from farm.objects.s3_model import thrifty_session
from farm.objects.s3_short import ShortClient

_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")

_clients: dict[tuple[str | int | None, ...], Any] = {}
_lock = threading.Lock()


def effective_endpoint(endpoint: str | None) -> str | None:
    """Return the endpoint that requests go to: the given one, or that of AWS's own variables; None for AWS."""
    return endpoint or next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), None)


def client_for(endpoint: str | None, region: str) -> Any:  # noqa: ANN401 -- botocore makes client classes at run time
    """Return this process's client; making one takes up to half a second, so there is only one.

    Raises StoreError if the endpoint is not a URL.
    """
    address = effective_endpoint(endpoint)
    # The process id keeps a forked child from writing into its parent's connections.
    entry = (os.getpid(), address, region, *(os.environ.get(name) for name in _CREDENTIALS))
    with _lock:
        client = _clients.get(entry)
        if client is None:
            client = _clients[entry] = _make_client(address, region)
    return client


def _make_client(address: str | None, region: str) -> Any:  # noqa: ANN401 -- see client_for
    """Make a client; servers other than AWS get path-style addresses and no checksum trailers, which many refuse."""
    options: dict[str, Any] = {}
    if address is not None and not _is_aws(address):
        options = {
            "request_checksum_calculation": "when_required",
            "response_checksum_validation": "when_required",
            # Without checksum trailers the signed SHA-256 of the body is what lets the server notice a damaged upload.
            "s3": {"addressing_style": "path", "payload_signing_enabled": True},
        }
    config = Config(
        connect_timeout=5,
        read_timeout=20,
        retries={"mode": "standard"},  # 3 tries, or AWS_MAX_ATTEMPTS
        max_pool_connections=64,
        tcp_keepalive=True,
        user_agent="apkfarm",  # botocore's own is put together anew for each request, an eighth of what that costs
        **options,
    )
    session = thrifty_session()
    try:
        client = session.create_client("s3", endpoint_url=address, region_name=region or None, config=config)
        return ShortClient(client, session.get_credentials()) if _is_plain(client, options) else client
    except (ValueError, BotoCoreError) as error:
        raise StoreError(
            f"No S3 client can be made for {address or 'AWS'}: {error}",
            next_step="Set FARM_S3_ENDPOINT to a URL such as http://127.0.0.1:9000, or to nothing for AWS.",
        ) from error


def _is_plain(client: Any, options: dict[str, Any]) -> bool:  # noqa: ANN401 -- see client_for
    """Return whether a client speaks to another server than AWS in just the way that we asked for."""
    config = client.meta.config
    ours = config.s3 == options.get("s3") and config.signature_version == "s3v4" and not config.auth_scheme_preference
    return bool(options and ours and client.meta.region_name)


def _is_aws(address: str) -> bool:
    """Return whether an endpoint is one of Amazon's own."""
    host = urlsplit(address).hostname or ""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn"))
