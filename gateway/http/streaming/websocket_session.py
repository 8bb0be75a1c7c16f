"""One WebSocket that speaks graphql-transport-ws, from `connection_init` to its end.

Source: enisdenjo/graphql-ws, PROTOCOL.md.
"""

import asyncio
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from aiohttp import WSCloseCode, web
from aiohttp.http import WS_CLOSING_MESSAGE

from gateway.auth import AuthenticationError, Caller, with_connection_init
from gateway.errors import RATE_LIMITED, SERVICE_UNAVAILABLE
from gateway.execution.executor import RATE_LIMITED_ERROR
from gateway.http.authentication import Authentication, RequestScope
from gateway.http.connections.aiohttp_connection import TimedConnection
from gateway.http.cors import Cors
from gateway.http.limits.concurrency import Overloaded
from gateway.http.limits.rate import RateLimited
from gateway.http.middleware import RECORD, REQUEST_ID
from gateway.http.operations import Operation, OperationServices
from gateway.http.persisted_documents import DocumentRefused, PersistedDocuments
from gateway.http.request import GraphQLRequest
from gateway.http.streaming.messages import ResultMessage, result_messages
from gateway.http.streaming.token_expiry import token_refusal
from gateway.http.streaming.websocket_messages import (
    INIT_TIMEOUT,
    INVALID_MESSAGE,
    SUBSCRIBER_EXISTS,
    TOO_MANY_INITS,
    UNAUTHORIZED,
    Closed,
    has_valid_types,
    parse,
    refused,
)
from gateway.observability.logging import RequestRecord, log_bug, log_request

_PLACE = "WS /graphql"

_CLIENT_CLOSED = 499
"""Status in the log if the client leaves before the first result; nginx uses the same."""


@dataclass(frozen=True)
class WebSocketLimits:
    """sockets: open at one time. sockets_each: of one customer. operations: at one time on one socket.

    message_bytes: size of the longest message. init_seconds: within which `connection_init` must arrive.
    """

    sockets: int
    sockets_each: int
    operations: int
    message_bytes: int
    init_seconds: float


@dataclass
class WebSocketServices:
    """What all WebSockets share.

    cors: whose pages may open one, besides the gateway's own.
    open_each: how many there are, by caller's pseudonym.
    """

    operations: OperationServices
    authentication: Authentication
    limits: WebSocketLimits
    documents: PersistedDocuments
    cors: Cors
    open_each: Counter[str] = field(default_factory=Counter)


@dataclass
class WebSocketSession:
    """One WebSocket and its operations.

    caller, credentials, pseudonym: set by connection_init. started: number of operations so far.
    subscriptions: ids of running operations that are subscriptions.
    """

    shared: WebSocketServices
    request: web.Request
    socket: web.WebSocketResponse
    caller: Caller = field(init=False)
    credentials: web.BaseRequest = field(init=False)
    pseudonym: str = ""
    running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    started: int = 0
    subscriptions: set[str] = field(default_factory=set)
    is_half_closed: bool = False

    async def run(self) -> None:
        """Handle messages until the WebSocket closes."""
        connection = cast("TimedConnection", self.request.protocol)
        connection.on_client_left = self._stop_receiving
        if connection.is_half_closed:
            self._stop_receiving()
        expiry: list[asyncio.Task[None]] = []
        try:
            await self._initialise()
            expiry.append(asyncio.ensure_future(self._close_when_token_is_refused()))
            async for message in self.socket:
                await self._handle_message(parse(message))
            if self.is_half_closed:
                await self._finish_results()
                await self.socket.close()
        except Closed as closing:
            await self.socket.close(code=closing.code, message=str(closing).encode())
        finally:
            connection.on_client_left = None
            self.shared.open_each -= Counter({self.pseudonym: 1})
            await _cancel(*expiry, *self.running.values())

    def _stop_receiving(self) -> None:
        """Handle the messages that have arrived, then no more. A lost connection ends by itself."""
        self.is_half_closed = True
        if self.request.transport is not None and self.socket._reader is not None:  # noqa: SLF001  # as its close() does
            self.socket._reader.feed_data(WS_CLOSING_MESSAGE, 0)  # noqa: SLF001  # as above

    async def _finish_results(self) -> None:
        """Send the results of queries and mutations to a client that sends no more, but may still read."""
        await asyncio.sleep(0)  # operations that have just arrived begin
        await _cancel(*(self.running[id_] for id_ in self.subscriptions))
        await asyncio.gather(*self.running.values(), return_exceptions=True)

    async def _close_when_token_is_refused(self) -> None:
        refusal = await token_refusal(
            self.caller, lambda: self.shared.authentication.caller(self.credentials)
        )
        closing = refused(refusal)
        await self.socket.close(code=closing.code, message=str(closing).encode())

    async def _initialise(self) -> None:
        try:
            async with asyncio.timeout(self.shared.limits.init_seconds):
                message = await self._first_message()
        except TimeoutError:
            raise Closed(INIT_TIMEOUT, "Connection initialisation timeout") from None
        if message["type"] != "connection_init":
            raise Closed(UNAUTHORIZED, "Unauthorized")
        payload = message.get("payload") or {}
        if not isinstance(payload, dict):
            raise Closed(INVALID_MESSAGE, "The payload of connection_init must be an object")
        self.credentials = with_connection_init(self.request, payload)
        await self._authenticate()
        pseudonym = self.shared.authentication.pseudonym(self.caller)
        self.request[RECORD].caller = pseudonym
        if self.shared.open_each[pseudonym] >= self.shared.limits.sockets_each and self.caller.customer:
            raise Closed(WSCloseCode.TRY_AGAIN_LATER, "Too many WebSockets")
        self.shared.open_each[pseudonym] += 1
        self.pseudonym = pseudonym
        await self._send({"type": "connection_ack"})

    async def _first_message(self) -> dict[str, Any]:
        """The first message that is not a ping or a pong: these may come at any time."""
        while True:
            message = parse(await self.socket.receive())
            if message["type"] not in {"ping", "pong"}:
                return message
            await self._handle_message(message)

    async def _authenticate(self) -> None:
        """Check the token, at first and before each result; it may have expired."""
        try:
            self.caller = await self.shared.authentication.caller(self.credentials)
        except AuthenticationError as refusal:
            raise refused(refusal) from None

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
                    self.subscriptions.discard(id_)
                    await _cancel(task)  # the next message must find its concurrency slot free
            case {"type": "connection_init"}:
                raise Closed(TOO_MANY_INITS, "Too many initialisation requests")
            case _:
                raise Closed(INVALID_MESSAGE, "Invalid message")

    async def _subscribe(self, id_: str, payload: dict[str, Any]) -> None:
        if id_ in self.running:
            raise Closed(SUBSCRIBER_EXISTS, f"Subscriber for {id_[:40]} already exists")
        if not has_valid_types(payload):
            raise Closed(INVALID_MESSAGE, "Invalid message")
        self.started += 1
        if len(self.running) >= self.shared.limits.operations:
            text = "Too many operations are running on this WebSocket."
            await self._refuse(id_, 429, RATE_LIMITED, text)
            return
        record = RequestRecord(caller=self.pseudonym)
        try:
            scope = self.shared.authentication.charged_scope(self.caller, self._operation_id(), record)
            query = self.shared.documents.text_of(payload)
        except RateLimited:
            await self._refuse(id_, 429, RATE_LIMITED, RATE_LIMITED_ERROR.message)
        except DocumentRefused as reason:
            await self._refuse(id_, reason.status, reason.code, str(reason))
        else:
            if not isinstance(query, str):
                raise Closed(INVALID_MESSAGE, "Invalid message")
            rest = (payload.get(name) for name in ("variables", "operationName", "extensions"))
            request = GraphQLRequest(query, *rest)
            self.running[id_] = asyncio.ensure_future(self._run_operation(id_, request, scope))

    async def _run_operation(self, id_: str, request: GraphQLRequest, scope: RequestScope) -> None:
        """Run one operation to its end, and log it."""
        status = _CLIENT_CLOSED
        try:
            with self.shared.operations.limit.slot() as slot:
                operation = Operation(self.shared.operations, request, scope)
                if operation.prepared.is_subscription:
                    self.subscriptions.add(id_)
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
        except Closed as closing:
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
                self.subscriptions.discard(id_)

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


async def _cancel(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
