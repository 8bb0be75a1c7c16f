"""The edge: connections that do not wait for ever, and answers that do not say what runs here.

aiohttp waits for ever for a request's headers and for a client to read its answer, and answers what
it cannot parse in plain text with a traceback in the log. Its timers and hooks are not public; the
tests in test_edge.py, test_slow_clients.py and test_workers.py tell when a new version has moved them.
"""

import asyncio
from typing import Any, cast

import structlog
from aiohttp import hdrs, http_exceptions, web
from aiohttp.web_protocol import RequestHandler

from gateway.errors import BAD_REQUEST, INTERNAL
from gateway.http.connections.fast_path import FAST_PATH, FastPath, FastPathConnection
from gateway.http.connections.timeouts import (
    KEEP_ALIVE_SECONDS,
    ClientTimeouts,
    SlowReaderGuard,
    unread_bytes,
)
from gateway.http.response import error_response
from gateway.http.security_headers import SECURITY_HEADERS

log = structlog.get_logger()


class TimedConnection(RequestHandler):
    """A connection that is closed when its client is too slow."""

    __slots__ = ("_header_timer", "_patience", "_reading", "_wire")

    def __init__(self, timeouts: ClientTimeouts, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._patience = timeouts
        self._header_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first request."""
        # aiohttp forgets the transport when it closes it, which may take as long as the client likes.
        self._wire = cast("asyncio.Transport", transport)
        self._reading = SlowReaderGuard(self._wire, self._loop, self._patience)
        super().connection_made(transport)
        self._await_headers()

    def data_received(self, data: bytes) -> None:
        """Once a request has begun it must be whole in time; drops that trickle in do not buy more."""
        super().data_received(data)
        if self._waiter is None or self._waiter.done() or self._messages or self._upgraded:
            self._header_timer = self._cancelled(self._header_timer)
        elif self._header_timer is None:
            self._await_headers()

    async def start(self) -> None:
        """Serve; what is left to send at the end is waited for as any other."""
        try:
            await super().start()
        finally:
            self._reading.begin()

    def force_close(self) -> None:
        """Close, likewise."""
        super().force_close()
        self._reading.begin()

    def leave(self) -> bool:
        """Close the connection if nobody is being answered on it.

        False where a request seems to have come that this process, being busy, has not read yet.
        """
        is_idle = self._waiter is not None and not self._waiter.done() and not self._messages
        if not is_idle or self._wire.is_closing():
            return True
        if unread_bytes(self._wire):
            return False
        self._wire.close()
        return True

    def pause_writing(self) -> None:
        """The client does not read: begin to wait."""
        super().pause_writing()
        self._reading.begin()

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        if not self._wire.is_closing():
            self._reading.end()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the timers."""
        super().connection_lost(exc)
        self._header_timer = self._cancelled(self._header_timer)
        self._reading.end()

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002  # nothing of it is told
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  # it may quote the request
    ) -> web.StreamResponse:
        """Answer what cannot be parsed, in JSON. One line in the log, which quotes nothing."""
        log.warning("request not understood", status=status, type=type(exc).__name__)
        if isinstance(exc, http_exceptions.LineTooLong):
            response: web.Response = _Nameless.like(431, BAD_REQUEST, "A header or the address is too long.")
        elif status < 500:  # noqa: PLR2004  # the client's mistake
            response = _Nameless.like(status, BAD_REQUEST, "This is not HTTP that can be understood.")
        else:
            response = _Nameless.like(status, INTERNAL, "Something went wrong on our side.")
        response.force_close()
        return response

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer; in JSON also what aiohttp raises before any middleware, such as 417."""
        if isinstance(resp, web.HTTPException) and resp.status >= 400:  # noqa: PLR2004  # no redirect
            resp = self.handle_error(request, resp.status, resp)
        return await super().finish_response(request, resp, start_time)

    @staticmethod
    def _cancelled(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
        """No timer, after the one that ran was stopped."""
        if timer is not None:
            timer.cancel()
        return None

    def _await_headers(self) -> None:
        self._header_timer = self._loop.call_later(self._patience.header_seconds, self.force_close)


class _Nameless(web.Response):
    """An answer for what never became a request: no signal removes its `Server` header."""

    @classmethod
    def like(cls, status: int, code: str, message: str) -> "_Nameless":
        """The error as an answer."""
        plain = error_response(status, code, message)
        return cls(body=plain.body, status=status, headers={**plain.headers, **SECURITY_HEADERS})

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.popall(hdrs.SERVER, None)


class _Server(web.Server):
    """Makes such connections, each behind a front where the application has a desk for posted requests."""

    timeouts = ClientTimeouts()
    desk: FastPath | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fronts: set[FastPathConnection] = set()

    def __call__(self) -> RequestHandler:
        if self.desk is None:
            return self._connection()
        front = FastPathConnection(self.desk, self.timeouts, self.fronts, self._connection)
        return cast("RequestHandler", front)  # to asyncio, one protocol is as good as another

    def pre_shutdown(self) -> None:
        """Close what is idle, and the others once they are."""
        for front in list(self.fronts):
            front.retire()
        super().pre_shutdown()

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109  # aiohttp's signature
        """Wait for what is being answered, then close all."""
        await asyncio.gather(self._shut_fronts(timeout), super().shutdown(timeout))

    async def _shut_fronts(self, seconds: float | None) -> None:
        if tasks := [front.task for front in self.fronts if front.task is not None]:
            await asyncio.wait(tasks, timeout=seconds)
        for front in list(self.fronts):
            front.abort()

    def _connection(self) -> TimedConnection:
        return TimedConnection(self.timeouts, self, loop=self._loop, **self._kwargs)


class GatewayRunner(web.AppRunner):
    """Runs an application behind such connections. Bodies come as they were sent, compressed or not."""

    def __init__(self, app: web.Application, timeouts: ClientTimeouts, *, shutdown_timeout: float) -> None:
        self._patience = timeouts
        super().__init__(
            app,
            access_log=None,
            shutdown_timeout=shutdown_timeout,
            keepalive_timeout=KEEP_ALIVE_SECONDS,
            auto_decompress=False,
        )

    @property
    def connections(self) -> list[TimedConnection | FastPathConnection]:
        """Those that are open."""
        server = cast("_Server | None", self.server)
        return [*server.fronts, *cast("list[TimedConnection]", server.connections)] if server else []

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        server = _Server(made.request_handler, request_factory=made.request_factory, **self._kwargs)
        server.timeouts, server.desk = self._patience, self.app.get(FAST_PATH)
        return server
