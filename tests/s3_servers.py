"""Starts S3 servers for tests: moto inside this process, and OpenStack Swift with s3api, a real one, beside it."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SWIFT = Path(__file__).parent.parent / ".cache" / "swift"
_SERVERS = ("account", "container", "object")
_START_S = 60.0
"""How long Swift may take to answer; 3 s on a quiet machine."""


@dataclass(frozen=True, kw_only=True, slots=True)
class S3Server:
    """A server that answers on this machine until its context ends."""

    endpoint: str
    access_key: str
    secret_key: str
    checks_credentials: bool
    """Whether it refuses wrong keys and signatures."""

    @property
    def environment(self) -> dict[str, str]:
        """Variables with which a process may use the server."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self) -> Any:
        """Return a boto3 client of the test's own, to prepare and to look behind the farm's back."""
        import boto3
        from botocore.config import Config

        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path"},
            ),
        )

    def make_bucket(self, name: str) -> str:
        """Create a bucket and return its name."""
        client = self.client()
        client.create_bucket(Bucket=name)
        client.close()
        return name


@contextmanager
def moto_server() -> Iterator[S3Server]:
    """Run moto's server in a thread of this process; it accepts any credentials."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield S3Server(endpoint=f"http://{host}:{port}", access_key="moto", secret_key="moto", checks_credentials=False)
    finally:
        server.stop()


def swift_missing() -> str:
    """Return why Swift cannot be started, or an empty text."""
    return "" if (_SWIFT / ".installed").exists() else "run make test-tools first"


@contextmanager
def swift_server(folder: Path) -> Iterator[S3Server]:
    """Run Swift's proxy, account, container and object servers with their data below an empty folder."""
    ports = dict(zip(("proxy", *_SERVERS), _free_ports(4), strict=True))
    _write_settings(folder, ports)
    with ExitStack() as running:
        for name in ("proxy", *_SERVERS):
            running.enter_context(_server(name, folder))
        endpoint = f"http://127.0.0.1:{ports['proxy']}"
        _await_port(ports["proxy"], folder / "proxy.log")
        for name in _SERVERS:
            _await_port(ports[name], folder / f"{name}.log")
        yield S3Server(
            endpoint=endpoint, access_key="farm:tester", secret_key="testing-secret", checks_credentials=True
        )


@contextmanager
def _server(name: str, folder: Path) -> Iterator[None]:
    """Run one of Swift's servers; it is killed at the end, with whatever it started."""
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [
                _SWIFT / "bin" / "python",
                "-W",
                "ignore",
                _SWIFT / "bin" / f"swift-{name}-server",
                folder / f"{name}.conf",
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "SWIFT_TEST_CONFIG_FILE": "/dev/null"},
            start_new_session=True,
        )
    try:
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 9)
        process.wait()


def _free_ports(count: int) -> Sequence[int]:
    """Return ports that nobody listened on a moment ago."""
    with ExitStack() as sockets:
        held = [sockets.enter_context(socket.socket()) for _ in range(count)]
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in held]


def _await_port(port: int, log: Path) -> None:
    """Wait until somebody listens; the server's log tells why if nobody does."""
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)  # Another process is starting; there is nothing to wait on but its port.
        else:
            return
    raise RuntimeError(f"Swift did not start: {log.read_text(errors='replace')[-2000:]}")


def _write_settings(folder: Path, ports: dict[str, int]) -> None:
    """Write the rings and the settings of the four servers."""
    (folder / "disk" / "d1").mkdir(parents=True)
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_prefix = farm\nswift_hash_path_suffix = farm\n")
    _make_rings(folder, ports)
    for name in _SERVERS:
        (folder / f"{name}.conf").write_text(_STORAGE.format(name=name, port=ports[name], **_common(folder)))
    (folder / "proxy.conf").write_text(_PROXY.format(port=ports["proxy"], **_common(folder)))


def _make_rings(folder: Path, ports: dict[str, int]) -> None:
    """Write rings of one partitioned device each, all in one process because Swift takes half a second to load."""
    words = [f"{name}:{ports[name]}" for name in _SERVERS]
    done = subprocess.run(
        [str(_SWIFT / "bin" / "python"), "-W", "ignore", "-c", _RINGS, str(folder), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"Swift's rings could not be made: {done.stdout}{done.stderr}")


def _common(folder: Path) -> dict[str, str]:
    """Return what all settings files share."""
    return {"folder": str(folder), "user": pwd.getpwuid(os.getuid()).pw_name}


_RINGS = """\
import sys
from swift.common.ring.builder import RingBuilder

for word in sys.argv[2:]:
    name, port = word.split(":")
    builder = RingBuilder(4, 1, 1)
    device = {"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port), "device": "d1", "weight": 1.0}
    device |= {"replication_ip": "127.0.0.1", "replication_port": int(port), "meta": ""}
    builder.add_dev(device)
    builder.rebalance()
    builder.get_ring().save(f"{sys.argv[1]}/{name}.ring.gz")
"""

_STORAGE = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}
devices = {folder}/disk
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
log_level = WARNING

[pipeline:main]
pipeline = {name}-server

[app:{name}-server]
use = egg:swift#{name}
"""

_PROXY = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}
log_level = WARNING

[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache bulk s3api tempauth copy slo dlo symlink proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true

[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_farm_tester = testing-secret .admin
user_farm_guest = guest-secret
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:symlink]
use = egg:swift#symlink
"""
