"""What stands before imin's routes: the ledger, the faults, the key check, the error shapes."""

import json
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.sandbox.api.app_keys import SANDBOX
from gateway.sandbox.api.errors import NO_KEY, WRONG_KEY, Refusal
from gateway.sandbox.api.responses import json_answer, refuse
from gateway.sandbox.data.vocabulary import API_PATH
from gateway.sandbox.faults.effects import ConnectionCutError, misbehave
from gateway.sandbox.faults.faults import UNKNOWN_ROUTE
from gateway.sandbox.state.request_log import LoggedRequest


@web.middleware
async def imin_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Notes every request to imin and answers it, rightly or with the fault that waits for it."""
    if not request.path.startswith(f"{API_PATH}/"):
        return await handler(request)
    sandbox = request.app[SANDBOX]
    entry = await _entry(request)
    sandbox.request_log.record_arrival(entry)
    status = 0
    try:
        response = await _answer(request, handler, entry.route)
        status = response.status
    except ConnectionCutError:
        # The transport is gone, so this response never leaves.
        return web.Response()
    finally:
        sandbox.request_log.record_status(entry, status)
    return response


async def _answer(request: web.Request, handler: Handler, route: str) -> web.StreamResponse:
    async def right_answer() -> web.StreamResponse:
        return _key_refusal(request) or await _handled(request, handler)

    fault = request.app[SANDBOX].faults.take(route, request.path_qs)
    return await (misbehave(request, fault, right_answer) if fault else right_answer())


async def _handled(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refusal as refusal:
        return refuse(refusal)


def _key_refusal(request: web.Request) -> web.Response | None:
    key = request.headers.get("X-API-KEY")
    if key is None:
        return json_answer(NO_KEY, 401)
    return None if key == request.app[SANDBOX].settings.api_key else json_answer(WRONG_KEY, 401)


async def _entry(request: web.Request) -> LoggedRequest:
    return LoggedRequest(
        request.method, request.path, dict(request.query), 0, _read(await request.read()), _route(request)
    )


def _route(request: web.Request) -> str:
    """Method and template, written as imin's documentation does: GET /orders/:id."""
    resource = request.match_info.route.resource
    template = resource.canonical.removeprefix(API_PATH) if resource else ""
    if "{tail}" in template or not template:
        template = UNKNOWN_ROUTE
    return f"{request.method} {template.replace('{identifier}', ':id')}"


def _read(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
