"""WebSockets that speak graphql-transport-ws, and no other protocol.

Source: enisdenjo/graphql-ws, PROTOCOL.md. The older graphql-ws protocol lets operations begin before the
client is authenticated (CVE-2026-35523), so it is not supported.
"""

from dataclasses import dataclass

from aiohttp import hdrs, web

from gateway.errors import BAD_REQUEST, FORBIDDEN, SERVICE_UNAVAILABLE
from gateway.http.lifecycle import LIFECYCLE
from gateway.http.response import RawResponse, error_response
from gateway.http.streaming.websocket_messages import PROTOCOL
from gateway.http.streaming.websocket_session import WebSocketServices, WebSocketSession

_CLOSE_SECONDS = 2.0
"""Time for the client to answer a close frame. aiohttp's default is ten seconds."""


@dataclass
class WebSocketEndpoint:
    """Accepts WebSockets. open: how many there are."""

    shared: WebSocketServices
    open: int = 0

    async def handle(self, request: web.Request) -> RawResponse | web.StreamResponse:
        """Serve a WebSocket until it closes."""
        if not self._is_allowed_origin(request):
            self.shared.cors.log_refusal(request.headers[hdrs.ORIGIN])
            return error_response(403, FORBIDDEN, "This page may not open a WebSocket here.")
        if PROTOCOL not in _subprotocols(request):
            return error_response(400, BAD_REQUEST, f"The WebSocket's subprotocol must be {PROTOCOL}.")
        if self.open >= self.shared.limits.sockets or request.app[LIFECYCLE].is_stopping:
            return error_response(503, SERVICE_UNAVAILABLE, "Too many WebSockets are open.")
        socket = web.WebSocketResponse(
            protocols=(PROTOCOL,),
            heartbeat=30.0,
            timeout=_CLOSE_SECONDS,
            max_msg_size=self.shared.limits.message_bytes,
        )
        self.open += 1
        try:
            await socket.prepare(request)
            request.app[LIFECYCLE].sockets[socket] = request
            await WebSocketSession(self.shared, request, socket).run()
        finally:
            self.open -= 1
        return socket

    def _is_allowed_origin(self, request: web.Request) -> bool:
        """CORS does not apply to WebSockets, so the origin is checked here."""
        origin = request.headers.get(hdrs.ORIGIN)
        return (
            origin is None or origin in self.shared.cors.origins or origin.partition("://")[2] == request.host
        )


def _subprotocols(request: web.Request) -> set[str]:
    """Subprotocols that the client offers."""
    listed = ",".join(request.headers.getall(hdrs.SEC_WEBSOCKET_PROTOCOL, ())).split(",")
    return {name.strip() for name in listed}
