"""How pages are rendered: templates, the language of a request, and addresses that keep it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlencode

import jinja2
from starlette.requests import Request

from farm.model.inspection import FAILED_STATES
from farm.model.raising import limits_met
from farm.model.text import visible
from farm.service import status
from farm.web import pages
from farm.web.words import FILTERS, Words, choose_language


def environment(version: str) -> jinja2.Environment:
    """Return the templates; `version` makes the addresses of static files change with their content."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(FILTERS)
    templates.filters["visible"] = visible
    templates.globals.update(
        version=version,
        segments=pages.segments,
        shard_figures=pages.shard_figures,
        app_name=pages.app_name,
        failed_states=sorted(FAILED_STATES, key=status.BAR_ORDER.index),
        bar_order=status.BAR_ORDER,
        limits_met=limits_met,
    )
    return templates


def words_of(request: Request) -> Words:
    """Return the words in the language that `?lang=` or the browser asks for."""
    return Words(language=choose_language(request.query_params.get("lang"), request.headers.get("accept-language")))


class Links:
    """Makes addresses within the console that keep the language a person has chosen."""

    def __init__(self, request: Request) -> None:
        self._path = request.url.path
        self._query = dict(request.query_params)

    def to(self, *parts: object, **query: object) -> str:
        """Return the address of the page at `parts`."""
        path = "/" + "/".join(quote(str(part), safe="") for part in parts)
        kept = {"lang": self._query["lang"]} if "lang" in self._query else {}
        return _address(path, kept, query)

    def here(self, **query: object) -> str:
        """Return the address of this page with some of its query changed; None takes a word out."""
        return _address(quote(self._path), self._query, query)


def _address(path: str, kept: dict[str, str], changed: dict[str, object]) -> str:
    """Return a path with a query of which `changed` replaces `kept`."""
    # `class` is a word of Python, so templates write `class_`.
    words: dict[str, object] = {**kept, **{name.rstrip("_"): value for name, value in changed.items()}}
    text = urlencode({name: str(value) for name, value in words.items() if value is not None}, errors="replace")
    return f"{path}?{text}" if text else path
