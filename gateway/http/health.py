"""`/health/live` and `/health/ready`: for platforms, without a request to imin."""

from aiohttp import web

from gateway.http.response import json_response


def add_health(app: web.Application) -> None:
    """Register both. Live: the process answers. Ready: it takes requests."""
    app.router.add_get("/health/live", _ok)
    app.router.add_get("/health/ready", _ok)


async def _ok(_request: web.Request) -> web.Response:
    return json_response({"status": "ok"})
