"""GraphiQL, the page on which a person tries queries: served whole from here, with no outside request.

The files in `static/` are built by `graphiql/` at the top of the repository.
"""

import asyncio
import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable

from aiohttp import ETag, hdrs, web

from gateway.errors import NOT_FOUND
from gateway.http.response import error_response

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


@dataclass(frozen=True)
class StaticFile:
    """One built file, read when it is asked for: together they have 6 MB, compressed 1.7."""

    name: str
    place: Traversable

    @cached_property
    def suffix(self) -> str:
        """With its dot: ".js"."""
        return "." + self.name.rpartition(".")[2]

    @cached_property
    def etag(self) -> ETag:
        """Weak, because the plain and the compressed bytes share it."""
        return ETag(value=hashlib.sha256(self.read()).hexdigest()[:32], is_weak=True)

    @cached_property
    def compressed(self) -> bytes:
        """Gzipped at the first request for it: about 0.13 s for the largest file."""
        return gzip.compress(self.read(), compresslevel=6, mtime=0)

    def read(self) -> bytes:
        """The file as it is."""
        return self.place.read_bytes()


def add_graphiql(app: web.Application) -> None:
    """Serve the page's scripts, styles and fonts under /graphiql/static/."""
    files = static_files()

    async def serve(request: web.Request) -> web.Response:
        file = files.get(request.match_info["name"])
        if file is None:
            return error_response(404, NOT_FOUND, "There is no such file.")
        return await file_response(file, request)

    app.router.add_get("/graphiql/static/{name}", serve)


def graphiql_page() -> web.Response:
    """The page itself, for GET /graphql by a browser."""
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        hdrs.CACHE_CONTROL: "no-cache",
    }
    return web.Response(text=page_html(), content_type="text/html", headers=headers)


async def file_response(file: StaticFile, request: web.Request) -> web.Response:
    """The file, compressed where the client takes that, or 304 where the client still has it."""
    headers = {
        # Names stay the same from release to release, so a browser must ask each time.
        hdrs.CACHE_CONTROL: "no-cache",
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
        "X-Content-Type-Options": "nosniff",
    }
    etag = await asyncio.to_thread(lambda: file.etag)
    if any(known.value in (etag.value, "*") for known in request.if_none_match or ()):
        response = web.Response(status=304, headers=headers)
    elif file.suffix in COMPRESSIBLE and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        headers[hdrs.CONTENT_ENCODING] = "gzip"
        response = with_type(file, await asyncio.to_thread(lambda: file.compressed), headers)
    else:
        response = with_type(file, await asyncio.to_thread(file.read), headers)
    response.etag = etag
    return response


def with_type(file: StaticFile, body: bytes, headers: Mapping[str, str]) -> web.Response:
    """These bytes as an answer of the file's content type."""
    charset = "utf-8" if file.suffix in UTF_8 else None
    return web.Response(body=body, content_type=CONTENT_TYPES[file.suffix], charset=charset, headers=headers)


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Every file that may be asked for, by its name. The page itself is not among them."""
    folder = resources.files(__package__) / "static"
    files = (StaticFile(entry.name, entry) for entry in folder.iterdir())
    return {file.name: file for file in files if file.suffix in CONTENT_TYPES}


@cache
def page_html() -> str:
    """The page as it was built."""
    return (resources.files(__package__) / "static" / "index.html").read_text(encoding="utf-8")
