"""`/graphql`: queries and mutations by POST, queries by GET, GraphiQL for a browser."""

import time
from dataclasses import dataclass
from typing import Any

from aiohttp import hdrs, web

from gateway.auth import Authenticate, Caller, NotAdmitted
from gateway.context import Context, Services
from gateway.errors import RATE_LIMITED
from gateway.execution import Answer, Executor
from gateway.http.accept import weights_of
from gateway.http.admission import admitted, overloaded, turned_away
from gateway.http.body import BadRequest
from gateway.http.event_stream import prefers_events, stream, takes_events, while_admitted
from gateway.http.gate import Gate, Overloaded
from gateway.http.graphiql import graphiql_page
from gateway.http.middleware import FACTS, REQUEST_ID
from gateway.http.operations import Asking
from gateway.http.rate import Bucket, Rates
from gateway.http.request import (
    PLAIN_JSON,
    RESPONSE_JSON,
    GraphQLRequest,
    Reading,
    media_type_of_answer,
    read_request,
)
from gateway.http.response import error_response, extensions_of, json_response
from gateway.http.sockets import SocketEndpoint
from gateway.metrics import Metrics


@dataclass(frozen=True)
class GraphQLEndpoint:
    """Answers `/graphql`.

    with_graphiql: whether a browser gets the explorer.
    """

    executor: Executor
    services: Services
    authenticate: Authenticate
    rates: Rates
    gate: Gate
    reading: Reading
    sockets: SocketEndpoint
    with_graphiql: bool
    metrics: Metrics

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The answer, a WebSocket, or the explorer for a browser that sends no query."""
        if request.method == "GET" and request.headers.get(hdrs.UPGRADE, "").lower() == "websocket":
            return await self.sockets.handle(request)
        return await self._respond(request)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
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
        except Overloaded:
            return overloaded(media_type=media_type)

    async def _answer(self, request: web.Request, media_type: str) -> web.StreamResponse:
        """The answer to a request. Who asks is settled before anything else of it is read."""
        self.gate.check()
        caller = await admitted(self.authenticate, request)
        bucket = self.rates.bucket_of(caller)
        request[FACTS].caller = self.services.seal.pseudonym(caller.customer or caller.name)
        if bucket and not bucket.spend(1):
            return _rate_limited(bucket, 1, media_type)
        wanted = await read_request(request, self.reading)
        if self._wants_events(request, wanted):
            return await self._stream(request, wanted, caller, bucket)
        with self.gate:
            context = self._context(caller, bucket, request)
            started = time.perf_counter()
            answer = await self._execute(wanted, context, is_get=request.method == "GET")
        outcome = answer.errors[0]["extensions"]["code"] if answer.errors else "ok"
        self.metrics.request(wanted.query, outcome, time.perf_counter() - started)
        request[FACTS].note(context.operation, context.digest, context.cost, answer.errors)
        if answer.status == 429 and bucket:  # noqa: PLR2004  # too many requests
            return _rate_limited(bucket, context.cost, media_type)
        response = _response(answer, media_type, extensions_of(wanted, answer, context, request[FACTS].calls))
        if bucket:
            response.headers.update(bucket.headers())
        return response

    def _context(self, caller: Caller, bucket: Bucket | None, request: web.Request) -> Context:
        context = Context(caller, request[REQUEST_ID], self.services)
        if bucket:
            # One is spent already: a document that cannot even be read is not free.
            context.spend = lambda cost: bucket.spend(max(0, cost - 1))
        return context

    def _wants_events(self, request: web.Request, wanted: GraphQLRequest) -> bool:
        """Whether to answer as an event stream: a subscription, or a client that likes nothing better."""
        if not takes_events(request):
            return False
        prepared = self.executor.prepare(wanted.query, wanted.operation_name)
        return prepared.is_subscription or prefers_events(request)

    async def _stream(
        self, request: web.Request, wanted: GraphQLRequest, caller: Caller, bucket: Bucket | None
    ) -> web.StreamResponse:
        self.gate.check()
        asking = Asking(caller, bucket, request[REQUEST_ID], request[FACTS])
        found = self.sockets.operations.answers(wanted, asking, changes_nothing=request.method == "GET")
        admitted_still = while_admitted(found, lambda: admitted(self.authenticate, request))
        return await stream(request, admitted_still, self.sockets.rules.origins)

    async def _execute(self, wanted: GraphQLRequest, context: Context, *, is_get: bool) -> Answer:
        return await self.executor.execute(
            wanted.query, wanted.variables, wanted.operation_name, context, queries_only=is_get
        )


def _wants_page(request: web.Request) -> bool:
    return (
        request.method == "GET"
        and "query" not in request.query
        and "extensions" not in request.query
        and "documentId" not in request.query
        and weights_of(request).get("text/html", 0.0) > 0
    )


def _bad_request(refusal: BadRequest, *, media_type: str = PLAIN_JSON) -> web.Response:
    response = error_response(refusal.status, refusal.code, str(refusal), media_type=media_type)
    if refusal.status == 405:  # noqa: PLR2004  # HTTP asks for the header with this status
        response.headers["Allow"] = "POST"
    return response


def _rate_limited(bucket: Bucket, cost: int, media_type: str) -> web.Response:
    seconds = bucket.seconds_until(cost)
    message = f"Too much was asked for in a short time. Please wait {seconds} s."
    response = error_response(429, RATE_LIMITED, message, media_type=media_type)
    response.headers.update(bucket.headers() | {"Retry-After": str(seconds)})
    return response


def _response(answer: Answer, media_type: str, extensions: dict[str, Any]) -> web.Response:
    content: dict[str, Any] = {"errors": answer.errors} if answer.errors else {}
    if answer.executed:
        content["data"] = answer.data
    if extensions:
        content["extensions"] = extensions
    # The older media type says what went wrong in the body alone.
    refused = answer.status or (400 if media_type == RESPONSE_JSON else 200)
    response = json_response(content, status=200 if answer.executed else refused, media_type=media_type)
    if answer.status == 405:  # noqa: PLR2004  # HTTP asks for the header with this status
        response.headers["Allow"] = "POST"
    return response
