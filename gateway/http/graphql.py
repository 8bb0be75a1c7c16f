"""`/graphql`: queries and mutations by POST, queries by GET, GraphiQL for a browser."""

import time
from dataclasses import dataclass
from typing import Any

from aiohttp import hdrs, web

from gateway.auth import Authenticate, AuthenticationError, HasHeaders
from gateway.context import Context, Services
from gateway.errors import RATE_LIMITED
from gateway.execution.documents import PreparedOperation
from gateway.execution.executor import Executor, OperationResult
from gateway.http.accept import weights_of
from gateway.http.authentication import admitted, overloaded, turned_away
from gateway.http.body import BadRequest
from gateway.http.connections.fast_request import FastRequest
from gateway.http.graphiql import graphiql_page
from gateway.http.limits.concurrency import ConcurrencyLimit, Overloaded
from gateway.http.limits.rate import RateLimited, Rates
from gateway.http.middleware import RECORD, REQUEST_ID
from gateway.http.request import (
    PLAIN_JSON,
    RESPONSE_JSON,
    GraphQLRequest,
    RequestReader,
    media_type_of_answer,
    read_posted,
    read_request,
)
from gateway.http.response import RawResponse, error_response, extensions_of, json_reply
from gateway.http.streaming.graphql_transport_ws import WebSocketEndpoint
from gateway.http.streaming.operations import RequestScope
from gateway.http.streaming.sse import prefers_events, stream, takes_events, while_admitted
from gateway.observability.logging import RequestRecord, are_requests_logged
from gateway.observability.metrics import Metrics


@dataclass(frozen=True)
class GraphQLEndpoint:
    """Answers `/graphql`.

    with_graphiql: whether a browser gets the explorer.
    """

    executor: Executor
    services: Services
    authenticate: Authenticate
    rates: Rates
    gate: ConcurrencyLimit
    reading: RequestReader
    sockets: WebSocketEndpoint
    with_graphiql: bool
    metrics: Metrics

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The answer, a WebSocket, or the explorer for a browser that sends no query."""
        if request.method == "GET" and request.headers.get(hdrs.UPGRADE, "").lower() == "websocket":
            return await self.sockets.handle(request)
        if self.with_graphiql and _wants_page(request):
            return graphiql_page()
        media_type = PLAIN_JSON
        try:
            media_type = media_type_of_answer(request)
            return await self._respond(request, media_type)
        except (AuthenticationError, BadRequest, Overloaded, RateLimited) as refusal:
            return _refused(refusal, media_type)

    async def post(self, posted: FastRequest, request_id: str, record: RequestRecord) -> RawResponse:
        """The answer to a request that came in one piece."""
        media_type = PLAIN_JSON
        try:
            media_type = media_type_of_answer(posted)
            asking = await self._let_in(posted, request_id, record)
            return await self._answer(read_posted(posted.body, self.reading), asking, media_type)
        except (AuthenticationError, BadRequest, Overloaded, RateLimited) as refusal:
            return RawResponse.like(_refused(refusal, media_type))

    async def _respond(self, request: web.Request, media_type: str) -> web.StreamResponse:
        asking = await self._let_in(request, request[REQUEST_ID], request[RECORD])
        wanted = await read_request(request, self.reading)
        prepared = None
        if takes_events(request):
            prepared = self.executor.prepare(wanted.query, wanted.operation_name)
            if prepared.is_subscription or prefers_events(request):
                return await self._stream(request, wanted, asking, prepared)
        is_get = request.method == "GET"
        reply = await self._answer(wanted, asking, media_type, prepared=prepared, is_get=is_get)
        return reply.as_response()

    async def _let_in(self, request: HasHeaders, request_id: str, record: RequestRecord) -> RequestScope:
        """Who asks: settled before anything of a request is read but its headers."""
        self.gate.check()
        caller = await admitted(self.authenticate, request)
        bucket = self.rates.bucket_of(caller)
        if are_requests_logged():
            record.caller = self.services.signer.pseudonym(caller.customer or caller.name)
        if bucket and not bucket.spend(1):
            raise RateLimited(bucket, 1)
        return RequestScope(caller, bucket, request_id, record)

    async def _answer(
        self,
        wanted: GraphQLRequest,
        asking: RequestScope,
        media_type: str,
        *,
        prepared: PreparedOperation | None = None,
        is_get: bool = False,
    ) -> RawResponse:
        """The answer to what is asked. Raises Overloaded, RateLimited.

        prepared: the operation, if it has been prepared.
        """
        bucket, record = asking.bucket, asking.record
        with self.gate:
            context = self._context(asking)
            started = time.perf_counter()
            prepared = prepared or self.executor.prepare(wanted.query, wanted.operation_name)
            answer = await self.executor.execute(prepared, wanted.variables, context, queries_only=is_get)
        outcome = answer.errors[0]["extensions"]["code"] if answer.errors else "ok"
        self.metrics.request(wanted.query, outcome, time.perf_counter() - started)
        record.note(context.operation, context.digest, context.cost, answer.errors)
        if answer.status == 429 and bucket:  # noqa: PLR2004  # too many requests
            raise RateLimited(bucket, context.cost)
        reply = _reply(answer, media_type, extensions_of(wanted, answer, context, record.calls))
        if bucket:
            reply.headers |= bucket.headers()
        return reply

    def _context(self, asking: RequestScope) -> Context:
        context = Context(asking.caller, asking.request_id, self.services)
        if bucket := asking.bucket:
            # One is spent already: a document that cannot even be read is not free.
            context.spend = lambda cost: bucket.spend(max(0, cost - 1))
        return context

    async def _stream(
        self, request: web.Request, wanted: GraphQLRequest, asking: RequestScope, prepared: PreparedOperation
    ) -> web.StreamResponse:
        self.gate.check()
        is_get = request.method == "GET"
        found = self.sockets.operations.answers(wanted, asking, prepared, changes_nothing=is_get)
        admitted_still = while_admitted(found, lambda: admitted(self.authenticate, request))
        return await stream(request, admitted_still, self.sockets.rules.origins)


def _wants_page(request: web.Request) -> bool:
    return (
        request.method == "GET"
        and "query" not in request.query
        and "extensions" not in request.query
        and "documentId" not in request.query
        and weights_of(request).get("text/html", 0.0) > 0
    )


def _refused(refusal: Exception, media_type: str) -> web.Response:
    """The answer to what is not even begun."""
    match refusal:
        case AuthenticationError():
            return turned_away(refusal, media_type=media_type)
        case BadRequest():
            return _bad_request(refusal, media_type)
        case RateLimited():
            return _rate_limited(refusal, media_type)
    return overloaded(media_type=media_type)


def _bad_request(refusal: BadRequest, media_type: str) -> web.Response:
    response = error_response(refusal.status, refusal.code, str(refusal), media_type=media_type)
    if refusal.status == 405:  # noqa: PLR2004  # HTTP asks for the header with this status
        response.headers["Allow"] = "POST"
    return response


def _rate_limited(refusal: RateLimited, media_type: str) -> web.Response:
    seconds = refusal.bucket.seconds_until(refusal.cost)
    message = f"Too much was asked for in a short time. Please wait {seconds} s."
    response = error_response(429, RATE_LIMITED, message, media_type=media_type)
    response.headers.update(refusal.bucket.headers() | {"Retry-After": str(seconds)})
    return response


def _reply(answer: OperationResult, media_type: str, extensions: dict[str, Any]) -> RawResponse:
    content: dict[str, Any] = {"errors": answer.errors} if answer.errors else {}
    if answer.executed:
        content["data"] = answer.data
    if extensions:
        content["extensions"] = extensions
    # The older media type says what went wrong in the body alone.
    refused = answer.status or (400 if media_type == RESPONSE_JSON else 200)
    reply = json_reply(content, status=200 if answer.executed else refused, media_type=media_type)
    if answer.status == 405:  # noqa: PLR2004  # HTTP asks for the header with this status
        reply.headers["Allow"] = "POST"
    return reply
