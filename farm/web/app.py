"""The console: read-only pages, a small API, `/metrics` and `/healthz`, over the ledger alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from farm.model.errors import FarmError, UnknownBatchError
from farm.ports import Clock, Ledger, ObjectStore
from farm.service import status
from farm.service.target import pace_json
from farm.web import pages
from farm.web.guard import Guard, HostPolicy
from farm.web.render import Links, environment, words_of
from farm.web.words import Words

Answer = Callable[[Request], Response]
"""What answers one path."""

log = structlog.get_logger()

REFRESH_LIVE_S = 5
"""Seconds between two looks at a page while something runs."""

REFRESH_IDLE_S = 30
"""The same while nothing does."""

API_BATCHES = 100
"""Newest batches in `/api/batches`."""

_FOLDER = Path(__file__).parent / "static"
_FOR_PROGRAMS = ("/api/", "/metrics", "/healthz")
_STATIC = {
    "console.css": "text/css; charset=utf-8",
    "live.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


def create_app(
    ledger: Ledger,
    clock: Clock,
    store: ObjectStore,
    render_metrics: Callable[[], tuple[bytes, str]],
    *,
    hosts: HostPolicy | None = None,
) -> Starlette:
    """Return the console over `ledger`; `render_metrics` returns the body and content type of `/metrics`.

    Without `hosts`, only requests to localhost, 127.0.0.1 and [::1] are answered.
    """
    console = _Console(ledger, clock, store, render_metrics)
    answers: dict[str, Answer] = {
        "/": console.overview,
        "/batches/{reference}": console.batch,
        "/batches/{reference}/failures": console.failures,
        "/apps/{app_id:int}": console.history,
        "/api/batches": console.api_batches,
        "/api/batches/{reference}": console.api_batch,
        "/metrics": console.metrics,
        "/healthz": console.health,
        "/static/{name}": console.static,
    }
    return Starlette(
        routes=[Route(path, console.guarded(answer), methods=["GET"]) for path, answer in answers.items()],
        middleware=[Middleware(Guard, policy=hosts or HostPolicy())],
        exception_handlers={HTTPException: console.on_error},
    )


class _Console:
    """The answers; every method takes a request and returns a response."""

    def __init__(
        self, ledger: Ledger, clock: Clock, store: ObjectStore, render_metrics: Callable[[], tuple[bytes, str]]
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._store = store
        self._render_metrics = render_metrics
        self._files = {name: (_FOLDER / name).read_bytes() for name in _STATIC}
        digest = hashlib.sha256(b"".join(self._files.values())).hexdigest()[:12]
        self._templates = environment(digest)

    def guarded(self, answer: Answer) -> Answer:
        """Return `answer` with every failure turned into a page: the boundary of one request."""

        def endpoint(request: Request) -> Response:
            try:
                return answer(request)
            except Exception as error:  # noqa: BLE001 - one page that fails must not leave a bare connection
                return self.on_error(request, error)

        return endpoint

    def overview(self, request: Request) -> Response:
        """Show batches, targets and drivers."""
        now = self._clock.now()
        number = pages.page_number(request.query_params.get("page"))
        return self._page(request, "overview.html", now, pages.overview(self._ledger, now, number))

    def batch(self, request: Request) -> Response:
        """Show one batch."""
        now = self._clock.now()
        number = pages.page_number(request.query_params.get("page"))
        shown = pages.batch(self._ledger, request.path_params["reference"], now, number)
        return self._page(request, "batch.html", now, shown)

    def failures(self, request: Request) -> Response:
        """List what did not end well in a batch."""
        now = self._clock.now()
        shown = pages.failures(
            self._ledger,
            request.path_params["reference"],
            now,
            outcome_class=request.query_params.get("class"),
            number=pages.page_number(request.query_params.get("page")),
        )
        return self._page(request, "failures.html", now, shown)

    def history(self, request: Request) -> Response:
        """Show an app's attempts."""
        app_id = request.path_params["app_id"]
        if app_id >= 1 << 63:
            raise pages.NoSuchPageError
        return self._page(request, "history.html", self._clock.now(), pages.history(self._ledger, app_id))

    def api_batches(self, request: Request) -> Response:
        """Return the newest batches, the current targets and the drivers."""
        del request
        found = status.survey(self._ledger, self._clock.now(), limit=API_BATCHES)
        return JSONResponse(
            {
                "batches": [status.as_json(view) for view in found.batches],
                "targets": [pace_json(pace) for pace in found.paces],
                "drivers": len(found.drivers),
                "cross_check": status.cross_check_json(found),
            }
        )

    def api_batch(self, request: Request) -> Response:
        """Return one batch, as `farm status BATCH --json` prints it."""
        return JSONResponse(
            status.as_json(status.look(self._ledger, request.path_params["reference"], self._clock.now()))
        )

    def metrics(self, request: Request) -> Response:
        """Return the metrics for Prometheus."""
        del request
        body, content_type = self._render_metrics()
        return Response(body, headers={"content-type": content_type})

    def health(self, request: Request) -> Response:
        """Say whether the ledger answers: 200 or 503."""
        del request
        try:
            drivers = status.living_drivers(self._ledger.totals().drivers, self._clock.now())
        except Exception as error:  # noqa: BLE001 - whatever keeps the ledger from answering is what is asked for
            log.warning("health.failed", error=str(error))
            return JSONResponse({"ok": False, "ledger": "does not answer"}, status_code=503)
        return JSONResponse({"ok": True, "ledger": "answers", "drivers": len(drivers)})

    def static(self, request: Request) -> Response:
        """Return the style sheet or the script."""
        name = request.path_params["name"]
        if name not in self._files:
            raise pages.NoSuchPageError
        return Response(
            self._files[name],
            media_type=_STATIC[name],
            headers={"cache-control": "public, max-age=31536000, immutable"},
        )

    def on_error(self, request: Request, error: Exception) -> Response:
        """Answer a request that failed: what happened and what to do, never a traceback."""
        code, message, next_step = _explain(error)
        if code >= 500:
            log.error("console.failed", path=request.url.path, exc_info=error)
        words = words_of(request)
        if request.url.path.startswith(_FOR_PROGRAMS):
            document = {"error": message or Words(language="en")(f"error.{code}"), "next_step": next_step}
            return JSONResponse(document, status_code=code)
        shown = {
            "title": words(f"error.{code}"),
            "message": message,
            "next_step": next_step,
            "live": code == 503,
        }
        return self._page(request, "error.html", self._clock.now(), shown, code=code)

    def _page(
        self, request: Request, template: str, now: float, shown: Mapping[str, Any], *, code: int = 200
    ) -> Response:
        """Render a page in the language of the request."""
        words = words_of(request)
        html = self._templates.get_template(template).render(
            **shown,
            t=words,
            now=now,
            at=pages.moment(now),
            store_url=self._store.url,
            refresh=REFRESH_LIVE_S if shown["live"] else REFRESH_IDLE_S,
            link=Links(request),
        )
        # Lone surrogates may stand in what came from a hostile app and was not shown through `visible`.
        body = html.encode("utf-8", "backslashreplace")
        return HTMLResponse(body, status_code=code, headers={"content-language": words.html, "vary": "accept-language"})


def _explain(error: Exception) -> tuple[int, str, str]:
    """Return the status code of an error, what it says, and what to do next."""
    match error:
        case UnknownBatchError():
            return 404, str(error), error.next_step
        case FarmError():
            return 503, str(error), error.next_step
        case pages.NoSuchPageError() | HTTPException(status_code=404):
            return 404, "", ""
        case _:
            return 500, "", "The log of 'farm serve' has the details."
