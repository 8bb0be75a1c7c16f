"""Connections of aiohttp's server, with timeouts for slow clients and with errors in JSON.

aiohttp waits forever for a request's headers and for a client to read its response, sends no response to
a client that has shut down its sending side, and answers what it cannot parse in plain text with a traceback
in the log. Its timers and hooks are not public; the tests in test_hardening.py, test_slow_clients.py,
test_half_close.py and test_shutdown.py fail when a new version has moved them.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import structlog
from aiohttp import hdrs, http_exceptions, web
from aiohttp.web_protocol import RequestHandler

from gateway.errors import BAD_REQUEST, INTERNAL
from gateway.http.connections.fast_path import FAST_PATH, FastPath, FastPathConnection
from gateway.http.connections.request_parser import MAX_QUEUED, RequestParser
from gateway.http.connections.timeouts import ClientTimeouts, SlowReaderGuard, unread_bytes
from gateway.http.response import error_response
from gateway.http.security_headers import SECURITY_HEADERS

log = structlog.get_logger()

_LINGERING_SECONDS = 10.0
"""For how long the rest of a body is skipped after a response, so that the client can read the response."""

_TIMED_OUT = 408


class TimedConnection(RequestHandler):
    """A connection that is closed when its client is too slow.

    on_client_left: called when the client has shut down its sending side, after which it may still read, and
    when the connection is lost.
    """

    __slots__ = ("_header_timer", "_requests", "_slow_reader", "_transport", "on_client_left", "timeouts")

    def __init__(self, timeouts: ClientTimeouts, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.timeouts = timeouts
        self._header_timer: asyncio.TimerHandle | None = None
        self.on_client_left: Callable[[], None] | None = None
        self._requests = RequestParser(cast("Any", self._parser))
        self._parser = cast("Any", self._requests)
        self._max_msg_queue_size, self._msg_queue_resume_size = MAX_QUEUED, MAX_QUEUED // 2

    @property
    def is_half_closed(self) -> bool:
        """Whether the client sends no more. It may still be reading."""
        return self._requests.is_half_closed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # aiohttp drops its own reference when it closes, which may take as long as the client likes.
        self._transport = cast("asyncio.Transport", transport)
        self._slow_reader = SlowReaderGuard(self._transport, self._loop, self.timeouts)
        super().connection_made(transport)
        self._start_header_timer()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # The timer runs from the first byte of a request: a client that trickles gets no more time.
        if self._waiter is None or self._waiter.done() or self._messages or self._upgraded:
            self._stop_header_timer()
        elif self._header_timer is None:
            self._start_header_timer()

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio's signature; aiohttp returns None
        if self._is_idle():
            return False
        self._requests.feed_eof()
        if self.on_client_left is not None:
            self.on_client_left()
        self._loop.call_soon(self._close_if_nothing_follows)
        return True

    async def start(self) -> None:
        try:
            await super().start()
        finally:
            self._slow_reader.start()

    def force_close(self) -> None:
        super().force_close()
        self._slow_reader.start()

    def close_if_idle(self) -> bool:
        """Close the connection if no request is being answered on it.

        False if bytes have arrived that this process, being busy, has not read yet: probably a request.
        """
        if not self._is_idle() or self._transport.is_closing():
            return True
        if unread_bytes(self._transport):
            return False
        self._transport.close()
        return True

    def hand_over(self, successor: asyncio.Protocol) -> tuple[asyncio.Transport, bytes]:
        """Give the connection to another protocol, while the request for that is being handled.

        Returns the transport, and the bytes that have been read after the request. The successor must call
        `connection_lost` when the connection is gone.
        """
        rest, self._message_tail = self._message_tail, b""
        self._transport.set_protocol(successor)
        self.keep_alive(val=False)
        self._transport.resume_reading()
        return self._transport, rest

    def pause_writing(self) -> None:
        super().pause_writing()
        self._slow_reader.start()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self._transport.is_closing():
            self._slow_reader.stop()

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self._stop_header_timer()
        self._slow_reader.stop()
        if self.on_client_left is not None:
            self.on_client_left()

    def log_exception(self, *arguments: Any, **options: Any) -> None:
        # Raised when the rest of a body is skipped and never comes.
        if not isinstance(options.get("exc_info"), web.RequestPayloadError):
            super().log_exception(*arguments, **options)

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002  # not shown to the client
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  # it may quote the request
    ) -> web.StreamResponse:
        """Respond in JSON to what cannot be parsed, and close."""
        response = self._error_response(status, exc)
        response.force_close()
        return response

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send a response; turn into JSON what aiohttp raises before any middleware, for example 417."""
        if isinstance(resp, web.HTTPException) and resp.status >= 400:  # noqa: PLR2004  # no redirect
            resp = self._error_response(resp.status, resp)
            if not request.content.is_eof():
                resp.force_close()  # the client may leave the body out, now that it is refused
        if resp.status == _TIMED_OUT:
            self._lingering_time = 0.0
            resp.force_close()
        elif self._is_last():
            resp.force_close()
        finished = await super().finish_response(request, resp, start_time)
        if self._is_last():
            self.close()
        elif self._requests.is_inside_head and not self._messages and self._header_timer is None:
            self._start_header_timer()
        return finished

    def _error_response(self, status: int, error: BaseException | None) -> web.Response:
        """Log one line, which quotes nothing from the request."""
        log.warning("request not understood", status=status, type=type(error).__name__)
        if isinstance(error, http_exceptions.LineTooLong):
            return _ErrorResponse.of(431, BAD_REQUEST, "A header or the URL is too long.")
        if status < 500:  # noqa: PLR2004  # the client's mistake
            return _ErrorResponse.of(status, BAD_REQUEST, "The request is not valid HTTP.")
        return _ErrorResponse.of(status, INTERNAL, "Something went wrong on our side.")

    def _is_idle(self) -> bool:
        return self._waiter is not None and not self._waiter.done() and not self._messages

    def _is_last(self) -> bool:
        """Whether no request follows the one that is being answered."""
        return self._requests.is_ended and not self._messages and not self._message_tail

    def _close_if_nothing_follows(self) -> None:
        """Close after the client's last byte. If a request is left, `finish_response` closes after it."""
        if self._is_idle():
            self.force_close()
        elif not (self._request_in_progress or self._messages or self._transport.is_closing()):
            # aiohttp is between two requests, or about to begin one.
            self._loop.call_soon(self._close_if_nothing_follows)

    def _start_header_timer(self) -> None:
        self._header_timer = self._loop.call_later(self.timeouts.header_seconds, self.force_close)

    def _stop_header_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None


class _ErrorResponse(web.Response):
    """A response to bytes that are no request. aiohttp sends no signals for it, so it needs all headers."""

    @classmethod
    def of(cls, status: int, code: str, message: str) -> "_ErrorResponse":
        error = error_response(status, code, message)
        return cls(body=error.body, status=status, headers={**error.headers, **SECURITY_HEADERS})

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.popall(hdrs.SERVER, None)


class _Server(web.Server):
    """Makes connections that begin on the fast path, if the application has one."""

    timeouts = ClientTimeouts()
    fast_path: FastPath | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fast_connections: set[FastPathConnection] = set()

    def __call__(self) -> RequestHandler:
        if self.fast_path is None:
            return self._timed_connection()
        connection = FastPathConnection(
            self.fast_path, self.timeouts, self.fast_connections, self._timed_connection
        )
        return cast("RequestHandler", connection)  # asyncio accepts any protocol

    def pre_shutdown(self) -> None:
        for connection in list(self.fast_connections):
            connection.close_when_idle()
        super().pre_shutdown()

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109  # aiohttp's signature
        await asyncio.gather(self._shut_down_fast_connections(timeout), super().shutdown(timeout))

    async def _shut_down_fast_connections(self, seconds: float | None) -> None:
        if tasks := [one.task for one in self.fast_connections if one.task is not None]:
            await asyncio.wait(tasks, timeout=seconds)
        for connection in list(self.fast_connections):
            connection.abort()

    def _timed_connection(self) -> TimedConnection:
        return TimedConnection(self.timeouts, self, loop=self._loop, **self._kwargs)


class GatewayRunner(web.AppRunner):
    """Runs an application with these connections. Bodies are not decompressed: body.py limits their size."""

    def __init__(self, app: web.Application, timeouts: ClientTimeouts, *, shutdown_timeout: float) -> None:
        self._timeouts = timeouts
        super().__init__(
            app,
            access_log=None,
            shutdown_timeout=shutdown_timeout,
            keepalive_timeout=timeouts.keep_alive_seconds,
            lingering_time=min(_LINGERING_SECONDS, timeouts.body_seconds),
            auto_decompress=False,
        )

    @property
    def connections(self) -> list[TimedConnection | FastPathConnection]:
        """The open connections."""
        server = cast("_Server | None", self.server)
        if server is None:
            return []
        return [*server.fast_connections, *cast("list[TimedConnection]", server.connections)]

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        server = _Server(made.request_handler, request_factory=made.request_factory, **self._kwargs)
        server.timeouts, server.fast_path = self._timeouts, self.app.get(FAST_PATH)
        return server
