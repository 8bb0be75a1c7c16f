"""WebSockets that speak graphql-transport-ws, and no other protocol.

Source: enisdenjo/graphql-ws, PROTOCOL.md. The older graphql-ws protocol lets operations begin before the
client is authenticated (CVE-2026-35523), so it is not supported.
"""

import asyncio
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import WSCloseCode, WSMessage, WSMsgType, hdrs, web

from gateway.auth import AuthenticationError, Caller, with_connection_init
from gateway.errors import BAD_REQUEST, FORBIDDEN, RATE_LIMITED, SERVICE_UNAVAILABLE
from gateway.execution.executor import RATE_LIMITED_ERROR
from gateway.http.authentication import Authentication, RequestScope
from gateway.http.lifecycle import LIFECYCLE
from gateway.http.limits.concurrency import Overloaded
from gateway.http.limits.rate import RateLimited
from gateway.http.middleware import RECORD, REQUEST_ID
from gateway.http.operations import Operation, OperationServices
from gateway.http.persisted_documents import DocumentRefused, PersistedDocuments
from gateway.http.request import GraphQLRequest
from gateway.http.response import RawResponse, error_response
from gateway.http.streaming.messages import ResultMessage, result_messages
from gateway.observability.logging import RequestRecord, log_bug, log_request

PROTOCOL = "graphql-transport-ws"

# Close codes of the protocol.
INVALID_MESSAGE, UNAUTHORIZED, NOT_ALLOWED = 4400, 4401, 4403
INIT_TIMEOUT, SUBSCRIBER_EXISTS, TOO_MANY_INITS = 4408, 4409, 4429

_PLACE = "WS /graphql"
_CLIENT_CLOSED = 499
"""Status in the log if the client leaves before the first result; nginx uses the same."""


@dataclass(frozen=True)
class WebSocketLimits:
    """origins: front ends that may open a WebSocket, in addition to the gateway's own origin.

    sockets: open at one time. sockets_each: of one customer. operations: at one time on one socket.
    message_bytes: size of the longest message. init_seconds: within which `connection_init` must arrive.
    """

    origins: tuple[str, ...]
    sockets: int
    sockets_each: int
    operations: int
    message_bytes: int
    init_seconds: float


class _Closed(Exception):
    """The WebSocket is to be closed, with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass
class WebSocketEndpoint:
    """Accepts WebSockets. open: how many there are. open_each: by caller's pseudonym."""

    operations: OperationServices
    authentication: Authentication
    limits: WebSocketLimits
    documents: PersistedDocuments
    open: int = 0
    open_each: Counter[str] = field(default_factory=Counter)

    async def handle(self, request: web.Request) -> RawResponse | web.StreamResponse:
        """Serve a WebSocket until it closes."""
        if not self._is_allowed_origin(request):
            return error_response(403, FORBIDDEN, "This page may not open a WebSocket here.")
        if PROTOCOL not in _subprotocols(request):
            return error_response(400, BAD_REQUEST, f"The WebSocket's subprotocol must be {PROTOCOL}.")
        if self.open >= self.limits.sockets or request.app[LIFECYCLE].is_stopping:
            return error_response(503, SERVICE_UNAVAILABLE, "Too many WebSockets are open.")
        socket = web.WebSocketResponse(
            protocols=(PROTOCOL,), heartbeat=30.0, max_msg_size=self.limits.message_bytes
        )
        self.open += 1
        try:
            await socket.prepare(request)
            request.app[LIFECYCLE].sockets[socket] = request
            await _WebSocketSession(self, request, socket).run()
        finally:
            self.open -= 1
        return socket

    def _is_allowed_origin(self, request: web.Request) -> bool:
        """CORS does not apply to WebSockets, so the origin is checked here."""
        origin = request.headers.get(hdrs.ORIGIN)
        return origin is None or origin in self.limits.origins or origin.partition("://")[2] == request.host


@dataclass
class _WebSocketSession:
    """One WebSocket and its operations.

    caller, credentials, pseudonym: set by connection_init. started: number of operations so far.
    """

    endpoint: WebSocketEndpoint
    request: web.Request
    socket: web.WebSocketResponse
    caller: Caller = field(init=False)
    credentials: web.BaseRequest = field(init=False)
    pseudonym: str = ""
    running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    started: int = 0

    async def run(self) -> None:
        """Handle messages until the WebSocket closes."""
        try:
            await self._initialise()
            async for message in self.socket:
                await self._handle_message(_parse(message))
        except _Closed as closing:
            await self.socket.close(code=closing.code, message=str(closing).encode())
        finally:
            self.endpoint.open_each -= Counter({self.pseudonym: 1})
            tasks = list(self.running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _initialise(self) -> None:
        try:
            async with asyncio.timeout(self.endpoint.limits.init_seconds):
                message = _parse(await self.socket.receive())
        except TimeoutError:
            raise _Closed(INIT_TIMEOUT, "Connection initialisation timeout") from None
        if message["type"] != "connection_init":
            raise _Closed(UNAUTHORIZED, "Unauthorized")
        payload = message.get("payload") or {}
        if not isinstance(payload, dict):
            raise _Closed(INVALID_MESSAGE, "The payload of connection_init must be an object")
        self.credentials = with_connection_init(self.request, payload)
        await self._authenticate()
        pseudonym = self.endpoint.authentication.pseudonym(self.caller)
        self.request[RECORD].caller = pseudonym
        if self.endpoint.open_each[pseudonym] >= self.endpoint.limits.sockets_each and self.caller.customer:
            raise _Closed(WSCloseCode.TRY_AGAIN_LATER, "Too many WebSockets")
        self.endpoint.open_each[pseudonym] += 1
        self.pseudonym = pseudonym
        await self._send({"type": "connection_ack"})

    async def _authenticate(self) -> None:
        """Check the token, at first and before each result; it may have expired."""
        try:
            self.caller = await self.endpoint.authentication.caller(self.credentials)
        except AuthenticationError:
            raise _Closed(NOT_ALLOWED, "Forbidden") from None

    async def _handle_message(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "ping"}:
                await self._send({"type": "pong"})
            case {"type": "pong"}:
                pass
            case {"type": "subscribe", "id": str(id_), "payload": dict(payload)} if id_:
                await self._subscribe(id_, payload)
            case {"type": "complete", "id": str(id_)}:
                if task := self.running.pop(id_, None):
                    task.cancel()
                    # The next message must find its concurrency slot free.
                    await asyncio.gather(task, return_exceptions=True)
            case {"type": "connection_init"}:
                raise _Closed(TOO_MANY_INITS, "Too many initialisation requests")
            case _:
                raise _Closed(INVALID_MESSAGE, "Invalid message")

    async def _subscribe(self, id_: str, payload: dict[str, Any]) -> None:
        if id_ in self.running:
            raise _Closed(SUBSCRIBER_EXISTS, f"Subscriber for {id_[:40]} already exists")
        if not _has_valid_types(payload):
            raise _Closed(INVALID_MESSAGE, "Invalid message")
        self.started += 1
        if len(self.running) >= self.endpoint.limits.operations:
            text = "Too many operations are running on this WebSocket."
            await self._refuse(id_, 429, RATE_LIMITED, text)
            return
        record = RequestRecord(caller=self.pseudonym)
        try:
            scope = self.endpoint.authentication.charged_scope(self.caller, self._operation_id(), record)
            query = self.endpoint.documents.text_of(payload)
        except RateLimited:
            await self._refuse(id_, 429, RATE_LIMITED, RATE_LIMITED_ERROR.message)
        except DocumentRefused as reason:
            await self._refuse(id_, reason.status, reason.code, str(reason))
        else:
            if not isinstance(query, str):
                raise _Closed(INVALID_MESSAGE, "Invalid message")
            rest = (payload.get(name) for name in ("variables", "operationName", "extensions"))
            request = GraphQLRequest(query, *rest)
            self.running[id_] = asyncio.ensure_future(self._run_operation(id_, request, scope))

    async def _run_operation(self, id_: str, request: GraphQLRequest, scope: RequestScope) -> None:
        """Run one operation to its end, and log it."""
        status = _CLIENT_CLOSED
        try:
            with self.endpoint.operations.limit.slot() as slot:
                operation = Operation(self.endpoint.operations, request, scope)
                async with aclosing(result_messages(operation, slot)) as messages:
                    async for message in messages:
                        await self._authenticate()
                        status = 200 if message.result.executed else message.result.status or 400
                        if not await self._send_result(id_, message):
                            return
            await self._send({"id": id_, "type": "complete"})
        except Overloaded as overloaded:
            status = 503
            scope.record.errors = [SERVICE_UNAVAILABLE]
            await self._send_error(id_, SERVICE_UNAVAILABLE, str(overloaded))
        except _Closed as closing:
            status = closing.code
            await self.socket.close(code=closing.code, message=str(closing).encode())
        except ConnectionError:
            pass
        except Exception as bug:  # noqa: BLE001  # a task of its own: no caller would see it
            status = 500
            log_bug(bug, scope.request_id)
            await self.socket.close(code=WSCloseCode.INTERNAL_ERROR)
        finally:
            log_request(scope.request_id, _PLACE, status, scope.record)
            if self.running.get(id_) is asyncio.current_task():
                del self.running[id_]

    async def _send_result(self, id_: str, message: ResultMessage) -> bool:
        """Send one result; False if it is an `error` message, which ends the operation."""
        if message.result.executed:
            await self._send({"id": id_, "type": "next", "payload": message.payload()})
        else:
            await self._send({"id": id_, "type": "error", "payload": message.result.errors})
        return message.result.executed

    async def _refuse(self, id_: str, status: int, code: str, text: str) -> None:
        """Send and log the error of an operation that does not start. status: what HTTP would respond."""
        record = RequestRecord(caller=self.pseudonym, errors=[code])
        log_request(self._operation_id(), _PLACE, status, record)
        await self._send_error(id_, code, text)

    async def _send_error(self, id_: str, code: str, text: str) -> None:
        error = {"message": text, "extensions": {"code": code}}
        await self._send({"id": id_, "type": "error", "payload": [error]})

    async def _send(self, message: dict[str, Any]) -> None:
        await self.socket.send_str(orjson.dumps(message).decode())

    def _operation_id(self) -> str:
        """The id of the request that opened the WebSocket, and a number: for the log and masked errors."""
        return f"{self.request[REQUEST_ID]}-{self.started}"


def _has_valid_types(payload: dict[str, Any]) -> bool:
    """Check the types of a request's parameters; the document is checked separately."""
    return (
        isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("extensions"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )


def _subprotocols(request: web.Request) -> set[str]:
    """Subprotocols that the client offers."""
    listed = ",".join(request.headers.getall(hdrs.SEC_WEBSOCKET_PROTOCOL, ())).split(",")
    return {name.strip() for name in listed}


def _parse(message: WSMessage) -> dict[str, Any]:
    """A message of the protocol. Raises _Closed."""
    if message.type in {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}:
        raise _Closed(1000, "")
    if message.type is not WSMsgType.TEXT:
        raise _Closed(INVALID_MESSAGE, "Messages must be text")
    try:
        content = orjson.loads(message.data)
    except orjson.JSONDecodeError:
        raise _Closed(INVALID_MESSAGE, "Messages must be JSON") from None
    if not isinstance(content, dict) or not isinstance(content.get("type"), str):
        raise _Closed(INVALID_MESSAGE, "Messages must be objects with a type")
    return content
