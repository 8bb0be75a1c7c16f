"""Answers in JSON, whatever happened."""

from typing import Any

import orjson
from aiohttp import hdrs, web
from msgspec import Struct

from gateway.context import Context
from gateway.execution.executor import OperationResult
from gateway.http.request import PLAIN_JSON, GraphQLRequest
from gateway.imin.transport.call_counter import CallCounter


class RawResponse(Struct):
    """An answer, whichever server sends it. headers: but those that every answer has."""

    status: int
    headers: dict[str, str]
    body: bytes

    @classmethod
    def like(cls, response: web.Response) -> "RawResponse":
        """What aiohttp's would send."""
        body = response.body if isinstance(response.body, bytes) else b""
        return cls(response.status, dict(response.headers), body)

    def as_response(self) -> web.Response:
        """The same for aiohttp to send."""
        return web.Response(status=self.status, headers=self.headers, body=self.body)


def origin_headers(origin: str, origins: tuple[str, ...]) -> dict[str, str]:
    """What lets a front end of one of these origins read an answer; the browser keeps others out."""
    headers: dict[str, str] = {hdrs.VARY: hdrs.ORIGIN} if origins else {}
    if origin in origins:
        headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
        headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = "X-Request-Id"
    return headers


def json_reply(content: Any, *, status: int = 200, media_type: str = PLAIN_JSON) -> RawResponse:
    """The content as JSON, never to be stored by anyone: it is somebody's own."""
    headers = {"Content-Type": f"{media_type}; charset=utf-8", "Cache-Control": "private, no-store"}
    return RawResponse(status, headers, orjson.dumps(content))


def json_response(content: Any, *, status: int = 200, media_type: str = PLAIN_JSON) -> web.Response:
    """As json_reply, for aiohttp to send."""
    return json_reply(content, status=status, media_type=media_type).as_response()


def error_response(
    status: int, code: str, message: str, *, request_id: str = "", media_type: str = PLAIN_JSON
) -> web.Response:
    """A GraphQL-shaped error for a request that was not executed."""
    extensions = {"code": code, "requestId": request_id} if request_id else {"code": code}
    return json_response(
        {"errors": [{"message": message, "extensions": extensions}]}, status=status, media_type=media_type
    )


def extensions_of(
    wanted: GraphQLRequest, answer: OperationResult, context: Context, calls: CallCounter
) -> dict[str, Any]:
    """What an answer tells besides: what it cost where that was asked, how old it is, what it leaves out."""
    extensions: dict[str, Any] = {}
    if answer.executed and context.staleness.seconds is not None:
        extensions["stale"] = {"ageSeconds": round(context.staleness.seconds, 3)}
    if answer.omitted > 0:
        extensions["omittedErrors"] = answer.omitted
    if (wanted.extensions or {}).get("cost") is True:
        extensions["cost"] = {"estimated": context.cost, "made": calls.made}
    return extensions
