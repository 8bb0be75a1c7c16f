"""Files that are sent as they are: those of GraphiQL's page, and of the documentation site."""

import asyncio
import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources.abc import Traversable

from aiohttp import hdrs, web

from gateway.http.response import RawResponse

CONTENT_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}
COMPRESSIBLE = {".css", ".html", ".js", ".json", ".map", ".ttf", ".txt"}
"""woff2 and PNG are compressed already, and SVG is small."""
UTF_8 = {".css", ".html", ".js", ".txt"}
"""JSON is always UTF-8, and SVG declares its own encoding."""


@dataclass(frozen=True)
class StaticFile:
    """One file, read when it is first requested. GraphiQL's have 6 MB together, compressed 1.7."""

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
        """Gzipped on first use: about 0.13 s for GraphiQL's largest file."""
        return gzip.compress(self.read(), compresslevel=6, mtime=0)

    def read(self) -> bytes:
        return self.path.read_bytes()


async def file_response(
    file: StaticFile, request: web.Request, more_headers: Mapping[str, str] | None = None
) -> RawResponse:
    """The file, compressed if the client accepts that; 304 if the client has it already."""
    # The ETag is weak, because the plain and the compressed bytes share it.
    etag = await asyncio.to_thread(lambda: file.digest)
    headers: dict[str, str] = {
        # Names stay the same from release to release, so a browser must revalidate each time.
        hdrs.CACHE_CONTROL: "no-cache",
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
        hdrs.ETAG: f'W/"{etag}"',
        **(more_headers or {}),
    }
    if any(known.value in (etag, "*") for known in request.if_none_match or ()):
        return RawResponse(304, headers)
    headers[hdrs.CONTENT_TYPE] = file.content_type
    if file.suffix in COMPRESSIBLE and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        headers[hdrs.CONTENT_ENCODING] = "gzip"
        return RawResponse(200, headers, await asyncio.to_thread(lambda: file.compressed))
    return RawResponse(200, headers, await asyncio.to_thread(file.read))
