"""`/graphql`: queries and mutations by POST, queries by GET, subscriptions, GraphiQL for a browser."""

from dataclasses import dataclass

from aiohttp import hdrs, web

from gateway.http.answering import respond
from gateway.http.authentication import Authentication
from gateway.http.connections.fast_request import FastRequest
from gateway.http.graphiql import GRAPHIQL_PAGE, graphiql_page
from gateway.http.lifecycle import LIFECYCLE
from gateway.http.limits.concurrency import Overloaded, Slot
from gateway.http.media_types import PLAIN_JSON, accepts_events, accepts_html, json_media_type, prefers_events
from gateway.http.middleware import RECORD, REQUEST_ID
from gateway.http.operations import Operation, OperationServices
from gateway.http.refusals import REFUSALS, refusal_response
from gateway.http.request import RequestReader
from gateway.http.response import RawResponse
from gateway.http.streaming.graphql_transport_ws import WebSocketEndpoint
from gateway.http.streaming.messages import ResultMessages
from gateway.http.streaming.sse import EventStream
from gateway.observability.logging import RequestRecord

_STOPPING = "This server is stopping. Please connect again."


@dataclass(frozen=True)
class GraphQLEndpoint:
    """Responds to `/graphql`."""

    operations: OperationServices
    authentication: Authentication
    reader: RequestReader
    sockets: WebSocketEndpoint

    async def handle(self, request: web.Request) -> RawResponse | web.StreamResponse:
        """Respond to a request that aiohttp has read: any kind but those of `handle_fast`."""
        if request.method == "GET" and request.headers.get(hdrs.UPGRADE, "").lower() == "websocket":
            return await self.sockets.handle(request)
        if (page := request.app.get(GRAPHIQL_PAGE)) is not None and _is_page_view(request):
            return graphiql_page(page)
        media_type = PLAIN_JSON
        try:
            media_type = json_media_type(request)
            scope = await self.authentication.admit(request, request[REQUEST_ID], request[RECORD])
            graphql_request = await self.reader.read(request)
            with self.operations.limit.slot() as slot:
                if accepts_events(request):
                    operation = Operation(self.operations, graphql_request, scope)
                    if operation.prepared.is_subscription or prefers_events(request):
                        if operation.prepared.is_subscription and request.app[LIFECYCLE].is_stopping:
                            raise Overloaded(_STOPPING)
                        return await self._stream(request, operation, slot)
                response = await respond(
                    self.operations,
                    graphql_request,
                    scope,
                    media_type,
                    queries_only=request.method == "GET",
                )
        except REFUSALS as refusal:
            return refusal_response(refusal, media_type)
        self.reader.remember(graphql_request)
        return response

    async def handle_fast(self, request: FastRequest, request_id: str, record: RequestRecord) -> RawResponse:
        """Respond to a query or mutation from the fast path."""
        media_type = PLAIN_JSON
        try:
            media_type = json_media_type(request)
            scope = await self.authentication.admit(request, request_id, record)
            graphql_request = self.reader.parse(request.body)
            with self.operations.limit:
                response = await respond(
                    self.operations, graphql_request, scope, media_type, queries_only=False
                )
        except REFUSALS as refusal:
            return refusal_response(refusal, media_type)
        self.reader.remember(graphql_request)
        return response

    async def _stream(self, request: web.Request, operation: Operation, slot: Slot) -> web.StreamResponse:
        stream = EventStream(
            request,
            ResultMessages(operation, slot, queries_only=request.method == "GET"),
            operation.scope.caller,
            lambda: self.authentication.caller(request),
            is_subscription=operation.prepared.is_subscription,
        )
        return await stream.send()


def _is_page_view(request: web.Request) -> bool:
    """Whether a browser opens the URL, without a query in it."""
    is_query = any(name in request.query for name in ("query", "extensions", "documentId"))
    return request.method == "GET" and not is_query and accepts_html(request)
