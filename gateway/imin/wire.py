"""HTTP/1.1 to imin: kept connections, one request on each at a time. Follows no redirect, repeats no change.

Parsing is httptools' (Node's llhttp), dialling aiohappyeyeballs'; what is here is what a connection
does with both. Why not aiohttp's client: docs/decisions/0031.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import aiohappyeyeballs
import httptools
import yarl

_CONNECT_SECONDS = 0.5
_NEXT_ADDRESS_SECONDS = 0.25
_IDLE_SECONDS = 15.0
"""imin may close a kept connection without a word; one that rested for longer is not trusted."""
_MOST_IDLE = 128
_HEAD_BYTES = 65_536
_AHEAD_BYTES = 262_144
"""Of a body that is read in pieces, so much is taken before somebody wants it."""
_FINAL = 200
"""Answers of a lower status are followed by another."""


class CannotConnect(Exception):
    """Nobody answers at that address in time, or nobody to be trusted. Nothing was sent."""

    def __init__(self, *, in_time: bool) -> None:
        super().__init__()
        self.in_time = in_time


class Broken(Exception):
    """The connection ended, or stopped making sense, before the answer did."""


class TooLarge(Exception):
    """The answer's body is larger than it may be."""


class TooLate(Exception):
    """The whole answer was not there in time."""


@dataclass(slots=True)
class Head:
    """Start of an answer. headers: by name in small letters; of those given twice, the last."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str:
        """Media type without its parameters, "" where there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def content_length(self) -> int | None:
        """Bytes of the body as announced."""
        length = self.headers.get("content-length", "")
        return int(length) if length.isdecimal() else None


class _Connection(asyncio.Protocol):
    """A connection, and the answer that is coming in on it.

    is_whole: whether the whole answer is there, or none is asked for. has_begun: whether anything of it has
    come. keeps: whether another request may follow. rests_since: moment on the loop's clock.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.is_open = self.has_begun = self.keeps = False
        self.is_whole = True
        self.rests_since = 0.0
        self._loop = loop
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport
        self._waiter: asyncio.Future[None] | None = None
        self._failure: Exception | None = None
        self._pieces: deque[bytes] = deque()
        self._head = Head()
        self._head_bytes = self._room = self._held = 0
        self._in_pieces = self._is_paused = False

    async def ask(self, request: bytes, room: int) -> tuple[Head, bytes]:
        """The whole answer. room: bytes that its body may have. Raises Broken, TooLarge, TooLate."""
        self._send(request, room, in_pieces=False)
        while not self.is_whole:
            await self._news()
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        return self._head, body

    async def begin(self, request: bytes, room: int) -> Head:
        """The answer's head; its body is to be read with `piece`. Raises as ask."""
        self._send(request, room, in_pieces=True)
        while self._head.status < _FINAL:
            await self._news()
        return self._head

    async def piece(self) -> bytes:
        """The next piece of the body, b"" at its end. Raises as ask."""
        while not self._pieces:
            if self.is_whole:
                return b""
            if self._is_paused:
                self._is_paused = False
                self._transport.resume_reading()
            await self._news()
        piece = self._pieces.popleft()
        self._held -= len(piece)
        return piece

    def time_out(self) -> None:
        """Give up what is not whole by now."""
        self._fail(TooLate())

    def close(self) -> None:
        """End a connection that has done its work."""
        self.is_open = self.keeps = False
        self._transport.close()

    def abort(self) -> None:
        """End the connection at once."""
        self.is_open = self.keeps = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio tells."""
        self._transport = transport  # type: ignore[assignment]  # a stream's
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        """As asyncio tells."""
        if self.is_whole:  # nobody asked
            self.abort()
            return
        self.has_begun = True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._stopped()
        if self.is_whole or self._in_pieces:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """As asyncio tells."""
        self.is_open = self.keeps = False
        if self.is_whole:
            return
        if exc is None and self._ends_with_connection():
            self.is_whole = True
            self._wake()
        else:
            self._fail(Broken("the connection ended"))

    def on_message_begin(self) -> None:
        """As the parser tells: an answer, maybe one that nobody asked for."""
        if self.is_whole:
            raise Broken

    def on_header(self, name: bytes, value: bytes) -> None:
        """As the parser tells."""
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > _HEAD_BYTES:
            self._refuse(Broken("endless headers"))
        self._head.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """As the parser tells."""
        self._head.status = self._parser.get_status_code()
        if (self._head.content_length or 0) > self._room:
            self._refuse(TooLarge())

    def on_body(self, piece: bytes) -> None:
        """As the parser tells."""
        self._room -= len(piece)
        if self._room < 0:
            self._refuse(TooLarge())
        self._pieces.append(piece)
        self._held += len(piece)
        if self._in_pieces and self._held > _AHEAD_BYTES and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        """As the parser tells."""
        if self._head.status < _FINAL:
            self._head = Head()
            return
        self.is_whole = True
        self.keeps = self._parser.should_keep_alive()

    def _send(self, request: bytes, room: int, *, in_pieces: bool) -> None:
        self._head, self._head_bytes, self._room, self._held = Head(), 0, room, 0
        self.is_whole = self.has_begun = self.keeps = False
        self._in_pieces = in_pieces
        self._transport.write(request)

    async def _news(self) -> None:
        """Wait until something has come. Raises what ended the connection."""
        if self._failure is None:
            self._waiter = self._loop.create_future()
            await self._waiter
        if self._failure is not None:
            raise self._failure

    def _stopped(self) -> None:
        """The parser stopped: within the answer, or behind it, at something that nobody asked for."""
        if self.is_whole:
            self.keeps = False
        else:
            self._fail(Broken("no HTTP"))

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _refuse(self, error: Exception) -> None:
        """Stop the parser, which does not pass on what is raised in it."""
        self._failure = error
        raise error

    def _fail(self, error: Exception) -> None:
        """End it; what went wrong first is what is told."""
        self._failure = self._failure or error
        self._pieces.clear()
        self.abort()
        self._wake()

    def _ends_with_connection(self) -> bool:
        """Whether the body is as long as the connection lasts. Source: RFC 9112, 6.3."""
        told = self._head.headers.keys() & {"content-length", "transfer-encoding"}
        return self._head.status >= _FINAL and not told


class Wire:
    """The way to one host. headers: sent with every request. Times in seconds, sizes in bytes."""

    def __init__(self, base_url: str, headers: dict[str, str]) -> None:
        url = yarl.URL(base_url)
        self._host, self._port = url.raw_host or "", url.port or 0
        self._tls = _tls() if url.scheme == "https" else None
        self._path = url.raw_path.rstrip("/")
        self._idle: deque[_Connection] = deque()
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

    async def get(self, target: str, seconds: float, room: int) -> tuple[Head, bytes]:
        """The answer to a GET. target: path and query under the base URL, quoted.

        Raises CannotConnect, Broken, TooLarge, TooLate. A kept connection that imin had closed
        before it answered anything is replaced by a new one, once.
        """
        until, request = self._loop.time() + seconds, self._get(target)
        kept = self._kept()
        if kept is not None:
            try:
                return await self._ask(kept, request, until, room)
            except Broken:
                if kept.has_begun:
                    raise
        return await self._ask(await self._connect(until), request, until, room)

    async def patch(self, target: str, json: bytes, seconds: float, room: int) -> tuple[Head, bytes]:
        """The answer to a PATCH, which is sent once, on a connection of its own. Raises as get.

        On a kept one, a reset may mean that imin had closed it long ago, and then nobody knows
        whether the change arrived.
        """
        until = self._loop.time() + seconds
        fields = f"Content-Type: application/json\r\nContent-Length: {len(json)}\r\nConnection: close\r\n"
        head = f"PATCH {self._path}{target} HTTP/1.1\r\n{self._fields}{fields}\r\n".encode("latin-1")
        return await self._ask(await self._connect(until), head + json, until, room)

    @asynccontextmanager
    async def pieces(
        self, target: str, seconds: float, room: int
    ) -> AsyncIterator[tuple[Head, AsyncIterator[bytes]]]:
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

    async def _ask(
        self, connection: _Connection, request: bytes, until: float, room: int
    ) -> tuple[Head, bytes]:
        late = self._loop.call_at(until, connection.time_out)
        try:
            answer = await connection.ask(request, room)
        except BaseException:
            connection.abort()
            raise
        finally:
            late.cancel()
        self._keep(connection)
        return answer

    def _keep(self, connection: _Connection) -> None:
        now = self._loop.time()
        while self._idle and self._idle[0].rests_since < now - _IDLE_SECONDS:
            self._idle.popleft().close()
        if connection.keeps and len(self._idle) < _MOST_IDLE:
            connection.rests_since = now
            self._idle.append(connection)
        else:
            connection.close()

    def _kept(self) -> _Connection | None:
        """The connection that was used last, if it can still be."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and connection.rests_since >= self._loop.time() - _IDLE_SECONDS:
                return connection
            connection.close()
        return None

    async def _connect(self, until: float) -> _Connection:
        loop = self._loop
        try:
            async with asyncio.timeout_at(until):
                addresses = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
                async with asyncio.timeout(_CONNECT_SECONDS):
                    sock = await aiohappyeyeballs.start_connection(
                        addresses, happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS, interleave=1, loop=loop
                    )
                _, connection = await loop.create_connection(
                    lambda: _Connection(loop),
                    sock=sock,
                    ssl=self._tls,
                    server_hostname=self._host if self._tls else None,
                )
        except TimeoutError as error:
            raise CannotConnect(in_time=False) from error
        except OSError as error:
            raise CannotConnect(in_time=True) from error
        return connection


class _Patience:
    """So many seconds, of which only those count in which somebody waits."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop = loop
        self._left = seconds

    @contextmanager
    def waiting_for(self, connection: _Connection) -> Iterator[None]:
        """Time the connection out when there are no seconds left."""
        began = self._loop.time()
        late = self._loop.call_later(self._left, connection.time_out)
        try:
            yield
        finally:
            late.cancel()
            self._left -= self._loop.time() - began


async def _pieces(connection: _Connection, patience: _Patience) -> AsyncIterator[bytes]:
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
