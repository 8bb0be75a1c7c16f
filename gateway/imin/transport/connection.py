"""One connection to imin, and the answer that is coming in on it. httptools (Node's llhttp) parses."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

import httptools

from gateway.imin.transport.errors import ConnectionBroken, ResponseTooLarge, ResponseTooLate

_HEAD_BYTES = 65_536
_AHEAD_BYTES = 262_144
"""Of a body that is read in pieces, so much is taken before somebody wants it."""
_FINAL = 200
"""Answers of a lower status are followed by another."""
_LOOKED_AT = {
    name.encode(): name
    for name in ("content-type", "content-length", "content-encoding", "transfer-encoding", "retry-after")
}
_CLOCK_SECONDS = 0.001
"""How exactly the loop tells the time."""


@dataclass(slots=True)
class ResponseHead:
    """Start of an answer.

    headers: those that are looked at, by name in small letters; of those given twice, the last.
    """

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


Answer = tuple[ResponseHead, bytes]
"""ResponseHead and body."""


class UpstreamConnection(asyncio.Protocol):
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
        self._answer: asyncio.Future[Answer] | None = None
        self._until = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = 0.0
        self._failure: Exception | None = None
        self._pieces: deque[bytes] = deque()
        self._head = ResponseHead()
        self._head_bytes = self._room = self._held = 0
        self._in_pieces = self._is_paused = False

    def ask(self, request: bytes, until: float, room: int) -> asyncio.Future[Answer]:
        """The whole answer, to be awaited, by that moment on the loop's clock.

        room: bytes that its body may have. Raises ConnectionBroken, ResponseTooLarge, ResponseTooLate where
        it is awaited. Who does not wait to the end must abort the connection.
        """
        self._send(request, room, in_pieces=False)
        self._until = until
        if self._alarm is None or until < self._alarm_at:
            self._set_alarm()
        self._answer = self._loop.create_future()
        return self._answer

    async def begin(self, request: bytes, room: int) -> ResponseHead:
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
        if not self.is_whole:
            self._fail(ResponseTooLate())

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
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """As asyncio tells."""
        self.is_open = self.keeps = False
        self._drop_alarm()
        if self.is_whole:
            return
        if exc is None and self._ends_with_connection():
            self.is_whole = True
            self._wake()
        else:
            self._fail(ConnectionBroken("the connection ended"))

    def on_message_begin(self) -> None:
        """As the parser tells: an answer, maybe one that nobody asked for."""
        if self.is_whole:
            raise ConnectionBroken

    def on_header(self, name: bytes, value: bytes) -> None:
        """As the parser tells."""
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > _HEAD_BYTES:
            self._refuse(ConnectionBroken("endless headers"))
        known = _LOOKED_AT.get(name.lower())
        if known is not None:
            self._head.headers[known] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """As the parser tells."""
        self._head.status = self._parser.get_status_code()
        if (self._head.content_length or 0) > self._room:
            self._refuse(ResponseTooLarge())

    def on_body(self, piece: bytes) -> None:
        """As the parser tells."""
        self._room -= len(piece)
        if self._room < 0:
            self._refuse(ResponseTooLarge())
        self._pieces.append(piece)
        self._held += len(piece)
        if self._in_pieces and self._held > _AHEAD_BYTES and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        """As the parser tells."""
        if self._head.status < _FINAL:
            self._head = ResponseHead()
            return
        self.is_whole = True
        self.keeps = self._parser.should_keep_alive()

    def _send(self, request: bytes, room: int, *, in_pieces: bool) -> None:
        self._head, self._head_bytes, self._room, self._held = ResponseHead(), 0, room, 0
        self.is_whole = self.has_begun = self.keeps = False
        self._in_pieces = in_pieces
        self._transport.write(request)

    def _set_alarm(self) -> None:
        """Have the answer's time looked at when it is over.

        One timer serves all answers that come before it rings: setting and taking back one for each would
        cost more than reading their heads.
        """
        self._drop_alarm()
        self._alarm_at = self._until
        self._alarm = self._loop.call_at(self._until, self._ring)

    def _drop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _ring(self) -> None:
        self._alarm = None
        if self.is_whole or self._in_pieces:
            return
        if self._until - self._loop.time() > _CLOCK_SECONDS:  # it was set for an answer before this one
            self._set_alarm()
        else:
            self.time_out()

    def _give(self) -> None:
        """Give the whole answer to who asked, or what went wrong."""
        answer, self._answer = self._answer, None
        if answer is None or answer.done():
            return
        if self._failure is not None:
            answer.set_exception(self._failure)
            return
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        answer.set_result((self._head, body))

    def _news(self) -> asyncio.Future[None]:
        """To wait for until something has come. Raises what ended the connection, there or here."""
        if self._failure is not None:
            raise self._failure
        self._waiter = self._loop.create_future()
        return self._waiter

    def _stopped(self) -> None:
        """The parser stopped: within the answer, or behind it, at something that nobody asked for."""
        if self.is_whole:
            self.keeps = False
        else:
            self._fail(ConnectionBroken("no HTTP"))

    def _wake(self) -> None:
        """Let who waits for news look again; who waits for the whole is given it, when it is there."""
        if not self._in_pieces:
            if self.is_whole or self._failure is not None:
                self._give()
            return
        if self._waiter is None or self._waiter.done():
            return
        if self._failure is None:
            self._waiter.set_result(None)
        else:
            self._waiter.set_exception(self._failure)

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
