"""What every request gets, on the fast path and in aiohttp: an id, a log line, CORS, errors in JSON."""

import random
import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler as AiohttpHandler
from aiohttp.typedefs import Middleware
from multidict import MultiMapping

from gateway.errors import BAD_REQUEST, INTERNAL, NOT_FOUND, bug_message
from gateway.http.connections.fast_request import FastRequest
from gateway.http.cors import Cors, is_preflight
from gateway.http.response import RawResponse, error_response
from gateway.observability.logging import RequestRecord, log_bug, log_request

REQUEST_ID = web.RequestKey("request_id", str)
RECORD = web.RequestKey("record", RequestRecord)

Handler: TypeAlias = Callable[[web.Request], Awaitable[RawResponse | web.StreamResponse]]
"""A handler of ours. Only streams and WebSockets are responses of aiohttp's."""
FastHandler: TypeAlias = Callable[[FastRequest, str, RequestRecord], Awaitable[RawResponse]]
"""Responds to a request with that id, and fills in its record."""
FastResponder: TypeAlias = Callable[[FastRequest], Awaitable[RawResponse]]

_METHODS = {*hdrs.METH_ALL} - {hdrs.METH_ANY}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")


def fast_responder(handler: FastHandler, cors: Cors) -> FastResponder:
    """Wrap the fast path's handler in what `middleware` and `header_signal` do for aiohttp's."""

    async def respond(request: FastRequest) -> RawResponse:
        request_id, record = request_id_of(request.headers), RequestRecord()
        try:
            response = await handler(request, request_id, record)
        except Exception as error:  # noqa: BLE001  # the last resort
            response = _bug_response(error, request_id)
        log_request(request_id, "POST /graphql", response.status, record)
        if cors.has_other_origins:
            response.headers |= cors.headers(request)
        response.headers["X-Request-Id"] = request_id
        return response

    return respond


def middleware(cors: Cors) -> Middleware:
    """Wrap aiohttp's handlers: give each request its id and record, turn what is raised into JSON, log."""

    @web.middleware
    async def respond(request: web.Request, handler: AiohttpHandler) -> web.StreamResponse:
        request_id, record = request_id_of(request.headers), RequestRecord()
        request[REQUEST_ID], request[RECORD] = request_id, record
        if is_preflight(request):
            response: web.StreamResponse = _to_aiohttp(cors.preflight_response(request))
        else:
            response = await _handled(request, handler, request_id)
        log_request(request_id, _place(request), response.status, record)
        return response

    return respond


def header_signal(
    cors: Cors,
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """A handler of aiohttp's `on_response_prepare` signal: streams send their headers before they return."""

    async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
        if REQUEST_ID not in request:  # aiohttp refused it before any middleware
            return
        response.headers["X-Request-Id"] = request[REQUEST_ID]
        response.headers.extend(cors.headers(request))

    return add_headers


def aiohttp_handler(handler: Handler) -> AiohttpHandler:
    """Let aiohttp send what a handler of ours returns."""

    async def respond(request: web.Request) -> web.StreamResponse:
        response = await handler(request)
        return response if isinstance(response, web.StreamResponse) else _to_aiohttp(response)

    return respond


def _to_aiohttp(response: RawResponse) -> web.Response:
    return web.Response(status=response.status, headers=response.headers, body=response.body or None)


async def _handled(request: web.Request, handler: AiohttpHandler, request_id: str) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        code = NOT_FOUND if isinstance(error, web.HTTPNotFound) else BAD_REQUEST
        response = error_response(error.status, code, f"{error.reason}.")
        if isinstance(error, web.HTTPMethodNotAllowed):
            response.headers[hdrs.ALLOW] = ", ".join(sorted(error.allowed_methods))
    except Exception as error:  # noqa: BLE001  # the last resort
        response = _bug_response(error, request_id)
    return _to_aiohttp(response)


def _bug_response(error: Exception, request_id: str) -> RawResponse:
    """Log a bug once, with the request's id, which a client can quote to report it."""
    log_bug(error, request_id)
    return error_response(500, INTERNAL, bug_message(request_id), request_id=request_id)


def request_id_of(headers: MultiMapping[str]) -> str:
    """The client's own id if it is harmless in a log, otherwise a random one."""
    given = headers.get("X-Request-Id", "")
    # The fast generator is enough: the id is no secret, clients quote it to support.
    return given if _REQUEST_ID.match(given) else f"{random.getrandbits(128):032x}"


def _place(request: web.Request) -> str:
    """Method and route, for the log: the address itself may hold anything."""
    resource = request.match_info.route.resource
    method = request.method if request.method in _METHODS else "OTHER"
    return f"{method} {resource.canonical if resource else 'elsewhere'}"
