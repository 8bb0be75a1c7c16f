"""GraphiQL, the page for trying queries in a browser. It loads nothing from other hosts.

The files in `static/` are built by `graphiql/` at the top of the repository.
"""

import html
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from aiohttp import hdrs, web

from gateway.errors import NOT_FOUND
from gateway.http.middleware import aiohttp_handler
from gateway.http.response import RawResponse, error_response
from gateway.http.static_files import CONTENT_TYPES, StaticFile, file_response

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


@cache
def static_files() -> Mapping[str, StaticFile]:
    """The built files by name, without the page itself."""
    folder = resources.files(__package__) / "static"
    files = (StaticFile(entry.name, entry) for entry in folder.iterdir())
    return {file.name: file for file in files if file.suffix in CONTENT_TYPES and file.suffix != ".html"}


def _page_html(facts: dict[str, Any]) -> bytes:
    page = (resources.files(__package__) / "static" / "index.html").read_text(encoding="utf-8")
    return page.replace(_NO_FACTS, f'data-facts="{html.escape(json.dumps(facts))}"').encode()


async def _redirect_to_page(_request: web.Request) -> RawResponse:
    return RawResponse(302, {hdrs.LOCATION: "/graphql"})
