"""The whole main job on this machine: apps into an S3 endpoint, a batch, a local Ray cluster, a report; two apps run.

usage: demo.py APK_DIR      (called by `make demo`)
"""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "examples" / "apps" / "built"
OUT = Path("demo")
BUCKET = "crawl"
PREFIX = "2026-11/"
RUN_REAL = ("uiautomator2-2.16", "io.appium.settings-8", "android-apidemos-5", "airtest-1.0")
"""Beginnings of the names of real APKs to run, the first two that are there."""
RUN_SAMPLES = ("imei-before-consent", "old-target")


def main() -> int:
    """Run the demo; return the exit code."""
    began = time.monotonic()
    real = sorted(Path(sys.argv[1]).glob("*.apk"))
    samples = sorted(SAMPLES.glob("*.apk"))
    if not real:
        say("No network and no real APKs here yet: the demo uses the project's own sample apps alone.")
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    with S3Endpoint() as endpoint:
        endpoint.upload([*real, *samples])
        say(f"{len(real)} real APKs and {len(samples)} sample apps are in s3://{BUCKET}/{PREFIX} at {endpoint.url}")
        farm = Farm(endpoint.url)
        farm("submit", f"s3://{BUCKET}/{PREFIX}", "--name", "demo")
        farm("run")
        farm("status", "demo")
        farm("rerun", "demo", "--failed", "--preview")
        year = str(datetime.now(UTC).year)
        farm("target", "set", year, "--apps", "2080000")
        farm("target", "show", year)
        farm("report", "demo", "--format", "html", "--format", "csv", "--out", str(OUT / "report"))
        pages = run_two(farm, real, samples)
    say(f"Done in {time.monotonic() - began:.0f} s.")
    say(f"The report:   {(OUT / 'report' / 'index.html').absolute().as_uri()}")
    for page in pages:
        say(f"A run:        {page.absolute().as_uri()}")
    say(f"The console:  FARM_HOME={OUT / 'home'} .venv/bin/farm serve   and open http://127.0.0.1:8420/")
    return 0


def say(text: str) -> None:
    """Print one line of the demo's own."""
    print(f"== {text}", flush=True)


def run_two(farm: Farm, real: list[Path], samples: list[Path]) -> list[Path]:
    """Run two apps in the sandbox, if it is there; return their pages."""
    missing = what_the_sandbox_lacks()
    if missing:
        say(f"The dynamic suite cannot run here, so no app is run: {missing}")
        return []
    chosen = [path for name in RUN_REAL for path in real if path.name.startswith(name)][:2]
    if len(chosen) < 2:
        say("The real APKs meant for this are not here: two sample apps are run instead.")
        chosen = [path for path in samples if path.stem in RUN_SAMPLES]
    pages = []
    for path in chosen:
        began = time.monotonic()
        folder = OUT / "runs" / path.stem
        farm("inspect", str(path), "--suite", "dynamic", "--out", str(folder))
        say(f"{path.name} was run in {time.monotonic() - began:.0f} s.")
        pages.append(folder / "index.html")
    return pages


def what_the_sandbox_lacks() -> str:
    """Return what is missing and what to do about it; empty if nothing is."""
    from workers.dynamic.toolkit import BackendMissingError, find_toolkit

    try:
        find_toolkit()
    except BackendMissingError as error:
        return str(error)
    return ""


class Farm:
    """Calls the farm command as a user would."""

    def __init__(self, endpoint: str) -> None:
        """Prepare the environment: a home of the demo's own, and the endpoint with throw-away credentials."""
        self._env = os.environ | {
            "FARM_HOME": str(OUT / "home"),
            "FARM_S3_ENDPOINT": endpoint,
            "AWS_ACCESS_KEY_ID": "demo",
            "AWS_SECRET_ACCESS_KEY": "demo",
        }
        for name in ("FARM_LEDGER", "FARM_STORE", "FARM_CONFIG", "FARM_LOG"):
            self._env.pop(name, None)

    def __call__(self, *words: str) -> None:
        """Show the command and run it; a failure ends the demo."""
        print(f"\n$ farm {shlex.join(words)}", flush=True)
        subprocess.run([sys.executable, "-m", "farm", *words], check=True, env=self._env)


class S3Endpoint:
    """An S3 server inside this process, on a free port of the loopback interface."""

    def __enter__(self) -> Self:
        """Start the server and make the bucket."""
        import boto3
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.url = f"http://{host}:{port}"
        self._client = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="demo",
            aws_secret_access_key="demo",  # noqa: S106 - the endpoint takes any
        )
        self._client.create_bucket(Bucket=BUCKET)
        return self

    def upload(self, paths: list[Path]) -> None:
        """Put the files under the prefix."""
        for path in paths:
            self._client.put_object(Bucket=BUCKET, Key=f"{PREFIX}{path.name}", Body=path.read_bytes())

    def __exit__(self, *_: object) -> None:
        """Stop the server."""
        self._server.stop()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
