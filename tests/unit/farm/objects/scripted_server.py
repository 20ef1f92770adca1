"""An S3 server that says what a test has written down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


class ScriptedServer:
    """A server that gives prepared answers one after another, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            """Hands each request to the next answer."""

            protocol_version = "HTTP/1.1"  # boto3 waits a second for the `100 Continue` that 1.0 does not have

            def _serve(self) -> None:
                outer.requests.append(f"{self.command} {self.path}")
                outer.headers.append({name.lower(): value for name, value in self.headers.items()})
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                self.close_connection = True
                answer(self)

            do_GET = do_PUT = do_HEAD = _serve  # noqa: N815 -- names of the standard library

            def log_message(self, *words: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    """Run a server."""
    scripted = ScriptedServer()
    thread = threading.Thread(target=scripted.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield scripted
    scripted.server.shutdown()
    thread.join()
    scripted.server.server_close()


def answer(status: int, body: bytes = b"", *, length: int | None = None, **headers: str) -> Answer:
    """Return an answer; with `length` it promises more than it sends."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.send_header("Connection", "close")  # or the next test gets this connection, half closed
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)

    return send


def refusal(status: int, code: str) -> Answer:
    """Return an error as S3 words it."""
    return answer(status, f"<Error><Code>{code}</Code><Message>told</Message></Error>".encode())
