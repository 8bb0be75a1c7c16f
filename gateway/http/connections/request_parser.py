"""aiohttp's request parser, fed one message at a time, so that every pipelined request is answered.

aiohttp 3.14 drops what a client has sent in one piece behind a request that asks for another upgrade than
`websocket` (`Upgrade: h2c`), and the requests before bytes that are not HTTP. Neither can happen if no piece
that it parses goes beyond the end of a message: a head and a chunked body end with an empty line, and other
bodies have a length.
"""

from collections.abc import Sequence
from typing import TypeAlias

from aiohttp import hdrs, web
from aiohttp.http import HttpProcessingError, HttpRequestParser, RawRequestMessage
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp.web_protocol import _ErrInfo

Message: TypeAlias = tuple[RawRequestMessage | _ErrInfo, StreamReader]

MAX_QUEUED = 16
"""Requests of one connection that are parsed ahead. aiohttp's own limit is higher and is never reached."""

_EMPTY_LINE = b"\r\n\r\n"


class RequestParser:
    """Has the methods that aiohttp's connection calls.

    is_half_closed: whether the client sends nothing more.
    """

    def __init__(self, parser: HttpRequestParser) -> None:
        self.is_half_closed = False
        self._parser = parser
        self._is_broken = False
        self._unread = b""
        self._latest = b""
        self._body_left = 0
        self._payload: StreamReader = EMPTY_PAYLOAD
        self._is_at_end = True
        self._is_paused = False
        self._queued = 0

    @property
    def is_ended(self) -> bool:
        """Whether no request will follow: the client sends nothing more, or has sent what is not HTTP."""
        return self._is_broken or (self.is_half_closed and not self._unread)

    @property
    def is_inside_head(self) -> bool:
        """Whether a part of a request's head has arrived, but not all of it."""
        return self._payload.is_eof() and not self._is_at_end

    def feed_data(self, data: bytes) -> tuple[Sequence[Message], bool, bytes]:
        """The requests that begin in the data; whether another protocol follows them, and its first bytes.

        What is not HTTP is returned as an error, the last of the requests.
        """
        data, at = self._unread + data, 0
        messages: list[Message] = []
        if self._is_paused:
            self._is_paused = False
            self._feed(b"", messages)
        while at < len(data) and not (self._is_paused or self._is_broken or self._queued >= MAX_QUEUED):
            start, at = at, self._end_of_piece(data, at)
            tail = self._feed(data[start:at], messages)
            if tail is not None:
                self._unread = b""
                return messages, True, tail + data[at:]
        self._unread = b"" if self._is_broken else data[at:]
        if self.is_ended:
            self._end_body()
        return messages, False, b""

    def feed_eof(self) -> None:
        """The client sends nothing more. Reading a body that is incomplete raises an error from now on."""
        self.is_half_closed = True
        if self.is_ended:
            self._end_body()

    def message_consumed(self) -> None:
        self._queued -= 1
        self._parser.message_consumed()

    def pause_reading(self) -> None:
        self._is_paused = True
        self._parser.pause_reading()

    def set_upgraded(self, val: bool) -> None:  # noqa: FBT001  # aiohttp's signature
        self._parser.set_upgraded(val)

    def _end_body(self) -> None:
        if not self._payload.is_eof():
            self._payload.set_exception(web.RequestPayloadError("The body is incomplete."))
            self._payload.feed_eof()

    def _end_of_piece(self, data: bytes, at: int) -> int:
        """The end of the body if one is being read that has a length; otherwise the next empty line."""
        if self._body_left:
            end = min(at + self._body_left, len(data))
            self._body_left -= end - at
            self._is_at_end = not self._body_left
        else:
            end = self._next_empty_line(data, at)
            self._is_at_end = end > 0
            end = end if end > 0 else len(data)
        # An empty line may arrive in several pieces.
        self._latest = b"" if self._is_at_end else (self._latest + data[at:end])[-3:]
        return end

    def _next_empty_line(self, data: bytes, at: int) -> int:
        """Where the next empty line ends; 0 if there is none."""
        begun = (self._latest + data[at : at + 3]).find(_EMPTY_LINE) if self._latest else -1
        if begun >= 0:
            return at + begun + len(_EMPTY_LINE) - len(self._latest)
        found = data.find(_EMPTY_LINE, at)
        return found + len(_EMPTY_LINE) if found >= 0 else 0

    def _feed(self, piece: bytes, messages: list[Message]) -> bytes | None:
        """Parse a piece and add the request that begins in it. Returns what belongs to another protocol."""
        try:
            begun, is_upgraded, tail = self._parser.feed_data(piece)
        except HttpProcessingError as error:
            self._refuse(error, messages)
            return None
        for message, payload in begun:
            self._payload = payload
            self._queued += 1
            messages.append((message, payload))
            if not payload.is_eof() and not message.chunked:
                self._body_left = int(message.headers.get(hdrs.CONTENT_LENGTH, 0))
        return tail if is_upgraded else None

    def _refuse(self, error: HttpProcessingError, messages: list[Message]) -> None:
        """Let the error be the last response. A request that is being answered gets it from its own body."""
        is_inside_body = not self._payload.is_eof()
        is_being_answered = is_inside_body and not messages
        if is_inside_body and messages:
            messages.pop()
        self._is_broken = True
        self._end_body()
        if not is_being_answered:
            messages.append((_ErrInfo(status=400, exc=error, message=error.message), EMPTY_PAYLOAD))
