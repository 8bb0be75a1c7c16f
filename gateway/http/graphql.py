"""`/graphql`: queries and mutations by POST, queries by GET, GraphiQL for a browser."""

from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web

from gateway.auth import Authenticate, NotAdmitted
from gateway.context import Context, Services
from gateway.execution import Answer, Executor
from gateway.http.admission import admitted, turned_away
from gateway.http.graphiql import graphiql_page
from gateway.http.middleware import REQUEST_ID
from gateway.http.request import (
    PLAIN_JSON,
    RESPONSE_JSON,
    BadRequest,
    GraphQLRequest,
    media_type_of_answer,
    read_request,
)
from gateway.http.response import error_response, json_response

log = structlog.get_logger()


@dataclass(frozen=True)
class GraphQLEndpoint:
    """Answers `/graphql`.

    with_graphiql: whether a browser gets the explorer. with_get: whether queries may come by GET.
    """

    executor: Executor
    services: Services
    authenticate: Authenticate
    with_graphiql: bool
    with_get: bool

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The answer, or the explorer for a browser that sends no query."""
        if self.with_graphiql and _wants_page(request):
            return graphiql_page()
        try:
            media_type = media_type_of_answer(request)
        except BadRequest as refusal:
            return _bad_request(refusal)
        try:
            return await self._answer(request, media_type)
        except NotAdmitted as refusal:
            return turned_away(refusal, media_type=media_type)
        except BadRequest as refusal:
            return _bad_request(refusal, media_type=media_type)

    async def _answer(self, request: web.Request, media_type: str) -> web.Response:
        """The answer to a request. Who asks is settled before anything else of it is read."""
        caller = await admitted(self.authenticate, request)
        wanted = await read_request(request, with_get=self.with_get)
        context = Context(caller, request[REQUEST_ID], self.services)
        answer = await self._execute(wanted, context, is_get=request.method == "GET")
        _log(wanted, answer, context.request_id)
        return _response(answer, media_type, context.stale_seconds)

    async def _execute(self, wanted: GraphQLRequest, context: Context, *, is_get: bool) -> Answer:
        return await self.executor.execute(
            wanted.query, wanted.variables, wanted.operation_name, context, queries_only=is_get
        )


def _wants_page(request: web.Request) -> bool:
    return (
        request.method == "GET"
        and "query" not in request.query
        and "extensions" not in request.query
        and "text/html" in request.headers.get("Accept", "")
    )


def _bad_request(refusal: BadRequest, *, media_type: str = PLAIN_JSON) -> web.Response:
    response = error_response(refusal.status, refusal.code, str(refusal), media_type=media_type)
    if refusal.status == 405:  # noqa: PLR2004  # HTTP asks for the header with this status
        response.headers["Allow"] = "POST"
    return response


def _response(answer: Answer, media_type: str, stale_seconds: float | None = None) -> web.Response:
    content: dict[str, Any] = {"errors": answer.errors} if answer.errors else {}
    if answer.executed:
        content["data"] = answer.data
        if stale_seconds is not None:
            content["extensions"] = {"stale": {"ageSeconds": round(stale_seconds, 3)}}
        return json_response(content, media_type=media_type)
    if answer.is_wrong_method:
        response = json_response(content, status=405, media_type=media_type)
        response.headers["Allow"] = "POST"
        return response
    # The older media type says what went wrong in the body alone.
    return json_response(content, status=400 if media_type == RESPONSE_JSON else 200, media_type=media_type)


def _log(wanted: GraphQLRequest, answer: Answer, request_id: str) -> None:
    codes = sorted({error["extensions"]["code"] for error in answer.errors})
    log.info("graphql", request_id=request_id, operation=(wanted.operation_name or "")[:100], errors=codes)
