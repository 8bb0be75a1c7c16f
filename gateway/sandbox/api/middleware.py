"""Process every request to imin: log it, inject faults, check the key, write errors in JSON."""

import json
from typing import Any

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from gateway.sandbox.api.app_keys import SANDBOX
from gateway.sandbox.api.fault_effects import ConnectionClosedError, apply_fault
from gateway.sandbox.api.responses import error_response, json_response
from gateway.sandbox.data.error_documents import NO_KEY, WRONG_KEY, IminError
from gateway.sandbox.data.vocabulary import API_PATH, CHECKOUT_API_PATH, SEARCH_PATH
from gateway.sandbox.faults.faults import UNKNOWN_ROUTE
from gateway.sandbox.state.request_log import LoggedRequest


@web.middleware
async def http_error_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Write in JSON what aiohttp raises, for example for an unknown path or a wrong method."""
    try:
        return await handler(request)
    except web.HTTPError as error:
        response = json_response({"error": f"{error.reason}."}, error.status)
        if isinstance(error, web.HTTPMethodNotAllowed):
            response.headers[hdrs.ALLOW] = ", ".join(sorted(error.allowed_methods))
        return response


@web.middleware
async def imin_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Log every request to imin and respond to it, with a fault if one applies."""
    if request.path != CHECKOUT_API_PATH and not request.path.startswith((f"{API_PATH}/", f"{SEARCH_PATH}/")):
        return await handler(request)
    sandbox = request.app[SANDBOX]
    entry = await _entry(request)
    sandbox.request_log.record_arrival(entry)
    status = 0
    try:
        response = await _respond(request, handler, entry.route)
        status = response.status
    except ConnectionClosedError:
        # The connection is closed, so this response is never sent.
        return web.Response()
    finally:
        sandbox.request_log.record_status(entry, status)
    return response


async def _respond(request: web.Request, handler: Handler, route: str) -> web.StreamResponse:
    async def regular_response() -> web.StreamResponse:
        return _key_error(request) or await _handle(request, handler)

    fault = request.app[SANDBOX].faults.take(route, request.path_qs)
    return await (apply_fault(request, fault, regular_response) if fault else regular_response())


async def _handle(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except IminError as error:
        return error_response(error)


def _key_error(request: web.Request) -> web.Response | None:
    if request.path == CHECKOUT_API_PATH:
        # Assumption: checkout needs no key, as its documentation names none.
        return None
    key = request.headers.get("X-API-KEY")
    if key is None:
        return json_response(NO_KEY, 401)
    return None if key == request.app[SANDBOX].settings.api_key else json_response(WRONG_KEY, 401)


async def _entry(request: web.Request) -> LoggedRequest:
    return LoggedRequest(
        request.method, request.path, dict(request.query), 0, _parsed(await request.read()), _route(request)
    )


def _route(request: web.Request) -> str:
    """Method and template as in imin's documentation: GET /orders/:id."""
    resource = request.match_info.route.resource
    template = resource.canonical.removeprefix(API_PATH).removeprefix(SEARCH_PATH) if resource else ""
    if "{tail}" in template or not template:
        template = UNKNOWN_ROUTE
    return f"{request.method} {template.replace('{identifier}', ':id')}"


def _parsed(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")
