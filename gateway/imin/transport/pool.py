"""HTTP/1.1 to imin: kept connections, one request on each at a time. Follows no redirect, repeats no change.

aiohappyeyeballs dials. Why not aiohttp's client: docs/decisions/0031.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import aiohappyeyeballs
import yarl

from gateway.imin.transport.connection import Answer, ResponseHead, UpstreamConnection
from gateway.imin.transport.errors import CannotConnect, ConnectionBroken

_CONNECT_SECONDS = 0.5
_NEXT_ADDRESS_SECONDS = 0.25
_IDLE_SECONDS = 15.0
"""imin may close a kept connection without a word; one that rested for longer is not trusted."""
_MOST_IDLE = 128


class ConnectionPool:
    """The way to one host. headers: sent with every request. Times in seconds, sizes in bytes."""

    def __init__(self, base_url: str, headers: dict[str, str]) -> None:
        url = yarl.URL(base_url)
        self._host, self._port = url.raw_host or "", url.port or 0
        self._tls = _tls() if url.scheme == "https" else None
        self._path = url.raw_path.rstrip("/")
        self._idle: deque[UpstreamConnection] = deque()
        self._loop: asyncio.AbstractEventLoop
        fields = {"Host": url.host_port_subcomponent or "", **headers}
        self._fields = "".join(f"{name}: {_field(value)}\r\n" for name, value in fields.items())

    def open(self) -> None:
        """Begin, in the running loop."""
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        """End every connection that rests."""
        while self._idle:
            self._idle.pop().close()

    async def get(self, target: str, seconds: float, room: int) -> Answer:
        """The answer to a GET. target: path and query under the base URL, quoted.

        Raises CannotConnect, ConnectionBroken, ResponseTooLarge, ResponseTooLate.
        A kept connection that imin had closed before it answered anything is replaced by a new one, once.
        """
        now = self._loop.time()
        until, request = now + seconds, self._get(target)
        kept = self._kept(now)
        if kept is not None:
            try:
                answer = await kept.ask(request, until, room)
            except BaseException as error:
                kept.abort()
                if kept.has_begun or not isinstance(error, ConnectionBroken):
                    raise
            else:
                self._keep(kept)
                return answer
        return await self._ask(await self._connect(until), request, until, room)

    async def patch(self, target: str, json: bytes, seconds: float, room: int) -> Answer:
        """The answer to a PATCH, which is sent once, on a connection of its own. Raises as get.

        On a kept one, a reset may mean that imin had closed it long ago, and then nobody knows
        whether the change arrived.
        """
        until = self._loop.time() + seconds
        fields = f"Content-Type: application/json\r\nContent-Length: {len(json)}\r\nConnection: close\r\n"
        head = f"PATCH {self._path}{target} HTTP/1.1\r\n{self._fields}{fields}\r\n".encode("latin-1")
        return await self._ask(await self._connect(until), head + json, until, room)

    @asynccontextmanager
    async def stream(
        self, target: str, seconds: float, room: int
    ) -> AsyncIterator[tuple[ResponseHead, AsyncIterator[bytes]]]:
        """The answer to a GET, its body piece by piece. Raises as get.

        seconds: of waiting for imin, head and body together. Whoever takes the pieces may be slow.
        """
        patience = _Patience(self._loop, seconds)
        connection = await self._connect(self._loop.time() + seconds)
        try:
            with patience.waiting_for(connection):
                head = await connection.begin(self._get(target), room)
            yield head, _pieces(connection, patience)
        finally:
            connection.abort()

    def _get(self, target: str) -> bytes:
        return f"GET {self._path}{target} HTTP/1.1\r\n{self._fields}\r\n".encode("latin-1")

    async def _ask(self, connection: UpstreamConnection, request: bytes, until: float, room: int) -> Answer:
        try:
            answer = await connection.ask(request, until, room)
        except BaseException:
            connection.abort()
            raise
        self._keep(connection)
        return answer

    def _keep(self, connection: UpstreamConnection) -> None:
        now = self._loop.time()
        while self._idle and self._idle[0].rests_since < now - _IDLE_SECONDS:
            self._idle.popleft().close()
        if connection.keeps and len(self._idle) < _MOST_IDLE:
            connection.rests_since = now
            self._idle.append(connection)
        else:
            connection.close()

    def _kept(self, now: float) -> UpstreamConnection | None:
        """The connection that was used last, if it can still be."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and connection.rests_since >= now - _IDLE_SECONDS:
                return connection
            connection.close()
        return None

    async def _connect(self, until: float) -> UpstreamConnection:
        loop = self._loop
        try:
            async with asyncio.timeout_at(until):
                addresses = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
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
        return connection


class _Patience:
    """So many seconds, of which only those count in which somebody waits."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop = loop
        self._left = seconds

    @contextmanager
    def waiting_for(self, connection: UpstreamConnection) -> Iterator[None]:
        """Time the connection out when there are no seconds left."""
        began = self._loop.time()
        late = self._loop.call_later(self._left, connection.time_out)
        try:
            yield
        finally:
            late.cancel()
            self._left -= self._loop.time() - began


async def _pieces(connection: UpstreamConnection, patience: _Patience) -> AsyncIterator[bytes]:
    while True:
        with patience.waiting_for(connection):
            piece = await connection.piece()
        if not piece:
            return
        yield piece


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _field(value: str) -> str:
    """The value as it may stand in a header. Raises ValueError, which does not tell it."""
    if not value.isascii() or not value.isprintable():
        raise ValueError("a header of the requests to imin holds a character that no header may hold")
    return value
