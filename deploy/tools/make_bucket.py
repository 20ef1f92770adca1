"""Makes a bucket unless it is there, and waits for the S3 server to come up: `make_bucket.py NAME [SECONDS]`."""

from __future__ import annotations

import os
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

PAUSE_S = 1.0
"""Seconds between two tries."""


def main() -> int:
    """Make the bucket named in the first argument; return 0 once it is there, 1 if the server does not come up."""
    name = sys.argv[1]
    deadline = time.monotonic() + float(sys.argv[2] if len(sys.argv) > 2 else 60)
    client = boto3.client(
        "s3",
        endpoint_url=os.environ.get("FARM_S3_ENDPOINT") or None,
        region_name=os.environ.get("FARM_S3_REGION", "us-east-1"),
        config=Config(
            connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}
        ),
    )
    while True:
        try:
            client.create_bucket(Bucket=name)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "BucketAlreadyOwnedByYou":
                print(f"bucket {name} is there")
                return 0
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                print(f"bucket {name} cannot be made: {error}", file=sys.stderr)
                return 1
            reason = str(error)
        except BotoCoreError as error:
            reason = str(error)
        else:
            print(f"made bucket {name}")
            return 0
        if time.monotonic() > deadline:
            print(f"bucket {name} cannot be made: {reason}", file=sys.stderr)
            return 1
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    sys.exit(main())
