"""What every request passes: an id, a CORS answer, JSON for whatever fails."""

import random
import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from multidict import MultiMapping

from gateway.errors import BAD_REQUEST, INTERNAL, NOT_FOUND
from gateway.http.connections.fast_request import FastRequest
from gateway.http.response import RawResponse, error_response, origin_headers
from gateway.observability.logging import RequestRecord, log_bug, log_request

REQUEST_ID = web.RequestKey("request_id", str)
RECORD = web.RequestKey("record", RequestRecord)

Post: TypeAlias = Callable[[FastRequest, str, RequestRecord], Awaitable[RawResponse]]
"""Answers a posted request of that id, and notes what it was."""
AnswerPosted: TypeAlias = Callable[[FastRequest], Awaitable[RawResponse]]

_METHODS = {*hdrs.METH_ALL} - {hdrs.METH_ANY}
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")


@web.middleware
async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, the caller's own where it is a plain one, and send it back."""
    request[REQUEST_ID] = _id_of(request.headers)
    record = request[RECORD] = RequestRecord()
    response = await handler(request)
    log_request(request[REQUEST_ID], _place(request), response.status, record)
    if not response.prepared:
        response.headers["X-Request-Id"] = request[REQUEST_ID]
    return response


def _id_of(headers: MultiMapping[str]) -> str:
    given = headers.get("X-Request-Id", "")
    # Not a secret: it is quoted to whoever helps.
    return given if _GIVEN_ID.match(given) else f"{random.getrandbits(128):032x}"


def _place(request: web.Request) -> str:
    """Method and route: an address may hold anything, the route is ours."""
    resource = request.match_info.route.resource
    method = request.method if request.method in _METHODS else "OTHER"
    return f"{method} {resource.canonical if resource else 'elsewhere'}"


@web.middleware
async def answer_in_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what aiohttp or a bug raises into a JSON error; a bug is logged once, with the request's id."""
    request_id = request[REQUEST_ID]
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:  # noqa: PLR2004  # a redirect
            raise
        code = NOT_FOUND if isinstance(error, web.HTTPNotFound) else BAD_REQUEST
        response = error_response(error.status, code, f"{error.reason}.")
        if isinstance(error, web.HTTPMethodNotAllowed):
            response.headers[hdrs.ALLOW] = ", ".join(sorted(error.allowed_methods))
        return response
    except Exception as error:  # noqa: BLE001  # the last resort
        return _bug(error, request_id)


def _bug(error: Exception, request_id: str) -> web.Response:
    log_bug(error, request_id)
    message = f"Something went wrong on our side. Please quote {request_id}."
    return error_response(500, INTERNAL, message, request_id=request_id)


def cors(origins: tuple[str, ...]) -> Middleware:
    """Let the front ends of these origins read answers; the browser keeps others out."""

    @web.middleware
    async def allow_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get(hdrs.ORIGIN, "")
        allowed = origin in origins
        is_preflight = (
            request.method == hdrs.METH_OPTIONS and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
        )
        response = _preflight(allowed=allowed) if is_preflight else await handler(request)
        if not response.prepared:
            for name, value in origin_headers(origin, origins).items():
                response.headers.add(name, value)
        return response

    return allow_origin


def passing(post: Post, origins: tuple[str, ...]) -> AnswerPosted:
    """Answers a posted request, with all that it would pass as one of aiohttp's."""

    async def answer(posted: FastRequest) -> RawResponse:
        request_id, record = _id_of(posted.headers), RequestRecord()
        try:
            reply = await post(posted, request_id, record)
        except Exception as error:  # noqa: BLE001  # the last resort
            reply = RawResponse.like(_bug(error, request_id))
        log_request(request_id, "POST /graphql", reply.status, record)
        reply.headers |= origin_headers(posted.headers.get(hdrs.ORIGIN, ""), origins)
        reply.headers["X-Request-Id"] = request_id
        return reply

    return answer


def _preflight(*, allowed: bool) -> web.Response:
    if not allowed:
        return web.Response(status=204)
    return web.Response(
        status=204,
        headers={
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, POST",
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: "Authorization, Content-Type, X-Request-Id",
            hdrs.ACCESS_CONTROL_MAX_AGE: "3600",
        },
    )
