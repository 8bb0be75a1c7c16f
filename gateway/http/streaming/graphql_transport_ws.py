"""WebSockets that speak graphql-transport-ws, and no other protocol.

Source: enisdenjo/graphql-ws, PROTOCOL.md. The older graphql-ws protocol lets operations begin before the
client is authenticated (CVE-2026-35523), so it is not supported.
"""

import asyncio
from dataclasses import dataclass, field
from typing import cast

from aiohttp import hdrs, web
from multidict import MultiMapping

from gateway.auth import HasHeaders
from gateway.errors import BAD_REQUEST, FORBIDDEN, SERVICE_UNAVAILABLE
from gateway.http.connections.aiohttp_connection import TimedConnection
from gateway.http.connections.timeouts import ClientTimeouts
from gateway.http.lifecycle import Lifecycle
from gateway.http.middleware import RECORD, REQUEST_ID, request_id_of
from gateway.http.response import RawResponse, error_response
from gateway.http.security_headers import SECURITY_HEADERS
from gateway.http.streaming.websocket_connection import WebSocketConnection
from gateway.http.streaming.websocket_messages import PROTOCOL
from gateway.http.streaming.websocket_session import WebSocketServices, WebSocketSession
from gateway.http.streaming.websocket_upgrade import UpgradeRequest, accept_value
from gateway.imin.transport.call_counter import CallCounter
from gateway.observability.logging import RequestRecord, log_request


@dataclass
class WebSocketEndpoint:
    """Accepts WebSockets. open: how many there are."""

    shared: WebSocketServices
    lifecycle: Lifecycle
    open: int = 0
    _waited_for: dict[WebSocketSession, asyncio.Event] = field(default_factory=dict)
    """By session that `handle` waits for, to log it when it is lost."""

    def __post_init__(self) -> None:
        self._on_lost = self._lost  # one object for all sessions

    def take_over(
        self, data: bytes, transport: asyncio.Transport, timeouts: ClientTimeouts
    ) -> asyncio.Protocol | None:
        """Open a WebSocket on the connection if the data ask for one that is not refused.

        Otherwise None: then aiohttp reads the request, and `handle` responds.
        """
        request = UpgradeRequest.read(data)
        if request is None or self._refusal(request) is not None:
            return None
        session = self._session(request_id_of(request.headers), timeouts)
        self._start(session, request, transport, request.rest)
        return session.connection

    async def handle(self, request: web.Request) -> RawResponse | web.StreamResponse:
        """Serve a WebSocket that aiohttp has read the request of, until it is closed."""
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        connection = cast("TimedConnection", request.protocol)
        session = self._session(request[REQUEST_ID], connection.timeouts)
        is_lost = self._waited_for[session] = asyncio.Event()
        transport, rest = connection.hand_over(session.connection)
        self._start(session, request, transport, rest)
        if connection.is_half_closed:
            session.connection.eof_received()
        try:
            await is_lost.wait()
        finally:
            request[RECORD].caller = session.pseudonym
            session.connection.abort()
            connection.connection_lost(None)
        return web.Response(status=101)  # for the log; the connection is gone

    def _refusal(self, request: HasHeaders) -> RawResponse | None:
        headers = request.headers
        if not self._is_allowed_origin(headers):
            self.shared.cors.log_refusal(headers[hdrs.ORIGIN])
            return error_response(403, FORBIDDEN, "This page may not open a WebSocket here.")
        if PROTOCOL not in _subprotocols(headers):
            return error_response(400, BAD_REQUEST, f"The WebSocket's subprotocol must be {PROTOCOL}.")
        if accept_value(headers) is None:
            return error_response(400, BAD_REQUEST, "The WebSocket handshake is not valid.")
        if self.open >= self.shared.limits.sockets or self.lifecycle.is_stopping:
            return error_response(503, SERVICE_UNAVAILABLE, "Too many WebSockets are open.")
        return None

    def _session(self, request_id: str, timeouts: ClientTimeouts) -> WebSocketSession:
        connection = WebSocketConnection(timeouts, self.shared.limits.message_bytes)
        connection.receiver = session = WebSocketSession(self.shared, connection, request_id, self._on_lost)
        return session

    def _lost(self, session: WebSocketSession) -> None:
        self.open -= 1
        self.lifecycle.sockets.discard(session.connection)
        if (is_lost := self._waited_for.pop(session, None)) is not None:
            is_lost.set()
        else:
            record = RequestRecord(CallCounter(), session.began, session.pseudonym)
            log_request(session.request_id, "GET /graphql", 101, record)

    def _start(
        self, session: WebSocketSession, request: HasHeaders, transport: asyncio.Transport, rest: bytes
    ) -> None:
        """Accept the request, and read what follows it."""
        self.open += 1
        self.lifecycle.sockets.add(session.connection)
        transport.set_protocol(session.connection)
        session.connection.connection_made(transport)
        transport.write(self._response(request, session.request_id))
        if rest:
            session.connection.data_received(rest)

    def _response(self, request: HasHeaders, request_id: str) -> bytes:
        fields = {
            hdrs.UPGRADE: "websocket",
            hdrs.CONNECTION: "upgrade",
            hdrs.SEC_WEBSOCKET_ACCEPT: accept_value(request.headers),
            hdrs.SEC_WEBSOCKET_PROTOCOL: PROTOCOL,
            "X-Request-Id": request_id,
            **SECURITY_HEADERS,
            **self.shared.cors.headers(request),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"HTTP/1.1 101 Switching Protocols\r\n{lines}\r\n".encode("latin-1")

    def _is_allowed_origin(self, headers: MultiMapping[str]) -> bool:
        """CORS does not apply to WebSockets, so the origin is checked here."""
        origin = headers.get(hdrs.ORIGIN)
        return (
            origin is None
            or self.shared.cors.allows(origin)
            or origin.partition("://")[2] == headers.get(hdrs.HOST)
        )


def _subprotocols(headers: MultiMapping[str]) -> set[str]:
    """Subprotocols that the client offers."""
    listed = ",".join(headers.getall(hdrs.SEC_WEBSOCKET_PROTOCOL, ())).split(",")
    return {name.strip() for name in listed}
