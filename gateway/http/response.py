"""Answers in JSON, whatever happened."""

from typing import Any

import orjson
from aiohttp import web

from gateway.context import Context
from gateway.execution import Answer
from gateway.http.request import PLAIN_JSON, GraphQLRequest
from gateway.imin.calls import Calls


def json_response(content: Any, *, status: int = 200, media_type: str = PLAIN_JSON) -> web.Response:
    """The content as JSON, never to be stored by anyone: it is somebody's own."""
    return web.Response(
        body=orjson.dumps(content),
        status=status,
        headers={"Content-Type": f"{media_type}; charset=utf-8", "Cache-Control": "private, no-store"},
    )


def error_response(
    status: int, code: str, message: str, *, request_id: str = "", media_type: str = PLAIN_JSON
) -> web.Response:
    """A GraphQL-shaped error for a request that was not executed."""
    extensions = {"code": code, "requestId": request_id} if request_id else {"code": code}
    return json_response(
        {"errors": [{"message": message, "extensions": extensions}]}, status=status, media_type=media_type
    )


def extensions_of(wanted: GraphQLRequest, answer: Answer, context: Context, calls: Calls) -> dict[str, Any]:
    """What an answer tells besides: what it cost where that was asked, how old it is, what it leaves out."""
    extensions: dict[str, Any] = {}
    if answer.executed and context.staleness.seconds is not None:
        extensions["stale"] = {"ageSeconds": round(context.staleness.seconds, 3)}
    if answer.omitted > 0:
        extensions["omittedErrors"] = answer.omitted
    if (wanted.extensions or {}).get("cost") is True:
        extensions["cost"] = {"estimated": context.cost, "made": calls.made}
    return extensions
