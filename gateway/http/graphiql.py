"""GraphiQL, the page for trying queries in a browser. It loads nothing from other hosts.

The files in `static/` are built by `graphiql/` at the top of the repository.
"""

import asyncio
import gzip
import hashlib
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from aiohttp import hdrs, web

from gateway.errors import NOT_FOUND
from gateway.http.middleware import aiohttp_handler
from gateway.http.response import RawResponse, error_response

CONTENT_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}
# woff2 is compressed already, and SVG declares its own encoding.
COMPRESSIBLE = {".css", ".js", ".ttf", ".txt"}
UTF_8 = {".css", ".js", ".txt"}

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "worker-src 'self'; "
    # The editor sets style attributes and adds <style> elements.
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; "
    "font-src 'self'; "
    # 'self' covers ws: and wss: on the page's own host, for subscriptions.
    "connect-src 'self'; "
    "base-uri 'none'; "
    "form-action 'none'; "
    "frame-ancestors 'none'"
)

GRAPHIQL_PAGE = web.AppKey("graphiql_page", bytes)
"""The page for GET /graphql by a browser; missing if browsers are to get none."""

_NO_FACTS = 'data-facts="{}"'


@dataclass(frozen=True)
class StaticFile:
    """One built file, read when it is first requested: together they have 6 MB, compressed 1.7."""

    name: str
    path: Traversable

    @cached_property
    def suffix(self) -> str:
        """With its dot: ".js"."""
        return "." + self.name.rpartition(".")[2]

    @cached_property
    def content_type(self) -> str:
        charset = "; charset=utf-8" if self.suffix in UTF_8 else ""
        return CONTENT_TYPES[self.suffix] + charset

    @cached_property
    def digest(self) -> str:
        """A part of the SHA-256 of the content, as the value of its ETag."""
        return hashlib.sha256(self.read()).hexdigest()[:32]

    @cached_property
    def compressed(self) -> bytes:
        """Gzipped on first use: about 0.13 s for the largest file."""
        return gzip.compress(self.read(), compresslevel=6, mtime=0)

    def read(self) -> bytes:
        return self.path.read_bytes()


def add_graphiql(app: web.Application, facts: dict[str, Any]) -> None:
    """Have the page, serve its scripts, styles and fonts under /graphiql/static/, and redirect / to it.

    facts: what its script needs to know of this gateway; JSON.
    """
    files = static_files()
    app[GRAPHIQL_PAGE] = _page_html(facts)

    async def serve(request: web.Request) -> RawResponse:
        file = files.get(request.match_info["name"])
        if file is None:
            return error_response(404, NOT_FOUND, "There is no such file.")
        return await file_response(file, request)

    app.router.add_get("/graphiql/static/{name}", aiohttp_handler(serve))
    app.router.add_get("/", aiohttp_handler(_redirect_to_page))


def graphiql_page(content: bytes) -> RawResponse:
    """The page itself, for GET /graphql by a browser. content: the app's GRAPHIQL_PAGE."""
    headers = {
        hdrs.CONTENT_TYPE: "text/html; charset=utf-8",
        hdrs.CACHE_CONTROL: "no-cache",
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    }
    return RawResponse(200, headers, content)


async def file_response(file: StaticFile, request: web.Request) -> RawResponse:
    """The file, compressed if the client accepts that; 304 if the client has it already."""
    # The ETag is weak, because the plain and the compressed bytes share it.
    etag = await asyncio.to_thread(lambda: file.digest)
    headers: dict[str, str] = {
        # Names stay the same from release to release, so a browser must revalidate each time.
        hdrs.CACHE_CONTROL: "no-cache",
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
        hdrs.ETAG: f'W/"{etag}"',
    }
    if any(known.value in (etag, "*") for known in request.if_none_match or ()):
        return RawResponse(304, headers)
    headers[hdrs.CONTENT_TYPE] = file.content_type
    if file.suffix in COMPRESSIBLE and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        headers[hdrs.CONTENT_ENCODING] = "gzip"
        return RawResponse(200, headers, await asyncio.to_thread(lambda: file.compressed))
    return RawResponse(200, headers, await asyncio.to_thread(file.read))


@cache
def static_files() -> Mapping[str, StaticFile]:
    """The built files by name, without the page itself."""
    folder = resources.files(__package__) / "static"
    files = (StaticFile(entry.name, entry) for entry in folder.iterdir())
    return {file.name: file for file in files if file.suffix in CONTENT_TYPES}


def _page_html(facts: dict[str, Any]) -> bytes:
    page = (resources.files(__package__) / "static" / "index.html").read_text(encoding="utf-8")
    return page.replace(_NO_FACTS, f'data-facts="{html.escape(json.dumps(facts))}"').encode()


async def _redirect_to_page(_request: web.Request) -> RawResponse:
    return RawResponse(302, {hdrs.LOCATION: "/graphql"})
