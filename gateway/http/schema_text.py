"""`/schema.graphql`: the schema as SDL, for code generators and editors.

It is served without a token, only where introspection is on, since it says the same. Unlike introspection,
the SDL has the directives that the schema applies, for example @semanticNonNull.
"""

import asyncio
import hashlib
from functools import cache

from aiohttp import hdrs, web

from gateway.graph.schema import schema_text
from gateway.http.middleware import aiohttp_handler
from gateway.http.response import RawResponse


def add_schema_text(app: web.Application) -> None:
    """Add the route."""
    app.router.add_get("/schema.graphql", aiohttp_handler(_serve))


async def _serve(request: web.Request) -> RawResponse:
    # Printing the schema takes a while, the first time.
    body, etag = await asyncio.to_thread(_content)
    # A new release has another schema at the same address, so a client must revalidate each time.
    headers: dict[str, str] = {hdrs.CACHE_CONTROL: "no-cache", hdrs.ETAG: f'"{etag}"'}
    if any(known.value in (etag, "*") for known in request.if_none_match or ()):
        return RawResponse(304, headers)
    # Browsers show text; they would download application/graphql.
    headers[hdrs.CONTENT_TYPE] = "text/plain; charset=utf-8"
    return RawResponse(200, headers, body)


@cache
def _content() -> tuple[bytes, str]:
    """The text, and a part of its SHA-256 as the value of its ETag."""
    body = schema_text().encode()
    return body, hashlib.sha256(body).hexdigest()[:32]
