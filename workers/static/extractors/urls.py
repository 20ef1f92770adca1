"""Web addresses in the code, and whose code loads them."""

from __future__ import annotations

import re
from collections import defaultdict
from urllib.parse import urlsplit

from workers.data.attribution import attribution_for
from workers.model.bounded import Rows, text, texts
from workers.model.evidence import JSON
from workers.model.fact import Fact
from workers.static.view import StaticView

FACT = Fact(
    name="urls",
    what="web addresses in the code; at most 2,000",
    source="strings in dex, without names of XML formats",
    blind="addresses in resources, assets and native code, or put together at run time",
    keys={
        "urls": "addresses",
        "urls[].url": "the address",
        "urls[].host": "its host",
        "urls[].sdks": "whose code loads it: SDKs, null for own or unknown code; empty: no instruction loads it",
        "hosts": "hosts, each once",
    },
)
"""What this module tells."""

_URL_LIMIT = 2_000
_MARK = "://"
"""What every address holds."""
_SCAN = 65_536
"""Characters of one string that are searched."""
_URL = re.compile(
    r"https?://[^\s\"'<>\\^`{|}\x00-\x20\x7f-\xa0\u2018-\u201f\u3000-\u303f\u3400-\u9fff\uff00-\uffef]{3,2048}",
    re.IGNORECASE,
)
"""An address, up to Chinese characters and their punctuation: in a sentence these go on right behind it."""
_PLAIN = re.compile(r"https?://([a-z0-9_\-.]+)(?:[/?#]|$)", re.IGNORECASE | re.ASCII)
"""An address whose host is plain to see: most are."""
_HOST = re.compile(r"[a-z0-9_\-.\[\]:%*]+", re.IGNORECASE)
_NAMESPACES = frozenset(
    {
        "schemas.android.com",
        "schemas.microsoft.com",
        "schemas.xmlsoap.org",
        "schemas.openxmlformats.org",
        "www.w3.org",
        "xmlpull.org",
        "xml.org",
        "xml.apache.org",
        "apache.org",
        "java.sun.com",
        "javax.xml.XMLConstants",
        "ns.adobe.com",
        "purl.org",
        "iptc.org",
        "www.iec.ch",
        "exslt.org",
        "relaxng.org",
        "www.sitemaps.org",
        "www.gribuser.ru",
        "www.apple.com",
        "json-schema.org",
    }
)
"""Hosts that stand in names of XML formats, not in requests."""


def extract(view: StaticView) -> JSON:
    """Return distinct addresses and hosts, sorted; `sdks` of an address: whose code loads it, null for the app's own.

    An address whose `sdks` is empty stands in a string table, but no instruction loads it.
    """
    attribution = attribution_for(view.manifest.package)
    found = {value: _urls_in(value) for value in view.code.strings_with((_MARK,))}
    owners: dict[str, set[str]] = {url: set() for urls in found.values() for url in urls}
    own: set[str] = set()
    loaders: dict[str, set[str]] = defaultdict(set)
    for value, name in view.code.classes_loading((_MARK,)):
        loaders[value].add(name)
    for value, classes in loaders.items():
        urls = found[value]
        if not urls:
            continue
        whose = {attribution.of_class(item) for item in classes}
        names = {sdk.name for sdk in whose if sdk}
        for url in urls:
            owners[url] |= names
        if None in whose:
            own.update(urls)
    rows: list[JSON] = []
    hosts: set[str] = set()
    for url in sorted(owners):
        host = _host(url)
        if host is None or host in _NAMESPACES:
            continue
        hosts.add(host)
        sdks: list[JSON] = [*([None] if url in own else []), *sorted(owners[url])]
        rows.append({"url": text(url), "host": text(host, 255), "sdks": sdks})
    return {"urls": Rows(rows, limit=_URL_LIMIT), "hosts": texts(sorted(hosts), limit=_URL_LIMIT, text_limit=255)}


def _urls_in(value: str) -> list[str]:
    """Return the addresses in one string, without the punctuation of a sentence around them."""
    return [match.rstrip(".,;:!?)'") for match in _URL.findall(value[:_SCAN])]


def _host(url: str) -> str | None:
    """Return the host in lower case, or None if there is none, as in `http://%s/`."""
    plain = _PLAIN.match(url)
    try:
        host = plain[1].lower() if plain else urlsplit(url).hostname
    except ValueError:
        return None
    if not host or not _HOST.fullmatch(host) or "%" in host:
        return None
    return host if "." in host or ":" in host or host == "localhost" else None
