"""`farm serve`: the driver, the console, its API and /metrics together."""

from __future__ import annotations

import errno
import ipaddress
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import click

from farm.cli.context import farm_of
from farm.model.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from farm.cli.supervisor import Supervisor
    from farm.config import Settings

SHUTDOWN_S = 3
"""How long open answers may take when the console stops, in seconds."""


@click.command(name="serve", short_help="Run the driver, the console and /metrics together.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8420, show_default=True, help="0: any that is free.")
@click.option("--allow-remote", is_flag=True, help="Listen on an address that other machines can reach.")
@click.option("--allow-host", "names", multiple=True, metavar="NAME", help="Another name of this server; repeatable.")
@click.option("--no-driver", is_flag=True, help="Only show; run 'farm run --forever' elsewhere.")
@click.option("--address", metavar="HOST:PORT", help="Ray cluster for the driver; without it, a local one.")
@click.pass_context
def command(
    ctx: click.Context,
    host: str,
    port: int,
    allow_remote: bool,
    names: tuple[str, ...],
    no_driver: bool,
    address: str | None,
) -> None:
    """Run the driver, the console and /metrics until Ctrl-C or SIGTERM.

    The console only shows, it changes nothing. It has no authentication yet: it listens on this machine alone unless
    --allow-remote is given.
    """
    if no_driver and address:
        raise UsageError(
            "--address is for the driver, which --no-driver leaves out.", next_step="Leave out one of the two."
        )
    _check_reach(host, allow_remote=allow_remote)
    from farm.cli.supervisor import Supervisor
    from farm.web.app import create_app
    from farm.web.guard import HostPolicy
    from farm.wiring import render_metrics

    farm = farm_of(ctx)
    app = create_app(
        farm.ledger,
        farm.clock,
        farm.stores.farm(),
        lambda: render_metrics(farm),
        hosts=HostPolicy.bound_to(host, names),
    )
    driver = [sys.executable, "-m", "farm", "run", "--forever", *(["--address", address] if address else [])]
    with _listen(host, port) as listener:
        click.echo(f"Console: {_url(listener)}   Metrics: {_url(listener)}metrics   (Ctrl-C stops)")
        supervisor = None if no_driver else Supervisor(driver, environ=child_environ(farm.settings))
        with _running(supervisor) if supervisor else nullcontext():
            _serve(app, listener)


def child_environ(settings: Settings) -> dict[str, str]:
    """Return the environment in which the driver finds the same settings: flags of ours become its variables."""
    ours = {
        f"FARM_{name.upper()}": str(getattr(settings, name))
        for name, origin in settings.origins.items()
        if origin == "flag"
    }
    return {**os.environ, **ours}


def _check_reach(host: str, *, allow_remote: bool) -> None:
    """Refuse to listen for other machines unless the user has asked for it, and then warn."""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    if local:
        return
    if not allow_remote:
        raise UsageError(
            f"{host} can be reached from other machines, and the console has no authentication yet.",
            next_step="Put a proxy that authenticates in front of 127.0.0.1, or add --allow-remote.",
        )
    click.echo(f"farm: warning: everybody who reaches {host} can read the console; it has no authentication.", err=True)


@contextmanager
def _listen(host: str, port: int) -> Iterator[socket.socket]:
    """Bind the port; raises ConfigError that says why it cannot be had."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise ConfigError(
            f"{host} is not an address of this machine: {error.strerror}.", next_step="Give another --host."
        ) from error
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(place)
            listener.listen(128)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ConfigError(
                    f"Port {port} on {host} is taken; maybe another 'farm serve' is running.",
                    next_step="Stop it, or choose another --port.",
                ) from error
            raise ConfigError(
                f"Cannot listen on {host} port {port}: {os.strerror(error.errno or 0)}.",
                next_step="Choose another --host or --port.",
            ) from error
        yield listener


@contextmanager
def _running(supervisor: Supervisor) -> Iterator[None]:
    """Keep the driver alive inside the block."""
    supervisor.start()
    try:
        yield
    finally:
        supervisor.stop()


def _serve(app: Starlette, listener: socket.socket) -> None:
    """Answer requests until SIGINT or SIGTERM."""
    import uvicorn

    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=SHUTDOWN_S,
        )
    )
    # uvicorn raises the signal once more when it has shut down; that must not end us before the driver has stopped.
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[listener])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _url(listener: socket.socket) -> str:
    """Return the address to open."""
    host, port = listener.getsockname()[:2]
    address = ipaddress.ip_address(host)
    name = "localhost" if address.is_unspecified else f"[{host}]" if address.version == 6 else host
    return f"http://{name}:{port}/"
