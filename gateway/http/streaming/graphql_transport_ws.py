"""WebSockets that speak graphql-transport-ws, and nothing else.

Source: enisdenjo/graphql-ws, PROTOCOL.md. The older graphql-ws protocol lets operations begin before anybody
is known (CVE-2026-35523), so it is not spoken.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import WSCloseCode, WSMessage, WSMsgType, hdrs, web

from gateway.auth import Authenticate, AuthenticationError, Caller, with_connection_init
from gateway.errors import BAD_REQUEST, RATE_LIMITED, SERVICE_UNAVAILABLE
from gateway.execution.executor import RATE_LIMITED_ERROR
from gateway.http.lifecycle import LIFECYCLE
from gateway.http.limits.rate import Bucket, Rates
from gateway.http.middleware import RECORD, REQUEST_ID
from gateway.http.persisted_documents import DocumentRefused, PersistedDocuments
from gateway.http.request import GraphQLRequest
from gateway.http.response import error_response
from gateway.http.streaming.operations import Operations, RequestScope
from gateway.observability.logging import RequestRecord, log_bug, log_request

PROTOCOL = "graphql-transport-ws"

INVALID, UNAUTHORIZED, FORBIDDEN = 4400, 4401, 4403
NO_INIT, SUBSCRIBER_EXISTS, TOO_MANY_INITS = 4408, 4409, 4429

_PLACE = "WS /graphql"
_GONE = 499
"""Status in the log where the client left before the first answer, as nginx has it."""


@dataclass(frozen=True)
class WebSocketLimits:
    """origins: front ends that may open one, beside those of the gateway's own address.

    sockets: at a time. sockets_each: of one customer. operations: at a time on one socket.
    message_bytes: the longest message.
    init_seconds: until a client must have said who it is.
    """

    origins: tuple[str, ...]
    sockets: int
    sockets_each: int
    operations: int
    message_bytes: int
    init_seconds: float


class _Closed(Exception):
    """The client broke the protocol, or may not be here."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass
class WebSocketEndpoint:
    """Opens sockets. held: how many a caller has, by pseudonym."""

    operations: Operations
    authenticate: Authenticate
    rates: Rates
    rules: WebSocketLimits
    documents: PersistedDocuments
    open: int = 0
    held: Counter[str] = field(default_factory=Counter)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve a socket to its end."""
        if not self._is_welcome(request):
            return error_response(403, "FORBIDDEN", "This page may not open a WebSocket here.")
        if PROTOCOL not in _offered(request):
            return error_response(400, BAD_REQUEST, f"The WebSocket's subprotocol must be {PROTOCOL}.")
        if self.open >= self.rules.sockets or request.app[LIFECYCLE].is_stopping:
            return error_response(503, SERVICE_UNAVAILABLE, "Too many WebSockets are open.")
        socket = web.WebSocketResponse(
            protocols=(PROTOCOL,), heartbeat=30.0, max_msg_size=self.rules.message_bytes
        )
        self.open += 1
        try:
            await socket.prepare(request)
            request.app[LIFECYCLE].sockets[socket] = request
            await _WebSocketSession(self, request, socket).run()
        finally:
            self.open -= 1
        return socket

    def _is_welcome(self, request: web.Request) -> bool:
        """Whether the page that opens it may: browsers ask no permission for WebSockets, so we look."""
        origin = request.headers.get(hdrs.ORIGIN)
        return origin is None or origin in self.rules.origins or origin.partition("://")[2] == request.host


@dataclass
class _WebSocketSession:
    """One socket: who is there, and what runs on it.

    caller, token, holder: once connection_init has told. begun: operations so far.
    """

    endpoint: WebSocketEndpoint
    request: web.Request
    socket: web.WebSocketResponse
    caller: Caller = field(init=False)
    token: web.BaseRequest = field(init=False)
    running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    begun: int = 0
    holder: str = ""

    async def run(self) -> None:
        """Listen until it closes."""
        try:
            await self._begin()
            async for message in self.socket:
                await self._hear(_read(message))
        except _Closed as closing:
            await self.socket.close(code=closing.code, message=str(closing).encode())
        finally:
            self.endpoint.held -= Counter({self.holder: 1})
            tasks = list(self.running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin(self) -> None:
        """Learn who is there."""
        try:
            async with asyncio.timeout(self.endpoint.rules.init_seconds):
                message = _read(await self.socket.receive())
        except TimeoutError:
            raise _Closed(NO_INIT, "Connection initialisation timeout") from None
        if message["type"] != "connection_init":
            raise _Closed(UNAUTHORIZED, "Unauthorized")
        payload = message.get("payload") or {}
        if not isinstance(payload, dict):
            raise _Closed(INVALID, "The payload of connection_init must be an object")
        self.token = with_connection_init(self.request, payload)
        await self._know()
        self.request[RECORD].caller = name = self._pseudonym()
        if self.endpoint.held[name] >= self.endpoint.rules.sockets_each and self.caller.customer:
            raise _Closed(WSCloseCode.TRY_AGAIN_LATER, "Too many WebSockets")
        self.endpoint.held[name] += 1
        self.holder = name
        await self._say({"type": "connection_ack"})

    async def _know(self) -> None:
        """Learn who is there, still: a token may have expired since."""
        try:
            caller = await self.endpoint.authenticate(self.token)
        except AuthenticationError:
            caller = None
        if caller is None:
            raise _Closed(FORBIDDEN, "Forbidden")
        self.caller = caller

    async def _hear(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "ping"}:
                await self._say({"type": "pong"})
            case {"type": "pong"}:
                pass
            case {"type": "subscribe", "id": str(id_), "payload": dict(payload)} if id_:
                await self._subscribe(id_, payload)
            case {"type": "complete", "id": str(id_)}:
                if task := self.running.pop(id_, None):
                    task.cancel()
                    # What comes next finds the place empty that it held.
                    await asyncio.gather(task, return_exceptions=True)
            case {"type": "connection_init"}:
                raise _Closed(TOO_MANY_INITS, "Too many initialisation requests")
            case _:
                raise _Closed(INVALID, "Invalid message")

    async def _subscribe(self, id_: str, payload: dict[str, Any]) -> None:
        if id_ in self.running:
            raise _Closed(SUBSCRIBER_EXISTS, f"Subscriber for {id_[:40]} already exists")
        if not _is_sound(payload):
            raise _Closed(INVALID, "Invalid message")
        self.begun += 1
        bucket = self.endpoint.rates.bucket_of(self.caller)
        if len(self.running) >= self.endpoint.rules.operations:
            text = "Too many operations are running on this WebSocket."
            await self._refuse(id_, 429, RATE_LIMITED, text)
        elif bucket and not bucket.spend(1):
            await self._refuse(id_, 429, RATE_LIMITED, RATE_LIMITED_ERROR.message)
        else:
            await self._begin_operation(id_, payload, bucket)

    async def _begin_operation(self, id_: str, payload: dict[str, Any], bucket: Bucket | None) -> None:
        try:
            query = self.endpoint.documents.text_of(payload)
        except DocumentRefused as reason:
            await self._refuse(id_, reason.status, reason.code, str(reason))
            return
        if not isinstance(query, str):
            raise _Closed(INVALID, "Invalid message")
        rest = (payload.get(name) for name in ("variables", "operationName", "extensions"))
        wanted = GraphQLRequest(query, *rest)
        self.running[id_] = asyncio.ensure_future(self._answer(id_, wanted, bucket, self._operation_id()))

    async def _answer(
        self, id_: str, wanted: GraphQLRequest, bucket: Bucket | None, operation_id: str
    ) -> None:
        """Run one operation to its end, which the log tells."""
        record, status = RequestRecord(caller=self._pseudonym()), _GONE
        asking = RequestScope(self.caller, bucket, operation_id, record)
        found = self.endpoint.operations.answers(wanted, asking)
        try:
            async for told in found:
                answer = told.answer
                await self._know()
                status = 200 if answer.executed else answer.status or 400
                if not answer.executed:
                    await self._say({"id": id_, "type": "error", "payload": answer.errors})
                    return
                await self._say({"id": id_, "type": "next", "payload": told.payload()})
            await self._say({"id": id_, "type": "complete"})
        except _Closed as closing:
            status = closing.code
            await self.socket.close(code=closing.code, message=str(closing).encode())
        except ConnectionError:
            pass
        except Exception as bug:  # noqa: BLE001  # nobody else would hear of it
            status = 500
            log_bug(bug, operation_id)
            await self.socket.close(code=WSCloseCode.INTERNAL_ERROR)
        finally:
            log_request(operation_id, _PLACE, status, record)
            if self.running.get(id_) is asyncio.current_task():
                del self.running[id_]
            with suppress(RuntimeError):
                await found.aclose()

    async def _refuse(self, id_: str, status: int, code: str, text: str) -> None:
        """Answer an operation that is not begun. status: what HTTP would say."""
        error = {"message": text, "extensions": {"code": code}}
        log_request(
            self._operation_id(), _PLACE, status, RequestRecord(caller=self._pseudonym(), errors=[code])
        )
        await self._say({"id": id_, "type": "error", "payload": [error]})

    def _operation_id(self) -> str:
        """What errors quote and the log names: the id of the request that opened the socket, numbered."""
        return f"{self.request[REQUEST_ID]}-{self.begun}"

    def _pseudonym(self) -> str:
        return self.endpoint.operations.services.signer.pseudonym(self.caller.customer or self.caller.name)

    async def _say(self, message: dict[str, Any]) -> None:
        await self.socket.send_str(orjson.dumps(message).decode())


def _is_sound(payload: dict[str, Any]) -> bool:
    """Whether the parts of a request are of their types; the document is looked at by itself."""
    return (
        isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("extensions"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )


def _offered(request: web.Request) -> set[str]:
    """Subprotocols that the client speaks."""
    listed = ",".join(request.headers.getall(hdrs.SEC_WEBSOCKET_PROTOCOL, ())).split(",")
    return {name.strip() for name in listed}


def _read(message: WSMessage) -> dict[str, Any]:
    """A message of the protocol. Raises _Closed."""
    if message.type in {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}:
        raise _Closed(1000, "")
    if message.type is not WSMsgType.TEXT:
        raise _Closed(INVALID, "Messages must be text")
    try:
        content = orjson.loads(message.data)
    except orjson.JSONDecodeError:
        raise _Closed(INVALID, "Messages must be JSON") from None
    if not isinstance(content, dict) or not isinstance(content.get("type"), str):
        raise _Closed(INVALID, "Messages must be objects with a type")
    return content
