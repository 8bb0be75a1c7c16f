"""HTTP/1.1 connections to imin, reused one request at a time. Follows no redirect and never repeats a change.

aiohappyeyeballs connects. Why not aiohttp's client: docs/decisions/0031.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohappyeyeballs
import yarl

from gateway.imin.transport.call_counter import count_call
from gateway.imin.transport.connection import HeadAndBody, UpstreamConnection
from gateway.imin.transport.errors import CannotConnect, ConnectionBroken, ResponseTooLate
from gateway.imin.transport.response_parser import ResponseHead

_CONNECT_SECONDS = 0.5
_NEXT_ADDRESS_SECONDS = 0.25
_MAX_IDLE_SECONDS = 15.0
"""imin may close an idle connection without notice; one that was idle for longer is not used again."""
_MAX_IDLE = 128
MAX_CONNECTION_SECONDS = 60.0
"""A connection shows only where the host's name pointed when it was opened, so it is not used forever."""

Resolve = Callable[[str, int], Awaitable[list[Any]]]
"""Addresses of a host and port, in the form of socket.getaddrinfo. Raises OSError."""


class ConnectionPool:
    """Connections to one host. headers: sent with every request. Times in seconds, sizes in bytes.

    max_connection_seconds: age at which a connection is no longer reused; 0 for one request each.
    resolve: called for each new connection; the system's resolver if None.
    """

    def __init__(
        self,
        base_url: str,
        headers: dict[str, str],
        max_connection_seconds: float = MAX_CONNECTION_SECONDS,
        resolve: Resolve | None = None,
    ) -> None:
        url = yarl.URL(base_url)
        self._host, self._port = url.raw_host or "", url.port or 0
        self._tls = _tls_context() if url.scheme == "https" else None
        self._path = url.raw_path.rstrip("/")
        self._max_connection_seconds = max_connection_seconds
        self._resolve = resolve or self._system_addresses
        self._idle: deque[UpstreamConnection] = deque()
        self._loop: asyncio.AbstractEventLoop
        fields = {"Host": url.host_port_subcomponent or "", **headers}
        self._fields = "".join(f"{name}: {_checked_value(value)}\r\n" for name, value in fields.items())

    def open(self) -> None:
        """Use the running event loop."""
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop().close()

    async def get(self, target: str, seconds: float, max_body_bytes: int) -> HeadAndBody:
        """The response to a GET. target: path and query under the base URL, quoted.

        Raises CannotConnect, ConnectionBroken, ResponseTooLarge, ResponseTooLate. If imin had closed the
        reused connection before it responded, the request is sent once more, on a new one.
        """
        now = self._loop.time()
        deadline, request = now + seconds, self._get_request(target)
        reused = self._take_idle(now)
        if reused is not None:
            try:
                response = await reused.request(request, deadline, max_body_bytes)
            except BaseException as error:
                reused.abort()
                if isinstance(error, ResponseTooLate) and not reused.has_received_data:
                    self._close_unused_since(now)
                if reused.has_received_data or not isinstance(error, ConnectionBroken):
                    raise
                count_call()  # imin may have received the first one
            else:
                self._release(reused)
                return response
        return await self._request_on_new_connection(request, deadline, max_body_bytes)

    async def send_once(
        self, method: str, target: str, json: bytes | None, seconds: float, max_body_bytes: int
    ) -> HeadAndBody:
        """The response to a change, which is sent once, on a new connection. Raises the same errors as get.

        json: the body, None for none. On a reused connection, a reset may mean that imin had closed it long
        ago, and then nothing would show whether the change arrived.
        """
        deadline = self._loop.time() + seconds
        content_type = "" if json is None else "Content-Type: application/json\r\n"
        fields = f"{content_type}Content-Length: {len(json or b'')}\r\nConnection: close\r\n"
        head = f"{method} {self._path}{target} HTTP/1.1\r\n{self._fields}{fields}\r\n".encode("latin-1")
        return await self._request_on_new_connection(head + (json or b""), deadline, max_body_bytes)

    @asynccontextmanager
    async def stream(
        self, target: str, seconds: float, max_body_bytes: int
    ) -> AsyncIterator[tuple[ResponseHead, AsyncIterator[bytes]]]:
        """The response to a GET: its head, and its body in chunks. Raises the same errors as get.

        seconds: of waiting for imin, head and body together. The consumer of the chunks may be slow.
        """
        waiting_time = _WaitingTime(self._loop, seconds)
        connection = await self._connect(self._loop.time() + seconds)
        try:
            with waiting_time.spent_on(connection):
                head = await connection.request_streaming(self._get_request(target), max_body_bytes)
            yield head, _chunks(connection, waiting_time)
        finally:
            connection.abort()

    def _get_request(self, target: str) -> bytes:
        return f"GET {self._path}{target} HTTP/1.1\r\n{self._fields}\r\n".encode("latin-1")

    async def _request_on_new_connection(
        self, request: bytes, deadline: float, max_body_bytes: int
    ) -> HeadAndBody:
        connection = await self._connect(deadline)
        try:
            response = await connection.request(request, deadline, max_body_bytes)
        except BaseException:
            connection.abort()
            raise
        self._release(connection)
        return response

    def _release(self, connection: UpstreamConnection) -> None:
        now = self._loop.time()
        while self._idle and self._idle[0].idle_since < now - _MAX_IDLE_SECONDS:
            self._idle.popleft().close()
        if connection.is_reusable and now < connection.reusable_until and len(self._idle) < _MAX_IDLE:
            connection.idle_since = now
            self._idle.append(connection)
        else:
            connection.close()

    def _take_idle(self, now: float) -> UpstreamConnection | None:
        """The connection that was used last, if it can be used again."""
        while self._idle:
            connection = self._idle.pop()
            is_fresh = now < connection.reusable_until and connection.idle_since >= now - _MAX_IDLE_SECONDS
            if connection.is_open and is_fresh:
                return connection
            connection.close()
        return None

    def _close_unused_since(self, moment: float) -> None:
        """Close connections that have delivered no response since then: their peer may be gone too."""
        while self._idle and self._idle[0].idle_since <= moment:
            self._idle.popleft().close()

    async def _connect(self, deadline: float) -> UpstreamConnection:
        loop = self._loop
        resolved_at = loop.time()
        try:
            async with asyncio.timeout_at(deadline):
                addresses = await self._resolve(self._host, self._port)
                async with asyncio.timeout(_CONNECT_SECONDS):
                    sock = await aiohappyeyeballs.start_connection(
                        addresses, happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS, interleave=1, loop=loop
                    )
                _, connection = await loop.create_connection(
                    lambda: UpstreamConnection(loop),
                    sock=sock,
                    ssl=self._tls,
                    server_hostname=self._host if self._tls else None,
                )
        except TimeoutError as error:
            raise CannotConnect(timed_out=True) from error
        except OSError as error:
            raise CannotConnect(timed_out=False) from error
        connection.reusable_until = resolved_at + self._max_connection_seconds
        return connection

    async def _system_addresses(self, host: str, port: int) -> list[Any]:
        return await self._loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class _WaitingTime:
    """Seconds that may be spent waiting for imin in total; time that a slow consumer takes does not count."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop = loop
        self._seconds_left = seconds

    @contextmanager
    def spent_on(self, connection: UpstreamConnection) -> Iterator[None]:
        """Time the connection out once no seconds are left."""
        began = self._loop.time()
        timer = self._loop.call_later(self._seconds_left, connection.time_out)
        try:
            yield
        finally:
            timer.cancel()
            self._seconds_left -= self._loop.time() - began


async def _chunks(connection: UpstreamConnection, waiting_time: _WaitingTime) -> AsyncIterator[bytes]:
    while True:
        with waiting_time.spent_on(connection):
            chunk = await connection.next_chunk()
        if not chunk:
            return
        yield chunk


def _tls_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _checked_value(value: str) -> str:
    """The value, if a header may hold it. Raises ValueError, whose message does not disclose it."""
    if not value.isascii() or not value.isprintable():
        raise ValueError("a header of the requests to imin holds a character that no header may hold")
    return value
